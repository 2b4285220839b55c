from datetime import UTC, datetime
from decimal import Decimal

import pytest
from builder import Cast, build_event, score
from hypothesis import given
from hypothesis import strategies as st
from seeing import views_of
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import NotFound
from scoreboard.judging import decisions, rounds
from scoreboard.judging.groups import Linkage
from scoreboard.live.messages import Line, Progress, Status
from scoreboard.live.views import read, seen_openly, shown, today
from scoreboard.models import Event, Organisation, Round, Team
from scoreboard.scoring.normalise import METHODS


async def scored(database: Database, **wishes: object) -> Cast:
    """An event with three judges, of whom two have scored T1 and T2 and one T3."""
    cast = await build_event(database, judges=3, teams=4, minimum_ballots=2, **wishes)
    for judge in ("J1", "J2"):
        await score(database, cast, judge, "T1", 6, 6)
        await score(database, cast, judge, "T2", 9, 8)
    await score(database, cast, "J1", "T3", 10, 10)
    return cast


async def test_before_the_start_every_team_is_awaited(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2, opened=False)
    result = await views_of(database, cast)
    assert result.public.status is Status.WAITING_FOR_START
    assert [(line.team, line.rank, line.total) for line in result.public.lines] == [
        ("T2", None, None),  # Marsa comes before Oasis
        ("T1", None, None),
    ]


async def test_an_event_without_a_round_waits_and_shows_nobody(database: Database) -> None:
    def store(session: Session) -> int:
        event = Event(
            slug="bare",
            name_en="Bare",
            starts_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
            ends_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
            time_zone="UTC",
            language="en",
            created_at=datetime.now(UTC),
        )
        session.add(event)
        session.flush()
        return event.id or 0

    reading = await database.read(read, await database.write(store))
    result = seen_openly(reading, today(reading))
    assert (result.standings.status, result.standings.lines, result.roster.round_key) == (
        Status.WAITING_FOR_START,
        (),
        "",
    )


async def test_an_event_that_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.read(read, 12345)


async def test_while_it_runs_the_public_sees_what_the_organisers_see(database: Database) -> None:
    cast = await scored(database)
    result = await views_of(database, cast)
    assert result.public.status is Status.LIVE
    assert result.public == result.today
    assert result.public.lines == (
        Line("T2", 1, tied=False, total="85.0", ballots=2, awaiting=0, interval=None, group=None),
        Line("T1", 2, tied=False, total="60.0", ballots=2, awaiting=0, interval=None, group=None),
        Line("T3", None, tied=False, total=None, ballots=1, awaiting=1, interval=None, group=None),
        Line("T4", None, tied=False, total=None, ballots=0, awaiting=2, interval=None, group=None),
    )
    assert result.public.progress == Progress(received=5, expected=12)


async def test_a_freeze_hides_everything_that_came_after_it(database: Database) -> None:
    cast = await scored(database)
    before = await views_of(database, cast)
    await database.write(rounds.freeze, cast.round_id, "test")
    frozen = await views_of(database, cast)
    assert frozen.public.lines == before.public.lines
    assert frozen.public.status is Status.FROZEN
    assert frozen.public.progress is None
    await score(database, cast, "J2", "T3", 10, 10)
    await score(database, cast, "J3", "T1", 0, 0)
    after = await views_of(database, cast)
    assert after.public == frozen.public
    assert after.roster == frozen.roster
    assert after.today.lines[0].team == "T3"
    assert after.today.status is Status.LIVE


async def test_a_freeze_holds_how_sure_each_rank_was(database: Database) -> None:
    cast = await build_event(database, judges=4, teams=4, beside="severity")
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            if (judge, team) != ("J4", "T4"):
                await score(database, cast, judge, team, 8 - t - j % 2, 8 - (t * j) % 3)
    before = await views_of(database, cast)
    assert any(line.interval and line.interval[0] < line.interval[1] for line in before.public.lines)
    await database.write(rounds.freeze, cast.round_id, "test")
    frozen = await views_of(database, cast)
    await score(database, cast, "J4", "T4", 10, 10)
    after = await views_of(database, cast)
    assert after.public.lines == frozen.public.lines
    assert after.today.lines != before.today.lines
    # What is kept has more draws and allows for more that is not known: only intervals may be others than live.
    assert [line[:6] for line in frozen.public.lines] == [line[:6] for line in before.public.lines]


