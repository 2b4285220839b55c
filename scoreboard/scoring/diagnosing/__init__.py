"""Questions that the scores raise about judges, ballots and the rubric; they never change a score."""
