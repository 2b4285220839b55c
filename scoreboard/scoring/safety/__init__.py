"""Is the winner safe: recounts under every method, without each judge, with other weights."""
