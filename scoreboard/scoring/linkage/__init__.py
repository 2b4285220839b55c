"""What connects the judges and the teams: components, bridges, weak spots."""
