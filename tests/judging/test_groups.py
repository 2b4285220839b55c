from collections.abc import Collection

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scoreboard.judging.groups import JOINING, WHOLE, Groups, Linkage, covered, groups_of, joined
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.table import Ballots, Scale, ScoreTable

Pairs = Collection[tuple[str, str]]
TEAMS = ("T1", "T2", "T3", "T4", "T5", "T6")
JUDGES = ("J1", "J2", "J3", "J4")


def ballots(pairs: Pairs, *, constant: Collection[str] = ()) -> Ballots:
    """Ballots of these pairs; judges tell teams apart unless they are `constant`."""
    rows = [(j, t, "impact", 5.0 if j in constant else float(TEAMS.index(t))) for j, t in pairs]
    return ScoreTable.from_rows(rows, [Scale("impact", 1, 0, 10)], judges=JUDGES, teams=TEAMS).ballots()


def visits(text: str) -> list[tuple[str, str]]:
    """Pairs from a short text: ``11 12 23`` is judge 1 at teams 1 and 2, judge 2 at team 3."""
    return [(f"J{pair[0]}", f"T{pair[1]}") for pair in text.split()]


def teams(groups: Groups) -> list[str]:
    """The groups in short: ``123``."""
    return ["".join(team[1] for team in part.teams) for part in groups.parts]


ROOMS = "11 12 13 21 22 23 34 35 44 45"


@pytest.mark.parametrize(
    ("given_", "to_come", "linkage", "parts"),
    [
        ("", "", Linkage.JOINED, []),
        ("", ROOMS, Linkage.APART, ["123", "45"]),
        ("", "11 12 22 23", Linkage.JOINED, []),
        ("11", "", Linkage.JOINED, []),
        ("11 22", "", Linkage.APART, ["1", "2"]),
        ("11 22", "12", Linkage.AWAITED, []),
        ("11 22", "13", Linkage.APART, ["13", "2"]),
        ("11 12 22 23", "", Linkage.JOINED, []),
        (ROOMS, "", Linkage.APART, ["123", "45"]),
        (ROOMS, "14", Linkage.AWAITED, []),
        ("11 12 34", "13 21 35", Linkage.APART, ["123", "45"]),
        (ROOMS, "36 46", Linkage.APART, ["123", "456"]),
    ],
)
def test_a_group_is_what_visits_in_and_to_come_do_not_join(
    given_: str, to_come: str, linkage: Linkage, parts: list[str]
) -> None:
    groups = groups_of("severity", ballots(visits(given_)), to_come=visits(to_come))
    assert (groups.linkage, teams(groups)) == (linkage, parts)


def test_a_group_is_awaited_while_its_own_ballots_have_not_met() -> None:
    groups = groups_of("severity", ballots(visits("11 22 34")), to_come=visits("12 35"))
    assert (groups.linkage, teams(groups), groups.awaited) == (Linkage.APART, ["12", "45"], True)
    met = groups_of("severity", ballots(visits("11 12 22 34")), to_come=visits("35"))
    assert (met.linkage, teams(met), met.awaited) == (Linkage.APART, ["12", "45"], False)


@pytest.mark.parametrize("rule_", list(METHODS))
def test_only_a_rule_that_needs_common_judges_has_groups(rule_: str) -> None:
    groups = groups_of(rule_, ballots(visits(ROOMS)))
    assert (groups == WHOLE) == (rule_ not in JOINING)


def test_teams_that_are_out_are_in_no_group_and_still_join_others() -> None:
    chain = "11 12 22 23"
    assert groups_of("severity", ballots(visits(chain)), excluded={"T2"}) == WHOLE
    apart = groups_of("severity", ballots(visits(ROOMS)), excluded={"T1"})
    assert teams(apart) == ["23", "45"]
    assert groups_of("severity", ballots(visits(ROOMS)), excluded={"T4", "T5"}) == WHOLE


def test_teams_that_will_not_have_enough_ballots_make_no_group() -> None:
    lone = "11 12 21 22 33"
    assert teams(groups_of("severity", ballots(visits(lone)))) == ["12", "3"]
    assert groups_of("severity", ballots(visits(lone)), minimum_ballots=2) == WHOLE
    soon = groups_of("severity", ballots(visits(lone)), to_come=visits("43"), minimum_ballots=2)
    assert teams(soon) == ["12", "3"]


def test_a_judge_who_told_nothing_apart_joins_nothing_where_the_rule_does_not_listen() -> None:
    bridge = ballots(visits(ROOMS + " 41 42 43"), constant={"J4"})
    assert groups_of("severity", bridge) == WHOLE
    assert teams(groups_of("adaptive", bridge)) == ["123", "45"]


def test_whether_ranked_teams_are_joined_is_asked_only_where_it_counts() -> None:
    rooms = ballots(visits(ROOMS))
    everybody, first_room = np.ones(6, bool), np.array([True, True, True, False, False, False])
    assert [joined("severity", rooms, everybody), joined("severity", rooms, first_room)] == [False, True]
    assert joined("raw", rooms, everybody) is True


