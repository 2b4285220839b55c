from decimal import Decimal

import pytest

from scoreboard.exchange.folder.sections import Section, lines_of, open_toml, shown
from scoreboard.judging.setup.faults import Faults


def section(text: str) -> Section:
    found = open_toml(text, Faults(), "event.toml")
    if found is None:
        raise AssertionError(text)
    return found


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('slug = "a"\nname = “b”\n', 2),
        ('slug = "a', 1),
        ("a = 1\n[[rounds]\n", 2),
        ('slug = "a"\nslug = "b"\n', 2),
        ("\n\nstarts_on = 2026-13-01\n", 3),
    ],
    ids=["curly quotation marks", "open text", "open header", "key twice", "thirteenth month"],
)
def test_broken_syntax_is_told_with_its_line(text: str, row: int) -> None:
    faults = Faults()
    assert open_toml(text, faults, "event.toml") is None
    (fault,) = faults.found
    assert (fault.row, fault.column, fault.words().startswith("This line is not TOML (")) == (row, None, True)


def test_every_key_has_its_line() -> None:
    text = (
        '# a\nslug = "a"\n\n[place]\nen = "b"\n[[rounds]]\nkey = "c"\n  [[rounds.criteria]]\n  key = "d"\n[[rounds]]\n'
    )
    assert lines_of(text) == {
        ("slug",): 2,
        ("place",): 4,
        ("place", "en"): 5,
        ("rounds", 0): 6,
        ("rounds", 0, "key"): 7,
        ("rounds", 0, "criteria", 0): 8,
        ("rounds", 0, "criteria", 0, "key"): 9,
        ("rounds", 1): 10,
    }


def test_lines_inside_of_a_long_text_are_no_keys() -> None:
    assert lines_of('a = """\nb = 1\n[[c]]\n"""\nd = 2\n') == {("a",): 1, ("d",): 5}


def test_a_key_inside_of_an_inline_table_has_the_line_of_its_table() -> None:
    read = section('a = 1\nname = { en = "x", fr = "y" }\n')
    read.words("name")
    assert [(fault.row, fault.column) for fault in read.faults.found] == [(2, "name.fr")]


def test_a_fault_makes_a_value_unsound_and_reading_goes_on() -> None:
    read = section('a = "x"\nb = 2\n')
    assert (read.number("a", "a = 1"), read.number("b", "b = 1")) == (Decimal(0), Decimal(2))
    assert (read.sound("b"), read.sound("a", "b")) == (True, False)


def test_numbers_are_read_exactly() -> None:
    read = section("a = 0.1\nb = 3\n")
    assert (read.number("a", "a = 1"), read.number("b", "b = 1")) == (Decimal("0.1"), Decimal(3))
    assert read.faults.found == []


def test_what_nobody_asked_for_is_a_fault() -> None:
    read = section("places = 2\nplace = 3\n")
    read.whole("places", 1, 1)
    read.close()
    assert [(fault.row, fault.words()) for fault in read.faults.found] == [
        (2, "place is not a key that stands here; there are: places.")
    ]


@pytest.mark.parametrize("text", ["rounds = 1", "rounds = [1]", "rounds = []", "[rounds]"])
def test_a_list_of_tables_is_asked_for_by_its_title(text: str) -> None:
    read = section(text)
    assert read.sections("rounds", required=True) == []
    assert [fault.params["example"] for fault in read.faults.found] == ["[[rounds]]"]


def test_an_empty_text_is_none() -> None:
    read = section('slug = "  "\n')
    read.string("slug", 'slug = "a"')
    assert [fault.words() for fault in read.faults.found] == ['The text is empty. It is written like this: slug = "a"']


def test_what_was_found_is_shown_as_it_is_written() -> None:
    assert [shown(value) for value in (True, "a", {"a": 1}, [1], 1)] == ["true", '"a"', "{ … }", "[ … ]", "1"]
