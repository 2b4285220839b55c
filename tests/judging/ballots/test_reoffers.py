import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from builder import Cast, ballot
from kept import imported_event
from lateness import late_ballot, states
from sqlmodel import Session, col, select

from scoreboard.database import Database, opened
from scoreboard.errors import ReceiptRefused, RevisionMissing, RoundNotOpen, StaleBallot
from scoreboard.judging import ballots, decisions, late, rounds
from scoreboard.judging.ballots import AcceptedBallot, BallotForm, ReofferForm
from scoreboard.judging.ballots.reoffers import Receipt
from scoreboard.judging.ledger.notes import receipt
from scoreboard.judging.verification.stored import verify_event
from scoreboard.keeping.copying import copy_database
from scoreboard.keeping.restoring import restore
from scoreboard.models import Assignment, Ballot, Conflict, Deployment, Event, LogEntry
from scoreboard.signing import SigningKey, key_at_hand


@dataclass
class Phone:
    """What a judge's phone does: it sends, keeps what was confirmed with the receipt, and offers it again."""

    cast: Cast
    key: SigningKey
    epoch: str
    judge: str = "J1"

    @property
    def judge_id(self) -> int:
        return self.cast.judges[self.judge]

    async def send(self, database: Database, form: BallotForm) -> ReofferForm:
        return self.kept(form, await ballots.submit(database, self.judge_id, form))

    def kept(self, form: BallotForm, accepted: AcceptedBallot) -> ReofferForm:
        given = receipt(self.key, self.epoch, accepted.entry, str(accepted.uuid), accepted.revision)
        return ReofferForm.model_validate({**form.model_dump(), "receipt": given})

    async def offer(self, database: Database, form: ReofferForm) -> AcceptedBallot:
        return await ballots.reoffer(database, self.judge_id, form)


@dataclass
class Loss:
    """An event whose database was lost, and a copy of it from before."""

    phone: Phone
    database: Database  # in use before the loss
    path: str
    copy: Path

    @asynccontextmanager
    async def restored(self) -> AsyncIterator[Database]:
        """The database that was restored from the copy."""
        restore(self.copy, self.path)
        async with opened(self.path) as database:
            yield database


@pytest.fixture
async def loss(database: Database, database_path: str, tmp_path: Path) -> Loss:
    """A round with one ballot of J1 for T1, which the copy has."""
    cast = await imported_event(database, judges=2, teams=3)
    epoch = await database.read(lambda session: session.exec(select(Deployment.epoch)).one())
    phone = Phone(cast, key_at_hand(database_path), epoch)
    await phone.send(database, ballot("T1", 5, 5))
    copy = copy_database(database_path, tmp_path / "copies")
    return Loss(phone, database, str(tmp_path / "restored.db"), copy.path)


def stored(session: Session) -> list[tuple[str, int]]:
    rows = session.exec(select(Ballot).order_by(col(Ballot.sequence))).all()
    return [(str(row.uuid), row.revision) for row in rows]


def newest_entry(session: Session) -> LogEntry:
    return session.exec(select(LogEntry).order_by(col(LogEntry.sequence).desc()).limit(1)).one()


def faults(session: Session) -> list[str]:
    return [fault.words() for fault in verify_event(session, session.exec(select(Event)).one()).faults]


async def test_what_was_confirmed_and_lost_is_taken_back_once_and_the_entry_says_how(loss: Loss) -> None:
    kept = await loss.phone.send(loss.database, ballot("T2", 7, 8, comment="Well done"))
    async with loss.restored() as database:
        before = await database.read(stored)
        first = await loss.phone.offer(database, kept)
        again = await loss.phone.offer(database, kept)
        assert first == again
        assert await database.read(stored) == [*before, (str(kept.uuid), 1)]
        entry = await database.read(newest_entry)
        assert await database.read(faults) == []
    assert (entry.action, entry.actor, entry.subject) == ("ballot.reoffered", "judge:J1", "team:T2")
    payload = json.loads(entry.payload)
    assert (payload["scores"], payload["revision"]) == ({"impact": 7, "quality": 8}, 1)
    assert payload["first"] == {
        "sequence": kept.receipt.sequence,
        "epoch": loss.phone.epoch,
        "at": kept.receipt.at,
    }


