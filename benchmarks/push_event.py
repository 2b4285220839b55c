"""What is told and who tells it, for push.py: a stored event, states of any size, and ballots ready to be sent."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from ballot_ways import Hall, set_up, signed_in
from ballots import Turns

from scoreboard.database import opened
from scoreboard.judging.groups import Linkage
from scoreboard.live.frames import Frame
from scoreboard.live.messages import Line, Progress, Standings, StandingsMessage, Status
from scoreboard.migrations import prepare

FIRST_VERSION = 1_000_000  # above that of any real state; the client knows it too
EPOCH = "3fa85f64-5717-4562-b3fc-2c963f66afa6-18a3c5d2e1f00000"
JUDGES, TEAMS = 20, 60  # a large hackathon
OPENED_AT = datetime(2026, 12, 9, 9, tzinfo=UTC)


def stored_event(folder: Path) -> Path:
    """Store the event of ballots.py, with every judge signed in; the tokens of their sessions lie beside it."""
    folder.mkdir()
    database = folder / "event.db"
    prepare(str(database))

    async def store() -> tuple[Hall, list[str]]:
        async with opened(str(database)) as opening:
            hall = await opening.write(set_up, JUDGES, TEAMS)
            return hall, await opening.write(signed_in, hall.judges)

    hall, tokens = asyncio.run(store())
    (folder / "hall.json").write_text(json.dumps({"hall": hall.__dict__, "tokens": tokens}))
    return database


def ballots_of(database: Path, port: int, amount: int) -> bytes:
    """Make requests that submit so many ballots, each after its size, one judge after the other."""
    stored = json.loads((database.parent / "hall.json").read_text())
    hall, tokens = Hall(**stored["hall"]), stored["tokens"]
    turns, host, made = Turns(hall), f"127.0.0.1:{port}", b""
    for number in range(amount):
        judge = number % len(hall.judges)
        ballot = turns.ballot(judge)
        address, body = f"/judge/ballots/{ballot.pop('uuid')}", json.dumps(ballot).encode()
        head = (
            f"PUT {address} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: judge={tokens[judge]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        request = head.encode() + body
        made += len(request).to_bytes(4, "little") + request
    return made


def texts_of(size: int, amount: int) -> list[str]:
    """Make so many states of about so many bytes, each a little different from the one before."""
    chance = np.random.default_rng(2026)
    teams = 1
    while len(text_of(0, chance.uniform(60, 90, teams + 1))) <= size:
        teams += 1
    totals = chance.uniform(60, 90, teams)
    made = []
    for number in range(amount):
        totals[chance.integers(teams)] = chance.uniform(60, 90)
        made.append(text_of(number, totals))
    return made


def text_of(number: int, totals: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> str:
    """Say a ranking by these totals, as the product does."""
    order = np.argsort(-totals)
    lines = tuple(
        Line(
            team=f"T{team:03d}",
            rank=place + 1,
            tied=False,
            total=f"{totals[team]:.1f}",
            ballots=12,
            awaiting=0,
            interval=(max(1, place), place + 2),
            group=None,
        )
        for place, team in enumerate(order.tolist())
    )
    seen = Standings(
        status=Status.LIVE,
        opened_at=OPENED_AT,
        frozen_at=None,
        closed_at=None,
        finalised_at=None,
        rule="adaptive",
        decimals=1,
        linkage=Linkage.JOINED,
        groups=0,
        minimum_ballots=3,
        progress=Progress(received=240 + number, expected=900),
        lines=lines,
    )
    version = FIRST_VERSION + number
    return StandingsMessage(epoch=EPOCH, version=version, roster_version=1, as_of=OPENED_AT, standings=seen).frame()


def frames_of(texts: list[str], *, packed: bool) -> bytes:
    """Make the same ready to be written to sockets, each after its size."""
    frames = [Frame(text) for text in texts]
    ready = [frame.packed if packed else frame.plain for frame in frames]
    return b"".join(len(each).to_bytes(4, "little") + each for each in ready)
