from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.errors import MissingCriterion, ScoreOutOfRange, UnknownCriterion
from scoreboard.judging.rubric import choices, step_of, steps_of, total_of, value_at
from scoreboard.models import Criterion


def criterion(minimum: str, step: str, top: int, *, key: str = "impact", weight: str = "1") -> Criterion:
    return Criterion(
        round_id=1,
        key=key,
        position=1,
        name_en=key,
        weight=Decimal(weight),
        minimum=Decimal(minimum),
        maximum=Decimal(minimum) + top * Decimal(step),
        step=Decimal(step),
        top=top,
        levels=[],
    )


THOUSANDTHS = st.integers(1, 5000).map(lambda n: Decimal(n) / 1000)
CRITERIA = st.builds(
    criterion,
    st.integers(-100_000, 100_000).map(lambda n: str(Decimal(n) / 1000)),
    THOUSANDTHS.map(str),
    st.integers(1, 300),
)


@given(CRITERIA, st.data())
def test_a_value_and_its_steps_are_two_names_of_one_score(scale: Criterion, data: st.DataObject) -> None:
    steps = data.draw(st.integers(0, scale.top))
    assert step_of(scale, value_at(scale, steps)) == steps


@given(CRITERIA, st.integers(-400, 700))
def test_what_lies_outside_is_refused(scale: Criterion, steps: int) -> None:
    value = scale.minimum + steps * scale.step
    if 0 <= steps <= scale.top:
        assert step_of(scale, value) == steps
    else:
        with pytest.raises(ScoreOutOfRange):
            step_of(scale, value)


@given(CRITERIA, st.data())
def test_what_lies_between_two_steps_is_refused(scale: Criterion, data: st.DataObject) -> None:
    steps = data.draw(st.integers(0, scale.top - 1))
    with pytest.raises(ScoreOutOfRange):
        step_of(scale, scale.minimum + (steps + Decimal("0.5")) * scale.step)


def test_values_carry_no_needless_zeros() -> None:
    assert [str(value) for value in choices(criterion("0", "0.5", 4))] == ["0", "0.5", "1", "1.5", "2"]
    assert str(value_at(criterion("0", "10", 10), 10)) == "100"


def test_each_criterion_is_scored_exactly_once() -> None:
    rubric = [criterion("0", "1", 10, key="a"), criterion("1", "1", 4, key="b")]
    assert steps_of(rubric, {"a": Decimal(7), "b": Decimal(1)}) == {"a": 7, "b": 0}
    with pytest.raises(MissingCriterion) as missing:
        steps_of(rubric, {"a": Decimal(7)})
    assert missing.value.extra == {"criteria": ["b"]}
    with pytest.raises(UnknownCriterion) as unknown:
        steps_of(rubric, {"a": Decimal(7), "b": Decimal(1), "c": Decimal(1)})
    assert unknown.value.extra == {"criteria": ["c"]}
    with pytest.raises(ScoreOutOfRange) as outside:
        steps_of(rubric, {"a": Decimal(7), "b": Decimal(0)})
    assert outside.value.extra == {"criteria": ["b"]}


def test_a_total_weighs_the_shares_of_each_range() -> None:
    rubric = [criterion("0", "1", 10, key="a", weight="3"), criterion("1", "1", 4, key="b", weight="1")]
    assert total_of(rubric, {"a": Decimal(5), "b": Decimal(5)}) == Decimal("62.5")


@given(st.lists(st.tuples(CRITERIA, THOUSANDTHS, st.integers(0, 300)), min_size=1, max_size=5))
def test_a_total_goes_from_0_to_100(parts: list[tuple[Criterion, Decimal, int]]) -> None:
    rubric = [scale.model_copy(update={"key": f"c{i}", "weight": weight}) for i, (scale, weight, _) in enumerate(parts)]
    scores = {f"c{i}": value_at(scale, min(steps, scale.top)) for i, (scale, _, steps) in enumerate(parts)}
    exact = sum(Fraction(w) * Fraction(min(n, s.top), s.top) for s, w, n in parts) / sum(
        Fraction(w) for _, w, _ in parts
    )
    assert abs(Fraction(total_of(rubric, scores)) - 100 * exact) < Fraction(1, 10**20)
