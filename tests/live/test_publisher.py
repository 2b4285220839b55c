import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from builder import Cast, build_event, score
from seeing import views_of
from sqlalchemy import text

from scoreboard.database import Database, opened
from scoreboard.errors import NotFound
from scoreboard.judging import rounds
from scoreboard.live.hub import Hub
from scoreboard.live.messages import Status, console, public
from scoreboard.live.publisher import HEARTBEAT_SECONDS, WATCH_SECONDS, WINDOW_SECONDS, Publisher
from scoreboard.live.topics import Mailbox

PATIENCE_SECONDS = 20  # until a test that hears nothing gives up


class Clock:
    """Time that passes when a test says so. What waits for one of the publisher's durations waits for its gate."""

    def __init__(self) -> None:
        self.gates = {seconds: asyncio.Event() for seconds in (WINDOW_SECONDS, WATCH_SECONDS, HEARTBEAT_SECONDS)}
        self.waiting = {seconds: asyncio.Event() for seconds in self.gates}

    async def sleep(self, seconds: float) -> None:
        self.waiting[seconds].set()
        await self.gates[seconds].wait()
        self.gates[seconds].clear()
        self.waiting[seconds].clear()

    async def passes(self, seconds: float) -> None:
        """Let a duration end, as soon as somebody waits for it."""
        await self.waits(seconds)
        self.gates[seconds].set()

    async def waits(self, seconds: float) -> None:
        """Return when somebody waits for a duration to end."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.waiting[seconds].wait()


class Board:
    """A reader of a topic who remembers what it was told."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def hear(self) -> list[dict[str, Any]]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [json.loads(frame.text) for frame in await self.mailbox.take()]

    async def one(self) -> dict[str, Any]:
        (message,) = await self.hear()
        return message

    def is_quiet(self) -> bool:
        return not self.mailbox.filled.is_set()


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def publisher(database: Database, hub: Hub, clock: Clock) -> AsyncIterator[Publisher]:
    async with Publisher(database, hub, sleep=clock.sleep) as publisher:
        yield publisher


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await build_event(database, judges=3, teams=3)


def totals(message: dict[str, Any]) -> dict[str, str | None]:
    return {line[0]: line[3] for line in message["standings"]["lines"]}


async def test_the_first_change_goes_out_at_once_and_followers_ride_together(
    database: Database, hub: Hub, publisher: Publisher, clock: Clock, cast: Cast
) -> None:
    with hub.subscribe(public(cast.event_id)) as mailbox:
        board = Board(mailbox)
        await publisher.current(cast.event_id)
        await board.hear()
        await score(database, cast, "J1", "T1", 1, 1)
        publisher.changed(cast.event_id)
        first = await board.one()  # though no time passes
        assert totals(first) == {"T1": "10.0", "T2": None, "T3": None}
        for value, (judge, team) in enumerate([("J1", "T2"), ("J1", "T3"), ("J2", "T1")], 2):
            await score(database, cast, judge, team, value, value)
            publisher.changed(cast.event_id)
        assert board.is_quiet()
        await clock.passes(WINDOW_SECONDS)
        second = await board.one()
        assert totals(second) == {"T1": "25.0", "T2": "20.0", "T3": "30.0"}
        assert second["version"] == first["version"] + 1


async def test_names_travel_only_when_a_name_changes(
    database: Database, hub: Hub, publisher: Publisher, clock: Clock, cast: Cast
) -> None:
    with hub.subscribe(public(cast.event_id)) as mailbox:
        board = Board(mailbox)
        await publisher.current(cast.event_id)
        names, numbers = await board.hear()
        assert (names["type"], numbers["type"], numbers["roster_version"]) == ("roster", "standings", names["version"])
        await score(database, cast, "J1", "T1", 5, 5)
        publisher.changed(cast.event_id)
        assert (await board.one())["type"] == "standings"
        await database.write(lambda session: session.execute(text("UPDATE team SET name_en = 'New' WHERE key = 'T1'")))
        publisher.changed(cast.event_id)
        await clock.passes(WINDOW_SECONDS)
        renamed, again = await board.hear()
        assert [team["name"]["en"] for team in renamed["roster"]["teams"] if team["key"] == "T1"] == ["New"]
        assert (again["version"], again["roster_version"]) == (3, 3)


async def test_what_looks_the_same_is_not_sent(
    hub: Hub, publisher: Publisher, clock: Clock, cast: Cast, database: Database
) -> None:
    with hub.subscribe(public(cast.event_id)) as mailbox:
        board = Board(mailbox)
        await publisher.current(cast.event_id)
        await board.hear()
        publisher.changed(cast.event_id)
        await clock.passes(WINDOW_SECONDS)
        await score(database, cast, "J1", "T1", 5, 5)
        publisher.changed(cast.event_id)
        assert (await board.one())["version"] == 2


