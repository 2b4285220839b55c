import json
from pathlib import Path
from typing import Any

import pytest
from forgeries import Forgery, forgeries
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from recorded import Lived
from tampering import Book

from scoreboard.errors import InvalidInput
from scoreboard.exchange.record import RecordFile
from scoreboard.judging.ledger.notes import rotation_text
from scoreboard.judging.verification.outside import Outside, note_from
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.judging.verification.verify import Verification
from scoreboard.signing import SigningKey


def verdict_on(folder: Path, text: str, outside: str = "", pinned: str = "") -> Verdict:
    path = folder / "record.ndjson"
    path.write_text(text, encoding="utf-8", newline="")
    with RecordFile(path) as record:
        kept = Outside(record.heading.key, [note_from(outside)] if outside else [])
        return Verification(record.heading, outside=kept, pinned=pinned).of(record.items())


@pytest.fixture(scope="module")
def forged(genuine: Lived, another: Lived) -> list[Forgery]:
    return list(forgeries(genuine.record(), another.record(), genuine.key))


def test_a_genuine_record_is_intact_and_its_results_come_out_again(tmp_path: Path, genuine: Lived) -> None:
    verdict = verdict_on(tmp_path, genuine.record(), pinned=genuine.key.public)
    assert (verdict.faults, verdict.remarks) == ([], [])
    assert verdict.signed == verdict.entries > 60
    assert [(result.kind, result.rule) for result in verdict.results] == [("frozen", "raw"), ("final", "raw")]


def test_every_forgery_is_caught_and_its_first_bad_entry_named(tmp_path: Path, forged: list[Forgery]) -> None:
    found = {forgery.name: verdict_on(tmp_path, forgery.text) for forgery in forged if forgery.told}
    assert len(found) > 130
    assert [name for name, verdict in found.items() if verdict.intact] == []
    named = {f.name: f.bad for f in forged if f.bad is not None}
    assert {name: first.sequence for name in named if (first := found[name].first)} == named


def meaning(content: bytes) -> list[Any]:
    """What each line says; its bytes, where it says nothing."""
    said: list[Any] = []
    for line in content.removesuffix(b"\n").split(b"\n"):
        try:
            said.append(json.loads(line))
        except ValueError:
            said.append(line)
    return said


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_goes_unnoticed_wherever_it_is(genuine: Lived, tmp_path: Path, data: st.DataObject) -> None:
    content = genuine.record().encode()
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = data.draw(
        st.one_of(
            st.integers(0, 7).map(lambda bit: bytes([content[place] ^ 1 << bit]) + content[place + 1 :]),
            st.integers(1, 900).map(lambda size: content[place + size :]),
            st.binary(min_size=1, max_size=3).map(lambda more: more + content[place:]),
        )
    )
    # How lines end and how they are spaced tells nothing, and so may be otherwise.
    assume(meaning(content[:place] + damaged) != meaning(content))
    path = tmp_path / "damaged.ndjson"
    path.write_bytes(content[:place] + damaged)
    try:
        with RecordFile(path) as record:
            assert not Verification(record.heading).of(record.items()).intact
    except InvalidInput:
        assert place <= content.index(b"\n")  # in the first line: it is no record any more


def test_what_the_owner_of_the_key_forges_is_missed_without_a_checkpoint_from_outside_and_caught_with_one(
    tmp_path: Path, forged: list[Forgery]
) -> None:
    perfect = [forgery for forgery in forged if not forgery.told]
    assert len(perfect) == 8
    assert [f.name for f in perfect if not verdict_on(tmp_path, f.text).intact] == []
    assert [f.name for f in perfect if verdict_on(tmp_path, f.text, f.outside).intact] == []


def test_a_checkpoint_from_outside_agrees_with_the_genuine_record(tmp_path: Path, genuine: Lived) -> None:
    text = genuine.record()
    for note in Book(text).notes():
        assert verdict_on(tmp_path, text, note["checkpoint"]).intact
        mailed = "\r\n".join(f"  {line}" for line in note["checkpoint"].split("\n"))
        assert verdict_on(tmp_path, text, mailed).intact


