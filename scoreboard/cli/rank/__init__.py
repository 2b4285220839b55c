"""`scoreboard rank`: a score table in, standings out."""
