import json
from datetime import UTC, datetime, timedelta

import pytest
from builder import build_event, issue_link
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import further_device
from sqlalchemy import select, update
from sqlmodel import Session, col

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotFound, NotSignedIn
from scoreboard.judging import access
from scoreboard.judging.pairing.devices import sign_in_judge
from scoreboard.judging.staff import organisers, sessions
from scoreboard.models import Judge, JudgeLink, LogEntry, OneTimeLink, Organiser, SignIn

# Judges.


async def judge_by(database: Database, **what: str) -> str:
    judge, _link = await database.read(lambda session: access.judge_behind(session, **what))
    return judge.key


async def session_of(database: Database, secret: str) -> str:
    judge, link = await database.read(lambda session: access.judge_behind(session, secret=secret))
    return await database.write(sign_in_judge, judge.id or 0, link.id or 0, "a phone")


async def test_a_link_and_its_code_lead_to_the_judge(database: Database) -> None:
    cast = await build_event(database)
    one, two = [await issue_link(database, cast.judges[key]) for key in ("J1", "J2")]
    assert await judge_by(database, secret=one.secret) == "J1"
    assert await judge_by(database, code=one.code) == "J1"
    assert await judge_by(database, code=two.code) == "J2"


@pytest.mark.parametrize("wrong", [{"secret": "wrong"}, {"code": "0000-0000"}, {"code": ""}])
async def test_what_is_unknown_opens_nothing(database: Database, wrong: dict[str, str]) -> None:
    cast = await build_event(database)
    await issue_link(database, cast.judges["J1"])
    with pytest.raises(NotSignedIn):
        await judge_by(database, **wrong)


