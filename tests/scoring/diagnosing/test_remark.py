import pytest

from scoreboard.scoring.diagnosing.remark import Remark, decimal, percent, points, remark


def test_a_remark_reads_as_a_sentence() -> None:
    assert str(remark("%(team)s is %(percent)s%% sure of rank %(rank)s.", team="Oryx", percent="90", rank=1)) == (
        "Oryx is 90% sure of rank 1."
    )
    assert remark("Nothing.") == Remark("Nothing.", {})
    assert str(remark("Nothing.")) == "Nothing."


@pytest.mark.parametrize(
    ("value", "extent", "shown"),
    [
        (78.06, 100, "78.1"),
        (-0.04, 100, "0.0"),
        (7.806, 10, "7.81"),
        (3.14159, 5, "3.14"),
        (412.6, 5000, "413"),
        (1, 0, "1.0"),
        (81.25, 100, "81.3"),
        (-81.25, 100, "-81.3"),
        (81.25 - 1e-13, 100, "81.3"),
        (81.249, 100, "81.2"),
        (1e300, 1e300, f"{1e300:.0f}"),
    ],
)
def test_scores_have_as_many_digits_as_their_scale_deserves(value: float, extent: float, shown: str) -> None:
    assert points(value, extent) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "<1"), (0.01, "1"), (0.496, "50"), (0.99, "99"), (0.991, ">99"), (1, ">99")]
)
def test_a_chance_is_whole_percents_and_never_certain(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_ratios_have_two_decimals() -> None:
    assert [decimal(0.456), decimal(-0.001)] == ["0.46", "0.00"]
