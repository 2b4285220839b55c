"""What judges report from the hall: a team that is away, a team that they must not score."""
