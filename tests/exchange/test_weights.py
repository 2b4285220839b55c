import io
from pathlib import Path

import pytest

from scoreboard.errors import InvalidTable
from scoreboard.exchange.weights import read_scales
from scoreboard.scoring.table import Scale


def read(text: str) -> tuple[Scale, ...]:
    return read_scales(io.BytesIO(text.encode()))


def faults(text: str) -> list[str]:
    with pytest.raises(InvalidTable) as refused:
        read(text)
    first, *others = str(refused.value).split("\n")
    assert first == "The criteria cannot be used:"
    assert len(others) == len(refused.value.extra["faults"])
    return [line.strip() for line in others]


def test_criteria_have_weights_in_the_order_of_the_file() -> None:
    text = '[[criteria]]\nkey = "idea"\nweight = 0.333333\n\n[[criteria]]\nkey = "الأثر"\nweight = 0\n'
    assert read(text) == (Scale("idea", 0.333333), Scale("الأثر", 0))


def test_criteria_may_declare_their_ranges() -> None:
    text = '[[criteria]]\nkey = "idea"\nweight = 30\nminimum = 0\nmaximum = 10\n'
    assert read(text) == (Scale("idea", 30, 0, 10),)


def test_a_file_may_be_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_bytes(b'\xef\xbb\xbf[[criteria]]\nkey = "idea"\nweight = 1\n')
    assert read_scales(path) == (Scale("idea"),)


def test_all_faults_are_told_with_their_lines() -> None:
    text = """
[[criteria]]
key = "idea"
weight = -1
minimum = 0

[[criteria]]
key = "idea"
weight = "much"
minimum = 5
maximum = 5

[[criteria]]
wieght = 1
weight = nan
"""
    assert faults(text) == [
        "line 2, criteria.idea.maximum: The key is missing. It is written like this: maximum = 10",
        "line 4, criteria.idea.weight: The weight is -1; it must be 0 or more.",
        "line 8, criteria.idea.key: The key idea is used twice; each needs its own.",
        'line 9, criteria.idea.weight: "much" cannot stand here. It is written like this: weight = 1',
        "line 11, criteria.idea.maximum: The maximum is 5; it must be above the minimum, 5.",
        'line 13, criteria.3.key: The key is missing. It is written like this: key = "idea"',
        "line 15, criteria.3.weight: NaN cannot stand here. It is written like this: weight = 1",
        "line 14, criteria.3.wieght: wieght is not a key that stands here; there are: weight, key, maximum, minimum.",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "criteria: The key is missing. It is written like this: [[criteria]]"),
        ("criteria = 3", "line 1, criteria: 3 cannot stand here. It is written like this: [[criteria]]"),
        (
            "criteria = high\n",
            (
                "line 1: This line is not TOML (Invalid value). Texts stand in straight quotation marks, "
                "each key on a line of its own."
            ),
        ),
        (
            '[[criteria]]\nkey = "a"\nweight = 1\nminimum = 0\nmaximum = 9\n[[criteria]]\nkey = "b"\nweight = 1',
            "Either every criterion declares its range or none does, and one must have weight.",
        ),
        (
            '[[criteria]]\nkey = "a"\nweight = 0\n',
            "Either every criterion declares its range or none does, and one must have weight.",
        ),
    ],
)
def test_a_file_that_says_nothing_of_use_is_refused(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_file_in_another_encoding_is_refused() -> None:
    with pytest.raises(InvalidTable, match="not in UTF-8"):
        read_scales(io.BytesIO("key = 'الأثر'".encode("cp1256")))
