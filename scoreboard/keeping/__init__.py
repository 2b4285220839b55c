"""Copies of the database and what comes after a loss: made while it runs, checked, kept, restored."""
