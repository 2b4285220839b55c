from analysed import APART, inputs_of, panel

from scoreboard.judging.analysis.analysis import analyse
from scoreboard.judging.analysis.connections import Proposal

MISSING = ("J2", "T3")


def test_groups_are_told_with_the_fewest_visits_that_would_join_them() -> None:
    found = analyse(inputs_of(APART)).connections
    assert [(part.judges, part.teams) for part in found.groups] == [
        (("Dan", "Eve"), ("Ibis", "Lynx", "Ray")),
        (("Ada", "Bob"), ("Falcon", "Oryx")),
    ]
    assert found.planned == found.groups
    assert found.joining == (Proposal("Ada", "Ibis", planned=False),)
    assert found.best == ()


def test_what_is_awaited_joins_and_is_enough() -> None:
    found = analyse(inputs_of(APART, awaited=[("Eve", "Oryx")])).connections
    assert (len(found.groups), len(found.planned)) == (2, 1)
    assert all(visit.judge in {"Ada", "Bob"} or visit.team in {"Falcon", "Oryx"} for visit in found.joining)


def test_after_the_close_nothing_is_awaited_any_more() -> None:
    found = analyse(inputs_of(APART, awaited=[("Eve", "Oryx")], closed=True)).connections
    assert (len(found.groups), len(found.planned)) == (2, 2)


def test_nobody_is_sent_who_must_not_or_is_gone() -> None:
    pairs = {("Ada", "Ibis"), ("Ada", "Lynx"), ("Ada", "Ray")}
    found = analyse(inputs_of(APART, barred=pairs, left=["Bob", "Eve"])).connections
    assert [visit.judge for visit in found.joining] == ["Dan"]


def test_a_team_that_is_out_is_in_no_group() -> None:
    found = analyse(inputs_of(APART, excluded=["Falcon", "Oryx"])).connections
    assert [part.teams for part in found.groups] == [("Ibis", "Lynx", "Ray")]
    assert found.joining == ()


def test_the_next_best_visit_is_one_that_is_free() -> None:
    rows = [row for row in panel() if row[:2] != MISSING]
    found = analyse(inputs_of(rows)).connections
    assert [(visit.judge, visit.team, visit.planned) for visit in found.best] == [(*MISSING, False)]
    assert 0 < (found.best[0].gain or 0) < 1
    assert analyse(inputs_of(rows, awaited=[MISSING])).connections.best[0].planned
    assert analyse(inputs_of(rows, barred=[MISSING])).connections.best == ()


def test_a_judge_that_alone_holds_two_groups_together_is_a_bridge() -> None:
    found = analyse(inputs_of([*APART, ("Eve", "Oryx", 50.0)])).connections
    assert len(found.groups) == 1
    assert ("Eve", None) in {(bridge.judge, bridge.team) for bridge in found.bridges}
