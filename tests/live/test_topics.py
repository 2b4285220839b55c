import asyncio

from plumbing import Pipe

from scoreboard.live.frames import Frame
from scoreboard.live.hub import Hub
from scoreboard.live.topics import Line, Topic, Version


async def taken(hub: Hub, topic: str, **wishes: object) -> list[str]:
    with hub.subscribe(topic, **wishes) as mailbox:  # type: ignore[arg-type]  # handed on as they are
        return [frame.text for frame in await mailbox.take()]


def connected(hub: Hub, pipe: Pipe, since: Version | None = None) -> Line:
    return hub.connect("t", pipe, since=since)


async def test_whoever_joins_late_is_given_the_newest_state() -> None:
    hub = Hub()
    hub.publish("t", {"roster": "names 1", "standings": "numbers 1"})
    hub.publish("t", {"standings": "numbers 2"})
    assert await taken(hub, "t") == ["names 1", "numbers 2"]
    connected(hub, pipe := Pipe())
    assert pipe.texts() == ["names 1", "numbers 2"]


async def test_who_has_the_newest_state_already_is_given_nothing() -> None:
    hub = Hub()
    hub.publish("t", {"standings": "numbers 1"}, Version("e", 1))
    hub.publish("t", {"standings": "numbers 2"}, Version("e", 2))
    connected(hub, pipe := Pipe(), since=Version("e", 2))
    with hub.subscribe("t", since=Version("e", 2)) as mailbox:
        assert (pipe.texts(), mailbox.filled.is_set()) == ([], False)
        hub.publish("t", {"standings": "numbers 3"}, Version("e", 3))
        assert (pipe.texts(), [frame.text for frame in await mailbox.take()]) == (["numbers 3"], ["numbers 3"])


async def test_an_older_state_a_later_one_and_one_of_another_epoch_are_replaced_by_the_whole() -> None:
    hub = Hub()
    hub.publish("t", {"roster": "names", "standings": "numbers"}, Version("e", 5))
    for since in (None, Version("e", 4), Version("e", 6), Version("f", 5)):
        connected(hub, pipe := Pipe(), since=since)
        assert pipe.texts() == ["names", "numbers"]
        assert await taken(hub, "t", since=since) == ["names", "numbers"]


async def test_one_who_has_lost_track_is_given_the_whole_state_once_more_unless_it_is_what_it_has() -> None:
    hub = Hub()
    hub.publish("t", {"roster": "names", "standings": "numbers"}, Version("e", 5))
    line = connected(hub, pipe := Pipe())
    with hub.subscribe("t") as mailbox:
        await mailbox.take()
        for subscriber in (line, mailbox):
            assert not subscriber.renew(Version("e", 5))
            assert subscriber.renew(Version("e", 4))
        assert pipe.texts() == ["names", "numbers"] * 2
        assert [frame.text for frame in await mailbox.take()] == ["names", "numbers"]


async def test_a_part_that_was_told_is_not_told_again() -> None:
    hub = Hub()
    line = connected(hub, pipe := Pipe())
    hub.publish("t", {"roster": "names 1", "standings": "numbers 1"})
    hub.publish("t", {"standings": "numbers 2"})
    line.tell()
    assert pipe.texts() == ["names 1", "numbers 1", "numbers 2"]
    assert pipe.writes == 2


async def test_everybody_is_given_the_same_bytes() -> None:
    hub = Hub()
    pipes = [Pipe() for _ in range(3)]
    written: list[bytes] = []
    for pipe in pipes:
        hub.connect("t", pipe).write = written.append
    hub.publish("t", {"roster": "names", "standings": "numbers"})
    assert len({id(data) for data in written}) == 1


async def test_who_takes_deflated_frames_is_given_them() -> None:
    hub = Hub()
    text = "the same and the same and " * 40
    hub.publish("t", {"standings": text})
    connected(hub, plain := Pipe())
    connected(hub, packed := Pipe(packed=True))
    assert plain.texts() == packed.texts() == [text]
    assert len(packed.sent) < len(plain.sent) / 5


async def test_a_transport_that_is_full_is_held_and_given_the_newest_when_it_is_empty() -> None:
    hub = Hub()
    connected(hub, pipe := Pipe())
    hub.publish("t", {"roster": "names 1", "standings": "numbers 1"})
    pipe.fill()
    for number in range(2, 100):
        hub.publish("t", {"standings": f"numbers {number}"})
    assert len(pipe.unsent) < 20  # one frame of memory, whatever is missed
    pipe.drain()
    assert pipe.texts() == ["names 1", "numbers 1", "numbers 2", "numbers 99"]


async def test_a_transport_that_is_full_before_it_joins_is_told_when_it_is_empty() -> None:
    hub = Hub()
    hub.publish("t", {"standings": "numbers 1"})
    pipe = Pipe(full=True)
    pipe.unsent = b""
    line = connected(hub, pipe)
    hub.publish("t", {"standings": "numbers 2"})
    pipe.drain()
    assert (pipe.texts(), line.held) == (["numbers 1", "numbers 2"], False)


async def test_a_sign_of_life_belongs_to_no_state_and_is_not_kept_for_the_late() -> None:
    hub = Hub()
    hub.publish("t", {"standings": "numbers 1"})
    connected(hub, early := Pipe())
    connected(hub, late := Pipe())
    late.fill()
    hub.pulse("t", "beat 1")
    hub.pulse("t", "beat 2")
    hub.publish("t", {"standings": "numbers 2"})
    late.drain()
    connected(hub, joined := Pipe())
    assert early.texts() == ["numbers 1", "beat 1", "beat 2", "numbers 2"]
    assert late.texts() == ["numbers 1", "beat 1", "numbers 2"]
    assert joined.texts() == ["numbers 2"]
    hub.pulse("nobody's", "beat")
    assert "nobody's" not in hub.topics


async def test_what_is_said_to_one_is_heard_by_one() -> None:
    hub = Hub()
    hub.publish("t", {"standings": "numbers"})
    line = connected(hub, pipe := Pipe())
    connected(hub, other := Pipe())
    with hub.subscribe("t") as mailbox:
        for subscriber in (line, mailbox):
            subscriber.say(Frame("current"))
        assert [frame.text for frame in await mailbox.take()] == ["numbers", "current"]
    assert (pipe.texts(), other.texts()) == (["numbers", "current"], ["numbers"])
    pipe.fill()
    line.hold()
    line.say(Frame("not now"))
    assert pipe.unsent == b""


async def test_taking_waits_for_something_new() -> None:
    hub = Hub()
    with hub.subscribe("t") as mailbox:
        waiting = asyncio.create_task(mailbox.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.publish("t", {"standings": "numbers 1"})
        assert [frame.text for frame in await waiting] == ["numbers 1"]


async def test_a_mailbox_is_read_in_a_loop_that_ends_with_the_last_word() -> None:
    hub = Hub()
    heard: list[str] = []
    with hub.subscribe("t") as mailbox:
        hub.publish("t", {"standings": "numbers"})
        mailbox.end(Frame("bye"))
        async for frames in mailbox:
            heard += [frame.text for frame in frames]
    assert heard == ["numbers", "bye"]


def test_a_topic_without_a_state_owes_nothing() -> None:
    topic = Topic()
    assert (topic.newer(0), topic.version) == ((), None)
