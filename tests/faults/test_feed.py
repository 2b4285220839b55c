"""The feed of a server that is killed again and again, to readers who are cut off at random: nothing is missed, heard
twice, or heard in the wrong order, and in the end everybody sees what is so."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from faults.load import Crowd, judging
from faults.process import Server, ask, free_port, killed, start_warm
from faults.stage import CRITERIA, JUDGES, TEAMS, Stage, one_round, set_up
from readers import Audience
from sqlmodel import Session
from websockets.asyncio.client import connect
from websockets.typing import Origin

from scoreboard.database import open_engine
from scoreboard.judging.setup import roster

# A whole hall at one address, as behind a venue's router; copies of a database that grows all the time fill the disk.
HALL = {"SCOREBOARD_VENUES": "127.0.0.1", "SCOREBOARD_ARRIVALS": "100000", "SCOREBOARD_BACKUPS": "off"}
PAUSE_SECONDS = 0.2
LAST_SECONDS = 60  # in which everybody has the last state


def renamed(stage: Stage, number: int) -> None:
    """Import the event again, from beside the server, with other names of its teams."""
    before = one_round(JUDGES, TEAMS, CRITERIA)
    form = replace(before, teams=tuple(replace(team, name_en=f"{team.key}, {number}") for team in before.teams))
    engine = open_engine(stage.database)
    try:
        with Session(engine) as session:
            roster.store(session, form, "command:import")
            session.commit()
    finally:
        engine.dispose()


async def lived(server: Server, crowd: Crowd, stage: Stage, number: int, seconds: float) -> None:
    """Let a server live for a while, with ballots, and with names that change in the middle."""
    await asyncio.to_thread(server.listening)
    crowd.server_at(server.port, server.started_at)
    await asyncio.to_thread(crowd.wait_for_acks, 1)
    await asyncio.sleep(seconds / 2)
    await asyncio.to_thread(renamed, stage, number)
    await asyncio.sleep(seconds / 2)


async def test_no_reader_misses_or_hears_twice_what_a_killed_server_told(
    tmp_path: Path, full: bool, tell: Callable[[str], None]
) -> None:
    readers, deliveries, least_kills, longest = (400, 1_000_000, 20, 40) if full else (40, 2_000, 3, 6)
    stage, port, chance = set_up(str(tmp_path / "scoreboard.db")), free_port(), random.Random(9)
    site = f"127.0.0.1:{port}"
    audience = Audience(
        lambda query: connect(f"ws://{site}/e/{stage.slug}/socket{query}", origin=Origin(f"http://{site}"))
    )
    audience.seated(readers)
    last: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
    kills = 0
    with judging(stage, pause=PAUSE_SECONDS) as crowd:
        async with asyncio.TaskGroup() as tasks:
            reading = [tasks.create_task(reader.read(last)) for reader in audience.readers]
            while audience.delivered < deliveries or kills < least_kills:
                with killed(start_warm(stage.database, port, tmp_path / "log", environment=HALL)) as server:
                    await lived(server, crowd, stage, kills, chance.uniform(0, longest))
                crowd.server_gone()
                kills += 1
            with killed(start_warm(stage.database, port, tmp_path / "log", environment=HALL)) as server:
                await lived(server, crowd, stage, kills, chance.uniform(0, longest))
                await asyncio.to_thread(crowd.finish)
                messages = json.loads((await asyncio.to_thread(ask, port, f"/e/{stage.slug}/state.json"))[1])
                now = {message["type"]: (message["epoch"], message["version"]) for message in messages}
                last.set_result(now["standings"])
                await asyncio.wait(reading, timeout=LAST_SECONDS)
                for task in reading:
                    task.cancel()
    assert audience.complaints() == []
    assert {(reader.epochs[-1], reader.version) for reader in audience.readers} == {now["standings"]}
    assert {(reader.epochs[-1], reader.names) for reader in audience.readers} == {now["roster"]}
    assert len({epoch for _kind, epoch, _version in audience.states}) > least_kills / 2
    tell(
        f"{audience.delivered} deliveries of {len(audience.states)} states to {readers} readers, cut off at random, by "
        f"{kills} servers that were killed, {len(crowd.acks)} ballots: nothing missed, doubled or out of order"
    )
