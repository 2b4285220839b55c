import json
from datetime import UTC

import pytest
from builder import Cast, ballot, build_event, score
from sheets import FILLED_IN, OLGA, OMAR, scores, sheet
from sqlalchemy import update
from sqlmodel import Session, col, select
from submissions import stored

from scoreboard.database import Database
from scoreboard.errors import (
    BallotsSigned,
    Clash,
    Conflicted,
    InvalidForm,
    MissingCriterion,
    NotFound,
    NotReady,
    Outdated,
    RoundNotOpen,
    ScoreOutOfRange,
    SecondPersonNeeded,
    TeamNotCompeting,
    WrongPhase,
)
from scoreboard.judging import ballots, decisions, rounds
from scoreboard.judging.ballots import AcceptedBallot
from scoreboard.judging.desk import papers
from scoreboard.judging.desk.papers import Sheet
from scoreboard.judging.reports import recusals
from scoreboard.judging.signature import signatures
from scoreboard.judging.signature.signatures import Wish
from scoreboard.models import Ballot, Judge, LogEntry, PaperBallot


async def enter(database: Database, cast: Cast, read: Sheet, who: str = OLGA) -> None:
    await database.write(papers.enter, cast.round_id, read, who)


async def check(
    database: Database,
    cast: Cast,
    read: Sheet,
    *values: float,
    who: str = OMAR,
    revision: int = 0,
    reason: str = "",
) -> AcceptedBallot | None:
    return await database.write(
        papers.confirm, cast.round_id, read.uuid, scores(*(values or (7, 8))), revision, who, reason
    )


async def told(database: Database, action: str) -> list[tuple[str, str, dict[str, object]]]:
    found = await database.read(
        lambda s: s.exec(select(LogEntry).where(LogEntry.action == action).order_by(col(LogEntry.sequence))).all()
    )
    return [(entry.actor, entry.subject, json.loads(entry.payload)) for entry in found]


async def test_what_two_people_read_alike_is_the_judges_ballot(database: Database) -> None:
    cast = await build_event(database)
    read = sheet("J1", "T1", comment="أحسنتم")
    await enter(database, cast, read)
    assert await told(database, "paper.entered") == [
        (OLGA, "team:T1", {"round": "final", "judge": "J1", "uuid": str(read.uuid)})
    ]
    taken = await check(database, cast, read)
    assert taken
    assert (taken.uuid, taken.revision, taken.scores, taken.comment) == (read.uuid, 1, scores(7, 8), "أحسنتم")
    ((actor, subject, payload),) = await told(database, "ballot.paper")
    assert (actor, subject, payload["revision"], payload["scores"], payload["paper"]) == (
        "judge:J1",
        "team:T1",
        1,
        {"impact": 7, "quality": 8},
        {"entered_by": OLGA, "confirmed_by": OMAR},
    )
    row = await database.read(lambda s: s.exec(select(Ballot)).one())
    assert row.entered_at
    assert row.entered_at.astimezone(UTC) == FILLED_IN


async def test_a_sheet_corrects_what_the_phone_had_sent_and_the_phone_can_correct_it_again(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 5, 5)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    taken = await check(database, cast, read, revision=1)
    assert taken
    assert taken.revision == 2
    assert (await score(database, cast, "J1", "T1", 9, 9, base=2)).revision == 3


async def test_a_ballot_that_comes_in_between_is_looked_at_first(database: Database) -> None:
    cast = await build_event(database)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    await score(database, cast, "J1", "T1", 5, 5)
    with pytest.raises(Outdated):
        await check(database, cast, read)
    assert await check(database, cast, read, revision=1)


async def test_nobody_confirms_what_they_typed_in(database: Database) -> None:
    cast = await build_event(database)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    with pytest.raises(SecondPersonNeeded):
        await check(database, cast, read, who=OLGA)
    assert (await stored(database))[0] == 0


@pytest.mark.parametrize("who", [OLGA, OMAR])
async def test_two_who_do_not_agree_each_correct_their_own(database: Database, who: str) -> None:
    cast = await build_event(database)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    assert await check(database, cast, read, 7, 9) is None
    assert (await stored(database))[0] == 0
    with pytest.raises(SecondPersonNeeded):  # a third one is none of the two
        await check(database, cast, read, who="organiser:otto")
    right = (7, 9) if who == OLGA else (7, 8)
    taken = await check(database, cast, read, *right, who=who)
    assert taken
    assert taken.scores == scores(*right)
    ((_actor, _subject, payload),) = await told(database, "ballot.paper")
    assert payload["paper"] == {"entered_by": OLGA, "confirmed_by": OMAR}


async def test_values_that_are_equal_agree_however_they_are_written(database: Database) -> None:
    cast = await build_event(database)
    read = sheet("J1", "T1", 7.0, 8)
    await enter(database, cast, read)
    assert await check(database, cast, read, 7, 8.0)


