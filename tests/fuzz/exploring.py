"""What the fuzzers share: examples by the hundred, odd texts, and files that somebody has been at."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

T = TypeVar("T")

# What readers of texts and numbers have stumbled over, here and elsewhere.
ODD = (
    *(
        "",
        " ",
        "\0",
        "\r\n",
        "\t",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\u0660\u0661",
        "é",
        "e\u0301",
        "هاكاثون",
        "😀",
        "\U0010ffff",
    ),
    *(
        "0",
        "-0",
        "-1",
        "1e999",
        "-1e-999",
        "NaN",
        "Infinity",
        "1_0",
        "0x10",
        "9" * 30,
        "9" * 5000,
        "0x" + "f" * 5000,
        "1e9999999999999999999",
        "1" + "0" * 18,
    ),
    *(
        "null",
        "true",
        "[]",
        "{}",
        "[" * 3000,
        '{"a":' * 3000,
        '"',
        "'",
        "''",
        '"""',
        "\\",
        "\\ud800",
        "%",
        "%00",
        "%zz",
    ),
    *(
        "//[",
        "///x",
        "http://[",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "..",
        "../../etc/passwd",
    ),
    *("=1+1", "@x", "-- ", "' OR 1=1", "${7*7}", "{{7*7}}", "<b>", "</script>", "x" * 5000, "ا" * 3000, ",", ";", "\n"),
    *("2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "T1", "J1", "final", "hack"),
)

odd = st.one_of(st.sampled_from(ODD[0::2]), st.sampled_from(ODD[1::2]), st.text(max_size=30))


def explore(
    examples: st.SearchStrategy[T],
    check: Callable[[T], None],
    *,
    seconds: float,
    times: int,
    between: Callable[[], None] = lambda: None,
) -> int:
    """Check so many examples, the same each time; for so many seconds after that, ever others. Gives how many.

    After each so many `between` is done: only then may examples change what further ones are made of.
    """
    tried, until = 0, time.monotonic() + seconds

    def one(example: T) -> None:
        nonlocal tried
        tried += 1
        check(example)

    def through(*, alike: bool) -> None:
        settings = hypothesis.settings(
            max_examples=times,
            deadline=None,
            database=None,
            derandomize=alike,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        settings(hypothesis.given(examples)(one))()
        between()

    through(alike=True)
    while time.monotonic() < until:
        through(alike=False)
    return tried


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """A text in which a few places were cut out, doubled, exchanged, or replaced by something odd."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = text[start:end]
        instead = draw(st.one_of(odd, st.sampled_from(["", piece * 2, piece[::-1], piece.upper(), text[-20:]])))
        text = text[:start] + instead + text[end:]
    return text


@st.composite
def revalued(draw: st.DrawFn, text: str, marks: str) -> str:
    """A text of lines in which the values of a few were replaced: what stands between two of the `marks`."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 3))):
        number = draw(st.integers(0, len(lines) - 1))
        places = [at for at, letter in enumerate(lines[number]) if letter in marks] or [-1]
        place = draw(st.integers(0, len(places) - 1))
        end = [*places[1:], len(lines[number])][place]
        before, after = lines[number][: places[place] + 1], lines[number][end:]
        lines[number] = before + draw(odd) + after
    return "\n".join(lines)


def somewhat_wrong(text: str, marks: str = "=,;") -> st.SearchStrategy[bytes]:
    """A file as people and machines break it: its values, its form, its bytes."""
    as_text = st.one_of(revalued(text, marks), changed(text))
    encoded = st.builds(str.encode, as_text, st.just("utf-8"), st.just("surrogatepass"))
    return st.one_of(encoded, st.builds(damaged, encoded, st.integers(0, 1 << 30), st.integers(0, 255)))


def damaged(content: bytes, place: int, value: int) -> bytes:
    """The same with one byte replaced; cut off there where the value is 0."""
    at = place % (len(content) + 1)
    return content[:at] if value == 0 else content[:at] + bytes([value]) + content[at + 1 :]


def resident() -> int:
    """Bytes that this process has resident; 0 where that cannot be read."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0


def broken(log: Path) -> list[str]:
    """What the log says of things that broke."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [
        f"{line['event']}: {line.get('route', line['message'])} {line.get('trace', '')}"
        for line in lines
        if failed(line)
    ]


def failed(line: dict[str, object]) -> bool:
    """Whether a line tells of a failure of ours."""
    return line["level"] in {"error", "critical"} or "trace" in line


def tenths(sizes: list[int]) -> list[int]:
    """How large something was as it went on, in MiB, told ten times at the most."""
    return [size >> 20 for size in sizes[:: len(sizes) // 10 + 1]]
