"""Hypothesis without deadlines: how long a case takes is told by the machine's other work, and by benchmarks."""

from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
