from decimal import Decimal
from uuid import uuid4

import pytest
from pydantic import ValidationError

from scoreboard.judging.ballots import BallotForm


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uuid", "7"),
        ("base_revision", -1),
        ("scores", {"impact": "NaN"}),
        ("scores", {"impact": "Infinity"}),
        ("scores", {"impact": "1E400"}),
        ("scores", {"impact": True}),
        ("scores", {"impact": None}),
        ("scores", {"impact": ""}),
        ("comment", "x" * 4001),
        ("comment", "\ud800"),
        ("entered_at", "2026-12-07T10:00:00"),
        ("entered_at", "9999-12-31T23:59:59-14:00"),
        ("judge", 1),
    ],
)
def test_a_form_of_the_wrong_shape_is_refused(field: str, value: object) -> None:
    form = {"uuid": str(uuid4()), "round": "final", "team": "T1", "base_revision": 0, "scores": {"impact": "7"}}
    assert BallotForm.model_validate(form).scores == {"impact": Decimal(7)}
    with pytest.raises(ValidationError):
        BallotForm.model_validate({**form, field: value})


@pytest.mark.parametrize("typed", ["7.5", "٧٫٥", "۷٫۵", " 7.5 ", "\u200f٧٫٥", 7.5])
def test_digits_of_any_keyboard_are_the_same_number(typed: object) -> None:
    form = {"uuid": str(uuid4()), "round": "r", "team": "t", "base_revision": 0, "scores": {"impact": typed}}
    assert BallotForm.model_validate(form).scores == {"impact": Decimal("7.5")}


def test_line_ends_are_the_same_whoever_sends_them() -> None:
    form = {"uuid": str(uuid4()), "round": "r", "team": "t", "base_revision": 0, "scores": {}}
    assert BallotForm.model_validate({**form, "comment": "a\r\nb\rc\n\0"}).comment == "a\nb\nc\n"
