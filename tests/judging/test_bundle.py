from datetime import UTC, datetime
from decimal import Decimal

import pytest
from builder import Cast, build_event, score
from sqlalchemy import update
from sqlmodel import Session, col

from scoreboard.database import Database
from scoreboard.errors import Conflicted, NotAssigned
from scoreboard.judging import rounds
from scoreboard.judging.bundle import Bundle, bundle_for, bundle_of
from scoreboard.judging.reports import absences
from scoreboard.judging.rounds import Phase
from scoreboard.models import Assignment, Conflict, Judge, Round, Team


async def bundle(database: Database, cast: Cast, judge: str = "J1") -> Bundle:
    return await database.read(lambda session: bundle_of(session, session.get_one(Judge, cast.judges[judge])))


def teams(of: Bundle) -> list[str]:
    return [assigned.team.key for assigned in of.assignments]


async def skip(database: Database, cast: Cast, judge: str, team: str) -> None:
    chosen = (col(Assignment.judge_id) == cast.judges[judge], col(Assignment.team_id) == cast.teams[team])
    await database.write(lambda session: session.execute(update(Assignment).where(*chosen).values(state="skipped")))


async def test_teams_come_in_the_order_of_visits(database: Database) -> None:
    cast = await build_event(database, teams=3)

    def turn(session: Session) -> None:
        session.execute(update(Assignment).where(col(Assignment.team_id) == cast.teams["T1"]).values(position=9))

    await database.write(turn)
    assert teams(await bundle(database, cast)) == ["T2", "T3", "T1"]


async def test_own_ballots_are_there_and_nobody_elses(database: Database) -> None:
    cast = await build_event(database, teams=3)
    await score(database, cast, "J1", "T1", 7, 8)
    await score(database, cast, "J2", "T2", 1, 1)
    shown = await bundle(database, cast)
    assert [(a.team.key, a.total, a.to_do) for a in shown.assignments] == [
        ("T1", Decimal("75.0"), False),
        ("T2", None, True),
        ("T3", None, True),
    ]
    assert (shown.received, shown.expected) == (1, 3)
    assert list(shown.as_json()["ballots"]) == ["T1"]


async def test_a_total_is_shown_to_a_tenth_with_halves_going_up(database: Database) -> None:
    cast = await build_event(database, criteria=4, maximum=10)
    await score(database, cast, "J1", "T1", 7, 8, 9, 9)
    await score(database, cast, "J1", "T2", 7, 8, 9, 8)
    other = await build_event(database, slug="fine", criteria=1, maximum=2000)
    await score(database, other, "J1", "T1", 1545)
    totals = [(await bundle(database, each)).assignments for each in (cast, other)]
    assert [str(total[0].total) for total in totals] == ["82.5", "77.3"]


