import json
from datetime import timedelta

import pytest
from builder import Cast, build_event
from lateness import newest_entry

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotFound, TooManyTries
from scoreboard.judging import announcements
from scoreboard.judging.announcements import LONGEST, Announcement
from scoreboard.models import Event, Judge

OLGA = "organiser:olga"


async def announce(database: Database, cast: Cast, judge: str, english: str, arabic: str = "", by: str = OLGA) -> int:
    return await database.write(announcements.announce, cast.event_id, judge, english, arabic, by)


async def heard(database: Database, cast: Cast, judge: str) -> list[Announcement]:
    return await database.read(
        lambda session: announcements.announcements_for(session, session.get_one(Judge, cast.judges[judge]))
    )


async def see(database: Database, cast: Cast, judge: str, sequence: int) -> None:
    await database.write(
        lambda session: announcements.note_seen(session, session.get_one(Judge, cast.judges[judge]), sequence)
    )


async def test_a_message_to_all_reaches_all_and_one_to_a_judge_nobody_else(database: Database) -> None:
    cast = await build_event(database)
    await announce(database, cast, "", "Lunch", "الغداء")
    await announce(database, cast, "J2", " Please come to the desk. ", by="organiser:omar")
    found = {judge: [each.text_en for each in await heard(database, cast, judge)] for judge in ("J1", "J2")}
    assert found == {"J1": ["Lunch"], "J2": ["Please come to the desk.", "Lunch"]}
    entry = await database.read(newest_entry)
    assert (entry.actor, entry.action, entry.subject) == ("organiser:omar", "announcement.made", "judge:J2")
    assert json.loads(entry.payload) == {"text_en": "Please come to the desk.", "text_ar": ""}


async def test_one_of_another_event_reaches_nobody_here(database: Database) -> None:
    cast, other = await build_event(database), await build_event(database, slug="other")
    sequence = await announce(database, other, "", "Lunch")
    assert await heard(database, cast, "J1") == []
    with pytest.raises(NotFound):
        await see(database, cast, "J1", sequence)


async def test_it_is_known_who_has_seen_it_and_once_is_enough(database: Database) -> None:
    cast = await build_event(database)
    sequence = await announce(database, cast, "", "Lunch")
    for _ in range(2):
        await see(database, cast, "J2", sequence)
    (one,), (two,) = [await heard(database, cast, judge) for judge in ("J1", "J2")]
    assert [each.as_json(cast.judges[judge])["seen"] for judge, each in (("J1", one), ("J2", two))] == [False, True]
    (told,) = await database.read(
        lambda session: announcements.announcements_of(session, session.get_one(Event, cast.event_id))
    )
    assert (set(told.seen), told.judge) == ({cast.judges["J2"]}, "")


async def test_what_is_no_message_to_a_judge_is_not_seen(database: Database) -> None:
    cast = await build_event(database)
    sequence = await announce(database, cast, "J2", "Please come to the desk.")
    for number in (sequence, 1, 999):
        with pytest.raises(NotFound):
            await see(database, cast, "J1", number)


async def test_a_message_has_words_and_not_too_many_and_somebody_to_read_it(database: Database) -> None:
    cast = await build_event(database)
    for judge, english, arabic in (("", " ", ""), ("", "x" * (LONGEST + 1), ""), ("", "", "ا" * (LONGEST + 1))):
        with pytest.raises(InvalidForm):
            await announce(database, cast, judge, english, arabic)
    with pytest.raises(NotFound):
        await announce(database, cast, "J99", "Hello")
    await announce(database, cast, "", "x" * LONGEST)


async def test_one_person_sends_one_in_five_seconds(database: Database) -> None:
    cast = await build_event(database)
    await announce(database, cast, "", "One")
    with pytest.raises(TooManyTries) as refused:
        await announce(database, cast, "", "Two")
    assert 1 <= refused.value.extra["seconds"] <= 5
    await announce(database, cast, "", "Another person's", by="organiser:omar")
    assert [each.text_en for each in await heard(database, cast, "J1")] == ["Another person's", "One"]


async def test_the_newest_five_are_told(database: Database) -> None:
    cast = await build_event(database)
    for number in range(7):
        await announce(database, cast, "", f"{number}", by=f"organiser:{number}")
    assert [each.text_en for each in await heard(database, cast, "J1")] == ["6", "5", "4", "3", "2"]


async def test_those_of_the_day_before_are_told_no_more(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = await build_event(database)
    await announce(database, cast, "", "Lunch")
    monkeypatch.setattr(announcements, "LASTS", timedelta(0))
    assert await heard(database, cast, "J1") == []
