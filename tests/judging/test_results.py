from builder import Cast, build_event, score
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import decisions, results, rounds
from scoreboard.judging.ballots import rubric_of
from scoreboard.judging.groups import Linkage
from scoreboard.judging.results import Contest, as_lines
from scoreboard.models import Conflict, Event, Round


async def contest_of(database: Database, cast: Cast) -> Contest:
    return await database.read(lambda session: results.contest(session, session.get_one(Round, cast.round_id)))


async def ranked(database: Database, cast: Cast) -> list[tuple[str, int | None, float | None, int]]:
    lines = (await contest_of(database, cast)).outcome().standings.standings
    return [(line.team, line.rank, line.score, line.ballots) for line in lines]


async def test_the_ranking_is_made_of_current_ballots_only(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2)
    await score(database, cast, "J1", "T1", 2, 4)
    await score(database, cast, "J1", "T1", 10, 10, base=1)
    await score(database, cast, "J2", "T1", 5, 5)
    assert await ranked(database, cast) == [("T1", 1, 75.0, 2), ("T2", None, None, 0)]


async def test_weights_count(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)

    def heavier(session: Session) -> None:
        rubric = rubric_of(session, cast.round_id)
        rubric[0].weight *= 3
        session.add(rubric[0])

    await database.write(heavier)
    await score(database, cast, "J1", "T1", 10, 2)
    assert await ranked(database, cast) == [("T1", 1, 80.0, 1)]