async def test_it_is_taken_back_after_the_close_and_not_after_the_end(loss: Loss) -> None:
    second, third = [await loss.phone.send(loss.database, ballot(team, 7, 8)) for team in ("T2", "T3")]
    cast = loss.phone.cast
    async with loss.restored() as database:
        await database.write(rounds.close, cast.round_id, "test")
        assert (await loss.phone.offer(database, second)).revision == 1
        await database.write(decisions.withdraw, cast.event_id, "T3", "left", "test")
        for team in ("T1", "T2"):
            await database.write(decisions.skip, cast.round_id, "J2", team, "ill", "test")
        await database.write(rounds.finalise, cast.round_id, "test", "done")
        with pytest.raises(RoundNotOpen):
            await loss.phone.offer(database, third)
        assert await database.read(faults) == []


async def test_revisions_come_back_in_their_order(loss: Loss) -> None:
    second = await loss.phone.send(loss.database, ballot("T1", 6, 6, base=1))
    third = await loss.phone.send(loss.database, ballot("T1", 7, 7, base=2))
    async with loss.restored() as database:
        with pytest.raises(RevisionMissing):
            await loss.phone.offer(database, third)
        assert [(await loss.phone.offer(database, form)).revision for form in (second, third)] == [2, 3]
        assert await database.read(faults) == []


async def test_a_ballot_that_took_its_place_since_is_not_covered(loss: Loss) -> None:
    lost = await loss.phone.send(loss.database, ballot("T1", 6, 6, base=1))
    async with loss.restored() as database:
        newer = await loss.phone.send(database, ballot("T1", 9, 9, base=1))
        with pytest.raises(StaleBallot) as stale:
            await loss.phone.offer(database, lost)
    assert stale.value.extra["current"]["uuid"] == str(newer.uuid)


async def test_what_was_offered_again_can_be_lost_and_offered_again(loss: Loss, tmp_path: Path) -> None:
    kept = await loss.phone.send(loss.database, ballot("T2", 7, 8))
    async with loss.restored() as database:
        renewed = loss.phone.kept(kept, await loss.phone.offer(database, kept))
    restore(loss.copy, str(tmp_path / "again.db"))
    async with opened(str(tmp_path / "again.db")) as database:
        assert (await loss.phone.offer(database, renewed)).uuid == kept.uuid


async def test_a_conflict_or_an_assignment_since_does_not_lose_what_was_confirmed(loss: Loss) -> None:
    second, third = [await loss.phone.send(loss.database, ballot(team, 7, 8)) for team in ("T2", "T3")]
    cast = loss.phone.cast
    async with loss.restored() as database:
        await database.write(set_apart, cast.judges["J1"], cast.teams["T2"])
        await database.write(unassign, cast.judges["J1"], cast.teams["T3"])
        assert [(await loss.phone.offer(database, form)).revision for form in (second, third)] == [1, 1]


def set_apart(session: Session, judge_id: int, team_id: int) -> None:
    """Declare a conflict."""
    session.add(Conflict(judge_id=judge_id, team_id=team_id, reason="family", source="organiser"))


def unassign(session: Session, judge_id: int, team_id: int) -> None:
    """Take an assignment away."""
    session.delete(
        session.exec(select(Assignment).where(Assignment.judge_id == judge_id, Assignment.team_id == team_id)).one()
    )


Change = Callable[[ReofferForm], dict[str, Any]]


def receipt_with(**changes: object) -> Change:
    return lambda form: {"receipt": {**form.receipt.model_dump(), **changes}}


@pytest.mark.parametrize(
    "change",
    [
        lambda _: {"scores": {"impact": 9, "quality": 9}},
        lambda _: {"comment": "another"},
        lambda _: {"note": "another"},
        lambda _: {"uuid": uuid4()},
        lambda _: {"team": "T3"},
        lambda _: {"base_revision": 1},
        receipt_with(signature="00" * 64),
        receipt_with(sequence=3),
        receipt_with(epoch="another"),
        receipt_with(at="2026-12-07T09:30:00.000000Z"),
        receipt_with(event="another"),
        receipt_with(leaf="00" * 32),
        receipt_with(salt="00" * 16),
        receipt_with(body="[]"),
        receipt_with(body="\ud800"),
        receipt_with(key=SigningKey.new().public),
    ],
)
async def test_what_the_server_did_not_sign_for_is_refused(loss: Loss, change: Change) -> None:
    kept = await loss.phone.send(loss.database, ballot("T2", 7, 8))
    async with loss.restored() as database:
        before = await database.read(stored)
        forged = kept.model_copy(update=parsed(change(kept)))
        with pytest.raises(ReceiptRefused):
            await loss.phone.offer(database, forged)
        assert await database.read(stored) == before