async def test_a_freeze_holds_the_public_while_the_console_stays_live_and_a_thaw_shows_all(
    database: Database, hub: Hub, publisher: Publisher, clock: Clock, cast: Cast
) -> None:
    with hub.subscribe(public(cast.event_id)) as everybody, hub.subscribe(console(cast.event_id)) as organisers:
        board, desk = Board(everybody), Board(organisers)
        await score(database, cast, "J1", "T1", 5, 5)
        await publisher.current(cast.event_id)
        await board.hear()
        await desk.hear()
        await database.write(rounds.freeze, cast.round_id, "test")
        publisher.changed(cast.event_id)
        frozen = await board.one()
        assert frozen["standings"]["status"] == Status.FROZEN
        await desk.hear()
        await score(database, cast, "J1", "T2", 9, 9)
        publisher.changed(cast.event_id)
        await clock.passes(WINDOW_SECONDS)
        told = await desk.one()
        assert totals(told)["T2"] == "90.0"
        assert board.is_quiet()
        assert "90.0" not in "".join(frame.text for frame in hub.topics[public(cast.event_id)].newer(0))
        await database.write(rounds.thaw, cast.round_id, "test")
        publisher.changed(cast.event_id)
        await clock.passes(WATCH_SECONDS)  # while it is held, the public's side looks when it is time, and only then
        await clock.passes(WINDOW_SECONDS)
        thawed = await board.one()
        assert (thawed["standings"]["status"], totals(thawed)["T2"]) == (Status.LIVE, "90.0")
        assert thawed["version"] == frozen["version"] + 1


async def test_the_console_hears_of_every_entry_of_the_ledger(
    database: Database, hub: Hub, publisher: Publisher, cast: Cast
) -> None:
    with hub.subscribe(console(cast.event_id)) as mailbox:
        desk = Board(mailbox)
        await publisher.current(cast.event_id)
        before = await desk.one()
        await score(database, cast, "J1", "T1", 5, 5)
        publisher.changed(cast.event_id)
        assert (await desk.one())["sequence"] == before["sequence"] + 1


async def test_changes_by_another_process_show_as_well(
    database_path: str, hub: Hub, publisher: Publisher, clock: Clock, cast: Cast
) -> None:
    with hub.subscribe(public(cast.event_id)) as mailbox:
        board = Board(mailbox)
        await publisher.current(cast.event_id)
        await board.hear()
        async with opened(database_path) as other:
            await score(other, cast, "J1", "T3", 7, 7)
        assert board.is_quiet()
        await clock.passes(WATCH_SECONDS)
        assert totals(await board.one())["T3"] == "70.0"


