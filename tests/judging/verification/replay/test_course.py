from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.judging.verification.replay.course import Course, RoundCourse
from scoreboard.judging.verification.verdict import Illegal


@pytest.mark.parametrize("find", [Course().round, Course().judge, Course().team])
def test_what_nobody_told_of_is_illegal_to_speak_of(find: object) -> None:
    assert callable(find)
    with pytest.raises(Illegal):
        find("X")


def test_judges_and_teams_are_things_too() -> None:
    course = Course()
    course.of("judge")["J1"] = {"key": "J1"}
    assert course.judge("J1") == {"key": "J1"}


@given(st.integers(1, 1000), st.integers(-9, 9), st.decimals("0.001", 10, places=3))
def test_the_top_of_a_criterion_is_its_range_in_steps(top: int, minimum: int, step: Decimal) -> None:
    round_ = RoundCourse(
        "r", {}, {"a": {"minimum": str(minimum), "maximum": str(minimum + top * step), "step": str(step)}}
    )
    round_.measure()
    assert round_.tops == {"a": top}
