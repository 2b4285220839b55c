"""The wall clock is stepped an hour either way while judges work: it labels things, and decides nothing."""

import json
import statistics
import threading
import time
from pathlib import Path

import httpx2
import pytest
from faults.control import controlled
from faults.load import Ack, Crowd, judging
from faults.process import ask, free_port, killed, start, verified
from faults.records import faults_of_copy
from faults.stage import CRITERIA, MAXIMUM, Stage, set_up
from visitors import signed_in_by_password
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

HOUR = 3600
DAY = 24 * HOUR
ROUNDED = 0.0501  # totals are shown with one decimal
MORE = 60  # acknowledgements at each time
QUIET_SECONDS = 3.0
MOST_FRAMES = 8  # a second, to one board: a publication each 0.2 s, a heartbeat now and then, the state on joining
MOST_WORK = 0.2  # of a processor, while nobody does anything


class Board(threading.Thread):
    """A board that is watched: how many messages it got."""

    def __init__(self, port: int, slug: str) -> None:
        super().__init__(daemon=True)
        self.address = f"ws://127.0.0.1:{port}/e/{slug}/socket"
        self.origin = Origin(f"http://127.0.0.1:{port}")
        self.frames = 0
        self.begun = time.monotonic()

    def run(self) -> None:
        """Read until the server is gone."""
        with connect(self.address, origin=self.origin, compression=None) as socket:
            try:
                while True:
                    socket.recv()
                    self.frames += 1
            except ConnectionClosed:
                return

    @property
    def per_second(self) -> float:
        """Messages since the beginning."""
        return self.frames / (time.monotonic() - self.begun)


def press(port: int, path: str, console: httpx2.Cookies, **fields: str) -> tuple[int, str]:
    """Press a button of the console; the status, and the page that it leads to."""
    answer = httpx2.post(f"http://127.0.0.1:{port}{path}", data=fields, cookies=console, timeout=60)
    return answer.status_code, answer.headers.get("location", "")


def hours_ahead(ack: Ack) -> int:
    """By how many hours the server's clock was wrong when it received a ballot just now."""
    return round((ack.received_at.timestamp() - time.time()) / HOUR)


def expected_totals(crowd: Crowd) -> dict[str, float]:
    """The ranking by the plain rule, from what phones were told last."""
    newest = {(ack.judge, ack.team): ack.scores for ack in sorted(crowd.acks, key=lambda ack: ack.sequence)}
    shares: dict[str, list[float]] = {}
    for (_judge, team), scores in newest.items():
        shares.setdefault(team, []).append(100 * sum(scores.values()) / (MAXIMUM * len(CRITERIA)))
    return {team: statistics.fmean(values) for team, values in shares.items()}


def shown_totals(stage: Stage, port: int) -> dict[str, float]:
    """The ranking that the board shows."""
    told = json.loads(ask(port, f"/e/{stage.slug}/standings.json")[1])
    return {line["team"]["key"]: float(line["total"]) for line in told["standings"]}


def test_a_clock_that_steps_changes_neither_order_nor_result_and_signs_no_judge_out(
    tmp_path: Path, preload: Path
) -> None:
    stage = set_up(str(tmp_path / "scoreboard.db"))
    port = free_port()
    judge, overview = f"judge={stage.tokens['J1']}", f"/console/e/{stage.slug}"
    steps = f"{overview}/rounds/{stage.round_key}"
    done = (303, f"{overview}?round={stage.round_key}")
    environment = {"LD_PRELOAD": str(preload), "FAULTS_FILES": stage.database} | {
        "FAULTS_CONTROL": str(tmp_path / "control"),
        "SCOREBOARD_BACKUPS": "off",
    }
    with (
        controlled(tmp_path / "control") as clock,
        killed(start(stage.database, port, tmp_path / "log", environment=environment)) as server,
    ):
        server.listening()
        server.ready()
        board = Board(port, stage.slug)
        board.start()
        with judging(stage) as crowd:
            crowd.server_at(port, server.started_at)
            crowd.wait_for_acks(MORE)
            for hours in (1, -1, 0):
                clock.set_clock_ahead(hours * HOUR)
                crowd.wait_for_acks(MORE)
                assert hours_ahead(crowd.acks[-1]) == hours
            clock.set_clock_ahead(HOUR)
            # For an organiser who is away from the page an hour is too long, and so the clock's hour is.
            assert press(port, f"{steps}/freeze", signed_in_by_password(port)) == done
            crowd.wait_for_acks(MORE)
            crowd.finish()
        # Whatever the clock says, one step follows the other.
        clock.set_clock_ahead(-HOUR)
        console = signed_in_by_password(port)
        assert [press(port, f"{steps}/{step}", console) for step in ("thaw", "close")] == [done, done]
        clock.set_clock_ahead(-2 * HOUR)
        console = signed_in_by_password(port)
        assert press(port, f"{steps}/finalise", console, comment="Agreed") == done
        assert shown_totals(stage, port) == pytest.approx(expected_totals(crowd), abs=ROUNDED)

        before = server.worked()
        time.sleep(QUIET_SECONDS)
        assert server.worked() - before < MOST_WORK * QUIET_SECONDS
        assert board.per_second < MOST_FRAMES

        cookies = {"/judge": judge, "/console": f"console={console['console']}"}

        def answers() -> list[int]:
            return [ask(port, page, {"Cookie": cookie})[0] for page, cookie in cookies.items()]

        assert answers() == [200, 200]
        clock.set_clock_ahead(DAY)
        assert answers() == [200, 303]
        clock.set_clock_ahead(5 * DAY)
        assert answers() == [303, 303]
        clock.set_clock_ahead(0)
        server.stop()
        board.join()
    assert faults_of_copy(stage.database, tmp_path, crowd.acks) == []
    assert verified(stage.database) == ""
