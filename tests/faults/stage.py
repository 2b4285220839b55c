"""An event that is being judged, and the sessions of the people in it: what a server is started on to be hurt."""

from collections.abc import Mapping
from dataclasses import dataclass

from described import criterion, event_form, judge, round_form, team
from sqlalchemy import select
from sqlmodel import Session
from visitors import store_organiser

from scoreboard.database import open_engine
from scoreboard.judging import access, rounds
from scoreboard.judging.pairing.devices import sign_in_judge
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.description import EventForm
from scoreboard.migrations import prepare
from scoreboard.models import Judge, Round

JUDGES = tuple(f"J{n}" for n in range(1, 9))
TEAMS = tuple(f"T{n}" for n in range(1, 7))
CRITERIA = ("impact", "quality", "novelty")
MAXIMUM = 10  # of each of them


@dataclass(frozen=True)
class Stage:
    """A database with an open round, in which every judge may score every team."""

    database: str
    slug: str
    round_key: str
    tokens: Mapping[str, str]  # judges' sessions, by the judge's key
    teams: tuple[str, ...]
    organiser: str  # an organiser's session


def set_up(database: str) -> Stage:
    """Make the database, the event and the sessions."""
    prepare(database)
    engine = open_engine(database)
    try:
        with Session(engine, expire_on_commit=False) as session:
            round_ = store_open_round(session, JUDGES, TEAMS, CRITERIA)
            judges = session.execute(select(Judge)).scalars().all()
            stage = Stage(
                database=database,
                slug="hack",
                round_key=round_.key,
                tokens={row.key: signed_in(session, row.id or 0) for row in judges},
                teams=TEAMS,
                organiser=store_organiser(session, "olga"),
            )
            session.commit()
    finally:
        engine.dispose()
    return stage


def one_round(judges: tuple[str, ...], teams: tuple[str, ...], criteria: tuple[str, ...]) -> EventForm:
    """Describe an event of one round, in which nobody belongs to anything."""
    return event_form(
        rounds=(round_form("final", *(criterion(key) for key in criteria)),),
        organisations=(),
        tracks=(),
        awards=(),
        judges=tuple(judge(key) for key in judges),
        teams=tuple(team(key) for key in teams),
    )


def store_open_round(
    session: Session, judges: tuple[str, ...], teams: tuple[str, ...], criteria: tuple[str, ...]
) -> Round:
    """Import an event as organisers do, so that the ledger tells all of it, and open its round."""
    roster.store(session, one_round(judges, teams, criteria), "command:import")
    session.flush()
    round_ = session.execute(select(Round)).scalar_one()
    return rounds.open_round(session, round_.id or 0, "organiser:olga")


def signed_in(session: Session, judge_id: int) -> str:
    """Give a judge a link and sign them in by it; the session's token."""
    link = access.new_link(access.code_salt(session))
    access.issue_link(session, judge_id, link, "organiser:olga")
    session.flush()
    _judge, stored = access.judge_behind(session, secret=link.secret)
    return sign_in_judge(session, judge_id, stored.id or 0, "test")
