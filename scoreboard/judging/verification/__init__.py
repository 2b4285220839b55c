"""Whether a record is what it was: pure checks on a stream of entries, wherever they were read from."""