async def test_neither_a_secret_nor_a_code_nor_a_session_is_kept(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    token = await session_of(database, link.secret)

    def kept(session: Session) -> str:
        rows = [*session.execute(select(JudgeLink)).scalars(), *session.execute(select(SignIn)).scalars()]
        return " ".join(row.model_dump_json() for row in rows)

    told = await database.read(kept)
    assert "secret_hash" in told
    assert [secret in told for secret in (link.secret, link.code, link.code.replace("-", ""), token)] == [False] * 4


SALT = "00" * 16


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_code_is_the_same_however_it_is_typed(data: st.DataObject) -> None:
    code = "1O0L-7XY2"
    typed = "".join(
        data.draw(st.sampled_from([letter.lower(), letter.upper(), *ALIKE.get(letter.upper(), [])])) for letter in code
    )
    assert access.code_hash(typed, SALT) == access.code_hash("1001-7XY2", SALT)


ALIKE = {
    "1": ["I", "l", "١", "۱"],
    "O": ["0", "٠"],
    "0": ["o", "۰"],
    "L": ["1", "i"],
    "7": ["٧"],
    "2": ["٢"],
    "-": ["", " ", "\u2011", "\u2013"],
}


def test_a_new_link_has_160_bits_and_a_code_that_can_be_typed() -> None:
    link = access.new_link(SALT)
    assert len(link.secret) == 27  # 20 bytes in base64 without padding
    assert (len(link.code), link.code[4]) == (9, "-")
    assert set(link.code) - {"-"} <= set(access.ALPHABET)
    assert access.new_link(SALT).secret != link.secret


async def test_a_session_belongs_to_its_judge_until_it_is_ended(database: Database) -> None:
    cast = await build_event(database)
    token = await session_of(database, (await issue_link(database, cast.judges["J1"])).secret)
    assert (await database.read(access.judge_of, token)).key == "J1"
    await database.write(access.sign_out, token)
    with pytest.raises(NotSignedIn):
        await database.read(access.judge_of, token)


async def test_a_session_ends_by_itself(database: Database) -> None:
    cast = await build_event(database)
    token = await session_of(database, (await issue_link(database, cast.judges["J1"])).secret)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await database.write(lambda session: session.execute(update(SignIn).values(expires_at=past)))
    with pytest.raises(NotSignedIn):
        await database.read(access.judge_of, token)


async def test_a_new_link_ends_the_old_one_and_its_sessions_and_nobody_elses(database: Database) -> None:
    cast = await build_event(database)
    old, other = [await issue_link(database, cast.judges[key]) for key in ("J1", "J2")]
    tokens = [await session_of(database, link.secret) for link in (old, other)]
    new = await issue_link(database, cast.judges["J1"])
    for gone in ({"secret": old.secret}, {"code": old.code}):
        with pytest.raises(NotSignedIn):
            await judge_by(database, **gone)
    with pytest.raises(NotSignedIn):
        await database.read(access.judge_of, tokens[0])
    assert await judge_by(database, secret=new.secret) == "J1"
    assert (await database.read(access.judge_of, tokens[1])).key == "J2"


async def test_a_link_that_is_revoked_between_two_steps_opens_nothing(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    judge, found = await database.read(lambda session: access.judge_behind(session, secret=link.secret))
    await issue_link(database, cast.judges["J1"])
    with pytest.raises(NotSignedIn):
        await database.write(sign_in_judge, judge.id or 0, found.id or 0, "a phone")


async def test_a_judge_who_has_withdrawn_does_not_come_in(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    token = await session_of(database, link.secret)

    def withdraw(session: Session) -> None:
        session.get_one(Judge, cast.judges["J1"]).withdrawn_at = datetime.now(UTC)

    await database.write(withdraw)
    with pytest.raises(NotSignedIn):
        await judge_by(database, secret=link.secret)
    with pytest.raises(NotSignedIn):
        await database.read(access.judge_of, token)


async def test_there_is_no_link_for_a_judge_who_is_not_there(database: Database) -> None:
    await build_event(database)
    with pytest.raises(NotFound):
        await issue_link(database, 4711)


async def test_two_devices_may_be_signed_in_by_one_link(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    tokens = [await session_of(database, link.secret), await database.write(further_device, link.secret)]
    await database.write(access.sign_out, tokens[0])
    assert (await database.read(access.judge_of, tokens[1])).key == "J1"

    def links(session: Session) -> int:
        return len(session.execute(select(JudgeLink).where(col(JudgeLink.revoked_at).is_(None))).all())

    assert await database.read(links) == 1


# Organisers: by a password, or by a link that works once.

PASSWORD = "correct horse battery"


async def test_an_organiser_is_known_by_name_and_password(database: Database) -> None:
    await database.write(organisers.add_organiser, " olga ", PASSWORD)
    assert (await database.read(organisers.organiser_by_password, "olga ", PASSWORD)).name == "olga"


@pytest.mark.parametrize(("name", "password"), [("olga", "guess"), ("nobody", PASSWORD), ("olga", ""), ("guest", "")])
async def test_a_wrong_name_or_password_opens_nothing_and_says_not_which(
    database: Database, name: str, password: str
) -> None:
    await database.write(organisers.add_organiser, "olga", PASSWORD)
    await database.write(organisers.add_organiser, "guest", "")
    with pytest.raises(NotSignedIn) as refused:
        await database.read(organisers.organiser_by_password, name, password)
    assert str(refused.value) == "The name or the password is not right."


@pytest.mark.parametrize(("name", "password"), [(" ", PASSWORD), ("olga", "eleven char"), ("fatima", PASSWORD)])
async def test_an_organiser_needs_a_name_of_their_own_and_a_long_password(
    database: Database, name: str, password: str
) -> None:
    await database.write(organisers.add_organiser, "fatima", PASSWORD)
    with pytest.raises(InvalidForm):
        await database.write(organisers.add_organiser, name, password)


async def organiser_id(database: Database) -> int:
    return (await database.write(organisers.add_organiser, "olga", "")).id or 0


async def test_a_one_time_link_opens_one_session(database: Database) -> None:
    secret = await database.write(organisers.issue_one_time_link, await organiser_id(database))
    token = await database.write(organisers.redeem_one_time_link, secret, "laptop")
    assert (await database.read(sessions.organiser_of, token)).name == "olga"
    with pytest.raises(NotSignedIn):
        await database.write(organisers.redeem_one_time_link, secret, "laptop")


async def test_a_one_time_link_does_not_work_after_a_day(database: Database) -> None:
    secret = await database.write(organisers.issue_one_time_link, await organiser_id(database))

    def age(session: Session) -> None:
        session.execute(update(OneTimeLink).values(expires_at=datetime.now(UTC)))

    await database.write(age)
    with pytest.raises(NotSignedIn):
        await database.write(organisers.redeem_one_time_link, secret, "laptop")


async def test_a_session_ends_by_signing_out_by_time_and_with_its_organiser(database: Database) -> None:
    organiser = await organiser_id(database)
    tokens = [await database.write(sessions.sign_in_organiser, organiser, "laptop") for _ in range(3)]
    await database.write(access.sign_out, tokens[0])

    def expire(session: Session) -> None:
        ends = update(SignIn).where(col(SignIn.token_hash) == access.hashed(tokens[1]))
        session.execute(ends.values(expires_at=datetime.now(UTC)))

    await database.write(expire)
    for token in tokens[:2]:
        with pytest.raises(NotSignedIn):
            await database.read(sessions.organiser_of, token)
    assert (await database.read(sessions.organiser_of, tokens[2])).name == "olga"

    def disable(session: Session) -> None:
        session.get_one(Organiser, organiser).disabled_at = datetime.now(UTC)

    await database.write(disable)
    with pytest.raises(NotSignedIn):
        await database.read(sessions.organiser_of, tokens[2])


async def test_a_judge_and_an_organiser_are_two_people(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    judge, stored = await database.read(access.judge_behind, secret=link.secret)
    judges = await database.write(sign_in_judge, judge.id or 0, stored.id or 0, "phone")
    organisers = await database.write(sessions.sign_in_organiser, await organiser_id(database), "laptop")
    with pytest.raises(NotSignedIn):
        await database.read(sessions.organiser_of, judges)
    with pytest.raises(NotSignedIn):
        await database.read(access.judge_of, organisers)


async def test_a_sign_in_is_an_entry_that_names_the_link_and_opens_nothing(database: Database) -> None:
    cast = await build_event(database)
    link = await issue_link(database, cast.judges["J1"])
    judge, stored = await database.read(access.judge_behind, secret=link.secret)
    await database.write(sign_in_judge, judge.id or 0, stored.id or 0, "phone")
    await database.write(access.revoke_links, judge, "organiser:olga")

    def told(session: Session) -> list[tuple[str, str, dict[str, str]]]:
        rows = session.scalars(select(LogEntry).order_by(col(LogEntry.sequence))).all()
        return [(row.actor, row.action, json.loads(row.payload)) for row in rows[-3:]]

    named = {"link": link.secret_hash[:16]}
    issued, paired, revoked = await database.read(told)
    device = {"device": paired[2].pop("device"), "name": paired[2].pop("name")}
    assert (issued, paired, revoked) == (
        ("test", "link.issued", named),
        ("judge:J1", "device.paired", named),
        ("organiser:olga", "link.revoked", named),
    )
    assert (len(device["device"]), device["name"]) == (16, "")
