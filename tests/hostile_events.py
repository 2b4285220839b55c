"""Events all of whose names, comments and reasons are hostile texts, made as organisers and judges make them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from described import memory, the_event
from hostile import HOSTILE
from sqlmodel import Session, col, select

from scoreboard.database import Database
from scoreboard.exchange.folder import read_folder, write_folder
from scoreboard.exchange.folder.files import SHORT
from scoreboard.judging import announcements, ballots, decisions, publication, rounds
from scoreboard.judging.ballots import BallotForm
from scoreboard.judging.ballots.forms import LONGEST_TEXT
from scoreboard.judging.reports import recusals
from scoreboard.judging.results import contest
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.description import (
    AssignmentForm,
    AwardForm,
    ConflictForm,
    CriterionForm,
    EventForm,
    JudgeForm,
    Level,
    NamedForm,
    RoundForm,
    TeamForm,
)
from scoreboard.judging.staff import organisers, roles, sessions
from scoreboard.judging.staff.organisers import LONGEST_NAME
from scoreboard.judging.staff.roles import Role
from scoreboard.models import Assignment, Event, Judge, Round, Team
from scoreboard.texts import tidy

GUEST = "J0"  # who scores every team
RECUSED = ("J1", "T1")  # who must not score whom, and says so
CONTROLS = {chr(code) for code in (*range(32), *range(127, 160))} - {"\t", "\n"}


def shown(text: str) -> str:
    """A text as it is stored and shown."""
    return tidy(text)


def refused(text: str, longest: int = SHORT) -> bool:
    """Whether a text cannot be a name."""
    return bool(CONTROLS & set(shown(text))) or not 0 < len(shown(text)) <= longest


NAMES = [text for text in HOSTILE if not refused(text)]


@dataclass(frozen=True)
class Siege:
    """An event, its texts in their order, and who is signed in."""

    slug: str
    texts: Sequence[str]
    event_id: int
    round_id: int
    judges: dict[str, int]
    organiser: str  # the name of the owner
    console: str  # the owner's token
    remarks: str  # many of them in one text, as comments and reasons are
    comment: str
    note: str
    told: str  # what is announced, which is short

    def at(self, place: int) -> str:
        """A text as it is shown; the places go round."""
        return shown(self.texts[place % len(self.texts)])

    def all(self) -> set[str]:
        """Every text as it is shown."""
        return {shown(text) for text in self.texts}


def described(slug: str, texts: Sequence[str], language: str, *, apart: bool) -> EventForm:
    """An event in which every text is a team's, a judge's, an organisation's, a criterion's ... name.

    One judge is to score all teams, each other one two; `apart`: two judges half of the teams each, and nobody else.
    """
    count, rule = len(texts), "additive" if apart else "raw"

    def text(place: int) -> str:
        return texts[place % count]

    places = range(count)
    names = [(text(place), text(place)) for place in places]
    judges = [GUEST, *(f"J{place + 1}" for place in places)]
    teams = [f"T{place + 1}" for place in places]
    half = count // 2
    if apart:
        pairs = [(judges[0], team) for team in teams[:half]] + [(judges[1], team) for team in teams[half:]]
    else:
        pairs = [(GUEST, team) for team in teams]
        pairs += [(judges[place + 1], team) for place in places for team in (teams[place], teams[(place + 1) % count])]
    criteria = tuple(
        CriterionForm(
            key=f"c{place}",
            name_en=text(place),
            name_ar=text(place),
            description_en=text(place + 1),
            description_ar=text(place + 1),
            weight=Decimal(1),
            minimum=Decimal(0),
            maximum=Decimal(2),
            step=Decimal(1),
            levels=(Level(Decimal(1), text(place + 2), text(place + 2)),),
        )
        for place in places
    )
    stages = tuple(
        RoundForm(f"r{place}", *names[place], rule, "", 1, 0, ("total",), criteria if place == 0 else criteria[:1])
        for place in places
    )
    return EventForm(
        slug=slug,
        name_en=text(0),
        name_ar=text(0),
        place_en=text(1),
        place_ar=text(1),
        starts_on=date(2026, 12, 7),
        ends_on=date(2026, 12, 9),
        time_zone="Asia/Qatar",
        language=language,
        digits="latn",
        four_eyes=True,
        rounds=stages,
        organisations=tuple(NamedForm(f"o{place}", *names[place]) for place in places),
        tracks=tuple(NamedForm(f"t{place}", *names[place]) for place in places),
        awards=tuple(AwardForm(f"a{place}", *names[place], f"t{place}", 1) for place in places),
        teams=tuple(
            TeamForm(
                key=teams[place],
                name_en=text(place),
                name_ar=text(place),
                project_en=text(place + 1),
                project_ar=text(place + 1),
                organisation=f"o{(place + 2) % count}",
                desk=text(place + 3),
                tracks=frozenset({f"t{place}"}),
                status="",
                out_reason="",
            )
            for place in places
        ),
        judges=tuple(
            JudgeForm(key, text(place), text(place), "" if place == 0 else f"o{(place + 20) % count}", "", None, "")
            for place, key in enumerate(judges)
        ),
        conflicts=(ConflictForm("J3", "T9", text(5)),),
        assignments=tuple(AssignmentForm("r0", *pair) for pair in pairs),
    )


def through_files(form: EventForm, folder: Path) -> EventForm:
    """The same as an organiser's files say it: written and read."""
    with memory() as session:
        roster.store(session, form, "test")
        write_folder(session, the_event(session), folder)
    return replace(read_folder(folder), four_eyes=form.four_eyes)


