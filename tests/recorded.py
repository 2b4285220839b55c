"""A whole event, lived through by the product itself: the record that verifiers are tried on."""

import io
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from pairs import ANDROID, IPHONE, SIGNING, show_pin
from sqlmodel import Session, col, select

from scoreboard.assets import PACKAGE
from scoreboard.database import Database, open_engine, opened
from scoreboard.exchange.folder import read_folder
from scoreboard.exchange.record import write_record
from scoreboard.judging import access, decisions, late, publication, rounds
from scoreboard.judging.announcements import announce
from scoreboard.judging.ballots import BallotForm, current_ballots, submit
from scoreboard.judging.ballots.signed import revisions_of, seen
from scoreboard.judging.desk import papers
from scoreboard.judging.desk.papers import Sheet
from scoreboard.judging.ledger.notary import Notary
from scoreboard.judging.pairing import devices, pins
from scoreboard.judging.reports import absences
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.description import ConflictForm, EventForm
from scoreboard.judging.signature import signatures
from scoreboard.judging.signature.signatures import Wish
from scoreboard.judging.staff import organisers, roles
from scoreboard.judging.staff.roles import Role
from scoreboard.judging.verification.stored import verify_event
from scoreboard.judging.verification.tail import Tail
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.migrations import prepare
from scoreboard.models import Assignment, Criterion, Event, Judge, JudgeLink, Round, Team
from scoreboard.signing import SigningKey, key_at_hand

CHAIR = "organiser:chair"
DEPUTY = "organiser:deputy"
SLUG = "services-2026"
JUDGES, TEAMS = 3, 4


@dataclass(frozen=True)
class Lived:
    """A database in which an event was held, and the key that signed it."""

    path: Path
    key: SigningKey

    def verdict(self, processes: int = 1) -> Verdict:
        """What verifying it finds."""
        return verdict_of(self.path, processes)

    def record(self) -> str:
        """Its record."""
        engine = open_engine(str(self.path), read_only=True)
        file = io.StringIO()
        try:
            with Session(engine) as session:
                write_record(session, session.exec(select(Event)).one(), file, unsigned)
        finally:
            engine.dispose()
        return file.getvalue()


def unsigned(tail: Tail) -> str:
    """Sign nothing: what was lived was signed as it went."""
    raise AssertionError(f"not signed: {tail.size}")


def verdict_of(path: Path, processes: int = 1) -> Verdict:
    """What verifying the only event of a database finds."""
    engine = open_engine(str(path), read_only=True)
    try:
        with Session(engine) as session:
            return verify_event(session, session.exec(select(Event)).one(), processes=processes)
    finally:
        engine.dispose()


def small_event(rule: str = "raw") -> EventForm:
    """The demo's event with a few of its people, and two conflicts."""
    form = read_folder(PACKAGE / "demo" / "event")
    judges, teams = form.judges[:JUDGES], form.teams[:TEAMS]
    return replace(
        form,
        judges=tuple(replace(judge, organisation="") for judge in judges),
        teams=tuple(replace(team, members=(f"{team.key.lower()}@example.org",)) for team in teams),
        four_eyes=True,
        conflicts=(ConflictForm(judges[0].key, teams[0].key, "Sister of a member"),),
        rounds=(replace(form.rounds[0], rule=rule, beside="", minimum_ballots=1, ballots_per_team=0),),
    )


