import asyncio
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from scoreboard.live.hub import Hub, Mailbox


async def test_whoever_joins_late_is_given_the_newest_state() -> None:
    hub = Hub()
    hub.publish("t", {"roster": "names 1", "standings": "numbers 1"})
    hub.publish("t", {"standings": "numbers 2"})
    with hub.subscribe("t") as mailbox:
        assert await mailbox.take() == ("names 1", "numbers 2")


async def test_a_part_that_was_taken_is_not_handed_out_again() -> None:
    hub = Hub()
    with hub.subscribe("t") as mailbox:
        hub.publish("t", {"roster": "names 1", "standings": "numbers 1"})
        assert await mailbox.take() == ("names 1", "numbers 1")
        hub.publish("t", {"standings": "numbers 2"})
        assert await mailbox.take() == ("numbers 2",)


async def test_a_slow_subscriber_ends_on_the_newest_and_nothing_queues() -> None:
    hub = Hub()
    with hub.subscribe("t") as slow, hub.subscribe("t") as quick:
        for number in range(1000):
            hub.publish("t", {"standings": f"numbers {number}"})
            assert await quick.take() == (f"numbers {number}",)
        assert await slow.take() == ("numbers 999",)


async def test_names_come_before_the_numbers_that_need_them_however_long_these_have_waited() -> None:
    hub = Hub()
    with hub.subscribe("t") as mailbox:
        hub.publish("t", {"standings": "numbers 1"})
        hub.publish("t", {"roster": "names 2", "standings": "numbers 2"})
        assert await mailbox.take() == ("names 2", "numbers 2")
        hub.publish("t", {"roster": "names 3", "standings": "numbers 3"})
        hub.publish("t", {"standings": "numbers 4"})
        assert await mailbox.take() == ("names 3", "numbers 4")


async def test_taking_waits_for_something_new() -> None:
    hub = Hub()
    with hub.subscribe("t") as mailbox:
        waiting = asyncio.create_task(mailbox.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.publish("t", {"standings": "numbers 1"})
        assert await waiting == ("numbers 1",)


async def test_one_who_has_lost_track_is_given_the_whole_state_once_more() -> None:
    hub = Hub()
    hub.publish("t", {"roster": "names 1", "standings": "numbers 1"})
    with hub.subscribe("t") as mailbox:
        await mailbox.take()
        mailbox.renew()
        assert await mailbox.take() == ("names 1", "numbers 1")


async def test_topics_are_apart_and_subscribers_are_counted() -> None:
    hub = Hub()
    with hub.subscribe("a") as here, hub.subscribe("b"):
        hub.publish("b", {"standings": "of b"})
        hub.publish("a", {"standings": "of a"})
        assert await here.take() == ("of a",)
        assert (hub.subscribers("a"), hub.subscribers("b"), hub.subscribers("c")) == (1, 1, 0)
    assert hub.subscribers("a") == 0


async def test_a_mailbox_is_read_in_a_loop() -> None:
    hub = Hub()
    heard: list[tuple[str, ...]] = []
    with hub.subscribe("t") as mailbox:
        hub.publish("t", {"standings": "last"})
        async for frames in mailbox:
            heard.append(frames)
            break
    assert heard == [("last",)]


class Subscribing(RuleBasedStateMachine):
    """Any order of publishing, joining, taking and leaving: everybody ends on the newest state, nobody hears twice."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.hub = Hub()
        self.newest: dict[str, str] = {}
        self.count = 0
        self.known: dict[Mailbox, dict[str, str]] = {}
        self.ends: dict[Mailbox, object] = {}

    mailboxes = Bundle("mailboxes")

    @rule(parts=st.lists(st.sampled_from(["roster", "standings", "heartbeat"]), min_size=1, unique=True))
    def publish(self, parts: list[str]) -> None:
        self.count += 1
        frames = {part: f"{part} {self.count}" for part in parts}
        self.newest.update(frames)
        self.hub.publish("t", frames)

    @rule(target=mailboxes)
    def join(self) -> Mailbox:
        subscription = self.hub.subscribe("t")
        mailbox = subscription.__enter__()
        self.known[mailbox] = {}
        self.ends[mailbox] = subscription
        return mailbox

    @rule(mailbox=mailboxes)
    def take(self, mailbox: Mailbox) -> None:
        known = self.known[mailbox]
        expected = {part: frame for part, frame in self.newest.items() if known.get(part) != frame}
        if not expected:
            assert not mailbox.filled.is_set()
            return
        frames = self.loop.run_until_complete(mailbox.take())
        assert Counter(frames) == Counter(expected.values())
        numbers = [int(frame.split()[1]) for frame in frames]
        assert numbers == sorted(numbers)
        known.update(expected)

    @rule(mailbox=mailboxes)
    def lose_track(self, mailbox: Mailbox) -> None:
        mailbox.renew()
        self.known[mailbox] = {}

    @rule(mailbox=consumes(mailboxes))
    def leave(self, mailbox: Mailbox) -> None:
        del self.known[mailbox]
        self.ends.pop(mailbox).__exit__(None, None, None)  # type: ignore[attr-defined]  # a context manager

    @invariant()
    def those_who_are_there_are_counted(self) -> None:
        assert self.hub.subscribers("t") == len(self.known)

    @invariant()
    def at_most_one_state_waits_for_anybody(self) -> None:
        assert all(len(mailbox.waiting) <= 3 for mailbox in self.known)

    def teardown(self) -> None:
        self.loop.close()


TestSubscribing = Subscribing.TestCase
TestSubscribing.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
