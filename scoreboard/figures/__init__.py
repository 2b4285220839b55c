"""What a running server measures of itself, in its own memory: how long things take, how many there are."""
