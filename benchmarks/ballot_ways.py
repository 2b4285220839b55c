"""Ways of taking ballots in, for ballots.py: the product's own, in this process and over HTTP, and a plain one."""

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlalchemy import event as engine_event
from sqlmodel import Session

from scoreboard.database import opened
from scoreboard.judging import ballots, ledger, rounds
from scoreboard.judging.ballots import BallotForm
from scoreboard.judging.pairing import devices
from scoreboard.migrations import prepare
from scoreboard.models import Assignment, Ballot, Criterion, Event, Judge, JudgeLink, Round, Score, Team

JUDGES, TEAMS, CRITERIA = 200, 60, 4

Submit = Callable[[int, dict[str, Any]], Awaitable[None]]
"""Submits the ballot of a judge (by place), as a phone writes it; returns when it is acknowledged."""


@dataclass(frozen=True)
class Hall:
    """An event in which every judge scores every team."""

    round_id: int
    judges: list[int]
    teams: dict[str, int]
    criteria: list[int]


def set_up(session: Session, judging: int = JUDGES, competing: int = TEAMS) -> Hall:
    """Store the event, of so many judges and teams."""
    event = Event(
        slug="load",
        name_en="Load",
        starts_on=date(2026, 12, 7),
        ends_on=date(2026, 12, 9),
        time_zone="Asia/Qatar",
        language="en",
        created_at=datetime.now(UTC),
    )
    session.add(event)
    session.flush()
    event_id = stored(event.id)
    ledger.open_ledger(session, event_id)
    round_ = Round(event_id=event_id, key="final", position=1, name_en="Final", rule="raw", precedence=["total"])
    session.add(round_)
    session.flush()
    round_id = stored(round_.id)
    criteria = [
        Criterion(
            round_id=round_id,
            key=f"c{i}",
            position=i,
            name_en=f"Criterion {i}",
            weight=Decimal(1),
            minimum=Decimal(0),
            maximum=Decimal(10),
            step=Decimal(1),
            top=10,
            levels=[],
        )
        for i in range(CRITERIA)
    ]
    judges = [Judge(event_id=event_id, key=f"J{i:03d}", name_en=f"Judge {i}") for i in range(judging)]
    teams = [Team(event_id=event_id, key=f"T{i:02d}", name_en=f"Team {i}") for i in range(competing)]
    session.add_all([*criteria, *judges, *teams])
    session.flush()
    session.add_all(
        Assignment(round_id=round_id, judge_id=stored(judge.id), team_id=stored(team.id), position=place)
        for judge in judges
        for place, team in enumerate(teams)
    )
    rounds.open_round(session, round_id, "benchmark")
    return Hall(
        round_id,
        [stored(judge.id) for judge in judges],
        {team.key: stored(team.id) for team in teams},
        [stored(criterion.id) for criterion in criteria],
    )


def stored(row_id: int | None) -> int:
    """Give the id of a row that was flushed."""
    if row_id is None:
        raise ValueError("not stored")
    return row_id


@contextlib.asynccontextmanager
async def ours(folder: Path) -> AsyncIterator[tuple[Submit, Hall]]:
    """Take ballots in as the product does, in this process: the form, `submit`, and the acknowledgement."""
    path = str(folder / "ours.db")
    prepare(path)
    async with opened(path) as database:
        hall = await database.write(set_up)

        async def submit(judge: int, ballot: dict[str, Any]) -> None:
            await ballots.submit(database, hall.judges[judge], BallotForm.model_validate(ballot))

        yield submit, hall


@contextlib.asynccontextmanager
async def plain(folder: Path) -> AsyncIterator[tuple[Submit, Hall]]:
    """Store each ballot with its scores in a session and a commit of its own, and check nothing."""
    create_async_engine = import_module("sqlalchemy.ext.asyncio").create_async_engine
    session_class = import_module("sqlmodel.ext.asyncio.session").AsyncSession
    path = str(folder / "plain.db")
    prepare(path)
    async with opened(path) as database:
        hall = await database.write(set_up)
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", pool_size=5, max_overflow=0, connect_args={"timeout": 60}
    )

    @engine_event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @engine_event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    async def submit(judge: int, ballot: dict[str, Any]) -> None:
        form = BallotForm.model_validate(ballot)
        async with session_class(engine) as session:
            row = Ballot(
                uuid=form.uuid,
                round_id=hall.round_id,
                judge_id=hall.judges[judge],
                team_id=hall.teams[form.team],
                revision=form.base_revision + 1,
                base_revision=form.base_revision,
                sequence=1,
                comment=form.comment,
                received_at=datetime.now(UTC),
            )
            session.add(row)
            await session.flush()
            session.add_all(
                Score(ballot_id=stored(row.id), criterion_id=criterion_id, steps=int(value), top=10)
                for criterion_id, value in zip(hall.criteria, form.scores.values(), strict=True)
            )
            await session.commit()

    try:
        yield submit, hall
    finally:
        await engine.dispose()


class Phone:
    """One judge's connection to the server: kept open, one ballot at a time."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token
        self.lock = asyncio.Lock()
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def put(self, ballot: dict[str, Any]) -> None:
        """Send a ballot, and read the whole answer."""
        content = dict(ballot)
        address, body = f"/judge/ballots/{content.pop('uuid')}", json.dumps(content).encode()
        host = f"127.0.0.1:{self.port}"
        head = (
            f"PUT {address} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: judge={self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        async with self.lock:
            if self.streams is None:
                self.streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self.streams
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
            told = await reader.readexactly(int(length[1])) if length else b""
        if not answer.startswith(b"HTTP/1.1 200"):
            raise click.ClickException(f"The server refused a ballot: {answer.decode()}{told.decode()}")


@contextlib.asynccontextmanager
async def over_http(folder: Path) -> AsyncIterator[tuple[Submit, Hall]]:
    """Take ballots in as the product does, over sockets, with the server in a process of its own."""
    path = str(folder / "http.db")
    prepare(path)
    async with opened(path) as database:
        hall = await database.write(set_up)
        tokens = await database.write(signed_in, hall.judges)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "scoreboard", "serve", "--database", path, "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "SCOREBOARD_BACKUPS": "off"},
    )
    try:
        line = (await process.stdout.readline()).decode() if process.stdout else ""
        phones = [Phone(int(line.rsplit(":", 1)[1]), token) for token in tokens]

        async def submit(judge: int, ballot: dict[str, Any]) -> None:
            await phones[judge].put(ballot)

        yield submit, hall
    finally:
        process.terminate()
        await process.wait()


def signed_in(session: Session, judges: list[int]) -> list[str]:
    """Sign every judge in; give the tokens of their sessions."""
    tokens = []
    for judge_id in judges:
        now = datetime.now(UTC)
        link = JudgeLink(judge_id=judge_id, secret_hash=f"s{judge_id}", code_hash=f"c{judge_id}", issued_at=now)
        session.add(link)
        session.flush()
        tokens.append(devices.sign_in_judge(session, judge_id, stored(link.id), "benchmark"))
    return tokens
