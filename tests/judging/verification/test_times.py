from datetime import UTC, datetime

import pytest

from scoreboard.judging.verification.times import moment, near


def test_times_are_written_alike_whatever_the_driver_gives() -> None:
    at = datetime(2026, 12, 7, 9, 30, 1, 5, tzinfo=UTC)
    assert moment(at) == moment("2026-12-07 09:30:01.000005") == "2026-12-07T09:30:01.000005Z"
    assert moment(None) == ""


@pytest.mark.parametrize(
    ("row", "entry", "holds"),
    [
        ("2026-12-07T09:30:00.000000Z", "2026-12-07T09:30:59.000000Z", True),
        ("2026-12-07T09:30:00.000000Z", "2026-12-07T09:31:01.000000Z", False),
        ("2026-12-07T09:30:00+00:00", "2026-12-07T12:30:00+03:00", True),
        (None, None, True),
        ("", None, True),
        ("2026-12-07T09:30:00.000000Z", None, False),
        ("nonsenseZ", "2026-12-07T09:30:00.000000Z", False),
        ("2026-12-07T09:30:00", "2026-12-07T09:30:00.000000Z", False),
    ],
)
def test_a_row_and_its_entry_are_of_one_minute(row: str | None, entry: str | None, *, holds: bool) -> None:
    assert near(row, entry) is holds
