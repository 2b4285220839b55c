"""The console: what organisers see and do."""
