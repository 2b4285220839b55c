"""Why one team stands before another, to the last ballot."""
