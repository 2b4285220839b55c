import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from builder import Cast, build_event, score
from sqlmodel import Session

from scoreboard import __version__
from scoreboard.database import Database
from scoreboard.judging import decisions, ledger, publication, results, runs
from scoreboard.models import Conflict, Judge, Round, Run
from scoreboard.scoring.certainty.uncertainty import PUBLISHED


def kept(session: Session, round_id: int) -> Run:
    round_ = session.get_one(Round, round_id)
    return runs.keep(
        session, round_, "frozen", datetime.now(UTC), runs.result_of(results.contest(session, round_), "final")
    )


async def sown(database: Database, *, apart: bool = False, **wishes: object) -> Cast:
    """An event in which nine judges, some of them strict, have scored eight teams; J9 has not yet been to T8.

    `apart`: those with odd numbers judge teams with odd numbers.
    """
    cast = await build_event(database, judges=9, teams=8, **wishes)
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            if apart and (j + t) % 2:
                await database.write(decisions.skip, cast.round_id, judge, team, "another room", "x")
                continue
            if (judge, team) == ("J9", "T8"):
                continue
            points = 8 - t % 4 - 2 * (j % 3 == 0)
            await score(database, cast, judge, team, points, max(points - (j * t) % 3, 0))
    return cast


async def test_a_stored_run_holds_all_that_its_hash_covers(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2)
    await score(database, cast, "J1", "T1", 1, 2)
    run = await database.write(kept, cast.round_id)
    line: dict[str, Any] = {"tied": False, "tie_break": None, "interval": None, "group": None}
    assert run.standings == {
        "round": "final",
        "sequence": run.sequence,
        "rule": "raw",
        "beside": "",
        "method": "raw",
        "interval_by": "",
        "seed": 0,
        "draws": PUBLISHED,
        "precedence": ["total"],
        "minimum_ballots": 1,
        "rubric": [
            {"key": "impact", "weight": "1.0", "minimum": "0.0", "maximum": "10.0"},
            {"key": "quality", "weight": "1.0", "minimum": "0.0", "maximum": "10.0"},
        ],
        "judges": ["J1"],
        "teams": {"T1": "Oasis", "T2": "Marsa"},
        "excluded": [],
        "left_out": [],
        "linkage": "joined",
        "groups": [],
        "acceptance": None,
        "software": __version__,
        "standings": [
            {"rank": 1, "team": "T1", "total": "15.000000000", "ballots": 1, "awaiting": 0, **line},
            {"rank": None, "team": "T2", "total": None, "ballots": 0, "awaiting": 1, **line},
        ],
    }
    assert run.hash == hashlib.sha256(ledger.canonical(run.standings).encode()).hexdigest()
    assert run.sequence == await database.read(ledger.head_sequence, cast.event_id)
    newest = await database.read(results.newest_run, cast.round_id, "frozen")
    assert newest is not None
    assert newest.hash == run.hash
    assert await database.read(results.newest_run, cast.round_id, "final") is None


@pytest.mark.parametrize(("rule", "beside", "by"), [("raw", "adaptive", "adaptive"), ("severity", "", "severity")])
async def test_a_stored_run_keeps_how_sure_each_rank_was(database: Database, rule: str, beside: str, by: str) -> None:
    cast = await sown(database, rule=rule, beside=beside)
    run = await database.write(kept, cast.round_id)
    inputs = await database.read(lambda session: results.contest(session, session.get_one(Round, cast.round_id)))
    found = inputs.closed().outcome(draws=PUBLISHED, integrated=True)
    assert (run.rule, run.standings["interval_by"]) == (rule, by)
    assert {line["team"]: tuple(line["interval"]) for line in run.standings["standings"]} == found.intervals
    assert any(low < high for low, high in found.intervals.values())


async def test_what_is_kept_allows_for_variances_that_are_not_known(database: Database) -> None:
    cast = await build_event(database, judges=4, teams=4, rule="severity")
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            await score(database, cast, judge, team, 8 - t - j % 2, 8 - (t * j) % 3)
    inputs = await database.read(lambda session: results.contest(session, session.get_one(Round, cast.round_id)))
    told = {line["team"]: line["interval"] for line in runs.result_of(inputs, "final").stated["standings"]}
    allowing, not_allowing = (
        {team: list(ranks) for team, ranks in inputs.outcome(draws=PUBLISHED, integrated=integrated).intervals.items()}
        for integrated in (True, False)
    )
    assert told == allowing != not_allowing


