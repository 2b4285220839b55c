"""Nobody is on both sides, whatever is imported, given, taken, withdrawn and restored in whatever order."""

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from recorded import small_event
from sqlmodel import Session, select

from scoreboard.database import Database, open_engine
from scoreboard.errors import Clash, InvalidForm, JudgeAndMember, NotFound
from scoreboard.judging import decisions
from scoreboard.judging.setup import roster, sides
from scoreboard.judging.staff import organisers, roles
from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.migrations import prepare
from scoreboard.models import Event, Organiser

PEOPLE = [f"{name}@example.org" for name in "abc"]
REFUSALS = (JudgeAndMember, Clash, NotFound, InvalidForm)


async def test_a_judge_who_is_a_member_of_a_team_is_not_imported(database: Database) -> None:
    form = small_event()
    judge, team = form.judges[0], form.teams[1]
    members = (replace(team, members=((judge.email or "").upper(),)),)
    mixed = replace(form, teams=(form.teams[0], *members, *form.teams[2:]))
    with pytest.raises(JudgeAndMember) as refused:
        await database.write(roster.store, mixed, "test")
    (fault,) = refused.value.extra["faults"]
    assert (fault["file"], fault["column"]) == ("teams.csv", "members")
    assert fault["params"] == {"email": judge.email, "team": team.key, "judge": judge.key}
    assert await database.read(lambda session: session.exec(select(Event)).all()) == []


async def test_a_team_does_not_come_back_when_a_member_judges_by_now(database: Database) -> None:
    form = small_event()
    await database.write(roster.store, form, "test")
    await database.write(decisions.withdraw, 1, form.teams[0].key, "Gave up", "test")
    judge = replace(form.judges[0], email=(form.teams[0].members or ("",))[0])
    teams = tuple(replace(team, status=None) for team in form.teams)
    await database.write(roster.store, replace(form, judges=(judge, *form.judges[1:]), teams=teams), "test")
    with pytest.raises(JudgeAndMember):
        await database.write(decisions.restore, 1, form.teams[0].key, "test")


class Sides(RuleBasedStateMachine):
    """A few people who become judges, members and organisers, and stop being it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = str(Path(self.folder.name) / "x.db")
        prepare(path)
        self.engine = open_engine(path)
        self.form = small_event()
        with Session(self.engine) as session:
            roster.store(session, self.form, "test")
            for address in PEOPLE:
                organisers.add_organiser(session, address[0], "", email=address, everywhere=False)
            session.commit()

    def attempt(self, step: object, *args: object) -> None:
        with Session(self.engine) as session, contextlib.suppress(*REFUSALS):
            step(session, *args)  # type: ignore[operator]  # a function of a session
            session.commit()

    @rule(person=st.sampled_from(PEOPLE), judge=st.integers(0, 2), withdrawn=st.booleans())
    def judges(self, person: str, judge: int, withdrawn: bool) -> None:
        forms = list(self.form.judges)
        forms[judge] = replace(forms[judge], email=person.upper(), status="withdrawn" if withdrawn else "")
        self.attempt(roster.store, replace(self.form, judges=tuple(forms), assignments=None), "test")

    @rule(persons=st.lists(st.sampled_from(PEOPLE), unique=True), team=st.integers(0, 3))
    def competes(self, persons: list[str], team: int) -> None:
        forms = list(self.form.teams)
        forms[team] = replace(forms[team], members=tuple(persons), status=None)
        self.attempt(roster.store, replace(self.form, teams=tuple(forms)), "test")

    @rule(person=st.sampled_from(PEOPLE), role=st.sampled_from(GIVEN))
    def works(self, person: str, role: Role) -> None:
        def give(session: Session) -> None:
            found = session.exec(select(Organiser).where(Organiser.email == person)).one()
            roles.give_role(session, 1, found.id or 0, role, "test")

        self.attempt(give)

    @rule(person=st.sampled_from(PEOPLE))
    def leaves(self, person: str) -> None:
        def take(session: Session) -> None:
            found = session.exec(select(Organiser).where(Organiser.email == person)).one()
            roles.take_role(session, 1, found.id or 0, "test")

        self.attempt(take)

    @rule(team=st.integers(0, 3), restores=st.booleans())
    def gives_up(self, team: int, restores: bool) -> None:
        key = self.form.teams[team].key
        if restores:
            self.attempt(decisions.restore, 1, key, "test")
        else:
            self.attempt(decisions.withdraw, 1, key, "Gave up", "test")

    @invariant()
    def nobody_is_on_both_sides(self) -> None:
        with Session(self.engine) as session:
            members = sides.members_of(session, 1).keys()
            assert not members & sides.judges_of(session, 1).keys()
            assert not members & sides.staff_of(session, 1).keys()

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()


TestSides = Sides.TestCase
TestSides.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
