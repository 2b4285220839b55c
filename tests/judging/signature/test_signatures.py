import json

import pytest
from builder import Cast, ballot, build_event, score
from sqlmodel import Session, col, select
from submissions import refused

from scoreboard.database import Database
from scoreboard.errors import (
    BallotsSigned,
    Clash,
    InvalidForm,
    NotFound,
    NotReady,
    Outdated,
    PinSpent,
    WrongPhase,
    WrongPin,
)
from scoreboard.judging import ballots, rounds
from scoreboard.judging.signature import pins, signatures
from scoreboard.judging.signature.signatures import Wish
from scoreboard.models import LogEntry, Signature, SigningPin

BOTH = "T1:1 T2:1"


async def scored(database: Database) -> Cast:
    """An event of two teams, both of which J1 has scored."""
    cast = await build_event(database, teams=2)
    for team in cast.teams:
        await score(database, cast, "J1", team, 7, 8)
    return cast


async def sign(database: Database, cast: Cast, seen: str = BOTH, pin: str = "1234", again: str = "1234") -> Signature:
    return await signatures.sign(database, cast.judges["J1"], Wish("final", seen, pin, again))


async def told(database: Database, action: str) -> tuple[str, str, object]:
    def newest(session: Session) -> tuple[str, str, object]:
        entry = session.exec(
            select(LogEntry).where(LogEntry.action == action).order_by(col(LogEntry.sequence).desc())
        ).first()
        assert entry
        return entry.actor, entry.subject, json.loads(entry.payload)

    return await database.read(newest)


async def test_a_signature_names_every_ballot_and_locks_them_all(database: Database) -> None:
    cast = await scored(database)
    signature = await sign(database, cast)
    assert await told(database, "ballots.signed") == ("judge:J1", "round:final", {"ballots": {"T1": 1, "T2": 1}})
    failure = await refused(database, cast, "J1", ballot("T1", 5, 5, base=1))
    assert (type(failure), failure.code, failure.status) == (BallotsSigned, "ballots_signed", 409)
    assert signature.sequence == (await database.read(lambda s: s.exec(select(Signature)).one())).sequence
    await score(database, cast, "J2", "T1", 7, 8)  # of others nothing is locked


async def test_a_ballot_that_is_repeated_after_the_signature_is_answered_as_the_first_time(database: Database) -> None:
    cast = await build_event(database, teams=1)
    form = ballot("T1", 7, 8)
    first = await ballots.submit(database, cast.judges["J1"], form)
    await sign(database, cast, "T1:1")
    assert (await ballots.submit(database, cast.judges["J1"], form)).sequence == first.sequence


async def test_signing_twice_is_signing_once(database: Database) -> None:
    cast = await scored(database)
    first = await sign(database, cast)
    assert (await sign(database, cast, again="")).sequence == first.sequence


async def test_a_pin_is_chosen_first_and_asked_for_later(database: Database) -> None:
    cast = await scored(database)
    await sign(database, cast)
    await database.write(signatures.lift, cast.round_id, "J1", "Slip", "organiser:olga")
    with pytest.raises(WrongPin):
        await sign(database, cast, pin="1111", again="1111")
    await sign(database, cast, pin="١٢٣٤", again="")


async def test_five_wrong_pins_lock_the_signature_until_it_is_reset(database: Database) -> None:
    cast = await scored(database)
    await sign(database, cast)
    await database.write(signatures.lift, cast.round_id, "J1", "Slip", "organiser:olga")
    for _ in range(pins.TRIES):
        with pytest.raises(WrongPin):
            await sign(database, cast, pin="0000")
    with pytest.raises(PinSpent):
        await sign(database, cast)
    await database.write(pins.reset, cast.judges["J1"], "organiser:olga")
    await sign(database, cast, pin="98765", again="98765")
    assert await told(database, "pin.reset") == ("organiser:olga", "judge:J1", {})


async def test_what_cannot_be_signed_costs_no_try_and_chooses_no_pin(database: Database) -> None:
    cast = await scored(database)
    await score(database, cast, "J1", "T1", 9, 9, base=1)
    with pytest.raises(Outdated):
        await sign(database, cast)
    with pytest.raises(InvalidForm):
        await sign(database, cast, "T1:2 T2:1", again="4321")
    assert await database.read(lambda session: session.exec(select(SigningPin)).all()) == []


async def test_while_a_round_is_open_all_teams_come_first(database: Database) -> None:
    cast = await build_event(database, teams=2)
    with pytest.raises(NotReady, match="no ballot"):
        await sign(database, cast, "")
    await score(database, cast, "J1", "T1", 7, 8)
    with pytest.raises(NotReady) as failure:
        await sign(database, cast, "T1:1")
    assert failure.value.extra == {"teams": ["T2"]}
    await database.write(rounds.close, cast.round_id, "organiser:olga")
    await sign(database, cast, "T1:1")


async def test_a_round_is_signed_after_its_opening_and_before_its_end(database: Database) -> None:
    cast = await build_event(database, teams=1, judges=1, opened=False)
    with pytest.raises(WrongPhase):
        await sign(database, cast, "")
    with pytest.raises(NotFound):
        await signatures.sign(database, cast.judges["J1"], Wish("none", "", "1234", "1234"))
    await database.write(rounds.open_round, cast.round_id, "organiser:olga")
    await score(database, cast, "J1", "T1", 7, 8)
    await database.write(rounds.close, cast.round_id, "organiser:olga")
    await database.write(rounds.finalise, cast.round_id, "organiser:olga", "Agreed")
    with pytest.raises(WrongPhase):
        await sign(database, cast, "T1:1")


async def test_an_organiser_lifts_a_signature_with_a_reason(database: Database) -> None:
    cast = await scored(database)
    await sign(database, cast)
    with pytest.raises(InvalidForm):
        await database.write(signatures.lift, cast.round_id, "J1", " ", "organiser:olga")
    await database.write(signatures.lift, cast.round_id, "J1", "A slip in T1", "organiser:olga")
    assert await told(database, "signature.lifted") == (
        "organiser:olga",
        "judge:J1",
        {"round": "final", "reason": "A slip in T1"},
    )
    await score(database, cast, "J1", "T1", 9, 9, base=1)
    with pytest.raises(Clash):
        await database.write(signatures.lift, cast.round_id, "J1", "Again", "organiser:olga")
    with pytest.raises(NotFound):
        await database.write(signatures.lift, cast.round_id, "J9", "Nobody", "organiser:olga")
    await sign(database, cast, "T1:2 T2:1", again="")