async def test_large_rounds_have_fewer_draws(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=1)
    inputs = await database.read(lambda session: results.contest(session, session.get_one(Round, cast.round_id)))
    many = inputs.table.from_rows([], inputs.table.scales, ["J1"], [f"T{n}" for n in range(1000)])
    result = runs.result_of(
        results.Contest(**{**{name: getattr(inputs, name) for name in inputs.__dataclass_fields__}, "table": many}),
        "final",
    )
    assert result.stated["draws"] == 10_000


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("rule", ["raw", "severity", "adaptive", "additive"])
async def test_a_run_is_recomputed_to_the_digit_after_everything_has_changed(
    database: Database, rule: str, *, apart: bool
) -> None:
    """From the ballots up to its sequence and what it states, whatever came after it."""
    cast = await sown(database, apart=apart, rule=rule, beside="severity" if rule == "raw" else "")
    await score(database, cast, "J1", "T1", 9, 9, base=1)
    await database.write(decisions.withdraw, cast.event_id, "T7", "ill", "x")

    def declare(session: Session) -> None:
        session.add(Conflict(judge_id=cast.judges["J2"], team_id=cast.teams["T2"], source="judge"))

    await database.write(declare)
    if apart and rule != "raw":
        groups = await database.read(
            lambda session: results.contest(session, session.get_one(Round, cast.round_id)).groups()
        )
        await database.write(decisions.accept_groups, cast.round_id, groups.fingerprint, "by lot", "organiser:olga")
    run = await database.write(kept, cast.round_id)
    assert run.standings["linkage"] == ("accepted" if apart and rule != "raw" else "joined")

    def change(session: Session) -> None:
        """Names, people, conflicts and decisions, all after the run."""
        session.add(Conflict(judge_id=cast.judges["J3"], team_id=cast.teams["T1"], source="judge"))
        session.add(Judge(event_id=cast.event_id, key="J0", name_en="Late"))
        decisions.restore(session, cast.event_id, "T7", "x")
        decisions.disqualify(session, cast.event_id, "T1", "copied", "x")
        decisions.find_team(session, cast.event_id, "T2").name_en = "Aaa"
        session.get_one(Round, cast.round_id).rule = "zscore"
        if apart and rule != "raw":
            decisions.withdraw_acceptance(session, cast.round_id, "x")

    await database.write(change)
    await score(database, cast, "J1", "T3", 0, 0, base=1)
    again = await database.read(runs.recomputed, run)
    assert again.stated == run.standings
    assert (again.hash, again.method, again.sequence) == (run.hash, run.rule, run.sequence)


async def test_a_changed_score_makes_another_result(database: Database) -> None:
    cast = await sown(database, rule="severity")
    run = await database.write(kept, cast.round_id)
    rows = await database.read(runs.ballots_until, cast.round_id, run.sequence)
    assert runs.restated(run.standings, rows).hash == run.hash
    judge, team, criterion, value = rows[5]
    rows[5] = (judge, team, criterion, value - 1)
    assert runs.restated(run.standings, rows).hash != run.hash


async def test_ballots_are_as_they_were_at_a_sequence(database: Database) -> None:
    cast = await build_event(database, judges=1, teams=2, criteria=1)
    first = await score(database, cast, "J1", "T1", 3)
    other = await score(database, cast, "J1", "T2", 4)
    corrected = await score(database, cast, "J1", "T1", 5, base=1)

    async def at(sequence: int) -> list[tuple[str, str, str, float]]:
        return sorted(await database.read(runs.ballots_until, cast.round_id, sequence))

    assert await at(first.sequence - 1) == []
    assert await at(first.sequence) == [("J1", "T1", "impact", 3.0)]
    assert await at(other.sequence) == [("J1", "T1", "impact", 3.0), ("J1", "T2", "impact", 4.0)]
    assert await at(corrected.sequence) == [("J1", "T1", "impact", 5.0), ("J1", "T2", "impact", 4.0)]


async def test_a_freeze_does_not_wait_for_visits_that_may_yet_join_the_groups(database: Database) -> None:
    cast = await build_event(database, judges=2, teams=4, rule="severity")
    for judge, team in (("J1", "T1"), ("J1", "T2"), ("J2", "T3"), ("J2", "T4")):
        await score(database, cast, judge, team, int(team[1]), int(team[1]) + 1)
    now = await database.read(lambda session: results.contest(session, session.get_one(Round, cast.round_id)))
    assert now.outcome().groups.linkage == "awaited"
    await publication.freeze(database, cast.round_id, "x")
    run = await database.read(results.newest_run, cast.round_id, "frozen")
    assert run is not None
    assert run.standings["linkage"] == "apart"
    assert run.standings["groups"] == [
        {"teams": ["T1", "T2"], "judges": ["J1"]},
        {"teams": ["T3", "T4"], "judges": ["J2"]},
    ]
    told = [(line["team"], line["rank"], line["group"]) for line in run.standings["standings"]]
    assert told == [("T2", 1, 1), ("T1", 2, 1), ("T4", 1, 2), ("T3", 2, 2)]
