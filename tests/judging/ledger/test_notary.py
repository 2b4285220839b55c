import asyncio
import logging
from typing import Any

import pytest
from builder import build_event, score
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import NotFound, Unusable
from scoreboard.judging.ledger.keys import rotate
from scoreboard.judging.ledger.notary import CHECKPOINT_SECONDS, Notary
from scoreboard.judging.ledger.notes import read_note, receipt_text
from scoreboard.judging.ledger.tree import Tree, consistent, included
from scoreboard.models import Checkpoint, Deployment, LogEntry
from scoreboard.signing import SigningKey, key_at_hand, signed


def checkpoints(session: Session) -> list[tuple[int, int, str]]:
    rows = session.exec(select(Checkpoint).order_by(col(Checkpoint.event_id), col(Checkpoint.size)))
    return [(row.event_id, row.size, row.note) for row in rows]


def leaves(session: Session) -> list[bytes]:
    return [bytes.fromhex(leaf) for leaf in session.exec(select(LogEntry.leaf).order_by(col(LogEntry.sequence)))]


def proof(told: dict[str, Any], name: str) -> list[bytes]:
    return [bytes.fromhex(step) for step in told[name]]


async def test_a_checkpoint_is_signed_over_the_ledger_as_it_is(database: Database) -> None:
    cast = await build_event(database)
    signing = key_at_hand(database.setting)
    async with Notary(database, signing) as clerk:
        await score(database, cast, "J1", "T1", 5, 5)
        told = await clerk.witness(cast.event_id)
    note = read_note(told["checkpoint"])
    assert (note.size, note.root) == (3, Tree(await database.read(leaves)).root())
    assert note.signed_by(signing.public)
    assert await database.read(checkpoints) == [(cast.event_id, 3, told["checkpoint"])]


async def test_each_checkpoint_is_proved_to_continue_the_one_that_a_phone_holds(database: Database) -> None:
    cast = await build_event(database)
    async with Notary(database, key_at_hand(database.setting)) as clerk:
        roots = {}
        for team in cast.teams:
            await clerk.catch_up()
            note = read_note((await clerk.witness(cast.event_id))["checkpoint"])
            roots[note.size] = note.root
            await score(database, cast, "J1", team, 5, 5)
        await clerk.catch_up()
        for size, root in roots.items():
            told = await clerk.witness(cast.event_id, size)
            newest = read_note(told["checkpoint"])
            assert newest.size == 7
            assert consistent(size, newest.size, proof(told, "consistency"), root, newest.root)


async def test_a_checkpoint_that_is_none_of_ours_is_not_proved_to_be(database: Database) -> None:
    cast = await build_event(database)
    async with Notary(database, key_at_hand(database.setting)) as clerk:
        assert (await clerk.witness(cast.event_id, 99))["consistency"] is None
        assert (await clerk.witness(cast.event_id, 0))["consistency"] == []


async def test_an_entry_is_proved_to_be_in_the_checkpoint_that_covers_it(database: Database) -> None:
    cast = await build_event(database)
    async with Notary(database, key_at_hand(database.setting)) as clerk:
        await clerk.catch_up()
        ballot = await score(database, cast, "J1", "T1", 5, 5)
        assert "inclusion" not in await clerk.witness(cast.event_id, sequence=ballot.sequence)
        await clerk.catch_up()
        told = await clerk.witness(cast.event_id, sequence=ballot.sequence)
        note = read_note(told["checkpoint"])
        leaf = (await database.read(leaves))[ballot.sequence - 1]
        assert included(leaf, ballot.sequence, note.size, proof(told, "inclusion"), note.root)


async def test_a_receipt_is_signed_in_the_name_of_the_deployment(database: Database) -> None:
    cast = await build_event(database)
    signing = key_at_hand(database.setting)
    epoch = await database.read(lambda session: session.exec(select(Deployment.epoch)).one())
    async with Notary(database, signing) as clerk:
        ballot = await score(database, cast, "J1", "T1", 5, 5)
        given = clerk.receipt(ballot.entry, str(ballot.uuid), ballot.revision)
    text = receipt_text(
        ballot.entry.key, epoch, ballot.sequence, ballot.entry.leaf, str(ballot.uuid), 1, ballot.entry.at
    )
    assert (given["epoch"], given["key"]) == (epoch, signing.public)
    assert signed(signing.public, bytes.fromhex(given["signature"]), text)


async def test_nothing_is_signed_twice_while_nothing_happens(database: Database) -> None:
    cast = await build_event(database)
    async with Notary(database, key_at_hand(database.setting)) as clerk:
        for _ in range(3):
            await clerk.catch_up()
            await clerk.witness(cast.event_id)
        assert [size for _, size, _ in await database.read(checkpoints)] == [2]


async def test_what_came_last_is_signed_at_the_end_and_continued_after_the_next_start(database: Database) -> None:
    cast = await build_event(database)
    signing = key_at_hand(database.setting)
    async with Notary(database, signing) as clerk:
        before = read_note((await clerk.witness(cast.event_id))["checkpoint"])
        await score(database, cast, "J1", "T1", 5, 5)
    assert [size for _, size, _ in await database.read(checkpoints)] == [2, 3]
    async with Notary(database, signing) as clerk:
        told = await clerk.witness(cast.event_id, before.size)
    after = read_note(told["checkpoint"])
    assert consistent(before.size, after.size, proof(told, "consistency"), before.root, after.root)


async def test_ledgers_are_signed_by_themselves_every_so_often(database: Database) -> None:
    casts = [await build_event(database, slug=slug) for slug in ("one", "two")]
    slept: list[float] = []
    went_round = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            went_round.set()
            await asyncio.Event().wait()

    async with Notary(database, key_at_hand(database.setting), sleep=sleep):
        await went_round.wait()
        signed_now = [(event_id, size) for event_id, size, _ in await database.read(checkpoints)]
    assert signed_now == [(cast.event_id, 2) for cast in casts]
    assert slept == [CHECKPOINT_SECONDS] * 2


async def test_many_who_ask_at_once_are_given_the_same_checkpoint(database: Database) -> None:
    cast = await build_event(database)
    async with Notary(database, key_at_hand(database.setting)) as clerk:
        told = await asyncio.gather(*(clerk.witness(cast.event_id) for _ in range(20)))
        assert told == [told[0]] * 20
    assert len(await database.read(checkpoints)) == 1


async def test_there_is_nothing_to_sign_without_an_event(database: Database) -> None:
    async with Notary(database, key_at_hand(database.setting)) as clerk:
        with pytest.raises(NotFound):
            await clerk.witness(7)


async def test_another_key_than_the_ledgers_is_refused_at_the_start(database: Database) -> None:
    await build_event(database)
    with pytest.raises(Unusable, match="signed with another key"):
        await Notary(database, SigningKey.new()).__aenter__()


async def test_a_key_that_was_changed_meanwhile_signs_nothing_more_and_judging_goes_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    cast = await build_event(database)
    old = key_at_hand(database.setting)
    async with Notary(database, old) as clerk:
        await clerk.catch_up()
        await database.write(rotate, old, SigningKey.new(), "command:key")
        with caplog.at_level(logging.ERROR):
            await clerk.catch_up()
        assert "could not be signed" in caplog.text
        assert read_note((await clerk.witness(cast.event_id))["checkpoint"]).size == 2
    assert len(await database.read(checkpoints)) == 1
