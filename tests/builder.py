"""Builds events for tests: small ones, with everything that a round needs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging import access, ballots, ledger, rounds
from scoreboard.judging.ballots import AcceptedBallot, BallotForm
from scoreboard.models import Assignment, Conflict, Criterion, Event, Judge, Organisation, Round, Team

ARABIC_TEAMS = ("واحة", "مرسى", "لؤلؤة", "شراع", "نخيل", "صقر", "كثيب", "دانة", "برج", "قافلة", "نور", "سدرة")
ENGLISH_TEAMS = (
    "Oasis",
    "Marsa",
    "Pearl",
    "Sail",
    "Palms",
    "Falcon",
    "Dune",
    "Dana",
    "Tower",
    "Caravan",
    "Light",
    "Sidra",
)


@dataclass(frozen=True)
class Cast:
    """An event's ids, by the keys J1.., T1.."""

    event_id: int
    slug: str
    round_id: int
    judges: dict[str, int]
    teams: dict[str, int]


def number(row: Event | Round | Judge | Team | Criterion) -> int:
    """The id of a row that is stored."""
    if row.id is None:
        raise AssertionError(f"not stored: {row}")
    return row.id


def store_event(
    session: Session,
    *,
    slug: str = "hack",
    judges: int = 3,
    teams: int = 5,
    criteria: int = 2,
    rule: str = "raw",
    beside: str = "",
    minimum_ballots: int = 1,
    opened: bool = True,
    conflicts: tuple[tuple[str, str], ...] = (),
    language: str = "en",
    maximum: int = 10,
    visit_minutes: int = 0,
) -> Cast:
    """Store an event whose judges all see all teams, except where they are in conflict."""
    event = Event(
        slug=slug,
        name_en="Government Services Hackathon",
        name_ar="هاكاثون الخدمات الحكومية",
        starts_on=date(2026, 12, 7),
        ends_on=date(2026, 12, 9),
        time_zone="Asia/Qatar",
        language=language,
        created_at=datetime.now(UTC),
    )
    session.add(event)
    session.flush()
    event_id = number(event)
    ledger.open_ledger(session, event_id)
    agency = Organisation(event_id=event_id, key="A1", name_en="Public Works Agency", name_ar="وكالة الأشغال العامة")
    round_ = Round(
        event_id=event_id,
        key="final",
        position=1,
        name_en="Final",
        name_ar="الجولة النهائية",
        rule=rule,
        beside=beside,
        minimum_ballots=minimum_ballots,
        visit_minutes=visit_minutes,
        precedence=["total"],
    )
    session.add_all([agency, round_])
    session.flush()
    names = (("Impact", "الأثر"), ("Quality", "الجودة"), ("Novelty", "الابتكار"), ("Pitch", "العرض"))
    session.add_all(
        Criterion(
            round_id=number(round_),
            key=names[i][0].lower(),
            position=i + 1,
            name_en=names[i][0],
            name_ar=names[i][1],
            weight=Decimal(1),
            minimum=Decimal(0),
            maximum=Decimal(maximum),
            step=Decimal(1),
            top=maximum,
            levels=[{"value": "0", "en": "Not shown", "ar": "لم يُعرض"}, {"value": "8", "en": "Works", "ar": "يعمل"}],
        )
        for i in range(criteria)
    )
    judge_rows = [
        Judge(event_id=event_id, key=f"J{i + 1}", name_en=f"Judge {i + 1}", name_ar=f"المحكّم {i + 1}")
        for i in range(judges)
    ]
    team_rows = [
        Team(
            event_id=event_id,
            organisation_id=agency.id,
            key=f"T{i + 1}",
            name_en=ENGLISH_TEAMS[i % 12] + (f" {i + 1}" if i >= 12 else ""),
            name_ar=ARABIC_TEAMS[i % 12] + (f" {i + 1}" if i >= 12 else ""),
            project_en=f"Project {i + 1}",
            project_ar=f"مشروع {i + 1}",
            desk=str(i + 1),
        )
        for i in range(teams)
    ]
    session.add_all([*judge_rows, *team_rows])
    session.flush()
    cast = Cast(
        event_id,
        slug,
        number(round_),
        {judge.key: number(judge) for judge in judge_rows},
        {team.key: number(team) for team in team_rows},
    )
    for judge, judge_id in cast.judges.items():
        for position, (team, team_id) in enumerate(cast.teams.items()):
            if (judge, team) in conflicts:
                session.add(Conflict(judge_id=judge_id, team_id=team_id, reason="family", source="organiser"))
            else:
                session.add(
                    Assignment(round_id=cast.round_id, judge_id=judge_id, team_id=team_id, position=position + 1)
                )
    if opened:
        rounds.open_round(session, cast.round_id, "test")
    return cast


async def build_event(database: Database, **wishes: object) -> Cast:
    """The same in a transaction of its own; the wishes are those of `store_event`."""
    return await database.write(lambda session: store_event(session, **wishes))  # type: ignore[arg-type]  # passed on


async def issue_link(database: Database, judge_id: int) -> access.NewLink:
    """Give a judge a link."""
    link = access.new_link(await database.read(access.code_salt))
    await database.write(access.issue_link, judge_id, link, "test")
    return link


def ballot(
    team: str, *scores: float, base: int = 0, uuid: UUID | None = None, round_: str = "final", comment: str = ""
) -> BallotForm:
    """A ballot for the first so many criteria of the event that `store_event` builds."""
    keys = ("impact", "quality", "novelty", "pitch")
    return BallotForm(
        uuid=uuid or uuid4(),
        round=round_,
        team=team,
        base_revision=base,
        scores={key: Decimal(str(score)) for key, score in zip(keys, scores, strict=False)},
        comment=comment,
    )


async def score(database: Database, cast: Cast, judge: str, team: str, *scores: float, base: int = 0) -> AcceptedBallot:
    """Submit a ballot."""
    return await ballots.submit(database, cast.judges[judge], ballot(team, *scores, base=base))
