import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scoreboard.keeping.copies import HOURS, MINUTES, Copy, copies_in, folder_of, outlived, thin

NOON = datetime(2026, 12, 7, 12, 0, 0, tzinfo=UTC)


def passing(minutes: int, folder: Path = Path()) -> Copy:
    """A copy made so many minutes before noon."""
    return Copy.named(folder, NOON - timedelta(minutes=minutes), 1000 - minutes, passing=True)


def test_a_name_says_when_and_how_much() -> None:
    copy = Copy.named(Path("there"), NOON, 1234, passing=False)
    assert copy.path == Path("there/scoreboard-20261207T120000Z-1234.db")
    assert Copy.at(copy.path) == copy
    assert passing(0).path.name == "scoreboard-20261207T120000Z-1000-minute.db"
    assert Copy.at(passing(0).path) == passing(0)


def test_what_has_another_name_is_no_copy(tmp_path: Path) -> None:
    for name in ("scoreboard.db", "scoreboard-20261207T120000Z-1.db.part", ".scoreboard-1.part", "notes.txt"):
        (tmp_path / name).touch()
    assert copies_in(tmp_path) == []
    assert copies_in(tmp_path / "nowhere") == []


def test_copies_are_listed_from_the_newest_on(tmp_path: Path) -> None:
    wanted = [
        passing(0, tmp_path),
        Copy.named(tmp_path, NOON - timedelta(minutes=1), 7, passing=False),
        passing(2, tmp_path),
    ]
    for copy in reversed(wanted):
        copy.path.touch()
    assert copies_in(tmp_path) == wanted


def test_a_day_of_copies_becomes_an_hour_of_minutes_and_a_day_of_hours() -> None:
    day = [passing(minute) for minute in range(26 * 60)]
    kept = [copy for copy in day if copy not in outlived(day)]
    assert kept[:MINUTES] == day[:MINUTES]
    assert [copy.made_at for copy in kept[MINUTES:]] == [
        NOON.replace(hour=11),  # the one that is left of an hour of which the others are among the sixty
        *(NOON.replace(hour=10, minute=59) - timedelta(hours=hour) for hour in range(HOURS - 1)),
    ]


def test_copies_of_a_change_of_phase_stay(tmp_path: Path) -> None:
    for copy in [passing(minute, tmp_path) for minute in range(100)]:
        copy.path.touch()
    phase = Copy.named(tmp_path, NOON - timedelta(days=30), 3, passing=False)
    phase.path.touch()
    gone = thin(tmp_path)
    assert phase in copies_in(tmp_path)
    assert len(copies_in(tmp_path)) == 101 - len(gone)


def test_what_is_left_of_a_copy_that_was_cut_short_goes(tmp_path: Path) -> None:
    old, new = tmp_path / ".scoreboard-0a.part", tmp_path / ".scoreboard-0b.part"
    for part in (old, new):
        part.touch()
    os.utime(old, (0, 0))
    assert thin(tmp_path) == []
    assert list(tmp_path.iterdir()) == [new]


@given(st.lists(st.integers(0, 5000), unique=True, max_size=150))
def test_thinning_step_by_step_never_loses_the_newest_and_keeps_a_bounded_number(minutes: list[int]) -> None:
    kept: list[Copy] = []
    for minute in sorted(minutes, reverse=True):
        kept = [passing(minute), *kept]
        gone = outlived(kept)
        kept = [copy for copy in kept if copy not in gone]
        assert kept[0] == passing(minute)
        assert len(kept) <= MINUTES + HOURS + 1


@given(st.lists(st.integers(0, 3000), unique=True, max_size=200))
def test_thinning_twice_removes_nothing_more(minutes: list[int]) -> None:
    found = [passing(minute) for minute in sorted(minutes)]
    kept = [copy for copy in found if copy not in outlived(found)]
    assert outlived(kept) == []


def test_the_folder_is_beside_the_database_unless_another_is_wished() -> None:
    assert folder_of("hack.db", "") == Path("hack.db-backups")
    assert folder_of("hack.db", "/media/stick") == Path("/media/stick")
