import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest
from builder import ballot, build_event, score, store_event
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select
from sqlmodel import Session, col
from submissions import refused, stored

from scoreboard.database import Database, open_engine
from scoreboard.errors import BallotReused, MissingCriterion, ScoreOutOfRange, StaleBallot, UnknownCriterion
from scoreboard.judging import ballots, ledger, rounds
from scoreboard.judging.ballots import BallotForm
from scoreboard.migrations import prepare
from scoreboard.models import Assignment, Ballot, LogEntry


async def test_a_ballot_is_stored_with_its_scores_and_an_entry_in_the_ledger(database: Database) -> None:
    cast = await build_event(database)
    before = await stored(database)
    given = await ballots.submit(database, cast.judges["J1"], ballot("T1", 7, 8, comment="Good"))
    assert (given.revision, dict(given.scores), given.comment) == (
        1,
        {"impact": Decimal(7), "quality": Decimal(8)},
        "Good",
    )
    assert [after - was for was, after in zip(before, await stored(database), strict=True)] == [1, 2, 1]

    def entry(session: Session) -> tuple[str, str, str]:
        found = session.get_one(LogEntry, (cast.event_id, given.sequence))
        return found.actor, found.action, found.subject

    assert await database.read(entry) == ("judge:J1", "ballot.submitted", "team:T1")


async def test_a_submitted_ballot_ends_the_assignment(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 7, 8)

    def states(session: Session) -> list[str]:
        return list(
            session.execute(
                select(col(Assignment.state))
                .where(col(Assignment.judge_id) == cast.judges["J1"])
                .order_by(col(Assignment.position))
            ).scalars()
        )

    assert await database.read(states) == ["done", "pending", "pending", "pending", "pending"]


async def test_a_repeat_is_answered_as_the_first_time_and_stores_nothing(database: Database) -> None:
    cast = await build_event(database)
    form = ballot("T1", 7, 8)
    first = await ballots.submit(database, cast.judges["J1"], form)
    await score(database, cast, "J1", "T1", 9, 9, base=1)
    before = await stored(database)
    again = await ballots.submit(database, cast.judges["J1"], form)
    assert again.as_json() == first.as_json()
    assert await stored(database) == before


async def test_a_repeat_is_answered_even_after_the_round_was_closed(database: Database) -> None:
    cast = await build_event(database)
    form = ballot("T1", 7, 8)
    first = await ballots.submit(database, cast.judges["J1"], form)
    await database.write(rounds.close, cast.round_id, "test")
    assert await ballots.submit(database, cast.judges["J1"], form) == first


async def test_a_correction_is_the_next_revision(database: Database) -> None:
    cast = await build_event(database)
    await score(database, cast, "J1", "T1", 7, 8)
    corrected = await score(database, cast, "J1", "T1", 6, 8, base=1)
    assert (corrected.revision, corrected.scores["impact"]) == (2, Decimal(6))
    current = await database.read(ballots.current_ballots, cast.round_id)
    assert [(each.revision, each.scores["impact"]) for each in current] == [(2, Decimal(6))]


@pytest.mark.parametrize("base", [0, 2])
async def test_a_ballot_made_from_another_revision_is_stale_and_told_the_current_one(
    database: Database, base: int
) -> None:
    cast = await build_event(database)
    current = await score(database, cast, "J1", "T1", 7, 8)
    error = await refused(database, cast, "J1", ballot("T1", 1, 1, base=base))
    assert (type(error), error.extra) == (StaleBallot, {"current": current.as_json()})


async def test_a_correction_of_nothing_is_stale(database: Database) -> None:
    cast = await build_event(database)
    error = await refused(database, cast, "J1", ballot("T1", 1, 1, base=3))
    assert (type(error), error.extra) == (StaleBallot, {"current": None})


async def test_a_number_that_belongs_to_another_ballot_is_refused(database: Database) -> None:
    cast = await build_event(database)
    form = ballot("T1", 7, 8)
    await ballots.submit(database, cast.judges["J1"], form)
    for judge, other in (
        ("J1", ballot("T1", 7, 9, uuid=form.uuid)),
        ("J1", ballot("T1", 7, 8, uuid=form.uuid, comment="More")),
        ("J1", ballot("T1", 7, 8, uuid=form.uuid, base=1)),
        ("J1", ballot("T2", 7, 8, uuid=form.uuid)),
        ("J2", form),
    ):
        assert type(await refused(database, cast, judge, other)) is BallotReused


async def test_a_ballot_that_the_rubric_does_not_allow_is_refused(database: Database) -> None:
    cast = await build_event(database)
    assert type(await refused(database, cast, "J1", ballot("T1", 7))) is MissingCriterion
    assert type(await refused(database, cast, "J1", ballot("T1", 7, 8, 9))) is UnknownCriterion
    for value in (-1, 11, 7.5):
        assert type(await refused(database, cast, "J1", ballot("T1", 7, value))) is ScoreOutOfRange