async def test_after_the_close_a_sheet_needs_a_reason_which_is_told(database: Database) -> None:
    cast = await build_event(database)
    before = sheet("J1", "T1")
    await enter(database, cast, before)
    await database.write(rounds.close, cast.round_id, OLGA)
    with pytest.raises(InvalidForm):
        await enter(database, cast, sheet("J1", "T2"))
    with pytest.raises(InvalidForm):
        await check(database, cast, before)
    await check(database, cast, before, reason="The phone broke")
    after = sheet("J1", "T2", reason="Found in the box")
    await enter(database, cast, after)
    await check(database, cast, after)
    reasons = [payload["paper"] for _actor, _subject, payload in await told(database, "ballot.paper")]
    assert [each["reason"] for each in reasons if isinstance(each, dict)] == ["The phone broke", "Found in the box"]


async def test_a_round_is_not_final_while_a_sheet_waits_nor_taken_after_it(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    await score(database, cast, "J1", "T1", 5, 5)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    await database.write(rounds.close, cast.round_id, OLGA)
    with pytest.raises(NotReady) as failure:
        await database.write(rounds.finalise, cast.round_id, OLGA, "Agreed")
    assert failure.value.extra["papers"] == [["J1", "T1", str(read.uuid)]]
    with pytest.raises(InvalidForm):
        await database.write(papers.discard, cast.round_id, read.uuid, "", OLGA)
    await database.write(papers.discard, cast.round_id, read.uuid, "Not the judge's hand", OLGA)
    assert [payload["reason"] for *_, payload in await told(database, "paper.discarded")] == ["Not the judge's hand"]
    with pytest.raises(Clash):
        await check(database, cast, read)
    await database.write(rounds.finalise, cast.round_id, OLGA, "Agreed")
    with pytest.raises(WrongPhase):
        await enter(database, cast, sheet("J1", "T1", reason="Late"))


async def test_a_sheet_is_refused_as_the_judges_own_ballot_would_be(database: Database) -> None:
    cast = await build_event(database, teams=3, conflicts=(("J2", "T1"),))
    await database.write(decisions.withdraw, cast.event_id, "T3", "Gave up", OLGA)
    for read, refusal in (
        (sheet("J1", "T9"), NotFound),
        (sheet("J2", "T1"), NotFound),  # a conflict, so never assigned
        (sheet("J1", "T3"), TeamNotCompeting),
        (sheet("J1", "T1", 7), MissingCriterion),
        (sheet("J1", "T1", 7, 11), ScoreOutOfRange),
    ):
        with pytest.raises(refusal):
            await enter(database, cast, read)
    for team in ("T1", "T2"):
        await score(database, cast, "J1", team, 5, 5)
    await signatures.sign(database, cast.judges["J1"], Wish("final", "T1:1 T2:1", "1234", "1234"))
    with pytest.raises(BallotsSigned):
        await enter(database, cast, sheet("J1", "T1"))

    def withdraw(session: Session) -> None:
        session.execute(update(Judge).where(col(Judge.key) == "J3").values({"withdrawn_at": FILLED_IN}))

    await database.write(withdraw)
    with pytest.raises(Clash):
        await enter(database, cast, sheet("J3", "T1"))
    assert await told(database, "paper.entered") == []


async def test_a_conflict_that_turns_up_later_keeps_a_sheet_out(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 5, 5)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    await database.write(recuse, cast.judges["J1"])
    with pytest.raises(Conflicted):
        await check(database, cast, read, revision=1)


def recuse(session: Session, judge_id: int) -> None:
    recusals.recuse(session, judge_id, "final", "T1", "family", "")


async def test_before_the_opening_no_sheet_is_taken(database: Database) -> None:
    cast = await build_event(database, opened=False)
    with pytest.raises(RoundNotOpen):
        await enter(database, cast, sheet("J1", "T1"))


async def test_a_sheet_that_is_sent_twice_is_one_and_another_waits_for_it(database: Database) -> None:
    cast = await build_event(database)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    await enter(database, cast, read)
    with pytest.raises(Clash):
        await enter(database, cast, sheet("J1", "T1"))
    assert len(await database.read(lambda s: s.exec(select(PaperBallot)).all())) == 1
    with pytest.raises(NotFound):
        await check(database, cast, sheet("J1", "T1"))


async def test_the_phone_is_told_of_a_sheet_as_of_a_newer_ballot(database: Database) -> None:
    cast = await build_event(database)
    read = sheet("J1", "T1")
    await enter(database, cast, read)
    await check(database, cast, read)
    with pytest.raises(Clash) as failure:
        await ballots.submit(database, cast.judges["J1"], ballot("T1", 1, 1))
    assert failure.value.extra["current"]["uuid"] == str(read.uuid)
