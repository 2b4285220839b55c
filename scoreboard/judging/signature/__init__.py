"""A judge's signature under all ballots of a round: what is confirmed, by which PIN, and how it is lifted."""
