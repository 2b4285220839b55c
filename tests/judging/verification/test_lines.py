import gzip
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoreboard.judging.verification.chain import Recorded, closed
from scoreboard.judging.verification.lines import Line, Lines, closed_in, read_object

DIGITS = {"salt": "00" * 16, "leaf": "0f" * 32, "hash": "f0" * 32}
HEAD = '{"sequence":1,"at":"t","actor":"a","action":"b","subject":"c","payload":'
TAIL = ',"salt":"{salt}","leaf":"{leaf}","hash":"{hash}"}}'.format(**DIGITS)


def lines_in(folder: Path, content: bytes, block: int = 1024) -> list[Line]:
    path = folder / "lines.txt"
    path.write_bytes(b"first\n" + content)
    with Lines(path, block) as lines:
        assert lines.first == b"first\n"
        return [line for part in lines.parts() for line in part]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"ab", "\u2028é".encode(), b"\xff", b"\x85"])), st.integers(1, 9)
)
def test_lines_are_the_same_however_they_end_and_however_much_is_read_at_once(
    tmp_path: Path, pieces: list[bytes], block: int
) -> None:
    content = b"".join(pieces)
    expected = io.TextIOWrapper(io.BytesIO(content), "utf-8", "surrogateescape", newline="\n").readlines()
    assert lines_in(tmp_path, content, block) == [
        line.removesuffix("\n").removesuffix("\r") if line.endswith("\n") else line for line in expected
    ]


def test_an_entry_is_read_as_it_is_written(tmp_path: Path) -> None:
    payload = '{"x":"},\\"salt\\":{}"}'
    expected = Recorded(1, "t", "a", "b", "c", payload, DIGITS["salt"], DIGITS["leaf"], DIGITS["hash"])
    assert lines_in(tmp_path, f"{HEAD}{payload}{TAIL}\nother".encode(), 7) == [expected, "other"]


@pytest.mark.parametrize(
    "line",
    [
        HEAD.replace(":1", ": 1") + "{}" + TAIL,
        HEAD.replace(":1", ":٣") + "{}" + TAIL,
        HEAD + "7" + TAIL,
        HEAD + "{}" + TAIL.replace("0f", "0F"),
        HEAD + "{}" + TAIL.replace("00", "0x", 1),
        HEAD + "{}" + TAIL + " ",
        " " + HEAD + "{}" + TAIL,
        HEAD.replace('"b"', '"b","more":"x"') + "{}" + TAIL,
        HEAD.replace('"b"', '"\t"') + "{}" + TAIL,
    ],
)
def test_no_other_way_of_writing_an_entry_is_one(line: str, tmp_path: Path) -> None:
    assert lines_in(tmp_path, line.encode()) == [line]


def test_an_escape_that_is_none_makes_a_line_that_says_nothing(tmp_path: Path) -> None:
    good, bad = (HEAD.replace('"b"', text) + "{}" + TAIL for text in (r'"\u0062\n"', r'"\x62"'))
    first, second = lines_in(tmp_path, f"{good}\n{bad}".encode())
    assert isinstance(first, Recorded)
    assert (first.action, second) == ("b\n", "")


def test_a_broken_archive_ends_with_an_empty_line(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(b"first\nsecond\nthird\n" * 9_000)[:-9])
    with Lines(path) as lines:
        parts = list(lines.parts())
        assert lines.done() <= path.stat().st_size
    assert (parts[0][:2], parts[-1]) == (["second", "third"], [""])


def test_a_closed_entry_has_its_place_and_no_more() -> None:
    assert closed_in(read_object('{"sequence":3,"leaf":"ab","hash":"cd"}')) == closed(3, "ab", "cd")
    for line in ('{"sequence":true,"leaf":"","hash":""}', '{"sequence":1,"leaf":1,"hash":""}', "[]"):
        with pytest.raises(TypeError):
            closed_in(read_object(line))
