from pathlib import Path
from typing import Any

import pytest
from recorded import live, small_event
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.results import Contest, contest
from scoreboard.judging.runs import result_of
from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.standings import confirm, contest_of, same
from scoreboard.judging.verification.stored import entries_of
from scoreboard.judging.verification.verdict import Illegal
from scoreboard.models import Event, Round


async def test_what_the_entries_tell_is_what_the_tables_hold(tmp_path: Path) -> None:
    lived = await live(tmp_path / "event", until="closed")
    engine = open_engine(str(lived.path), read_only=True)
    with Session(engine) as session:
        event, round_ = session.exec(select(Event)).one(), session.exec(select(Round)).one()
        replay = Replay()
        for entry in entries_of(session, event):
            replay.tell(entry)
        found = contest_of(replay.course, replay.course.rounds["final"], entry.sequence)
        expected = contest(session, round_)
    engine.dispose()
    assert result_of(found, "final").stated == result_of(expected, "final").stated


async def test_a_result_of_a_model_rule_comes_out_again(tmp_path: Path) -> None:
    form = small_event("adaptive")
    lived = await live(tmp_path / "event", form=form)
    verdict = lived.verdict()
    assert verdict.faults == []
    assert len(verdict.results) == 2


async def kept(folder: Path) -> tuple[dict[str, Any], Contest, str]:
    """A result that is kept, and what it follows from."""
    lived = await live(folder / "event", until="closed")
    engine = open_engine(str(lived.path), read_only=True)
    with Session(engine) as session:
        inputs = contest(session, session.exec(select(Round)).one())
    engine.dispose()
    return result_of(inputs, "final").stated, inputs, "final"


@pytest.mark.parametrize(
    ("name", "value"),
    [("rule", "borda"), ("seed", 1), ("excluded", ["T01"]), ("minimum_ballots", 0), ("left_out", [["J01", "T02"]])],
)
async def test_a_result_that_states_other_inputs_is_refused(name: str, value: object, tmp_path: Path) -> None:
    stated, inputs, key = await kept(tmp_path)
    confirm(stated, inputs, key)
    with pytest.raises(Illegal, match="The published result says"):
        confirm({**stated, name: value}, inputs, key)


async def test_a_line_that_differs_is_named_with_the_version_that_published_it(tmp_path: Path) -> None:
    stated, inputs, key = await kept(tmp_path)
    lines = [dict(line) for line in stated["standings"]]
    lines[0]["total"] = "99.000000000"
    with pytest.raises(Illegal) as refused:
        confirm({**stated, "standings": lines}, inputs, key)
    assert refused.value.params["name"] == "total"
    with pytest.raises(Illegal) as refused:
        confirm({**stated, "standings": lines, "software": "0.0.1"}, inputs, key)
    assert refused.value.params["by"] == "0.0.1"
    with pytest.raises(Illegal, match="lines"):
        confirm({**stated, "standings": lines[1:]}, inputs, key)


@pytest.mark.parametrize(
    ("published", "again", "holds"),
    [
        ("50.000000000", "50.000000001", True),
        ("50.0", "50.1", False),
        ("x", "y", False),
        (1, True, False),
        ([1, 2], [1, 2], True),
    ],
)
def test_totals_are_compared_as_far_as_anybody_can_see(published: object, again: object, *, holds: bool) -> None:
    assert same(published, again) is holds
