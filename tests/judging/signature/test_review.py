from builder import Cast, build_event, score

from scoreboard.database import Database
from scoreboard.judging import decisions, rounds
from scoreboard.judging.signature.review import Review, review_of
from scoreboard.models import Judge


async def review(database: Database, cast: Cast) -> Review:
    return await database.read(lambda session: review_of(session, session.get_one(Judge, cast.judges["J1"])))


async def test_own_ballots_stand_in_the_order_of_their_totals_and_ties_share_a_rank(database: Database) -> None:
    cast = await build_event(database, teams=4)
    for team, value in (("T1", 5), ("T2", 9), ("T3", 5)):
        await score(database, cast, "J1", team, value, value)
    seen = await review(database, cast)
    assert [(rank, each.team.key) for rank, each in seen.ranked] == [(1, "T2"), (2, "T1"), (2, "T3")]
    assert ([each.team.key for each in seen.missing], seen.signable) == (["T4"], False)
    await database.write(rounds.close, cast.round_id, "test")
    assert (await review(database, cast)).signable


async def test_ballots_that_do_not_count_are_named_and_signed_with_the_rest(database: Database) -> None:
    cast = await build_event(database, teams=2)
    for team in cast.teams:
        await score(database, cast, "J1", team, 5, 5)
    await database.write(decisions.withdraw, cast.event_id, "T2", "Gave up", "test")
    seen = await review(database, cast)
    assert ([team.key for team in seen.others], seen.seen, seen.signable) == (["T2"], "T1:1 T2:1", True)


async def test_before_the_opening_there_is_nothing_to_sign(database: Database) -> None:
    cast = await build_event(database, opened=False)
    seen = await review(database, cast)
    assert (seen.ranked, seen.seen, seen.signable, seen.pin, seen.spent) == ((), "", False, None, False)
