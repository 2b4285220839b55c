"""Real parts that some tests need, and what to do where one is not installed."""

import os

import pytest

REQUIRED = set(filter(None, os.environ.get("SCOREBOARD_REQUIRE", "").split(",")))


def absent(part: str, reason: str) -> None:
    """Skip for want of a part, in words; where the part is required (in CI) that is a failure."""
    if part in REQUIRED:
        pytest.fail(f"{part} is required here: {reason}")
    pytest.skip(reason)
