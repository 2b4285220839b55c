"""Standings are shown, scores are entered."""
