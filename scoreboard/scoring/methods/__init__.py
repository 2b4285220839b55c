"""The ways to turn a score table into a ranking, one module each."""
