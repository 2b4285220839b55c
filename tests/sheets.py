"""Ballots on paper, as people read them."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from scoreboard.judging.desk.papers import Sheet

OLGA = "organiser:olga"
OMAR = "organiser:omar"
FILLED_IN = datetime(2026, 12, 7, 7, 30, tzinfo=UTC)


def scores(*values: float) -> dict[str, Decimal]:
    """Scores on the first criteria of the event that `builder` builds."""
    return {key: Decimal(str(value)) for key, value in zip(("impact", "quality", "novelty"), values, strict=False)}


def sheet(judge: str, team: str, *values: float, comment: str = "", reason: str = "") -> Sheet:
    """A sheet; with 7 and 8 unless it says otherwise."""
    return Sheet(uuid4(), judge, team, scores(*(values or (7, 8))), FILLED_IN, comment, reason)
