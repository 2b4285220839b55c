"""Standings are pushed."""