def parsed(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as a form has them."""
    if "receipt" in changes:
        changes["receipt"] = Receipt.model_construct(**changes["receipt"])
    return changes


async def test_a_receipt_of_a_key_of_ones_own_is_refused(loss: Loss) -> None:
    form = ballot("T2", 7, 8)
    accepted = await ballots.submit(loss.database, loss.phone.judge_id, form)
    forger = Phone(loss.phone.cast, SigningKey.new(), loss.phone.epoch)
    async with loss.restored() as database:
        with pytest.raises(ReceiptRefused):
            await loss.phone.offer(database, forger.kept(form, accepted))


async def test_another_judges_receipt_is_refused(loss: Loss) -> None:
    kept = await loss.phone.send(loss.database, ballot("T2", 7, 8))
    async with loss.restored() as database:
        with pytest.raises(ReceiptRefused):
            await ballots.reoffer(database, loss.phone.cast.judges["J2"], kept)


async def test_one_that_came_late_is_late_again_and_decided_about_anew(loss: Loss, tmp_path: Path) -> None:
    cast, database = loss.phone.cast, loss.database
    await database.write(rounds.close, cast.round_id, "test")
    copy = copy_database(loss.database.setting, tmp_path / "closed")
    kept = await loss.phone.send(database, late_ballot("T1", 7, 8, base=1))
    await database.write(late.admit, cast.round_id, kept.uuid, "no network", "organiser:olga")
    restore(copy.path, str(tmp_path / "again.db"))
    async with opened(str(tmp_path / "again.db")) as restored:
        first = await loss.phone.offer(restored, kept)
        assert first == await loss.phone.offer(restored, kept)
        assert (first.late, await restored.read(states)) == (True, [("waiting", "")])
        payload = json.loads((await restored.read(newest_entry)).payload)
        assert payload["first"]["sequence"] == kept.receipt.sequence
        with pytest.raises(ReceiptRefused):
            await loss.phone.offer(restored, kept.model_copy(update={"uuid": uuid4(), "comment": "another"}))
        await restored.write(late.admit, cast.round_id, kept.uuid, "no network", "organiser:olga")
        assert await restored.read(faults) == []


async def test_where_the_copy_is_older_than_the_close_it_is_in_time(loss: Loss) -> None:
    cast = loss.phone.cast
    await loss.database.write(rounds.close, cast.round_id, "test")
    kept = await loss.phone.send(loss.database, late_ballot("T2", 7, 8))
    async with loss.restored() as database:
        given = await loss.phone.offer(database, kept)
        assert (given.late, given.revision) == (False, 1)
        assert (await database.read(newest_entry)).action == "ballot.submitted"
        assert await database.read(faults) == []


async def test_the_time_of_entry_is_what_was_signed(loss: Loss, tmp_path: Path) -> None:
    await loss.database.write(rounds.close, loss.phone.cast.round_id, "test")
    copy = copy_database(loss.database.setting, tmp_path / "closed")
    kept = await loss.phone.send(loss.database, late_ballot("T2", 7, 8))
    restore(copy.path, str(tmp_path / "again.db"))
    async with opened(str(tmp_path / "again.db")) as restored:
        for at in (None, late_ballot("T2", 7, 8, seconds=-99).entered_at):
            with pytest.raises(ReceiptRefused):
                await loss.phone.offer(restored, kept.model_copy(update={"entered_at": at}))


async def test_a_pause_does_not_hold_back_what_was_confirmed(loss: Loss) -> None:
    kept = await loss.phone.send(loss.database, ballot("T2", 7, 8))
    async with loss.restored() as database:
        await database.write(rounds.pause, loss.phone.cast.round_id, "Break", "test")
        assert (await loss.phone.offer(database, kept)).revision == 1
        assert await database.read(faults) == []
