"""Judging while it runs: who has done what, who stands where, which visit would help most."""
