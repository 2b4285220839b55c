import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import InvalidForm
from scoreboard.texts import closed, control_in, tidy, written

MARKS = st.text(st.sampled_from("ab \n\u2066\u2067\u2068\u2069\u202e\u202c"))


def test_texts_lose_the_space_around_them_and_nothing_else() -> None:
    assert tidy(" \t a\r\nb\rc\u2028d\u2029e  f\n") == "a\nb\nc\nd\ne  f"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("واحة", "واحة"),
        ("\u2067abc\u2069", "\u2067abc\u2069"),
        ("\u2067abc", "\u2067abc\u2069"),
        ("abc\u2069\u202edef", "abc\u202edef"),
        ("\u2066\u2068a\nb\u2069", "\u2066\u2068a\u2069\u2069\nb"),
        ("a\u200db\u200ec\u061cd\u202e", "a\u200db\u200ec\u061cd\u202e"),
    ],
)
def test_isolates_are_closed_where_they_are_opened(text: str, kept: str) -> None:
    assert closed(text) == kept


@given(MARKS)
def test_what_is_kept_ends_nothing_that_stands_around_it(text: str) -> None:
    kept = closed(text)
    depths = [0]
    for letter in kept:
        assert letter != "\n" or depths[-1] == 0
        depths.append(depths[-1] + (letter in "\u2066\u2067\u2068") - (letter == "\u2069"))
    assert (min(depths), depths[-1]) == (0, 0)
    assert closed(kept) == kept
    assert [letter for letter in kept if letter != "\u2069"] == [letter for letter in text if letter != "\u2069"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("واحة\n\t", ""), ("a\x00b", "U+0000"), ("\x1b[0m", "U+001B"), ("\x85", "U+0085"), ("\u200e\u202e\ufeff", "")],
)
def test_what_nothing_can_show_is_found(text: str, found: str) -> None:
    assert control_in(text) == found


def test_what_a_person_wrote_is_kept_or_refused_with_the_name_of_its_field() -> None:
    assert written("  agreed\r\n", "reason") == "agreed"
    with pytest.raises(InvalidForm) as refused:
        written("agreed\x1b[2J", "reason")
    assert (refused.value.params, refused.value.extra) == ({"found": "U+001B"}, {"fields": ["reason"]})
