import pytest
from builder import Cast, build_event, score
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.errors import Outdated, SecondPersonNeeded
from scoreboard.judging import decisions, publication, rounds
from scoreboard.judging.second_person import pending_proposal
from scoreboard.models import Event, Round

ONE, OTHER = "organiser:olga", "organiser:omar"


async def judged(database: Database) -> Cast:
    """An event that asks for two persons, judged and closed."""
    cast = await build_event(database, judges=2, teams=3)
    for judge in cast.judges:
        for number, team in enumerate(cast.teams):
            await score(database, cast, judge, team, number + 3, 5)

    def two(session: Session) -> None:
        session.get_one(Event, cast.event_id).four_eyes = True

    await database.write(two)
    await database.write(rounds.close, cast.round_id, ONE)
    return cast


async def pending(database: Database, cast: Cast) -> str | None:
    proposal = await database.read(lambda s: pending_proposal(s, s.get_one(Round, cast.round_id)))
    return proposal.actor if proposal else None


async def test_one_person_alone_makes_nothing_final(database: Database) -> None:
    cast = await judged(database)
    with pytest.raises(SecondPersonNeeded):
        await publication.finalise(database, cast.round_id, ONE, "Agreed.")
    await publication.propose(database, cast.round_id, ONE, "Agreed.")
    with pytest.raises(SecondPersonNeeded):
        await publication.finalise(database, cast.round_id, ONE, "Agreed.")
    await publication.finalise(database, cast.round_id, OTHER, "Agreed.")
    assert await pending(database, cast) is None


async def test_what_was_proposed_is_confirmed_to_the_digit_or_not_at_all(database: Database) -> None:
    cast = await judged(database)
    await publication.propose(database, cast.round_id, ONE, "Agreed.")
    await database.write(decisions.disqualify, cast.event_id, "T3", "Broke the rules", OTHER)
    with pytest.raises(Outdated):
        await publication.finalise(database, cast.round_id, OTHER, "Agreed.")
    await publication.propose(database, cast.round_id, OTHER, "Without T3.")
    await publication.finalise(database, cast.round_id, ONE, "Without T3.")


async def test_a_proposal_ends_when_judging_is_opened_again(database: Database) -> None:
    cast = await judged(database)
    await publication.propose(database, cast.round_id, ONE, "Agreed.")
    assert await pending(database, cast) == ONE
    await database.write(rounds.open_round, cast.round_id, ONE)
    assert await pending(database, cast) is None


async def test_where_one_is_enough_nothing_is_asked(database: Database) -> None:
    cast = await judged(database)

    def one(session: Session) -> None:
        session.get_one(Event, cast.event_id).four_eyes = False

    await database.write(one)
    await publication.finalise(database, cast.round_id, ONE, "Agreed.")