async def test_no_step_of_the_organisers_changes_what_is_frozen_but_that_judging_is_over(database: Database) -> None:
    cast = await scored(database)
    for team in ("T3", "T4"):
        for judge in ("J1", "J2", "J3"):
            if (judge, team) != ("J1", "T3"):
                await score(database, cast, judge, team, 5, 5)
    for team in ("T1", "T2"):
        await score(database, cast, "J3", team, 5, 5)
    await database.write(rounds.freeze, cast.round_id, "test")
    frozen = (await views_of(database, cast)).public
    await database.write(rounds.close, cast.round_id, "test")
    closed = (await views_of(database, cast)).public
    await database.write(rounds.finalise, cast.round_id, "test", "signed")
    final = (await views_of(database, cast)).public
    assert (closed.status, final.status) == (Status.CLOSED, Status.CLOSED)
    assert (closed.lines, final.lines) == (frozen.lines, frozen.lines)
    assert final == closed
    await database.write(rounds.thaw, cast.round_id, "test")
    assert (await views_of(database, cast)).public.status is Status.FINAL


async def test_a_team_that_withdraws_leaves_a_live_board_and_stays_on_a_frozen_one(database: Database) -> None:
    def withdraw(session: Session, team_id: int) -> None:
        team = session.get_one(Team, team_id)
        team.withdrawn_at = datetime.now(UTC)
        session.add(team)

    cast = await scored(database)
    await database.write(withdraw, cast.teams["T4"])
    live = await views_of(database, cast)
    assert {line.team for line in live.public.lines} == {"T1", "T2", "T3"}
    assert [team.key for team in live.roster.teams] == ["T1", "T2", "T3"]
    assert live.public.progress == Progress(received=5, expected=9)
    await database.write(rounds.freeze, cast.round_id, "test")
    await database.write(withdraw, cast.teams["T1"])
    frozen = await views_of(database, cast)
    assert {line.team for line in frozen.public.lines} == {"T1", "T2", "T3"}
    assert [team.key for team in frozen.roster.teams] == ["T1", "T2", "T3"]
    assert {line.team for line in frozen.today.lines} == {"T2", "T3"}


async def test_closed_is_preliminary_and_final_is_what_was_stored(database: Database) -> None:
    def recall(session: Session) -> None:
        round_ = session.get_one(Round, cast.round_id)
        round_.minimum_ballots = 3
        session.add(round_)

    cast = await build_event(database, judges=2, teams=2, minimum_ballots=2)
    for judge in ("J1", "J2"):
        for team, given_ in (("T1", 4), ("T2", 7)):
            await score(database, cast, judge, team, given_, given_)
    await database.write(rounds.close, cast.round_id, "test")
    preliminary = (await views_of(database, cast)).public
    assert preliminary.status is Status.PRELIMINARY
    await database.write(rounds.finalise, cast.round_id, "test", "signed")
    await database.write(recall)
    final = (await views_of(database, cast)).public
    assert (final.status, final.lines, final.minimum_ballots) == (Status.FINAL, preliminary.lines, 2)
    assert final.finalised_at is not None


