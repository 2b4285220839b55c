import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from plumbing import Pipe

from scoreboard.live.hub import SLICE, Hub
from scoreboard.live.topics import Line, Mailbox, Version


@pytest.fixture
def hub() -> Hub:
    return Hub(size=4)


def audience(hub: Hub, count: int, *, first: bool = False) -> list[Pipe]:
    pipes = [Pipe() for _ in range(count)]
    for pipe in pipes:
        hub.connect("t", pipe, first=first)
    return pipes


async def walked(hub: Hub) -> None:
    """Until everybody was told."""
    if hub.walking:
        await hub.walking


def told(pipes: list[Pipe]) -> int:
    return sum(bool(pipe.texts()) for pipe in pipes)


def test_a_slice_is_as_many_as_are_told_within_a_millisecond() -> None:
    assert 64 <= SLICE <= 256


async def test_the_loop_has_its_turn_after_each_slice(hub: Hub) -> None:
    pipes = audience(hub, 10)
    hub.publish("t", {"standings": "one"})
    seen = [told(pipes)]
    while seen[-1] < 10:
        await asyncio.sleep(0)
        seen.append(told(pipes))
    assert [count for index, count in enumerate(seen) if index == 0 or count != seen[index - 1]] == [4, 8, 10]


async def test_a_publication_during_another_is_told_by_the_same_walk_and_the_older_is_skipped(hub: Hub) -> None:
    pipes = audience(hub, 10)
    hub.publish("t", {"roster": "names 1", "standings": "numbers 1"})
    hub.publish("t", {"standings": "numbers 2"})
    await walked(hub)
    assert [pipe.texts() for pipe in pipes[:4]] == [["names 1", "numbers 1", "numbers 2"]] * 4
    assert [pipe.texts() for pipe in pipes[4:]] == [["names 1", "numbers 2"]] * 6


async def test_who_joins_during_a_walk_has_what_it_brings_and_is_not_told_twice(hub: Hub) -> None:
    audience(hub, 10)
    hub.publish("t", {"standings": "one"})
    (late,) = audience(hub, 1)
    assert late.texts() == ["one"]
    await walked(hub)
    assert late.texts() == ["one"]


async def test_nothing_is_written_to_who_left_during_a_walk(hub: Hub) -> None:
    pipes = [Pipe() for _ in range(10)]
    lines = [hub.connect("t", pipe) for pipe in pipes]
    hub.publish("t", {"standings": "one"})
    hub.leave(lines[7])
    hub.leave(lines[7])
    await walked(hub)
    assert [pipe.texts() for pipe in pipes] == [["one"]] * 7 + [[]] + [["one"]] * 2
    assert hub.subscribers("t") == 9


async def test_who_becomes_full_and_empty_during_a_walk_is_told_once(hub: Hub) -> None:
    pipes = audience(hub, 10)
    last = pipes[-1]
    hub.publish("t", {"standings": "one"})
    last.fill()
    assert last.line is not None
    last.line.say(last_word := hub.topics["t"].newer(0)[0])
    assert last.unsent
    last.drain()
    await walked(hub)
    assert last.texts() == [last_word.text, "one"]


async def test_those_who_come_first_are_told_before_others_whose_walk_is_under_way(hub: Hub) -> None:
    crowd, screens = audience(hub, 12), audience(hub, 6, first=True)
    hub.publish("t", {"standings": "one"})
    hub.publish("t", {"standings": "two"})
    for _ in range(4):
        await asyncio.sleep(0)
    assert [pipe.texts()[-1] for pipe in screens] == ["two"] * 6
    assert told(crowd) == 4
    await walked(hub)
    assert [pipe.texts()[-1] for pipe in crowd] == ["two"] * 12


async def test_another_topic_does_not_wait_for_a_large_audience(hub: Hub) -> None:
    crowd = audience(hub, 40)
    console = Pipe()
    hub.connect("console", console, first=True)
    hub.publish("t", {"standings": "one"})
    hub.publish("console", {"console": "two"})
    assert (console.texts(), told(crowd)) == (["two"], 4)
    await walked(hub)
    assert told(crowd) == 40


async def test_topics_take_turns(hub: Hub) -> None:
    here, there = audience(hub, 12), [Pipe() for _ in range(12)]
    for pipe in there:
        hub.connect("u", pipe)
    hub.publish("t", {"standings": "one"})
    hub.publish("u", {"standings": "two"})
    for _ in range(3):
        await asyncio.sleep(0)
    assert (told(here), told(there)) == (8, 8)
    await walked(hub)


async def test_topics_are_apart_and_subscribers_are_counted(hub: Hub) -> None:
    with hub.subscribe("a") as here, hub.subscribe("b", first=True):
        hub.publish("b", {"standings": "of b"})
        hub.publish("a", {"standings": "of a"})
        assert [frame.text for frame in await here.take()] == ["of a"]
        assert (hub.subscribers("a"), hub.subscribers("b"), hub.subscribers("c")) == (1, 1, 0)
    assert hub.subscribers("a") == 0


