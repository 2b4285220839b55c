"""Scoreboard: live judging for hackathons."""

__version__ = "0.1.0"
