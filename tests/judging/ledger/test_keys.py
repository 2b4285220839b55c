import json

import pytest
from builder import build_event
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import Unusable
from scoreboard.judging.ledger.keys import named_keys, refuse_other_key, rotate, signing_key_of
from scoreboard.judging.ledger.notes import rotation_text
from scoreboard.models import LedgerHead, LogEntry
from scoreboard.signing import SigningKey, key_at_hand, signed


def newest(session: Session, event_id: int) -> LogEntry:
    rows = select(LogEntry).where(LogEntry.event_id == event_id).order_by(col(LogEntry.sequence).desc())
    return session.exec(rows.limit(1)).one()


def ledger_key(session: Session, event_id: int) -> str:
    return session.get_one(LedgerHead, event_id).key


async def test_a_rotation_is_an_entry_in_every_ledger_signed_by_both_keys(database: Database) -> None:
    casts = [await build_event(database, slug=slug) for slug in ("one", "two")]
    old, new = key_at_hand(database.setting), SigningKey.new()
    assert await database.write(rotate, old, new, "command:key") == 2
    for cast in casts:
        entry = await database.read(newest, cast.event_id)
        key = await database.read(ledger_key, cast.event_id)
        told = json.loads(entry.payload)
        text = rotation_text(key, old.public, new.public, entry.sequence)
        assert (entry.actor, entry.action, told["old"], told["new"]) == (
            "command:key",
            "key.rotated",
            old.public,
            new.public,
        )
        assert signed(old.public, bytes.fromhex(told["by_old"]), text)
        assert signed(new.public, bytes.fromhex(told["by_new"]), text)
    assert await database.read(signing_key_of) == new.public
    assert set((await database.read(named_keys)).values()) == {new.public}
    await database.read(refuse_other_key, new.public)


async def test_the_old_key_no_longer_fits_after_a_rotation(database: Database) -> None:
    await build_event(database)
    old = key_at_hand(database.setting)
    await database.read(refuse_other_key, old.public)
    await database.write(rotate, old, SigningKey.new(), "command:key")
    with pytest.raises(Unusable, match="signed with another key"):
        await database.read(refuse_other_key, old.public)


async def test_a_key_that_does_not_sign_now_cannot_hand_over(database: Database) -> None:
    cast = await build_event(database)
    with pytest.raises(Unusable, match="signed with another key"):
        await database.write(rotate, SigningKey.new(), SigningKey.new(), "command:key")
    assert (await database.read(newest, cast.event_id)).action != "key.rotated"


async def test_without_the_old_key_its_signature_is_missing_for_everybody_to_see(database: Database) -> None:
    cast = await build_event(database)
    await database.write(rotate, None, new := SigningKey.new(), "command:key")
    told = json.loads((await database.read(newest, cast.event_id)).payload)
    assert (told["new"], told["by_old"]) == (new.public, "")


async def test_a_ledger_that_names_another_key_than_its_deployment_is_noticed(database: Database) -> None:
    await build_event(database)
    other = SigningKey.new()
    await database.write(lambda session: session.connection().exec_driver_sql("UPDATE deployment SET public_key = 'x'"))
    for public in (other.public, key_at_hand(database.setting).public, "x"):
        with pytest.raises(Unusable, match="signed with another key"):
            await database.read(refuse_other_key, public)
