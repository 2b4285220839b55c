"""The entries of an event told again: each must be allowed by what came before it."""
