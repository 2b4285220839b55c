"""Ballots become standings: pure, without input or output, database or clock."""
