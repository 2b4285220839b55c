import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.judging.ledger.entries import (
    LARGEST_INTEGER,
    canonical,
    first_hash,
    leaf_of,
    sealed,
    time_of,
    written_time,
)

EXACT = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
PLAIN = st.recursive(
    st.none() | st.booleans() | EXACT | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
BEFORE = "ab" * 32


@given(PLAIN)
def test_canonical_json_reads_back_as_what_it_was(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), EXACT))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize("value", [1.0, [1.0], {"a": {"b": (2.5,)}}])
def test_a_float_has_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [LARGEST_INTEGER + 1, [-LARGEST_INTEGER - 1]])
def test_an_integer_that_a_browser_would_round_has_no_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match="too large"):
        canonical(value)


def test_canonical_json_has_sorted_keys_no_spaces_and_letters_as_they_are() -> None:
    assert canonical({"b": [1, None], "a": "واحة"}) == '{"a":"واحة","b":[1,null]}'


def test_keys_are_sorted_by_code_point_beyond_the_first_plane_too() -> None:
    assert canonical({"\U0001f600": 1, "\uff5e": 2}) == '{"\uff5e":2,"\U0001f600":1}'


@given(st.text(), st.text(), st.text(), PLAIN)
def test_the_body_is_one_json_array(actor: str, action: str, subject: str, payload: object) -> None:
    entry = sealed("key", 3, BEFORE, "2026-12-07T09:30:00.000000Z", actor, action, subject, canonical(payload))
    assert json.loads(entry.body) == ["key", 3, "2026-12-07T09:30:00.000000Z", actor, action, subject, payload]


def test_the_hashes_can_be_computed_by_anybody() -> None:
    entry = sealed(
        "k", 7, BEFORE, "2026-12-07T09:30:00.000000Z", "judge:J1", "ballot.submitted", "team:واحة", '{"a":1}'
    )
    body = '["k",7,"2026-12-07T09:30:00.000000Z","judge:J1","ballot.submitted","team:واحة",{"a":1}]'
    leaf = hashlib.sha256(b"\x00" + bytes.fromhex(entry.salt) + body.encode()).digest()
    assert entry.body == body
    assert entry.leaf == leaf.hex()
    assert entry.hash == hashlib.sha256(b"\x02" + bytes.fromhex(BEFORE) + leaf).hexdigest()
    assert first_hash("k") == hashlib.sha256(b"\x02k").digest()


def test_the_same_entry_twice_has_two_leaves_so_that_a_score_cannot_be_guessed() -> None:
    one, other = (sealed("k", 1, BEFORE, "t", "a", "b", "c", "{}") for _ in range(2))
    assert one.body == other.body
    assert one.leaf != other.leaf
    assert len(bytes.fromhex(one.salt)) == 16


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        leaf_of(bytes(16), canonical({"name": "\ud800"}))


def test_times_are_written_in_utc_to_the_microsecond_and_read_back() -> None:
    doha = datetime(2026, 12, 7, 12, 30, 0, 7, timezone(timedelta(hours=3)))
    assert written_time(doha) == "2026-12-07T09:30:00.000007Z"
    assert written_time(datetime(2026, 12, 7, tzinfo=UTC)) == "2026-12-07T00:00:00.000000Z"
    assert time_of(written_time(doha)) == doha