async def test_a_ballot_of_a_pair_in_conflict_does_not_count_and_is_kept(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=1)
    await score(database, cast, "J1", "T1", 10, 10)
    await score(database, cast, "J2", "T1", 4, 4)

    def declare(session: Session) -> None:
        session.add(Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T1"], source="judge"))

    await database.write(declare)
    assert await ranked(database, cast) == [("T1", 1, 40.0, 1)]


async def test_a_team_that_is_out_is_not_ranked_and_counts_again_when_it_is_back(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await score(database, cast, "J1", "T1", 9, 9)
    await score(database, cast, "J1", "T2", 4, 4)
    await database.write(decisions.disqualify, cast.event_id, "T1", "copied", "x")
    assert await ranked(database, cast) == [("T2", 1, 40.0, 1)]
    await database.write(decisions.restore, cast.event_id, "T1", "x")
    assert await ranked(database, cast) == [("T1", 1, 90.0, 1), ("T2", 2, 40.0, 1)]


async def test_ties_are_listed_by_name_in_the_language_of_the_event(database: Database) -> None:
    english = await build_event(database, slug="en", judges=1, teams=2, language="en")
    arabic = await build_event(database, slug="ar", judges=1, teams=2, language="ar")
    for cast in (english, arabic):
        for team in cast.teams:
            await score(database, cast, "J1", team, 5, 5)
    # Oasis and Marsa: M before O; واحة and مرسى: م before و.
    assert [name for name, *_ in await ranked(database, english)] == ["T2", "T1"]
    assert (await contest_of(database, arabic)).names == {"T1": "واحة", "T2": "مرسى"}


async def test_a_name_in_one_language_serves_both(database: Database) -> None:
    cast = await build_event(database, teams=1)

    def rename(session: Session) -> None:
        team = decisions.find_team(session, cast.event_id, "T1")
        team.name_en, team.name_ar = "", "واحة"
        session.add(team)
        event = session.get_one(Event, cast.event_id)
        session.add(event)

    await database.write(rename)
    assert (await contest_of(database, cast)).names == {"T1": "واحة"}


async def test_what_is_awaited_may_come_while_the_round_is_open(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=2, conflicts=(("J1", "T2"),))
    await score(database, cast, "J1", "T1", 5, 5)
    now = await contest_of(database, cast)
    assert (now.awaited, now.given, now.open) == (frozenset({("J2", "T1"), ("J2", "T2")}), 1, True)
    await database.write(decisions.withdraw, cast.event_id, "T2", "left", "x")
    await database.write(rounds.close, cast.round_id, "x")
    later = await contest_of(database, cast)
    assert (later.awaited, later.given, later.open) == (frozenset({("J2", "T1")}), 1, False)


async def test_a_ballot_that_does_not_count_is_told(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=1)
    await score(database, cast, "J1", "T1", 10, 10)

    def declare(session: Session) -> None:
        session.add(Conflict(judge_id=cast.judges["J1"], team_id=cast.teams["T1"], source="judge"))
        session.add(Conflict(judge_id=cast.judges["J2"], team_id=cast.teams["T1"], source="judge"))

    await database.write(declare)
    now = await contest_of(database, cast)
    assert (now.left_out, now.given) == (frozenset({("J1", "T1")}), 0)


async def test_variances_count_as_unknown_while_most_ballots_are_missing(database: Database) -> None:
    cast = await build_event(database, judges=4, teams=4, rule="severity")
    pairs = [(judge, team) for judge in cast.judges for team in cast.teams]
    nodes = []
    for number, (judge, team) in enumerate(pairs, 1):
        await score(database, cast, judge, team, (3 * number) % 10, (7 * number) % 11)
        if number in {7, 8, 16}:
            model = (await contest_of(database, cast)).closed().outcome().model
            assert model is not None
            assert model.posterior is not None
            nodes.append(len(model.posterior.nodes) > 1)
    assert nodes == [True, False, False]


async def test_without_a_fit_the_same_teams_await_ballots(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=3, rule="adaptive", minimum_ballots=2)
    for judge, team in (("J1", "T1"), ("J2", "T1"), ("J1", "T2")):
        await score(database, cast, judge, team, 5, 7)
    now = await contest_of(database, cast)
    told = [(line.team, line.awaiting) for line in now.outcome().standings.standings]
    assert [(line.team, line.awaiting) for line in now.plain().standings] == told == [("T1", 0), ("T2", 1), ("T3", 2)]


async def rooms(database: Database, **wishes: object) -> Cast:
    """An event whose judges J1 and J2 see T1 to T3, and J3 and J4 the others; all ballots are in but J4's for T6."""
    apart = tuple((f"J{j}", f"T{t}") for j in range(1, 5) for t in range(1, 7) if (j < 3) != (t < 4))
    cast = await build_event(database, judges=4, teams=6, rule="severity", **wishes)

    def excuse(session: Session) -> None:
        for judge, team in apart:
            decisions.skip(session, cast.round_id, judge, team, "another room", "x")

    await database.write(excuse)
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            if (judge, team) not in {*apart, ("J4", "T6")}:
                await score(database, cast, judge, team, 8 - t % 3, 3 + j)
    return cast


async def test_lines_tell_the_table_that_a_team_is_in(database: Database) -> None:
    cast = await rooms(database)
    now = await contest_of(database, cast)
    assert now.groups().linkage is Linkage.APART
    lines = [(line["team"], line["rank"], line["group"]) for line in as_lines(now.outcome())]
    assert lines == [("T1", 1, 1), ("T2", 2, 1), ("T3", 3, 1), ("T4", 1, 2), ("T5", 2, 2), ("T6", 3, 2)]


async def test_an_acceptance_puts_all_into_one_table(database: Database) -> None:
    cast = await rooms(database)
    seen = (await contest_of(database, cast)).groups().fingerprint
    await database.write(decisions.accept_groups, cast.round_id, seen, "drawn by lot", "x")
    now = await contest_of(database, cast)
    assert now.groups().linkage is Linkage.ACCEPTED
    assert {line["group"] for line in as_lines(now.outcome())} == {None}
    assert sorted(line["rank"] for line in as_lines(now.outcome())) == [1, 2, 3, 4, 5, 6]
    await database.write(decisions.withdraw_acceptance, cast.round_id, "x")
    assert (await contest_of(database, cast)).groups().linkage is Linkage.APART
