"""The organisers' desk: ballots that judges filled in on paper, and the sheets for them."""