def remarks_of(texts: Sequence[str], longest: int) -> str:
    """As many texts as fit, line by line; what cannot be shown is left out, as the ballot's form leaves it out."""
    lines, room = [], longest
    for text in map(shown, texts):
        if not CONTROLS & set(text) and len(text) < room:
            lines.append(text)
            room -= len(text) + 1
    return "\n".join(lines)


async def lay_siege(
    database: Database, folder: Path, slug: str, texts: Sequence[str], language: str, *, apart: bool = False
) -> Siege:
    """Hold an event up to the hour before its result: ballots, excuses, withdrawals, people with all roles."""
    form = through_files(described(slug, texts, language, apart=apart), folder)
    short = [text for text in texts if not refused(text, LONGEST_NAME)]
    owner = shown(short[0])

    def store(session: Session) -> Siege:
        roster.store(session, form, f"organiser:{owner}")
        event = session.exec(select(Event).where(Event.slug == slug)).one()
        event_id = event.id or 0
        round_ = session.exec(select(Round).where(Round.event_id == event_id, Round.key == "r0")).one()
        judges = {judge.key: judge.id or 0 for judge in session.exec(select(Judge).where(Judge.event_id == event_id))}
        person = organisers.add_organiser(session, owner, "", everywhere=True)
        token = sessions.sign_in_organiser(session, person.id or 0, "test")
        for name in short[1:]:
            other = organisers.add_organiser(session, name, "", everywhere=False)
            roles.give_role(session, event_id, other.id or 0, Role.AUDITOR, f"organiser:{owner}")
        rounds.open_round(session, round_.id or 0, f"organiser:{owner}")
        long = [
            remarks_of(texts, 1000),
            remarks_of(texts, LONGEST_TEXT),
            remarks_of(texts[::-1], LONGEST_TEXT),
            remarks_of(texts, announcements.LONGEST),
        ]
        return Siege(slug, texts, event_id, round_.id or 0, judges, owner, token, *long)

    siege = await database.write(store)
    await play(database, siege, apart=apart)
    return siege


async def play(database: Database, siege: Siege, *, apart: bool) -> None:
    """Let the guest score every team (where teams are apart, two judges), and all others be excused, with reasons."""
    actor = f"organiser:{siege.organiser}"
    duties = await database.read(assigned, siege.round_id)
    for place, (judge, team) in enumerate(duties):
        if judge == GUEST or apart:
            scores = {f"c{number}": Decimal((place + number) % 3) for number in range(len(siege.texts))}
            form = BallotForm(
                uuid=uuid4(),
                round="r0",
                team=team,
                base_revision=0,
                scores=scores,
                comment=siege.comment,
                note=siege.note,
            )
            await ballots.submit(database, siege.judges[judge], form)

    def decide(session: Session) -> None:
        for place, (judge, team) in enumerate([] if apart else duties):
            if (judge, team) == RECUSED:
                recusals.recuse(session, siege.judges[judge], "r0", team, "other", siege.remarks)
            elif judge != GUEST:
                decisions.skip(session, siege.round_id, judge, team, siege.at(place), actor)
        announcements.announce(session, siege.event_id, "", siege.told, siege.told, actor)
        rounds.pause(session, siege.round_id, siege.remarks, actor)
        rounds.resume(session, siege.round_id, siege.remarks, actor)
        decisions.withdraw(session, siege.event_id, "T1", siege.remarks, actor)
        decisions.disqualify(session, siege.event_id, "T2", siege.remarks, actor)

    await database.write(decide)


def assigned(session: Session, round_id: int) -> list[tuple[str, str]]:
    """Who is to score whom, by their keys."""
    pairs = (
        select(Judge.key, Team.key)
        .select_from(Assignment)
        .join(Judge, col(Judge.id) == Assignment.judge_id)
        .join(Team, col(Team.id) == Assignment.team_id)
        .where(Assignment.round_id == round_id)
        .order_by(col(Assignment.id))
    )
    return [(judge, team) for judge, team in session.exec(pairs)]


async def accept(database: Database, siege: Siege) -> None:
    """Accept that the groups of teams are equally strong, for a hostile reason."""

    def take(session: Session) -> None:
        groups = contest(session, session.get_one(Round, siege.round_id)).groups()
        decisions.accept_groups(
            session, siege.round_id, groups.fingerprint, siege.remarks, f"organiser:{siege.organiser}"
        )

    await database.write(take)


async def propose(database: Database, siege: Siege) -> None:
    """Close the round, and propose its result with a hostile comment, as another organiser with a hostile name."""
    await database.write(rounds.close, siege.round_id, f"organiser:{siege.organiser}")
    await publication.propose(database, siege.round_id, f"organiser:{siege.at(3)}", siege.remarks)


async def finalise(database: Database, siege: Siege) -> None:
    """The same, and confirm it."""
    await propose(database, siege)
    await publication.finalise(database, siege.round_id, f"organiser:{siege.organiser}", siege.remarks)


def store_names(session: Session, texts: Sequence[str]) -> None:
    """Events that are nothing but names and places."""
    day = date(2026, 12, 1)
    for number, text in enumerate(map(shown, texts)):
        after = shown(texts[(number + 1) % len(texts)])
        event = Event(
            slug=f"name-{number}",
            name_en=text,
            name_ar=text,
            place_en=after,
            place_ar=after,
            starts_on=day,
            ends_on=day,
            time_zone="UTC",
            language="en",
            created_at=datetime.now(UTC),
        )
        session.add(event)
