"""kill -9 at any moment: no acknowledged ballot is lost or doubled, and the next server is soon ready."""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from faults.load import Crowd, judging
from faults.process import Server, free_port, killed, start, start_warm, verified
from faults.records import faults_of_copy
from faults.stage import Stage, set_up

READY_SECONDS = 3
LIFE_SECONDS = 0.25  # at the most, after the first acknowledgement
CHECK_EVERY = 10  # kills; then one server is started cold, too
EARLY = 0.1  # the share of servers that are killed before they are ready


@dataclass
class Tally:
    """What the kills came to."""

    kills: int = 0
    early: int = 0
    ready: list[float] = field(default_factory=list)  # seconds from the start of a process to its first answer
    cold: list[float] = field(default_factory=list)  # the same where everything had to be imported
    work: list[float] = field(default_factory=list)  # of these, how many seconds it worked: less where others do, too


def hurt(stage: Stage, crowd: Crowd, folder: Path, kills: int, chance: random.Random) -> Tally:
    """Kill so many servers under load; now and then hold the database to what was acknowledged."""
    tally = Tally()
    port = free_port()
    for number in range(kills):
        cold = number % CHECK_EVERY == 0
        with killed((start if cold else start_warm)(stage.database, port, folder / "log")) as server:
            if not cold and chance.random() < EARLY:
                tally.early += 1
                time.sleep(chance.uniform(0, 2 * statistics.median(tally.ready)))
            else:
                begin(server, crowd)
                (tally.cold if cold else tally.ready).append(server.ready())
                tally.work.append(server.worked())
                live(crowd, chance)
        crowd.server_gone()
        tally.kills += 1
        if tally.kills % CHECK_EVERY == 0:
            assert faults_of_copy(stage.database, folder, list(crowd.acks)) == []
    return tally


def begin(server: Server, crowd: Crowd) -> None:
    """Let phones reach a server as soon as it can be reached, though it may not answer yet."""
    server.listening()
    crowd.server_at(server.port, server.started_at)


def live(crowd: Crowd, chance: random.Random) -> None:
    """Let a server work for a moment."""
    crowd.wait_for_acks(1)
    time.sleep(chance.uniform(0, LIFE_SECONDS))


def test_killed_at_any_moment_it_has_every_acknowledged_ballot_once(
    tmp_path: Path, full: bool, tell: Callable[[str], None]
) -> None:
    stage = set_up(str(tmp_path / "scoreboard.db"))
    with judging(stage) as crowd:
        tally = hurt(stage, crowd, tmp_path, 1_000 if full else 50, random.Random(5))
        with killed(start(stage.database, free_port(), tmp_path / "log")) as server:
            begin(server, crowd)
            crowd.finish()
            server.stop()
    assert faults_of_copy(stage.database, tmp_path, crowd.acks) == []
    assert verified(stage.database) == ""
    assert {ack.uuid for ack in crowd.acks} == set(crowd.sent)
    assert crowd.resolved > 0, "no kill fell between a commit and its answer"
    assert max(tally.work) <= READY_SECONDS
    assert "Traceback" not in (tmp_path / "log").read_text()
    tell(
        f"{tally.kills} kills ({tally.early} before the server was ready), {len(crowd.acks)} acknowledged, none lost, "
        f"none doubled; {crowd.cut} requests cut off, {crowd.resolved} repeats of what had been stored; ready after "
        f"{statistics.median(tally.ready):.2f} s (at most {max(tally.ready):.2f}), cold "
        f"{statistics.median(tally.cold):.2f} s (at most {max(tally.cold):.2f})"
    )
