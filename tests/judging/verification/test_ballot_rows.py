"""What a database holds beside its ledger is changed in test_stored; here is what the comparison reads."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from scoreboard.judging.ledger import canonical
from scoreboard.judging.verification.ballot_rows import NOTHING, BallotRows, Keys, digest
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.verdict import Verdict

AT = "2026-12-07T09:30:00.000000Z"
UUID = "00000000-0000-4000-8000-00000000000a"
KEYS = Keys({1: "final"}, {3: "J1"}, {4: "T1"}, {"final": [("idea", "7", "10"), ("build", "8", "5")]})
ROW = (9, UUID.replace("-", ""), 1, 3, 4, 2, 1, "Well done", "", AT[:-1].replace("T", " "), "7:4:10,8:0:5")
COLUMNS = ("sequence", "uuid", "round", "judge", "team", "revision", "base", "comment", "note", "received", "scores")
TOLD = {
    "uuid": UUID,
    "round": "final",
    "revision": 2,
    "scores": {"idea": 4, "build": 0},
    "comment": digest("Well done"),
    "note": NOTHING,
}


def entry(told: dict[str, object], **changes: Any) -> Recorded:
    return Recorded(9, AT, "judge:J1", "ballot.corrected", "team:T1", canonical(told), "", "", "")._replace(**changes)


def rows(*found: Sequence[Any]) -> BallotRows:
    def given() -> Iterator[Sequence[Any]]:
        yield from found

    return BallotRows(KEYS, given())


def faults(stored: BallotRows, told: Recorded) -> list[str]:
    verdict = Verdict("hack", "key")
    stored.take(told, json.loads(told.payload), verdict)
    stored.ended(verdict)
    return [fault.words() for fault in verdict.faults]


def test_a_row_that_is_what_its_entry_tells_fits_and_is_done_with() -> None:
    stored = rows(ROW)
    assert stored.fits(entry(TOLD))
    assert stored.next is None


def test_what_is_written_otherwise_and_says_the_same_is_no_fault() -> None:
    again = TOLD | {"first": {"sequence": 2}}
    assert not rows(ROW).fits(entry(again))
    assert faults(rows(ROW), entry(again)) == []
    spaced = entry(TOLD, payload=json.dumps(TOLD))
    assert not rows(ROW).fits(spaced)
    assert faults(rows(ROW), spaced) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("sequence", 8),
        ("uuid", "0" * 32),
        ("uuid", f'{UUID}","x":"'),
        ("round", 2),
        ("judge", 4),
        ("team", 3),
        ("revision", 3),
        ("revision", "2"),
        ("revision", 2.0),
        ("base", 0),
        ("comment", ""),
        ("comment", b"Well done"),
        ("note", "x"),
        ("received", "2026-12-07 09:30:00.000001"),
        ("received", None),
        ("scores", "7:5:10,8:0:5"),
        ("scores", "7:4:10"),
        ("scores", "7:4:10,7:4:10"),
        ("scores", "7:4:10,8:0:5,9:1:5"),
        ("scores", "7:4:11,8:0:5"),
        ("scores", "7:04:10,8:0:5"),
        ("scores", '7:4:10,8:0,"x":1:5'),
        ("scores", None),
    ],
)
def test_a_row_that_says_anything_else_does_not_fit(column: str, value: object) -> None:
    changed = tuple(value if name == column else old for name, old in zip(COLUMNS, ROW, strict=True))
    assert not rows(changed).fits(entry(TOLD))


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "2026-12-07T09:30:00.000001Z"},
        {"actor": "judge:J2"},
        {"subject": "team:T2"},
        {"payload": canonical(TOLD | {"uuid": f"{UUID}x"})},
        {"payload": canonical(TOLD | {"more": 1})},
        {"payload": canonical(TOLD)[:-1]},
        {"payload": canonical(TOLD).replace(UUID, "")},
    ],
)
def test_an_entry_that_says_anything_else_does_not_fit(changes: dict[str, str]) -> None:
    assert not rows(ROW).fits(entry(TOLD, **changes))


def test_scores_are_found_in_whatever_order_the_database_gives_them() -> None:
    swapped = (*ROW[:-1], ",".join(reversed(str(ROW[-1]).split(","))))
    assert rows(swapped).fits(entry(TOLD))


def test_an_entry_that_nobody_has_read_is_read_only_if_it_must_be() -> None:
    verdict = Verdict("hack", "key")
    rows(ROW).beside(entry(TOLD), verdict)
    rows(ROW).beside(entry(TOLD, payload=json.dumps(TOLD)), verdict)
    assert verdict.faults == []
    with pytest.raises(ValueError, match="Expecting"):
        rows(ROW).beside(entry(TOLD, payload="{"), verdict)


def test_ballots_that_no_entry_tells_of_are_told() -> None:
    stored = rows((8, *ROW[1:]), ROW, (10, *ROW[1:]))
    assert [words.rpartition(", ")[2] for words in faults(stored, entry(TOLD))] == [
        "as if of entry 8.",
        "as if of entry 10.",
    ]


def test_an_empty_comment_stands_for_itself() -> None:
    assert digest("") == NOTHING != digest("a")
