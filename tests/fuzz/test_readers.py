"""Readers of files, with files that somebody has been at: each says what is wrong, and none of them breaks or hangs."""

import gzip
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fuzz.exploring import ODD, damaged, explore, odd, resident, somewhat_wrong
from hypothesis import strategies as st
from recorded import Lived
from sqlalchemy import Engine
from sqlmodel import Session, select

from scoreboard.assets import PACKAGE
from scoreboard.cli.verify import receipts_in
from scoreboard.database import open_engine
from scoreboard.errors import InvalidEvent, InvalidInput, InvalidTable, ScoreboardError
from scoreboard.exchange.folder import read_folder
from scoreboard.exchange.folder.files import NAMES
from scoreboard.exchange.record import RecordFile
from scoreboard.exchange.tables import read_score_table
from scoreboard.exchange.weights import read_scales
from scoreboard.judging import rounds
from scoreboard.judging.setup import roster
from scoreboard.judging.verification.outside import note_from
from scoreboard.judging.verification.verify import Verification
from scoreboard.models import Round

DEADLINE_SECONDS = 20.0
GROWTH_BYTES = 64 << 20
DEMO = PACKAGE / "demo" / "event"

WEIGHTS = """[[criteria]]
key = "idea"
weight = 30
minimum = 0
maximum = 10

[[criteria]]
key = "demo"
weight = 12.5
minimum = 1
maximum = 5
"""
ASSIGNMENTS = "round,judge,team,position\nfinal,J1,T1,1\nfinal,J2,T1,2\nfinal,J1,T2,\n"
CONFLICTS = "judge,team,reason\nJ1,T2,family\n"


def in_time(read: Callable[[], object], *expected: type[ScoreboardError]) -> object:
    """Read; what is refused in words is None. Fails when that takes long."""
    began = time.monotonic()
    try:
        found = read()
    except expected:
        found = None
    assert time.monotonic() - began < DEADLINE_SECONDS
    return found


@pytest.fixture(autouse=True)
def _lean() -> Iterator[None]:
    """Whoever reads a thousand broken files is no larger than who has read one."""
    before = resident()
    yield
    assert resident() - before < GROWTH_BYTES


@pytest.fixture
def stored(database_path: str) -> Iterator[Engine]:
    engine = open_engine(database_path)
    yield engine
    engine.dispose()


def folders() -> st.SearchStrategy[dict[str, bytes]]:
    """The demo's folder with one or two files that were changed, or with files that it has not."""
    there = {name: (DEMO / name).read_text() for name in NAMES if (DEMO / name).exists()}
    plain = {name: text.encode() for name, text in there.items()}
    texts = {"assignments.csv": ASSIGNMENTS, "conflicts.csv": CONFLICTS, **there}
    broken = st.sampled_from(sorted(texts)).flatmap(
        lambda name: somewhat_wrong(texts[name]).map(lambda content: {name: content})
    )
    return st.builds(lambda one, two: plain | one | two, broken, st.one_of(st.just({}), broken))


def test_an_event_folder_is_read_or_refused_and_what_is_read_can_be_stored(
    tmp_path: Path, stored: Engine, seconds: float
) -> None:
    kept = 0

    def check(folder: dict[str, bytes]) -> None:
        nonlocal kept
        for name in NAMES:
            (tmp_path / name).unlink(missing_ok=True)
        for name, content in folder.items():
            (tmp_path / name).write_bytes(content)
        form = in_time(lambda: read_folder(tmp_path), InvalidEvent)
        if form is None:
            return
        kept += 1
        with Session(stored) as session:
            roster.store(session, form, "test")  # type: ignore[arg-type]  # what read_folder gave
            session.flush()
            for round_ in session.exec(select(Round)).all():
                rounds.open_round(session, round_.id or 0, "test")
            session.rollback()

    tried = explore(folders(), check, seconds=seconds, times=200)
    assert 0 < kept < tried


