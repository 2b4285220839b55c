from builder import build_event, score

from scoreboard.database import Database
from scoreboard.judging import ballots


async def test_the_ballots_of_a_round_are_read_in_order_of_receipt_or_by_judge_or_by_team(database: Database) -> None:
    cast = await build_event(database)
    for judge, team in (("J2", "T1"), ("J1", "T1"), ("J1", "T2")):
        await score(database, cast, judge, team, 5, 6)
    await score(database, cast, "J2", "T1", 7, 8, base=1)

    async def told(**chosen: int) -> list[tuple[int, int, int]]:
        found = await database.read(ballots.current_ballots, cast.round_id, **chosen)
        return [(each.judge_id, each.team_id, each.revision) for each in found]

    judges, teams = cast.judges, cast.teams
    by_one = [(judges["J1"], teams["T1"], 1), (judges["J1"], teams["T2"], 1)]
    by_two = [(judges["J2"], teams["T1"], 2)]
    assert await told() == by_one + by_two
    assert await told(judge_id=judges["J1"]) == by_one
    assert await told(team_id=teams["T1"]) == by_one[:1] + by_two


async def test_a_ballot_is_told_to_its_judge_in_exact_numbers(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 7, 0)
    (found,) = await database.read(ballots.current_ballots, cast.round_id)
    assert found.as_json() == {
        "uuid": str(found.uuid),
        "revision": 1,
        "sequence": found.sequence,
        "received_at": found.received_at.isoformat(),
        "scores": {"impact": "7", "quality": "0"},
        "comment": "",
        "note": "",
    }
