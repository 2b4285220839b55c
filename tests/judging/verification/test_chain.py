from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.judging.ledger.entries import canonical, first_hash, sealed
from scoreboard.judging.ledger.tree import Tree
from scoreboard.judging.verification.chain import Chain, Recorded, closed
from scoreboard.judging.verification.verdict import Check, Verdict

KEY = "0123456789abcdef" * 2
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DEEDS = st.lists(st.tuples(TEXT, TEXT, TEXT, st.dictionaries(TEXT, st.integers(-9, 9), max_size=2)), max_size=9)
Deed = tuple[str, str, str, dict[str, int]]


def written(deeds: list[Deed]) -> list[Recorded]:
    """Entries as the ledger makes them."""
    entries: list[Recorded] = []
    before = first_hash(KEY).hex()
    for number, (actor, action, subject, payload) in enumerate(deeds, 1):
        entry = sealed(KEY, number, before, "2026-12-07T09:30:00.000000Z", actor, action, subject, canonical(payload))
        before = entry.hash
        entries.append(Recorded(*astuple(entry)[1:]))
    return entries


def followed(entries: list[Recorded]) -> tuple[Chain, Verdict]:
    verdict = Verdict("hack", KEY)
    chain = Chain(KEY, verdict)
    for entry in entries:
        chain.take(entry)
    return chain, verdict


FIVE = written([("a", "b", "c", {"n": number}) for number in range(5)])


@given(DEEDS)
def test_what_the_ledger_makes_is_sound_and_has_the_trees_root(deeds: list[Deed]) -> None:
    entries = written(deeds)
    chain, verdict = followed(entries)
    assert (verdict.faults, chain.size, chain.sound) == ([], len(entries), True)
    assert chain.root() == Tree(bytes.fromhex(entry.leaf) for entry in entries).root()
    assert chain.hash == (entries[-1].hash if entries else first_hash(KEY).hex())


@pytest.mark.parametrize("field", ["at", "actor", "action", "subject", "payload", "salt", "leaf"])
def test_a_changed_field_does_not_fit_the_leaf(field: str) -> None:
    changed = FIVE[2]._replace(**{field: getattr(FIVE[2], field)[:-1] + "0"})
    if changed == FIVE[2]:
        changed = FIVE[2]._replace(**{field: getattr(FIVE[2], field)[:-1] + "1"})
    _, verdict = followed([*FIVE[:2], changed, *FIVE[3:]])
    assert verdict.faults[0].check == Check.LEAF
    assert {fault.sequence for fault in verdict.faults} == {3}


def test_after_a_fault_it_goes_on_from_what_is_recorded() -> None:
    wrong = [entry._replace(actor="x") if entry.sequence in {2, 4} else entry for entry in FIVE]
    _, verdict = followed(wrong)
    assert [(fault.check, fault.sequence) for fault in verdict.faults] == [(Check.LEAF, 2), (Check.LEAF, 4)]


@pytest.mark.parametrize(
    ("order", "bad"), [((0, 1, 3, 4), 3), ((0, 1, 1, 2, 3, 4), 2), ((0, 2, 1, 3, 4), 2), ((1, 2), 1), ((0, 0), 1)]
)
def test_the_first_number_that_is_missing_doubled_or_misplaced_is_named(order: tuple[int, ...], bad: int) -> None:
    _, verdict = followed([FIVE[place] for place in order])
    assert verdict.first
    assert (verdict.first.check, verdict.first.sequence) == (Check.SEQUENCE, bad)


@pytest.mark.parametrize(
    "changes",
    [{"salt": "zz"}, {"hash": "zz"}, {"leaf": "zz"}, {"actor": "\ud800"}, {"actor": 7}, {"at": None}, {"salt": "abc"}],
)
def test_what_no_entry_can_hold_is_a_fault_of_form(changes: dict[str, object]) -> None:
    _, verdict = followed([*FIVE[:2], FIVE[2]._replace(**changes), *FIVE[3:]])  # type: ignore[arg-type]  # as a database may hold it
    assert verdict.first
    assert verdict.first.sequence == 3
    assert [fault.sequence for fault in verdict.of(Check.FORM)] == [3]


def test_an_entry_without_a_number_is_a_fault_of_form() -> None:
    _, verdict = followed([FIVE[0], FIVE[1]._replace(sequence="two")])  # type: ignore[arg-type]  # as a database may hold it
    assert [(fault.check, fault.sequence) for fault in verdict.faults] == [(Check.FORM, 2)]


def test_a_closed_entry_takes_its_place() -> None:
    chain, verdict = followed([FIVE[0], closed(2, FIVE[1].leaf, FIVE[1].hash), *FIVE[2:]])
    assert (verdict.faults, chain.root()) == ([], followed(FIVE)[0].root())