def test_a_known_key_must_be_the_one_that_signed(tmp_path: Path, genuine: Lived) -> None:
    other = SigningKey.new()
    verdict = verdict_on(tmp_path, genuine.record(), pinned=other.public)
    assert [fault.words() for fault in verdict.faults] == [
        f"The ledger is signed with {genuine.key.public}; expected was {other.public}."
    ]


def rotated(genuine: Lived, *, lost: bool) -> tuple[str, SigningKey, SigningKey]:
    """A record whose key was replaced before the close: by the old key, or because that was lost."""
    book, new = Book(genuine.record()), SigningKey.new()
    place = book.place("round.thawed")
    number = book.items[place]["sequence"] + 1
    text = rotation_text(book.head["event"]["key"], genuine.key.public, new.public, number)
    payload = {
        "old": genuine.key.public,
        "new": new.public,
        "by_old": "" if lost else genuine.key.sign(text).hex(),
        "by_new": new.sign(text).hex(),
    }
    thawed = book.items[place]
    book.items.insert(place + 1, {**thawed, "action": "key.rotated", "subject": "deployment", "payload": payload})
    notes = [note["checkpoint"] for note in book.recomputed(genuine.key).notes()]
    book.resigned(new).notes()[0]["checkpoint"] = notes[0]
    return book.text(), genuine.key, new


def test_a_key_that_is_replaced_signs_from_there_on(tmp_path: Path, genuine: Lived) -> None:
    text, old, new = rotated(genuine, lost=False)
    for pinned in (old, new):
        verdict = verdict_on(tmp_path, text, pinned=pinned.public)
        assert (verdict.faults, verdict.remarks) == ([], [])


def test_a_key_that_was_lost_is_told_of_and_no_longer_vouches(tmp_path: Path, genuine: Lived) -> None:
    text, old, new = rotated(genuine, lost=True)
    verdict = verdict_on(tmp_path, text, pinned=new.public)
    assert verdict.intact
    assert [remark.message[:30] for remark in verdict.remarks] == ["Entry %(sequence)s replaces th"]
    assert not verdict_on(tmp_path, text, pinned=old.public).intact


def test_a_clock_that_goes_back_is_remarked_and_changes_nothing(tmp_path: Path, genuine: Lived) -> None:
    book = Book(genuine.record())
    book.items[3]["at"] = "2020-01-01T00:00:00.000000Z"
    verdict = verdict_on(tmp_path, book.recomputed(genuine.key).text())
    assert verdict.intact
    assert [remark.params for remark in verdict.remarks] == [{"times": 1, "first": 4}]


def test_a_time_that_is_none_is_a_fault(tmp_path: Path, genuine: Lived) -> None:
    book = Book(genuine.record())
    book.items[3]["at"] = "yesterday"
    first = verdict_on(tmp_path, book.recomputed(genuine.key).text()).first
    assert first
    assert (first.sequence, first.check) == (4, "form")


def test_closed_entries_keep_their_place_and_hide_what_they_say(tmp_path: Path, genuine: Lived) -> None:
    book = Book(genuine.record())
    place = book.place("ballot.submitted")
    book.items[place] = {name: book.items[place][name] for name in ("sequence", "leaf", "hash")}
    verdict = verdict_on(tmp_path, book.text())
    assert (verdict.faults, verdict.signed) == ([], verdict.entries)
    assert [remark.params for remark in verdict.remarks] == [{"closed": 1}]
    book.items[place]["leaf"] = book.items[place]["leaf"][::-1]
    first = verdict_on(tmp_path, book.text()).first
    assert first
    assert first.sequence == book.items[place]["sequence"]


def test_entries_of_a_kind_without_a_rule_are_counted(tmp_path: Path, genuine: Lived) -> None:
    book = Book(genuine.record())
    place = book.place("round.opened")
    book.items.insert(place, {**book.items[place], "action": "coffee.served", "subject": "event:all"})
    verdict = verdict_on(tmp_path, book.recomputed(genuine.key).text())
    assert verdict.intact
    assert [remark.params for remark in verdict.remarks] == [{"count": 1, "action": "coffee.served"}]
