"""A ballot comes in and is stored."""
