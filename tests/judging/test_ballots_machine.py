"""Everything that can happen to a ballot, in any order, beside a model that knows the rules and has no database.

Phones submit, send again, send late, do not hear the answer; two devices of a judge correct each other; links are
replaced, conflicts found, teams leave and come back; the round is frozen, closed, opened again and finalised; the
server is restarted. After each step answers and state are those of the model.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from builder import ballot
from faults.records import faults
from faults.stage import store_open_round
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from judging.ballots_model import DEVICES, JUDGES, MAXIMUM, TEAMS, Accepted, Device, Model
from pairs import further_device
from sqlalchemy import func, select
from sqlmodel import Session, col

from scoreboard.database import Database, open_engine
from scoreboard.errors import ScoreboardError
from scoreboard.judging import access, ballots, decisions, ledger, publication, rounds
from scoreboard.judging.access import NewLink
from scoreboard.judging.ballots import BallotForm, CurrentBallot
from scoreboard.judging.pairing.devices import needs_pin, sign_in_judge
from scoreboard.judging.setup.changes import Recorder
from scoreboard.judging.setup.conflicts import store_conflicts
from scoreboard.judging.setup.description import ConflictForm
from scoreboard.judging.verification.stored import verify_event
from scoreboard.migrations import prepare
from scoreboard.models import Ballot, Event, Judge, Round, Run, Team

MEMORY = Path("/dev/shm")  # where there is one: what a disk does is not what is tried here
ORGANISER = "organiser:test"
ACTIONS = (
    *("submit",) * 8,
    *("submit_at_once", "fill_in", "look", "open_link") * 2,
    *("send_late", "organise") * 4,
    *("send_another_by_the_same_number", "conclude", "restart"),
)
# What has an inverse comes no more often than that, so that there is something to be judged most of the time.
WISHES = (
    *("open_round", "open_round", "close", "freeze", "thaw", "restore", "restore", "withdraw", "disqualify"),
    *("replace_link", "finalise", "declare_conflict"),
)
DEVICE, TEAM = st.sampled_from(DEVICES), st.sampled_from(TEAMS)
SCORES = st.tuples(st.integers(0, MAXIMUM + 1), st.integers(0, MAXIMUM))
COMMENT = st.sampled_from(["", "جيد", "Good"])
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Judging(RuleBasedStateMachine):
    """The real thing, step by step beside the model."""

    template: Path  # a database with the event; each run has a copy of it

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.path = self.folder / "scoreboard.db"
        shutil.copyfile(self.template, self.path)
        self.runner = asyncio.Runner()
        self.open()
        self.event_id, self.round_id, self.judges, self.teams = self.read(ids)
        self.model = Model()
        self.secrets: dict[str, str] = {}  # of judges' newest links
        self.tokens: dict[Device, str] = {}
        self.forms: list[tuple[Device, BallotForm]] = []  # what was filled in; sent or not
        self.answers: dict[UUID, dict[str, Any]] = {}  # the first answer to each ballot that was taken
        self.known = {(device, team): 0 for device in DEVICES for team in TEAMS}  # revisions that devices know of
        for judge in JUDGES:
            self.replace_link(judge)
        for device in DEVICES:
            self.sign_in(device)

    def open(self) -> None:
        """Start on the database as it is."""

        async def opened() -> Database:
            database = Database(str(self.path))
            database.start()
            return database

        self.database = self.runner.run(opened())

    def read(self, f: Callable[..., Any], *arguments: Any) -> Any:
        """Read from the database."""
        return self.runner.run(self.database.read(f, *arguments))

    def write(self, f: Callable[..., Any], *arguments: Any) -> Any:
        """Write to the database."""
        return self.runner.run(self.database.write(f, *arguments))

    def outcome(self, f: Callable[..., Any], *arguments: Any) -> Any:
        """What comes of something: a value, or the code of the refusal, which leaves no entry in the ledger."""
        head = self.head()
        try:
            return f(*arguments)
        except ScoreboardError as refusal:
            assert self.head() == head
            return refusal.code

    def head(self) -> int:
        """The ledger's newest entry."""
        head: int = self.read(ledger.head_sequence, self.event_id)
        return head

    @rule(action=st.sampled_from(ACTIONS), data=st.data())
    def act(self, action: str, data: st.DataObject) -> None:
        """Somebody does something. (Rules of their own would be left out in turn, until little is left to happen.)"""
        getattr(self, action)(data.draw)

    def fill_in(self, draw: Draw) -> None:
        """A card is filled in on top of the revision that the device knows of. It may be sent at any time, or never."""
        device, team = draw(DEVICE), draw(TEAM)
        form = ballot(team, *draw(SCORES), base=self.known[device, team], comment=draw(COMMENT))
        self.forms.append((device, form))

    def submit(self, draw: Draw) -> None:
        """A card is filled in and sent; the answer may be lost."""
        self.fill_in(draw)
        self.send(*self.forms[-1], heard=draw(st.booleans()))

    def submit_at_once(self, draw: Draw, team: str = "") -> None:
        """All devices fill in the same team's card as it is, and send it."""
        team = team or draw(TEAM)
        for device in draw(st.permutations(DEVICES)):
            form = ballot(team, *draw(SCORES), base=self.model.revision((device.judge, team)))
            self.forms.append((device, form))
        for device, form in self.forms[-len(DEVICES) :]:
            self.send(device, form, heard=True)

    def send_late(self, draw: Draw) -> None:
        """Something that was filled in comes: for the first time or again, however late."""
        if self.forms:
            self.send(*draw(st.sampled_from(self.forms)), heard=draw(st.booleans()))

    def send_another_by_the_same_number(self, draw: Draw) -> None:
        """A number that belongs to a ballot comes with something else in it, or from another judge."""
        if self.answers:
            accepted = self.model.by_uuid[draw(st.sampled_from(sorted(self.answers, key=str)))]
            other = accepted.form.model_copy(update={"comment": draw(COMMENT)})
            self.send(draw(DEVICE), other, heard=False)

    def send(self, device: Device, form: BallotForm, *, heard: bool) -> None:
        """A ballot comes; the answer is that of the model, and the same for ever."""
        before, known = self.head(), form.uuid in self.answers
        answer = self.outcome(self.put, device, form)
        expected = self.model.submit(device, form, before + 1)
        if isinstance(expected, Accepted):
            assert isinstance(answer, CurrentBallot)
            assert self.head() == before + (not known)
            told = answer.as_json()
            assert (answer.uuid, answer.revision, answer.sequence) == (form.uuid, expected.revision, expected.sequence)
            assert (answer.scores, answer.comment) == (form.scores, form.comment)
            assert told == self.answers.setdefault(form.uuid, told)
            if heard:
                self.learn(device, form.team)
        else:
            assert answer == expected

    def put(self, device: Device, form: BallotForm) -> CurrentBallot:
        """What the judge's page does with a ballot."""
        judge = self.read(access.judge_of, self.tokens[device])
        return self.runner.run(ballots.submit(self.database, judge.id or 0, form))

    def look(self, draw: Draw) -> None:
        """A device loads a card and learns of the newest revision."""
        self.learn(draw(DEVICE), draw(TEAM))

    def learn(self, device: Device, team: str) -> None:
        """A device is told the newest revision of its judge."""
        self.known[device, team] = self.model.revision((device.judge, team))

    def open_link(self, draw: Draw) -> None:
        """A device opens its judge's newest link."""
        self.sign_in(draw(DEVICE))

    def sign_in(self, device: Device) -> None:
        """A device is in."""
        judge, link = self.read(lambda session: access.judge_behind(session, secret=self.secrets[device.judge]))
        known = self.tokens.get(device, "")
        if self.read(needs_pin, link.id, known):
            self.tokens[device] = self.write(further_device, self.secrets[device.judge], device.name)
        else:
            self.tokens[device] = self.write(sign_in_judge, judge.id, link.id, device.name, known)
        self.model.signed_in.add(device)

    def organise(self, draw: Draw) -> None:
        """The organiser does something."""
        wish, judge, team = draw(st.sampled_from(WISHES)), draw(st.sampled_from(JUDGES)), draw(TEAM)
        if wish == "replace_link":
            self.replace_link(judge)
        elif wish == "declare_conflict":
            self.write(declare, self.event_id, judge, team)
            self.model.declare_conflict((judge, team))
        elif wish in {"withdraw", "disqualify", "restore"}:
            self.decide(wish, team)
        else:
            self.step(wish)

    def replace_link(self, judge: str) -> None:
        """A judge gets a new link: the earlier ones, and the sessions by them, end."""
        secret = self.secrets[judge] = f"{self.secrets.get(judge, judge)}+"
        link = NewLink(secret, "", access.hashed(secret), secret)
        self.write(access.issue_link, self.judges[judge], link, ORGANISER)
        self.model.sign_out_all(judge)

    def decide(self, wish: str, team: str) -> None:
        """A team leaves or comes back."""
        reason = [] if wish == "restore" else ["they said so"]
        outcome = self.outcome(self.write, getattr(decisions, wish), self.event_id, team, *reason, ORGANISER)
        assert (outcome if isinstance(outcome, str) else "") == self.model.decide(wish, team)

    def step(self, wish: str) -> None:
        """A step in the round's life; what it keeps is the ranking of that moment."""
        comment = ["agreed"] if wish == "finalise" else []
        outcome = self.outcome(self.write, getattr(rounds, wish), self.round_id, ORGANISER, *comment)
        refused = self.model.step(wish)
        assert (outcome if isinstance(outcome, str) else "") == refused
        if wish == "freeze" and not refused:
            self.runner.run(publication.keep_held(self.database))
        if wish in {"freeze", "finalise"} and not refused:
            assert self.read(totals_of_newest_run) == pytest.approx(self.model.totals())

    def conclude(self, draw: Draw) -> None:
        """Everybody does what they still can, and the round ends."""
        for team in TEAMS:
            self.submit_at_once(draw, team)
        for wish in ("close", "finalise"):
            self.step(wish)

    def restart(self, _draw: Draw) -> None:
        """The server ends and begins again."""
        self.runner.run(self.database.close())
        self.open()

    @invariant()
    def what_is_stored_is_what_the_model_has(self) -> None:
        if hasattr(self, "known"):
            current, revisions, round_ = self.read(state, self.round_id)
            assert current == {
                (self.judges[judge], self.teams[team]): (taken.form.uuid, taken.sequence)
                for (judge, team), taken in self.model.current.items()
            }
            assert revisions == len(self.model.by_uuid)
            assert (rounds.phase(round_), rounds.frozen(round_)) == (self.model.phase, self.model.frozen)

    def teardown(self) -> None:
        found = self.read(faults_told_by_the_ledger, self.event_id)
        self.runner.run(self.database.close())
        self.runner.close()
        found += faults(self.path, [])
        shutil.rmtree(self.folder)
        assert found == []