async def test_the_end_is_told_to_everybody_and_nothing_after_it(hub: Hub) -> None:
    crowd, screens = audience(hub, 10), audience(hub, 1, first=True)
    crowd[3].fill()
    with hub.subscribe("t") as mailbox:
        hub.publish("t", {"standings": "one"})
        await hub.end(lambda first: "first" if first else "bye")
        hub.publish("t", {"standings": "two"})
        await walked(hub)
        assert [pipe.texts()[-1] for pipe in screens] == ["first"]
        assert {pipe.texts()[-1] for pipe in crowd[:3] + crowd[4:]} == {"bye"}
        assert [[frame.text for frame in frames] async for frames in mailbox][-1][-1] == "bye"
    crowd[3].drain()
    assert crowd[3].texts() == ["one"]
    (too_late,) = audience(hub, 1)
    assert too_late.texts()[-1] == "bye"
    assert hub.subscribers("t") == 0


async def test_the_time_from_a_publication_to_what_a_screen_shows_is_known(hub: Hub) -> None:
    hub.publish("t", {"standings": "one"}, Version("e", 1))
    screen = hub.connect("t", Pipe(), first=True)
    hub.acknowledge(screen, Version("e", 1))  # it says what it shows, which is no measure of how long that took
    assert hub.figures.shown.all().count == 0
    hub.publish("t", {"standings": "two"}, Version("e", 2))
    hub.acknowledge(screen, Version("e", 2))
    hub.acknowledge(screen, Version("e", 2))  # its heartbeat
    assert hub.figures.shown.all().count == 1
    assert 0 <= (hub.figures.shown.all().most or 0) < 10
    hub.acknowledge(screen, Version("e", 1))
    assert (hub.figures.shown.all().count, screen.acknowledged) == (1, Version("e", 1))


async def test_a_screen_is_measured_by_the_state_that_it_shows_even_when_a_newer_one_is_out(hub: Hub) -> None:
    hub.publish("t", {"standings": "one"}, Version("e", 1))
    screen = hub.connect("t", Pipe(), first=True)
    hub.acknowledge(screen, Version("e", 1))
    hub.publish("t", {"standings": "two"}, Version("e", 2))
    hub.publish("t", {"standings": "three"}, Version("e", 3))
    hub.acknowledge(screen, Version("e", 2))
    assert hub.figures.shown.all().count == 1
    hub.acknowledge(screen, Version("e", 99))  # which there never was
    hub.acknowledge(screen, Version("other", 3))
    assert hub.figures.shown.all().count == 1


async def test_when_everybody_was_told_those_who_wait_for_it_know(hub: Hub) -> None:
    known: list[tuple[str, int]] = []
    crowd = audience(hub, 10)
    screens = audience(hub, 2, first=True)
    for name in ("one", "two"):
        hub.publish("t", {"standings": name}, told=lambda name=name: known.append((name, told(crowd))))  # type: ignore[misc]
    assert (known, told(screens)) == ([], 2)
    await walked(hub)
    assert known == [("one", 10), ("two", 10)]


async def test_a_walk_that_never_ends_still_lets_those_know_whose_state_was_told(hub: Hub) -> None:
    known: list[int] = []
    audience(hub, 10)
    for number in range(6):
        hub.publish("t", {"standings": str(number)}, told=lambda number=number: known.append(number))  # type: ignore[misc]
        for _ in range(3):  # not enough for a whole round
            await asyncio.sleep(0)
    assert known[:3] == [0, 1, 2]
    await walked(hub)
    assert known == [0, 1, 2, 3, 4, 5]


async def test_who_tells_nobody_waits_for_nothing(hub: Hub) -> None:
    known: list[str] = []
    hub.publish("t", {"standings": "one"}, told=lambda: known.append("one"))
    audience(hub, 1)
    await walked(hub)
    assert known == []


async def test_what_was_written_is_counted_to_the_byte(hub: Hub) -> None:
    pipes = [Pipe(packed=index % 2 == 0) for index in range(6)]
    for pipe in pipes:
        hub.connect("t", pipe)
    hub.publish("t", {"roster": "n" * 5000, "standings": "one"})
    hub.publish("t", {"standings": "two"})
    hub.pulse("t", "beat")
    hub.connect("t", late := Pipe()).say(hub.topics["t"].newer(0)[0])
    await walked(hub)
    everything = [*pipes, late]
    assert hub.pushed() == {
        "t": (sum(len(pipe.texts()) for pipe in everything), sum(len(pipe.sent) for pipe in everything))
    }