async def test_names_travel_in_both_languages(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    roster = (await views_of(database, cast)).roster
    assert (roster.event.name.en, roster.event.name.ar) == ("Government Services Hackathon", "هاكاثون الخدمات الحكومية")
    assert (roster.teams[0].name.ar, roster.teams[0].organisation.en) == ("واحة", "Public Works Agency")


async def test_a_new_name_of_an_agency_is_a_new_roster(database: Database) -> None:
    def rename(session: Session) -> None:
        team = session.get_one(Team, cast.teams["T1"])
        agency = session.get_one(Organisation, team.organisation_id)
        agency.name_en = "Agency of Works"
        session.add(agency)

    cast = await build_event(database, judges=1, teams=1)
    before = await views_of(database, cast)
    await database.write(rename)
    after = await views_of(database, cast)
    assert (before.roster == after.roster, before.public == after.public) == (False, True)


async def rooms(database: Database) -> Cast:
    """An event of two rooms: J1 and J2 see T1 and T2, J3 and J4 see T3 and T4; J2 has not yet been to T2."""
    cast = await build_event(database, judges=4, teams=4, rule="severity")
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            if (j < 2) != (t < 2):
                await database.write(decisions.skip, cast.round_id, judge, team, "another room", "x")
            elif (judge, team) != ("J2", "T2"):
                await score(database, cast, judge, team, 4 + t, 9 - j)
    return cast


async def test_rooms_without_a_common_judge_have_a_table_each(database: Database) -> None:
    cast = await rooms(database)
    live = (await views_of(database, cast)).public
    assert (live.linkage, live.groups) == (Linkage.APART, 2)
    assert [(line.team, line.rank, line.group) for line in live.lines] == [
        ("T2", 1, 1),
        ("T1", 2, 1),
        ("T4", 1, 2),
        ("T3", 2, 2),
    ]
    await database.write(rounds.freeze, cast.round_id, "test")
    await score(database, cast, "J2", "T2", 0, 0)
    frozen = (await views_of(database, cast)).public
    assert (frozen.linkage, frozen.groups) == (Linkage.APART, 2)
    assert [(line.team, line.group) for line in frozen.lines] == [(line.team, line.group) for line in live.lines]


async def test_an_acceptance_is_seen_at_once_but_for_what_is_frozen(database: Database) -> None:
    cast = await rooms(database)
    await database.write(rounds.freeze, cast.round_id, "test")
    groups = (await database.read(read, cast.event_id)).contest
    assert groups is not None
    await database.write(decisions.accept_groups, cast.round_id, groups.groups().fingerprint, "by lot", "x")
    result = await views_of(database, cast)
    assert (result.public.linkage, result.today.linkage, result.today.groups) == (Linkage.APART, Linkage.ACCEPTED, 2)
    assert [line.group for line in result.today.lines] == [None] * 4
    await database.write(rounds.thaw, cast.round_id, "test")
    assert (await views_of(database, cast)).public.linkage is Linkage.ACCEPTED


async def test_while_planned_visits_will_join_the_teams_the_mean_ranks_and_that_is_said(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2, rule="severity")
    await score(database, cast, "J1", "T1", 5, 5)
    await score(database, cast, "J2", "T2", 6, 6)
    early = (await views_of(database, cast)).public
    assert (early.linkage, early.rule, early.groups) == (Linkage.AWAITED, "raw", 0)
    assert [(line.team, line.rank, line.group) for line in early.lines] == [("T2", 1, None), ("T1", 2, None)]
    await score(database, cast, "J1", "T2", 3, 5)
    await score(database, cast, "J2", "T1", 6, 3)
    later = (await views_of(database, cast)).public
    assert (later.linkage, later.rule) == (Linkage.JOINED, "severity")


def line_of(total: Decimal) -> dict[str, object]:
    return {
        "team": "T",
        "rank": 1,
        "tied": False,
        "total": str(total),
        "ballots": 1,
        "awaiting": 0,
        "interval": None,
        "group": 2,
    }


@given(st.decimals(min_value=0, max_value=100, places=9))
def test_totals_are_rounded_to_one_decimal_half_up(total: Decimal) -> None:
    text = shown([line_of(total)], "raw")[0].total
    assert text is not None
    assert Decimal(text).as_tuple().exponent == -1
    assert Decimal("-0.05") < Decimal(text) - total <= Decimal("0.05")


@pytest.mark.parametrize("method", list(METHODS))
def test_totals_on_a_scale_of_their_own_have_two_decimals(method: str) -> None:
    text = shown([line_of(Decimal("0.666666667"))], method)[0].total
    assert text == ("0.67" if method in {"zscore", "minmax", "borda", "bradley_terry"} else "0.7")
