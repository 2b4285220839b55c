from datetime import UTC, datetime

from builder import Cast, build_event, issue_link, score
from pairs import IPHONE, further_device
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import access
from scoreboard.judging.duty import people, progress
from scoreboard.judging.duty.people import JudgeLine
from scoreboard.judging.duty.progress import Count
from scoreboard.judging.pairing.devices import sign_in_judge
from scoreboard.models import Event, Judge, Round


async def lines(database: Database, cast: Cast) -> list[JudgeLine]:
    def read(session: Session) -> list[JudgeLine]:
        event = session.get_one(Event, cast.event_id)
        return people.judge_lines(session, event, progress.progress(session, session.get_one(Round, cast.round_id)))

    return await database.read(read)


def names(line: JudgeLine) -> list[str]:
    return [each.device.name for each in line.devices]


async def test_judges_are_listed_with_their_link_and_devices(database: Database) -> None:
    cast = await build_event(database, judges=3)
    link = await issue_link(database, cast.judges["J1"])
    await issue_link(database, cast.judges["J2"])
    judge, stored = await database.read(access.judge_behind, secret=link.secret)
    await database.write(sign_in_judge, judge.id or 0, stored.id or 0, IPHONE)
    await database.write(further_device, link.secret)
    await score(database, cast, "J1", "T1", 5, 5)
    assert [
        (line.judge.key, line.link is not None, names(line), line.used) for line in await lines(database, cast)
    ] == [
        ("J1", True, ["iPhone, Safari", "Android, Chrome"], True),
        ("J2", True, [], False),
        ("J3", False, [], False),
    ]
    assert (await lines(database, cast))[0].ballots == Count(1, 5)


async def test_a_new_link_ends_the_sessions_of_the_earlier_one(database: Database) -> None:
    cast = await build_event(database, judges=1)
    link = await issue_link(database, cast.judges["J1"])
    judge, stored = await database.read(access.judge_behind, secret=link.secret)
    await database.write(sign_in_judge, judge.id or 0, stored.id or 0, "phone")
    await issue_link(database, cast.judges["J1"])
    assert [(line.link is not None, line.devices, line.used) for line in await lines(database, cast)] == [
        (True, [], False)
    ]


async def test_links_go_to_judges_who_have_none_and_take_part(database: Database) -> None:
    cast = await build_event(database, judges=4)
    await issue_link(database, cast.judges["J1"])
    salt = await database.read(access.code_salt)
    made = [access.new_link(salt) for _ in range(3)]

    def issue(session: Session) -> list[str]:
        session.get_one(Judge, cast.judges["J2"]).withdrawn_at = datetime.now(UTC)
        event = session.get_one(Event, cast.event_id)
        return [judge.key for judge, _ in people.issue_missing_links(session, event, made, "x")]

    assert await database.write(issue) == ["J3", "J4"]
    assert await database.write(issue) == []


async def test_teams_are_listed_with_their_organisation_and_coverage(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2)
    await score(database, cast, "J2", "T2", 5, 5)

    def read(session: Session) -> list[tuple[str, str | None, Count]]:
        event = session.get_one(Event, cast.event_id)
        matrix = progress.progress(session, session.get_one(Round, cast.round_id))
        return [
            (line.team.key, line.organisation.key if line.organisation else None, line.ballots)
            for line in people.team_lines(session, event, matrix)
        ]

    assert await database.read(read) == [("T1", "A1", Count(0, 2)), ("T2", "A1", Count(1, 2))]