async def test_those_whose_transport_is_full_are_counted(hub: Hub) -> None:
    audience(hub, 3)
    hub.connect("t", Pipe(full=True))
    hub.publish("t", {"standings": "one"})
    assert (hub.held("t"), hub.held("nothing")) == (1, 0)


class Subscribing(RuleBasedStateMachine):
    """Any order of publishing, joining, leaving, filling, draining and turns of the loop.

    Nobody is ever told the same twice or in the wrong order, or numbers before the names that belong to them; and when
    all has settled, everybody has the newest state.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.hub = Hub(size=2)
        self.count = 0
        self.names_of: dict[int, int] = {}  # the names that belong to each publication's numbers
        self.newest: dict[str, int] = {}
        self.pipes: dict[Pipe, Line] = {}
        self.since: dict[Pipe, dict[str, int]] = {}
        self.boxes: dict[Mailbox, list[str]] = {}
        self.ends: dict[Mailbox, object] = {}

    pipes_ = Bundle("pipes")
    boxes_ = Bundle("boxes")

    @rule(parts=st.sampled_from([["standings"], ["roster", "standings"]]))
    def publish(self, parts: list[str]) -> None:
        async def act() -> None:
            self.hub.publish("t", {part: f"{part} {self.count}" for part in parts}, Version("e", self.count))

        self.count += 1
        self.newest.update(dict.fromkeys(parts, self.count))
        self.names_of[self.count] = self.newest.get("roster", 0)
        self.loop.run_until_complete(act())

    @rule()
    def pulse(self) -> None:
        async def act() -> None:
            self.hub.pulse("t", f"beat {self.count}")

        self.loop.run_until_complete(act())

    @rule()
    def turn(self) -> None:
        self.loop.run_until_complete(asyncio.sleep(0))

    @rule(target=pipes_, packed=st.booleans(), current=st.booleans(), first=st.booleans(), full=st.booleans())
    def connect(self, packed: bool, current: bool, first: bool, full: bool) -> Pipe:
        pipe = Pipe(packed=packed, full=full)
        since = Version("e", self.count) if current else None
        self.since[pipe] = dict(self.newest) if current else {}
        self.pipes[pipe] = self.hub.connect("t", pipe, since=since, first=first)
        return pipe

    @rule(target=boxes_)
    def subscribe(self) -> Mailbox:
        subscription = self.hub.subscribe("t")
        mailbox = subscription.__enter__()
        self.boxes[mailbox], self.ends[mailbox] = [], subscription
        return mailbox

    @rule(pipe=pipes_)
    def fill(self, pipe: Pipe) -> None:
        pipe.fill()

    @rule(pipe=pipes_)
    def drain(self, pipe: Pipe) -> None:
        pipe.drain()

    @rule(mailbox=boxes_)
    def take(self, mailbox: Mailbox) -> None:
        if mailbox.filled.is_set():
            self.boxes[mailbox] += [frame.text for frame in self.loop.run_until_complete(mailbox.take())]

    @rule(pipe=consumes(pipes_))
    def leave(self, pipe: Pipe) -> None:
        self.hub.leave(self.pipes.pop(pipe))

    @rule(mailbox=consumes(boxes_))
    def unsubscribe(self, mailbox: Mailbox) -> None:
        self.ends.pop(mailbox).__exit__(None, None, None)  # type: ignore[attr-defined]  # a context manager
        del self.boxes[mailbox]

    @rule()
    def settle(self) -> None:
        for pipe in self.pipes:
            pipe.drain()
        self.loop.run_until_complete(walked(self.hub))
        for mailbox in self.boxes:
            self.take(mailbox)
        for pipe in self.pipes:
            assert {**self.since[pipe], **newest_of(pipe.texts())} == self.newest
        for texts in self.boxes.values():
            assert newest_of(texts) == self.newest

    @invariant()
    def nobody_is_told_twice_or_in_the_wrong_order(self) -> None:
        for texts, since in [
            *((pipe.texts(), self.since[pipe]) for pipe in self.pipes),
            *((texts, dict[str, int]()) for texts in self.boxes.values()),
        ]:
            known = dict(since)
            for text in texts:
                part, number = text.split()
                if part == "beat":
                    assert int(number) >= known.get("standings", 0)
                else:
                    assert int(number) > known.get(part, 0)
                    known[part] = int(number)
                if part == "standings":
                    assert known.get("roster", 0) == self.names_of[int(number)]

    @invariant()
    def those_who_are_there_are_counted(self) -> None:
        assert self.hub.subscribers("t") == len(self.pipes) + len(self.boxes)

    def teardown(self) -> None:
        self.loop.run_until_complete(walked(self.hub))
        self.loop.close()


def newest_of(texts: list[str]) -> dict[str, int]:
    """The newest number of each part of the state."""
    return {part: int(number) for part, number in map(str.split, texts) if part != "beat"}


TestSubscribing = Subscribing.TestCase
TestSubscribing.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
