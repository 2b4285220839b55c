import re

import segno
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.web.qr import QUIET, qr

ROW = re.compile(r"([Mm])(-?[\d.]+) (-?[\d.]+)|h(\d+)|m(-?\d+) (-?\d+)")


def painted(svg: str) -> set[tuple[int, int]]:
    """The dark squares of a drawn code: each stroke is a run of them."""
    path = re.search(r' d="([^"]+)"', svg)
    assert path is not None
    x = y = 0.0
    dark = set()
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path[1]):
        if command == "h":
            dark |= {(int(x) + step, int(y)) for step in range(int(first))}
            x += float(first)
        else:
            x, y = (float(first), float(second)) if command == "M" else (x + float(first), y + float(second))
    return dark


@given(st.text(min_size=1, max_size=80))
def test_what_is_drawn_is_the_code(text: str) -> None:
    matrix = segno.make(text, error="q", micro=False, boost_error=False).matrix
    expected = {
        (column + QUIET, line + QUIET) for line, row in enumerate(matrix) for column, dark in enumerate(row) if dark
    }
    assert painted(qr(text)) == expected


def test_it_fits_its_place_and_has_no_style_that_the_policy_would_refuse() -> None:
    svg = qr("https://score.example/j#secret")
    assert re.search(r"viewBox=\"0 0 (\d+) \1\"", svg) is not None
    assert [name for name in ("style", "width=", "<script", "xmlns:xlink") if name in svg] == []