@pytest.mark.parametrize(
    ("groups", "accepted", "holds"),
    [
        (["12", "34"], ["12", "34"], True),
        (["12", "34", "56"], ["12", "34", "56"], True),
        (["1234", "56"], ["12", "34", "56"], True),  # two have been joined since
        (["12", "3", "4"], ["12", "34"], False),  # one has come apart
        (["12", "34", "56"], ["12", "34"], False),  # one is new
        (["125", "34"], ["12", "34"], True),  # a late team in a group that was accepted
        (["12", "3"], ["12", "34"], True),  # a team has left
        (["12", "34"], [], False),
    ],
)
def test_an_acceptance_holds_for_what_was_accepted(groups: list[str], accepted: list[str], *, holds: bool) -> None:
    assert covered(groups, accepted) is holds


def test_the_fingerprint_is_of_the_teams_in_groups() -> None:
    one, other = groups_of("severity", ballots(visits(ROOMS))), groups_of("severity", ballots(visits(ROOMS + " 36")))
    again = groups_of("severity", ballots(visits(ROOMS)), accepted=[("T1",)])
    assert one.fingerprint == again.fingerprint != other.fingerprint


def test_groups_are_numbered_by_their_size_and_then_as_people_number_teams() -> None:
    names = [f"T{number}" for number in range(1, 12)]
    judge_of = {"T1": "J4", "T2": "J1", "T9": "J1", "T10": "J2", "T11": "J2", "T3": "J3", "T4": "J3", "T5": "J3"}
    rows = [(judge, team, "impact", float(len(team))) for team, judge in judge_of.items()]
    found = groups_of(
        "severity", ScoreTable.from_rows(rows, [Scale("impact", 1, 0, 10)], teams=sorted(names)).ballots()
    )
    assert [part.teams for part in found.parts] == [("T3", "T4", "T5"), ("T2", "T9"), ("T10", "T11"), ("T1",)]


PAIRS = st.sets(st.sampled_from([(judge, team) for judge in JUDGES for team in TEAMS]))


@given(PAIRS, PAIRS)
def test_what_is_to_come_never_takes_teams_apart(given_: Pairs, to_come: Pairs) -> None:
    def apart(groups: Groups) -> set[tuple[str, str]]:
        """Pairs of teams with a ballot that are in different groups."""
        of_team = {team: number for number, part in enumerate(groups.parts) for team in part.teams}
        seen = {team for _judge, team in given_} & set(of_team)
        return {(one, other) for one in seen for other in seen if of_team[one] != of_team[other]}

    now = groups_of("severity", ballots(given_))
    planned = groups_of("severity", ballots(given_), to_come=to_come)
    assert apart(planned) <= apart(now)
    assert now.awaited is False


class Judging(RuleBasedStateMachine):
    """A round of two rooms, planned and accepted while ballots come in, against a naive search for what is joined."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: set[tuple[str, str]] = set()
        self.planned: set[tuple[str, str]] = set()
        self.accepted: list[tuple[str, ...]] = []
        self.open = True

    @initialize(bridged=st.booleans())
    def plan(self, *, bridged: bool) -> None:
        self.planned = set(visits(ROOMS + (" 14" if bridged else "")))

    @property
    def groups(self) -> Groups:
        to_come = self.planned - self.inside if self.open else ()
        return groups_of("severity", ballots(self.inside), to_come=to_come, accepted=self.accepted)

    @rule(choice=st.integers(0, 99))
    @precondition(lambda self: self.open and self.planned - self.inside)
    def a_ballot_comes_in(self, choice: int) -> None:
        waiting = sorted(self.planned - self.inside)
        self.inside.add(waiting[choice % len(waiting)])

    @rule()
    def the_round_is_closed_or_opened_again(self) -> None:
        self.open = not self.open

    @rule()
    @precondition(lambda self: self.groups.parts)
    def the_groups_are_accepted(self) -> None:
        self.accepted = [part.teams for part in self.groups.parts]
        assert self.groups.linkage is Linkage.ACCEPTED

    @rule()
    def the_acceptance_is_withdrawn(self) -> None:
        self.accepted = []

    @invariant()
    def what_is_said_is_what_a_naive_search_finds(self) -> None:
        visits_ = self.inside | (self.planned if self.open else set())
        blobs = searched(visits_)
        apart = len(blobs) > 1
        groups = self.groups
        assert sorted(map(sorted, (part.teams for part in groups.parts))) == (
            sorted(map(sorted, blobs)) if apart else []
        )
        now = searched(self.inside)
        met = all(sum(bool(blob & part) for part in now) <= 1 for blob in blobs)
        assert groups.awaited is not met
        if not apart:
            assert groups.linkage is (Linkage.JOINED if met else Linkage.AWAITED)
        elif not self.accepted:
            assert groups.linkage is Linkage.APART
        else:
            whole = all(
                any(set(group) & set(TEAMS) <= blob | (set(TEAMS) - set().union(*blobs)) for blob in blobs)
                for group in self.accepted
            )
            known = all(any(set(group) & blob for group in self.accepted) for blob in blobs)
            assert groups.linkage is (Linkage.ACCEPTED if whole and known else Linkage.APART)
        if not self.open:
            assert groups.awaited is False


def searched(pairs: Pairs) -> list[set[str]]:
    """Sets of teams that chains of judges join, found by adding one visit after the other."""
    found: list[set[str]] = []
    for judge, team in pairs:
        touched = [names for names in found if names & {judge, team}]
        found = [names for names in found if names not in touched] + [set().union({judge, team}, *touched)]
    return [names & set(TEAMS) for names in found]


Judging.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestJudging = Judging.TestCase