def ids(session: Session) -> tuple[int, int, dict[str, int], dict[str, int]]:
    """The ids of the event and its round, of judges and of teams, by key."""
    round_ = session.execute(select(Round)).scalar_one()
    judges = {row.key: row.id or 0 for row in session.execute(select(Judge)).scalars()}
    return (
        round_.event_id,
        round_.id or 0,
        judges,
        {row.key: row.id or 0 for row in session.execute(select(Team)).scalars()},
    )


def declare(session: Session, event_id: int, judge: str, team: str) -> None:
    """It turns out that a judge must not score a team."""
    judges = {row.key: row for row in session.execute(select(Judge)).scalars()}
    teams = {row.key: row for row in session.execute(select(Team)).scalars()}
    recorder = Recorder(session, event_id, "hack", ORGANISER)
    store_conflicts(recorder, judges, teams, [ConflictForm(judge, team, "family")])


def state(session: Session, round_id: int) -> tuple[dict[tuple[int, int], tuple[UUID, int]], int, Round]:
    """The current ballots, how many revisions there are, and where the round stands."""
    current = {(b.judge_id, b.team_id): (b.uuid, b.sequence) for b in ballots.current_ballots(session, round_id)}
    revisions: int = session.execute(select(func.count()).select_from(Ballot)).scalar_one()
    return current, revisions, session.get_one(Round, round_id)


def faults_told_by_the_ledger(session: Session, event_id: int) -> list[str]:
    """What verification has against the record of all that happened."""
    return [fault.words() for fault in verify_event(session, session.get_one(Event, event_id)).faults]


def totals_of_newest_run(session: Session) -> dict[str, float]:
    """The totals of the result that was kept last."""
    run = session.execute(select(Run).order_by(col(Run.id).desc()).limit(1)).scalar_one()
    return {line["team"]: float(line["total"]) for line in run.standings["standings"] if line["total"] is not None}


def test_whatever_happens_answers_and_state_are_those_of_the_model(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    Judging.template = tmp_path / "template.db"
    prepare(str(Judging.template))
    engine = open_engine(str(Judging.template))
    with Session(engine) as session:
        store_open_round(session, JUDGES, TEAMS, ("impact", "quality"))
        session.commit()
    engine.dispose()
    full = request.config.getoption("--faults") == "full"
    case = Judging.TestCase
    case.settings = settings(max_examples=200 if full else 40, stateful_step_count=50, deadline=None)
    case().runTest()