class Life:
    """The event while it is held: names and numbers of who is in it."""

    def __init__(self, database: Database, key: SigningKey, session: Session, seed: int) -> None:
        self.database = database
        self.event_id = session.exec(select(Event.id)).one() or 0
        self.round_id = session.exec(select(Round.id)).one() or 0
        self.judges = {row.key: row.id or 0 for row in session.exec(select(Judge))}
        self.teams = {row.id or 0: row.key for row in session.exec(select(Team))}
        self.rubric = list(session.exec(select(Criterion).order_by(col(Criterion.position))))
        self.duties = list(session.exec(select(Assignment).order_by(col(Assignment.id))))
        self.notary = Notary(database, key)
        self.luck = random.Random(seed)

    def judge_of(self, duty: Assignment) -> str:
        """The key of the judge of an assignment."""
        return next(key for key, number in self.judges.items() if number == duty.judge_id)

    async def sign(self) -> None:
        """Sign the ledger as it is."""
        await self.notary.checkpoint(self.event_id)

    async def score(
        self, duty: Assignment, base: int, *, entered_at: datetime | None = None, uuid: UUID | None = None
    ) -> None:
        """Give a ballot, or correct one."""
        form = BallotForm(
            uuid=uuid or UUID(int=self.luck.getrandbits(128), version=4),
            round="final",
            team=self.teams[duty.team_id],
            base_revision=base,
            scores={part.key: part.minimum + part.step * self.luck.randint(0, part.top) for part in self.rubric},
            comment=self.luck.choice(["", "Well done", "أحسنتم"]),
            entered_at=entered_at,
        )
        await submit(self.database, duty.judge_id, form)

    async def begin(self) -> None:
        """Issue links, open the round, score all but one assignment, which is excused."""
        salt = await self.database.read(access.code_salt)
        first, second = sorted(self.judges)[:2]
        for judge in (first, second, first):  # the second link of the first judge revokes the first
            await self.database.write(access.issue_link, self.judges[judge], access.new_link(salt), CHAIR)
            await self.database.write(self.come_in, judge)
        await self.database.write(self.give_roles)
        await self.database.write(rounds.open_round, self.round_id, CHAIR)
        *given, excused = self.duties
        judge, team = self.judge_of(excused), self.teams[excused.team_id]
        await self.database.write(decisions.skip, self.round_id, judge, team, "Left early", CHAIR)
        for duty in given:
            await self.score(duty, 0)
        out = self.teams[min(self.teams)]
        await self.database.write(decisions.withdraw, self.event_id, out, "Gave up", CHAIR)
        await self.database.write(decisions.restore, self.event_id, out, CHAIR)

    def come_in(self, session: Session, judge: str) -> None:
        """A judge comes in on a phone, and by a PIN on another; the first one is signed out, and the other again in."""
        link = session.exec(
            select(JudgeLink).where(JudgeLink.judge_id == self.judges[judge], col(JudgeLink.revoked_at).is_(None))
        ).one()
        devices.sign_in_judge(session, link.judge_id, link.id or 0, IPHONE)
        pin = show_pin(session, link.judge_id)
        sealed = pins.sealed(SIGNING, link.secret_hash, pin)
        known = devices.sign_in_with_pin(session, link.judge_id, link.id or 0, ANDROID, sealed)
        first, _second = devices.devices_of_judge(session, link.judge_id)
        devices.revoke_device(session, link.judge_id, first.device.key, CHAIR)
        devices.sign_in_judge(session, link.judge_id, link.id or 0, ANDROID, known)

    def give_roles(self, session: Session) -> None:
        """Two persons get roles; one of them another, the other none any more."""
        people = [organisers.add_organiser(session, name, "", everywhere=False).id or 0 for name in ("chair", "deputy")]
        for person in people:
            roles.give_role(session, self.event_id, person, Role.AUDITOR, CHAIR)
        roles.give_role(session, self.event_id, people[0], Role.ORGANISER, CHAIR)
        roles.take_role(session, self.event_id, people[1], CHAIR)

    async def arrive_late(self) -> None:
        """Three ballots arrive after the close that were entered before it: one is admitted, one refused, one both."""
        before = datetime.now(UTC)
        await self.database.write(rounds.close, self.round_id, CHAIR)
        unsigned = [duty for duty in self.duties if duty.judge_id != self.duties[0].judge_id]
        for number, duty in enumerate(unsigned[1:4], 1):
            await self.score(duty, 0, entered_at=before, uuid=UUID(int=number, version=4))
        first, second, third = (UUID(int=number, version=4) for number in (1, 2, 3))
        await self.database.write(late.admit, self.round_id, first, "No network in the hall", CHAIR)
        await self.database.write(late.refuse, self.round_id, second, "Corrected since", CHAIR)
        await self.database.write(late.refuse, self.round_id, third, "Corrected since", CHAIR)
        await self.database.write(late.reopen, self.round_id, third, CHAIR)
        await self.database.write(late.admit, self.round_id, third, "Not corrected after all", CHAIR)

    async def rest(self) -> None:
        """The round is paused for a while, and judges are told."""
        await self.database.write(rounds.pause, self.round_id, "Break", CHAIR)
        await self.database.write(announce, self.event_id, "", "A break of ten minutes.", "استراحة عشر دقائق.", CHAIR)
        await self.database.write(rounds.resume, self.round_id, "", CHAIR)
        await self.database.write(announce, self.event_id, min(self.judges), "Please come to the desk.", "", DEPUTY)

    async def correct(self) -> None:
        """Judges correct some ballots; the excuse is taken back and that ballot given."""
        *given, excused = self.duties
        for duty in self.luck.sample(given, 3):
            await self.score(duty, 1)
        judge, team = self.judge_of(excused), self.teams[excused.team_id]
        await self.database.write(decisions.resume, self.round_id, judge, team, CHAIR)
        await self.score(excused, 0)

    async def meet(self) -> None:
        """A team is reported away and found; a judge signs, twice; a sheet of another one is typed in and put aside."""
        first, other = self.duties[0], self.sheet_duty()
        judge, team = self.judge_of(first), self.teams[first.team_id]
        await self.database.write(absences.report, first.judge_id, "final", team)
        await self.database.write(absences.settle, self.round_id, judge, team, "present", "", CHAIR)
        await self.sign_as(first)
        await self.database.write(signatures.lift, self.round_id, judge, "A slip", CHAIR)
        await self.sign_as(first)
        twice = self.sheet(other)
        await self.database.write(papers.enter, self.round_id, twice, CHAIR)
        await self.database.write(papers.discard, self.round_id, twice.uuid, "Typed in twice", DEPUTY)

    async def sign_as(self, duty: Assignment) -> None:
        """A judge signs all ballots as they are."""
        mine = await self.database.read(
            lambda session: revisions_of(session, session.get_one(Round, self.round_id), duty.judge_id)
        )
        await signatures.sign(self.database, duty.judge_id, Wish("final", seen(mine), "1234", "1234"))

    def sheet_duty(self) -> Assignment:
        """An assignment of another judge than the one who signs."""
        return next(duty for duty in self.duties if duty.judge_id != self.duties[0].judge_id)

    def sheet(self, duty: Assignment) -> Sheet:
        """A ballot on paper."""
        return Sheet(
            uuid=UUID(int=self.luck.getrandbits(128), version=4),
            judge=self.judge_of(duty),
            team=self.teams[duty.team_id],
            scores={part.key: part.minimum + part.step * self.luck.randint(0, part.top) for part in self.rubric},
            filled_in_at=datetime.now(UTC),
            reason="The phone broke",
        )

    async def take_sheet(self) -> None:
        """A sheet is typed in by one and once more by another."""
        duty = self.sheet_duty()
        sheet = self.sheet(duty)
        await self.database.write(papers.enter, self.round_id, sheet, CHAIR)
        (known,) = await self.database.read(
            lambda session: current_ballots(session, self.round_id, judge_id=duty.judge_id, team_id=duty.team_id)
        )
        await self.database.write(papers.confirm, self.round_id, sheet.uuid, sheet.scores, known.revision, DEPUTY)


async def live(
    folder: Path, *, form: EventForm | None = None, seed: int = 1, until: str = "final", signed: bool = True
) -> Lived:
    """Hold an event in a new database: import, links, ballots, freeze, corrections, thaw, close, finalise.

    `until` is where it stops: ``open``, ``frozen``, ``closed`` or ``final``. It is signed at each phase, and there
    unless `signed` is false.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "event.db"
    prepare(str(path))
    key = key_at_hand(str(path))
    async with opened(str(path)) as database:
        await database.write(roster.store, form or small_event(), "command:import")
        life = await database.read(lambda session: Life(database, key, session, seed))
        await life.begin()
        if until != "open":
            await publication.freeze(database, life.round_id, CHAIR)
            await life.sign()
            await life.rest()
            await life.correct()
        if until in {"closed", "final"}:
            await database.write(rounds.thaw, life.round_id, CHAIR)
            await life.meet()
            await life.arrive_late()
            await life.take_sheet()
            await life.sign()
        if until == "final":
            await publication.propose(database, life.round_id, DEPUTY, "Agreed by the jury.")
            await life.sign()
            await publication.finalise(database, life.round_id, CHAIR, "Agreed by the jury.")
        if signed:
            await life.sign()
    return Lived(path, key)