async def test_teams_in_conflict_are_counted_and_not_shown(database: Database) -> None:
    cast = await build_event(database, teams=3, conflicts=(("J1", "T1"),))
    await database.write(
        lambda session: session.add(Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T2"], source="judge"))
    )
    shown = await bundle(database, cast)
    assert (teams(shown), shown.left_out, shown.expected) == (["T3"], 2, 1)


async def test_teams_that_left_are_not_shown(database: Database) -> None:
    cast = await build_event(database, teams=3, conflicts=(("J1", "T3"),))

    def leave(session: Session) -> None:
        session.get_one(Team, cast.teams["T1"]).withdrawn_at = datetime.now(UTC)
        session.get_one(Team, cast.teams["T3"]).disqualified_at = datetime.now(UTC)

    await database.write(leave)
    shown = await bundle(database, cast)
    assert (teams(shown), shown.left_out) == (["T2"], 0)


async def test_an_excused_team_is_not_owed_but_a_ballot_for_it_counts(database: Database) -> None:
    cast = await build_event(database, teams=3)
    await skip(database, cast, "J1", "T1")
    shown = await bundle(database, cast)
    assert (shown.received, shown.expected, shown.assignments[0].to_do) == (0, 2, False)
    await score(database, cast, "J1", "T1", 7, 8)
    shown = await bundle(database, cast)
    assert (shown.received, shown.expected) == (1, 3)


async def test_the_next_team_is_looked_for_from_here_on_and_round_to_the_start(database: Database) -> None:
    cast = await build_event(database, teams=4)
    await score(database, cast, "J1", "T3", 7, 8)
    await skip(database, cast, "J1", "T4")
    shown = await bundle(database, cast)

    def after(key: str) -> str | None:
        found = shown.next_after(key)
        return found.team.key if found else None

    assert [after(key) for key in ("", "T1", "T2", "T3", "T4")] == ["T1", "T2", "T1", "T1", "T1"]
    await score(database, cast, "J1", "T2", 7, 8)
    shown = await bundle(database, cast)
    assert (after("T1"), after("T2")) == (None, "T1")


async def test_the_phase_is_that_of_the_round(database: Database) -> None:
    cast = await build_event(database, opened=False)
    assert (await bundle(database, cast)).phase is Phase.PENDING
    await database.write(rounds.open_round, cast.round_id, "test")
    assert (await bundle(database, cast)).phase is Phase.OPEN
    await database.write(rounds.close, cast.round_id, "test")
    shown = await bundle(database, cast)
    assert (shown.phase, shown.as_json()["round"]["phase"]) == (Phase.CLOSED, "closed")


async def test_a_program_is_told_all_that_a_phone_shows(database: Database) -> None:
    cast = await build_event(database, teams=1, criteria=1)
    told = (await bundle(database, cast)).as_json()
    assert list(told) == [
        "event",
        "judge",
        "organisation",
        "left_out",
        "round",
        "rubric",
        "assignments",
        "ballots",
        "signed",
        "server_time",
    ]
    assert told["rubric"] == [
        {
            "key": "impact",
            "name_en": "Impact",
            "name_ar": "الأثر",
            "description_en": "",
            "description_ar": "",
            "weight": "1",
            "minimum": "0",
            "maximum": "10",
            "step": "1",
            "levels": [
                {"value": "0", "en": "Not shown", "ar": "لم يُعرض"},
                {"value": "8", "en": "Works", "ar": "يعمل"},
            ],
        }
    ]
    assert told["assignments"] == [
        {
            "team": "T1",
            "name_en": "Oasis",
            "name_ar": "واحة",
            "project_en": "Project 1",
            "project_ar": "مشروع 1",
            "table": "1",
            "organisation": {"name_en": "Public Works Agency", "name_ar": "وكالة الأشغال العامة"},
            "state": "pending",
        }
    ]


async def test_a_phone_is_told_how_long_a_visit_takes(database: Database) -> None:
    cast = await build_event(database)
    assert (await bundle(database, cast)).as_json()["round"]["visit_minutes"] == 0

    def limit(session: Session) -> None:
        session.get_one(Round, cast.round_id).visit_minutes = 8

    await database.write(limit)
    assert (await bundle(database, cast)).as_json()["round"]["visit_minutes"] == 8


async def absent(database: Database, cast: Cast, judge: str = "J1") -> list[str]:
    told = (await bundle(database, cast, judge)).as_json()
    return [each["team"] for each in told["assignments"] if each.get("absent") == "reported"]


async def test_a_judge_is_told_of_own_reports_until_something_came_of_them(database: Database) -> None:
    cast = await build_event(database, teams=3)
    for team in ("T1", "T2", "T3"):
        await database.write(absences.report, cast.judges["J1"], "final", team)
    assert (await absent(database, cast), await absent(database, cast, "J2")) == (["T1", "T2", "T3"], [])
    await score(database, cast, "J1", "T1", 7, 8)
    await database.write(absences.settle, cast.round_id, "J1", "T2", "present", "", "organiser:olga")
    assert await absent(database, cast) == ["T3"]
    await database.write(absences.settle, cast.round_id, "J1", "T3", "excused", "Gone", "organiser:olga")
    assert await absent(database, cast) == []


async def test_an_absent_team_is_next_when_there_is_no_other(database: Database) -> None:
    cast = await build_event(database, teams=3)
    await database.write(absences.report, cast.judges["J1"], "final", "T1")
    found = []
    for team in ("T2", "T3", "T1"):
        following = (await bundle(database, cast)).next_after()
        found.append(following.team.key if following else None)
        await score(database, cast, "J1", team, 7, 8)
    assert found == ["T2", "T3", "T1"]
    assert (await bundle(database, cast)).next_after() is None


async def test_a_card_is_for_assigned_teams_only(database: Database) -> None:
    cast = await build_event(database, teams=3, conflicts=(("J1", "T1"),))
    other = await build_event(database, slug="other", teams=6)

    async def open_card(round_key: str, team: str) -> list[str]:
        return teams(
            await database.read(
                lambda session: bundle_for(session, session.get_one(Judge, cast.judges["J1"]), round_key, team)
            )
        )

    assert await open_card("final", "T2") == ["T2", "T3"]
    with pytest.raises(Conflicted):
        await open_card("final", "T1")
    for round_key, team in (("final", "T6"), ("semi", "T2"), ("final", "nobody")):
        with pytest.raises(NotAssigned):
            await open_card(round_key, team)
    assert other.teams["T6"]


async def test_a_card_stays_readable_when_its_team_has_left(database: Database) -> None:
    cast = await build_event(database, teams=3)
    await score(database, cast, "J1", "T1", 7, 8)

    def leave(session: Session) -> None:
        session.get_one(Team, cast.teams["T1"]).withdrawn_at = datetime.now(UTC)

    await database.write(leave)
    shown = await database.read(
        lambda session: bundle_for(session, session.get_one(Judge, cast.judges["J1"]), "final", "T1")
    )
    assert shown.of("T1").ballot is not None
