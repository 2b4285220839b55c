"""``scoreboard doctor``: looks at a deployment before the day."""
