from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.numerals import arabic_digits, plain_digits


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("٧", "7"), ("۷٫۵", "7.5"), ("\u200f١٢٫٥ ", "12.5"), ("1٬234", "1234"), ("8", "8"), ("", ""), ("abc", "abc")],
)
def test_digits_of_any_keyboard_are_read(typed: str, plain: str) -> None:
    assert plain_digits(typed) == plain


@given(st.decimals(0, 100, places=1))
def test_what_is_drawn_in_arabic_reads_back_as_it_was(number: Decimal) -> None:
    assert Decimal(plain_digits(arabic_digits(str(number)))) == number