async def test_of_many_at_once_one_is_the_first_and_the_others_are_stale(database: Database) -> None:
    cast = await build_event(database)
    outcomes = await asyncio.gather(
        *(ballots.submit(database, cast.judges["J1"], ballot("T1", n, n)) for n in range(10)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AcceptedBallot"] + ["StaleBallot"] * 9
    current = await database.read(ballots.current_ballots, cast.round_id)
    assert [each.revision for each in current] == [1]


async def test_the_same_ballot_many_times_at_once_is_stored_once(database: Database) -> None:
    cast = await build_event(database)
    form = ballot("T1", 7, 8)
    outcomes = await asyncio.gather(*(ballots.submit(database, cast.judges["J1"], form) for _ in range(10)))
    assert [outcome.as_json() for outcome in outcomes] == [outcomes[0].as_json()] * 10
    assert (await stored(database))[0] == 1


DEVICES = st.sampled_from([1, 2])
TEAMS = st.sampled_from(["T1", "T2"])


class TwoDevices(RuleBasedStateMachine):
    """One judge on two phones: each submits, sends again, sends late, and learns of the other's revisions or not."""

    @initialize()
    def begin(self) -> None:
        self.engine = open_engine(self.path)
        self.connection = self.engine.connect()
        self.transaction = self.connection.begin()
        with self.session() as session:
            self.cast = store_event(session, slug=uuid4().hex, judges=1, teams=2)
            session.commit()
        self.sent: list[
            tuple[BallotForm, dict[str, object] | None]
        ] = []  # what was sent, and its answer if it was taken
        self.known = {(device, team): 0 for device in (1, 2) for team in ("T1", "T2")}
        self.model: dict[str, list[BallotForm]] = {"T1": [], "T2": []}

    path = ""

    def session(self) -> Session:
        return Session(bind=self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    def submit(self, form: BallotForm) -> dict[str, object] | None:
        with self.session() as session:
            try:
                answer = ballots.store(session, self.cast.judges["J1"], form).as_json()
            except StaleBallot:
                session.rollback()
                return None
            session.commit()
            return answer

    @rule(
        device=st.sampled_from([1, 2]),
        team=st.sampled_from(["T1", "T2"]),
        value=st.integers(0, 10),
        heard=st.booleans(),
    )
    def enter(self, device: int, team: str, value: int, heard: bool) -> None:
        """A phone submits from the revision that it knows of; the answer may be lost on the way."""
        form = ballot(team, value, 5, base=self.known[device, team])
        answer = self.submit(form)
        assert (answer is not None) == (form.base_revision == len(self.model[team]))
        if answer is not None:
            self.model[team].append(form)
            assert answer["revision"] == len(self.model[team])
            if heard:
                self.known[device, team] = len(self.model[team])
        self.sent.append((form, answer))

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """Something that was sent comes once more, however late."""
        if not self.sent:
            return
        index = data.draw(st.integers(0, len(self.sent) - 1))
        form, before = self.sent[index]
        answer = self.submit(form)
        if before is not None:
            assert answer == before
        elif answer is not None:
            assert form.base_revision == len(self.model[form.team])
            self.model[form.team].append(form)
            self.sent[index] = (form, answer)
        else:
            assert form.base_revision != len(self.model[form.team])

    @rule(device=DEVICES, team=TEAMS)
    def look(self, device: int, team: str) -> None:
        """A phone loads the card and learns of the newest revision."""
        self.known[device, team] = len(self.model[team])

    @invariant()
    def the_newest_revision_is_the_last_that_was_taken(self) -> None:
        with self.session() as session:
            current = {each.team_id: each.uuid for each in ballots.current_ballots(session, self.cast.round_id)}
            revisions = session.execute(select(func.count()).select_from(Ballot)).scalar_one()
            entries = ledger.head_sequence(session, self.cast.event_id)
        assert current == {self.cast.teams[team]: taken[-1].uuid for team, taken in self.model.items() if taken}
        taken = sum(len(each) for each in self.model.values())
        assert (revisions, entries) == (taken, taken + 2)

    def teardown(self) -> None:
        self.transaction.rollback()
        self.connection.close()
        self.engine.dispose()


def test_two_devices_never_lose_or_double_a_ballot(tmp_path_factory: pytest.TempPathFactory) -> None:
    TwoDevices.path = str(tmp_path_factory.mktemp("machine") / "scoreboard.db")
    prepare(TwoDevices.path)
    case = TwoDevices.TestCase
    case.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
    case().runTest()