async def test_an_error_is_logged_and_the_next_change_is_published_all_the_same(
    database: Database,
    hub: Hub,
    publisher: Publisher,
    clock: Clock,
    cast: Cast,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def rule(name: str) -> Any:
        return lambda session: session.execute(text(f"UPDATE round SET rule = '{name}'"))

    with hub.subscribe(public(cast.event_id)) as mailbox, caplog.at_level(logging.ERROR):
        board = Board(mailbox)
        await publisher.current(cast.event_id)
        await board.hear()
        await database.write(rule("nonsense"))
        publisher.changed(cast.event_id)
        await clock.waits(WINDOW_SECONDS)
        assert [record.exc_info is not None for record in caplog.records] == [True]
        assert board.is_quiet()
        await database.write(rule("raw"))
        await score(database, cast, "J1", "T1", 3, 3)
        publisher.changed(cast.event_id)
        await clock.passes(WINDOW_SECONDS)
        assert totals(await board.one())["T1"] == "30.0"


async def test_a_state_that_could_not_be_computed_is_not_said_to_be_current(
    database: Database, hub: Hub, publisher: Publisher, clock: Clock, cast: Cast
) -> None:
    with hub.subscribe(public(cast.event_id)) as mailbox:
        board = Board(mailbox)
        await publisher.current(cast.event_id)
        await board.hear()
        await clock.passes(HEARTBEAT_SECONDS)
        before = await board.one()
        await score(database, cast, "J1", "T1", 3, 3)
        await database.write(lambda session: session.execute(text("UPDATE round SET rule = 'nonsense'")))
        await clock.passes(WATCH_SECONDS)
        await clock.waits(WINDOW_SECONDS)
        await clock.passes(WATCH_SECONDS)
        await clock.waits(WATCH_SECONDS)
        await clock.passes(HEARTBEAT_SECONDS)
        assert await board.one() == before


async def test_heartbeats_say_which_version_is_current_and_since_when(
    hub: Hub, publisher: Publisher, clock: Clock, cast: Cast
) -> None:
    with hub.subscribe(public(cast.event_id)) as everybody, hub.subscribe(console(cast.event_id)) as organisers:
        board, desk = Board(everybody), Board(organisers)
        published = await publisher.current(cast.event_id)
        await board.hear()
        await desk.hear()
        await clock.passes(HEARTBEAT_SECONDS)
        first = await board.one()
        assert (first["type"], first["epoch"], first["version"]) == ("heartbeat", publisher.epoch, 1)
        assert (await desk.one())["type"] == "heartbeat"
        await clock.passes(WATCH_SECONDS)
        await clock.waits(WATCH_SECONDS)
        later = (await publisher.current(cast.event_id)).standings.as_of
        assert later > published.standings.as_of
        await clock.passes(HEARTBEAT_SECONDS)
        assert datetime.fromisoformat((await board.one())["as_of"]) > datetime.fromisoformat(first["as_of"])


@pytest.mark.parametrize("judged", [True, False])
async def test_during_a_freeze_nobody_can_tell_from_the_pulse_whether_judges_are_scoring(
    database: Database, hub: Hub, publisher: Publisher, clock: Clock, cast: Cast, judged: bool
) -> None:
    await database.write(rounds.freeze, cast.round_id, "test")
    with hub.subscribe(public(cast.event_id)) as everybody, hub.subscribe(console(cast.event_id)) as organisers:
        board, desk = Board(everybody), Board(organisers)
        await publisher.current(cast.event_id)
        frozen = (await board.hear())[1]
        await desk.hear()
        if judged:
            await score(database, cast, "J1", "T1", 5, 5)
        await publisher.look()
        await publisher.look_at_ledgers()
        looked_at = publisher.desk(cast.event_id).looked_at.replace(microsecond=0)
        if judged:
            await desk.one()  # the organisers see it, at a time that no look has
        await clock.passes(HEARTBEAT_SECONDS)
        pulse = await board.one()
        assert pulse["version"] == frozen["version"]
        assert datetime.fromisoformat(pulse["as_of"]) == max(looked_at, datetime.fromisoformat(frozen["as_of"]))


async def test_nothing_is_computed_for_nobody_until_somebody_asks(
    database: Database, hub: Hub, publisher: Publisher, cast: Cast
) -> None:
    publisher.changed(cast.event_id)
    await publisher.look()
    assert hub.topics == {}
    await score(database, cast, "J1", "T1", 5, 5)
    published = await publisher.current(cast.event_id)
    assert published.standings.standings.lines[0].total == "50.0"


async def test_who_asks_sees_everything_that_was_committed_before(
    database: Database, publisher: Publisher, cast: Cast
) -> None:
    for value in range(1, 6):
        await score(database, cast, "J1", "T1", value, value, base=value - 1)
        asked = await asyncio.gather(*(publisher.current(cast.event_id) for _ in range(5)))
        assert {published.standings.standings.lines[0].total for published in asked} == {f"{value}0.0"}
        assert {published.standings.version for published in asked} == {value}


async def test_an_event_that_is_not_there_is_not_found(publisher: Publisher) -> None:
    with pytest.raises(NotFound):
        await publisher.current(12345)


async def test_every_start_of_the_server_is_a_new_epoch(database: Database, hub: Hub) -> None:
    epochs = set()
    for _ in range(3):
        async with Publisher(database, hub) as publisher:
            epochs.add(publisher.epoch)
    assert len(epochs) == 3


async def test_a_score_reaches_the_board_with_how_sure_each_rank_is_and_a_fit_begins_where_the_last_one_ended(
    database: Database, hub: Hub, publisher: Publisher
) -> None:
    cast = await build_event(database, judges=9, teams=6, rule="adaptive")
    for j, judge in enumerate(cast.judges):
        for t, team in enumerate(cast.teams):
            if (judge, team) != ("J9", "T6"):
                await score(database, cast, judge, team, 9 - t - j % 3, 8 - t + (t * j) % 3)
    with hub.subscribe(public(cast.event_id)) as mailbox:
        board = Board(mailbox)
        await publisher.current(cast.event_id)
        await board.hear()
        assert set(publisher.desk(cast.event_id).starts) == {"adaptive"}
        await score(database, cast, "J9", "T6", 10, 10)
        publisher.changed(cast.event_id)
        told = await board.one()
    assert told["standings"]["rule"] == "adaptive"
    cold = await views_of(database, cast)
    assert [(line[0], line[1], line[6]) for line in told["standings"]["lines"]] == [
        (line.team, line.rank, list(line.interval or ())) for line in cold.public.lines
    ]
    assert totals(told) == {line.team: line.total for line in cold.public.lines}


async def test_a_rule_that_the_ballots_do_not_suffice_for_is_replaced_by_the_mean_and_that_is_said(
    database: Database, publisher: Publisher
) -> None:
    cast = await build_event(database, judges=2, teams=2, rule="adaptive")
    await score(database, cast, "J1", "T1", 5, 5)
    seen = (await publisher.current(cast.event_id)).standings.standings
    assert (seen.rule, seen.lines[0].total, seen.lines[0].interval) == ("raw", "50.0", None)
    await score(database, cast, "J2", "T2", 7, 7)  # no judge has seen both
    assert (await publisher.current(cast.event_id)).standings.standings.rule == "raw"
    await score(database, cast, "J1", "T2", 7, 6)
    await score(database, cast, "J2", "T1", 4, 6)
    seen = (await publisher.current(cast.event_id)).standings.standings
    assert seen.rule == "adaptive"
    assert [line.interval is None for line in seen.lines] == [False, False]
