import json
from datetime import UTC, datetime
from typing import Any

import pytest
from builder import Cast, issue_link
from faults.stage import store_open_round
from pairs import ANDROID, IPHONE, first_device, further_device
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.errors import DeviceRevoked, NotFound, NotSignedIn, PinWanted
from scoreboard.judging import access, ledger
from scoreboard.judging.access import NewLink
from scoreboard.judging.pairing import devices
from scoreboard.judging.verification.stored import verify_event
from scoreboard.models import Event, Judge, JudgeDevice, LogEntry, SignIn


async def invited(database: Database) -> tuple[Cast, NewLink]:
    """An event that was imported, so that its ledger tells all of it, and a judge's link."""

    def store(session: Session) -> Cast:
        round_ = store_open_round(session, ("J1", "J2"), ("T1", "T2"), ("impact",))
        judges = {judge.key: judge.id or 0 for judge in session.exec(select(Judge)).all()}
        return Cast(round_.event_id, "hack", round_.id or 0, judges, {})

    cast = await database.write(store)
    return cast, await issue_link(database, cast.judges["J1"])


async def told(database: Database, n: int) -> list[tuple[str, str, dict[str, Any]]]:
    def read(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
        rows = session.exec(select(LogEntry).order_by(col(LogEntry.sequence))).all()[-n:]
        return [(row.actor, row.action, json.loads(row.payload)) for row in rows]

    return await database.read(read)


async def lines(database: Database, cast: Cast) -> list[tuple[str, bool]]:
    found = await database.read(devices.devices_of_judge, cast.judges["J1"])
    return [(line.device.name, line.signed_in) for line in found]


async def sound(database: Database) -> bool:
    """Whether the ledger tells what the tables hold."""
    return (await database.read(lambda session: verify_event(session, session.exec(select(Event)).one()))).faults == []


async def test_a_link_is_bound_to_the_first_device(database: Database) -> None:
    cast, link = await invited(database)
    token = await database.write(first_device, link.secret)
    with pytest.raises(PinWanted):
        await database.write(first_device, link.secret, ANDROID)
    assert (await database.read(access.judge_of, token)).key == "J1"
    assert await lines(database, cast) == [("iPhone, Safari", True)]


async def test_the_first_device_comes_back_by_the_link_alone(database: Database) -> None:
    cast, link = await invited(database)
    token = await database.write(first_device, link.secret)
    await database.write(access.sign_out, token)
    assert await lines(database, cast) == [("iPhone, Safari", False)]
    again = await database.write(lambda session: first_device(session, link.secret, known=token))
    assert (await database.read(access.judge_of, again)).key == "J1"
    assert await lines(database, cast) == [("iPhone, Safari", True)]
    (actor, action, payload), (_, _, paired) = reversed(await told(database, 2))
    assert (actor, action, payload["device"]) == ("judge:J1", "judge.signed_in", paired["device"])


async def test_each_sign_in_makes_a_new_token_and_ends_the_old_one(database: Database) -> None:
    _cast, link = await invited(database)
    old = await database.write(first_device, link.secret)
    new = await database.write(lambda session: first_device(session, link.secret, known=old))
    with pytest.raises(NotSignedIn):
        await database.read(access.judge_of, old)
    with pytest.raises(PinWanted):
        await database.write(lambda session: first_device(session, link.secret, known=old))
    assert (await database.read(access.judge_of, new)).key == "J1"


async def test_what_a_browser_holds_of_another_judge_makes_it_no_device_of_this_one(database: Database) -> None:
    cast, link = await invited(database)
    await database.write(first_device, link.secret)
    other = await issue_link(database, cast.judges["J2"])
    token = await database.write(first_device, other.secret)
    with pytest.raises(PinWanted):
        await database.write(lambda session: first_device(session, link.secret, known=token))


async def test_a_further_device_leaves_the_first_one_in(database: Database) -> None:
    cast, link = await invited(database)
    tokens = [await database.write(first_device, link.secret), await database.write(further_device, link.secret)]
    assert [(await database.read(access.judge_of, token)).key for token in tokens] == ["J1", "J1"]
    assert await lines(database, cast) == [("iPhone, Safari", True), ("Android, Chrome", True)]
    (_, issued, pin), (actor, paired, payload) = await told(database, 2)
    assert (issued, paired, actor) == ("pin.issued", "device.paired", "judge:J1")
    assert (payload["pin"], payload["name"]) == (pin["pin"], "Android, Chrome")


async def test_a_device_that_is_revoked_is_out_at_once_and_stays_out(database: Database) -> None:
    cast, link = await invited(database)
    first, second = await database.write(first_device, link.secret), await database.write(further_device, link.secret)
    key = (await database.read(devices.devices_of_judge, cast.judges["J1"]))[0].device.key
    await database.write(devices.revoke_device, cast.judges["J1"], key, "organiser:olga")
    with pytest.raises(DeviceRevoked):
        await database.read(access.judge_of, first)
    with pytest.raises(PinWanted):
        await database.write(lambda session: first_device(session, link.secret, known=first))
    assert (await database.read(access.judge_of, second)).key == "J1"
    before = await told(database, 1)
    await database.write(devices.revoke_device, cast.judges["J1"], key, "organiser:olga")
    assert await told(database, 1) == before
    assert before[0] == ("organiser:olga", "device.revoked", {"link": link.secret_hash[:16], "device": key})


async def test_all_devices_are_revoked_and_the_link_needs_a_pin(database: Database) -> None:
    cast, link = await invited(database)
    tokens = [await database.write(first_device, link.secret), await database.write(further_device, link.secret)]
    await database.write(devices.revoke_devices, cast.judges["J1"], "organiser:olga")
    for token in tokens:
        with pytest.raises(DeviceRevoked):
            await database.read(access.judge_of, token)
    assert await lines(database, cast) == []
    with pytest.raises(PinWanted):
        await database.write(first_device, link.secret)
    assert await database.write(further_device, link.secret)
    assert await sound(database)


async def test_another_judges_device_is_not_there(database: Database) -> None:
    cast, link = await invited(database)
    await database.write(first_device, link.secret)
    (line,) = await database.read(devices.devices_of_judge, cast.judges["J1"])
    for judge, key in (("J2", line.device.key), ("J1", "0" * 16)):
        with pytest.raises(NotFound):
            await database.write(devices.revoke_device, cast.judges[judge], key, "organiser:olga")


async def test_a_new_link_needs_no_pin_and_ends_the_devices_of_the_old_one(database: Database) -> None:
    cast, link = await invited(database)
    old = await database.write(first_device, link.secret)
    fresh = await issue_link(database, cast.judges["J1"])
    with pytest.raises(DeviceRevoked):
        await database.read(access.judge_of, old)
    with pytest.raises(NotSignedIn):
        await database.write(first_device, link.secret)
    assert await database.write(first_device, fresh.secret, ANDROID)
    assert await sound(database)


async def test_who_signs_out_is_signed_out_and_not_revoked(database: Database) -> None:
    _cast, link = await invited(database)
    token = await database.write(first_device, link.secret)
    await database.write(access.sign_out, token)
    with pytest.raises(NotSignedIn) as refused:
        await database.read(access.judge_of, token)
    assert refused.value.code == "not_signed_in"


async def test_whoever_was_signed_in_before_there_were_devices_stays_so(database: Database) -> None:
    cast, link = await invited(database)

    def as_before(session: Session) -> list[str]:
        judge, stored = access.judge_behind(session, secret=link.secret)
        tokens = []
        for agent in (IPHONE, ANDROID):
            named = {"link": link.secret_hash[:16]}
            ledger.append(session, cast.event_id, "judge:J1", "judge.signed_in", "judge:J1", named)
            lasts = access.JUDGE_SESSION
            tokens.append(access.open_session(session, lasts, agent, judge_id=judge.id, link_id=stored.id))
        return tokens

    tokens = await database.write(as_before)
    with pytest.raises(PinWanted):
        await database.write(first_device, link.secret)
    for _ in range(2):
        await devices.adopt_sessions(database)
    assert [(await database.read(access.judge_of, token)).key for token in tokens] == ["J1", "J1"]
    assert await lines(database, cast) == [("iPhone, Safari", True), ("Android, Chrome", True)]
    again = await database.write(lambda session: first_device(session, link.secret, known=tokens[0]))
    assert (await database.read(access.judge_of, again)).key == "J1"
    assert await sound(database)


async def test_when_a_device_was_last_seen_is_known_to_the_minute(database: Database) -> None:
    cast, link = await invited(database)
    token = await database.write(first_device, link.secret)
    assert (await database.read(access.judge_present, token))[1] is True
    await database.write(access.note_seen, token)
    assert (await database.read(access.judge_present, token))[1] is False
    (line,) = await database.read(devices.devices_of_judge, cast.judges["J1"])
    assert (datetime.now(UTC) - line.seen_at).total_seconds() < 60


async def test_a_device_that_no_entry_tells_of_is_found(database: Database) -> None:
    _cast, link = await invited(database)
    await database.write(first_device, link.secret)

    def forge(session: Session) -> None:
        device = session.exec(select(JudgeDevice)).one()
        judge, stored = access.judge_behind(session, secret=link.secret)
        access.open_session(session, access.JUDGE_SESSION, "", judge_id=judge.id, link_id=stored.id)
        session.flush()
        newest = session.exec(select(SignIn.id).order_by(col(SignIn.id).desc())).first()
        session.add(JudgeDevice(key="ab", link_id=device.link_id, sign_in_id=newest or 0, paired_at=device.paired_at))

    assert await sound(database)
    await database.write(forge)
    assert not await sound(database)