def test_a_table_is_read_or_refused(seconds: float) -> None:
    table = "judge,team,criterion,score\n" + "".join(f"J{n % 3},T{n // 3},idea,{n % 10}.5\n" for n in range(12))

    def check(content: bytes) -> None:
        in_time(lambda: read_score_table(io.BytesIO(content)), InvalidTable)

    explore(somewhat_wrong(table), check, seconds=seconds, times=600)


def test_weights_are_read_or_refused(seconds: float) -> None:
    def check(content: bytes) -> None:
        in_time(lambda: read_scales(io.BytesIO(content)), InvalidTable)

    explore(somewhat_wrong(WEIGHTS), check, seconds=seconds, times=600)


def test_whatever_stands_where_a_number_should_is_refused_or_a_number(tmp_path: Path) -> None:
    """All of it, since there is little; what was found like this once is here for good."""
    for number, line in enumerate(WEIGHTS.splitlines()):
        for value in ODD if "=" in line else ():
            lines = WEIGHTS.splitlines()
            lines[number] = f"{line.partition('=')[0]}= {value}"
            in_time(lambda: read_scales(io.BytesIO("\n".join(lines).encode())), InvalidTable)  # noqa: B023  (now)
    plain = (DEMO / "event.toml").read_text()
    for name in ("judges.csv", "teams.csv"):
        (tmp_path / name).write_bytes((DEMO / name).read_bytes())
    for key in ("step", "weight", "minimum", "minimum_ballots", "precedence"):
        for value in ODD:
            changed = re.sub(rf"(?m)^{key} = .*$", lambda _: f"{key} = {value}", plain, count=1)  # noqa: B023  (now)
            (tmp_path / "event.toml").write_text(changed)
            in_time(lambda: read_folder(tmp_path), InvalidEvent)


def records(text: str) -> st.SearchStrategy[bytes]:
    """A record in which lines were changed, exchanged, doubled; packed or not, and packed wrongly."""
    lines = text.splitlines(keepends=True)

    def written(places: list[tuple[int, int]], content: bytes, number: int) -> bytes:
        found = [line.encode() for line in lines]
        for one, other in places:
            found[one], found[other] = found[other], found[one]
        found[number] = content + b"\n"
        return b"".join(found)

    place = st.integers(0, len(lines) - 1)
    plain = place.flatmap(
        lambda number: st.builds(
            written,
            st.lists(st.tuples(place, place), max_size=2),
            somewhat_wrong(lines[number].rstrip("\n"), '":,{}'),
            st.just(number),
        )
    )
    packed = plain.map(lambda content: gzip.compress(content, 1, mtime=0))
    torn = st.builds(damaged, packed, st.integers(0, 1 << 30), st.integers(0, 255))
    return st.one_of(plain, packed, torn)


def test_a_record_is_read_or_refused(tmp_path: Path, genuine: Lived, seconds: float) -> None:
    file = tmp_path / "record.ndjson"

    def read() -> bool:
        with RecordFile(file) as record:
            return Verification(record.heading).of(record.items()).intact

    def check(content: bytes) -> None:
        file.write_bytes(content)
        in_time(read, InvalidInput)

    file.write_text(genuine.record())
    assert read()
    explore(records(genuine.record()), check, seconds=seconds, times=150)


def test_checkpoints_and_receipts_are_read_or_refused(genuine: Lived, seconds: float) -> None:
    lines = [json.loads(line) for line in genuine.record().splitlines()]
    note = next(line["checkpoint"] for line in lines if "checkpoint" in line)
    receipt = {"event": "e", "epoch": "f", "sequence": 7, "leaf": "0" * 64, "at": "now", "signature": "0" * 128}
    text = json.dumps([receipt, receipt])

    def check(content: bytes) -> None:
        try:
            given = content.decode()
        except UnicodeDecodeError:  # refused before: see cli.verify.text_of
            return
        in_time(lambda: note_from(given), InvalidInput)
        in_time(lambda: list(receipts_in(given)), InvalidInput)

    either = st.one_of(somewhat_wrong(note, "\n "), somewhat_wrong(text, '":,{}[]'), odd.map(str.encode))
    explore(either, check, seconds=seconds, times=600)
