"""Judges who never stop: each submits, corrects, and sends the same again until it is answered, as phones do."""

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from faults.stage import CRITERIA, MAXIMUM, Stage

ANSWER_SECONDS = 20  # a server that takes longer hangs
LONGEST_COMMENT = 3000
REFUSALS = {503, 507}  # "not now": the phone keeps the ballot and tries again
PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Ack:
    """A ballot that a phone was told is received."""

    uuid: str
    judge: str
    team: str
    revision: int
    sequence: int
    scores: Mapping[str, int]
    received_at: datetime
    tries: int

    @classmethod
    def of_answer(cls, judge: str, sent: Mapping[str, Any], said: Mapping[str, Any], tries: int = 1) -> "Ack":
        """Read what the server said."""
        return cls(
            uuid=said["uuid"],
            judge=judge,
            team=sent["team"],
            revision=said["revision"],
            sequence=said["receipt"]["sequence"],
            scores={key: int(value) for key, value in said["scores"].items()},
            received_at=datetime.fromisoformat(said["received_at"]),
            tries=tries,
        )


@dataclass
class Crowd:
    """All phones of an event, and what they saw."""

    stage: Stage
    pause: float = 0  # seconds between two ballots of a phone
    port: int = 0
    acks: list[Ack] = field(default_factory=list)
    sent: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)  # by uuid: the judge, the ballot
    refusals: Counter[str] = field(default_factory=Counter)  # by the code that the server gave
    wrong: list[str] = field(default_factory=list)  # answers that no judge should ever get
    cut: int = 0  # requests that broke off
    resolved: int = 0  # repeats that met a ballot which an earlier server had stored
    started_at: float = 0  # of the server, Unix time
    reachable: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)  # no new ballots
    leaving: threading.Event = field(default_factory=threading.Event)
    heard: threading.Condition = field(default_factory=threading.Condition)
    phones: "list[Phone]" = field(default_factory=list)

    def server_at(self, port: int, started_at: float) -> None:
        """Say where the server is now, and when it was started."""
        self.port, self.started_at = port, started_at
        self.reachable.set()

    def server_gone(self) -> None:
        """Say that there is none: who was cut off waits."""
        self.reachable.clear()

    def finish(self) -> None:
        """Let everybody bring what they have to an end, and begin nothing new."""
        self.enough.set()
        for phone in self.phones:
            phone.join(ANSWER_SECONDS)

    def leave(self) -> None:
        """Send everybody home, whatever was not answered yet."""
        self.enough.set()
        self.leaving.set()
        self.reachable.set()

    def note(self, ack: Ack) -> None:
        """Keep an acknowledgement."""
        with self.heard:
            self.acks.append(ack)
            self.resolved += ack.received_at.timestamp() < self.started_at
            self.heard.notify_all()

    def refused(self, code: str) -> None:
        """Keep a refusal."""
        with self.heard:
            self.refusals[code] += 1
            self.heard.notify_all()

    def wait_for_acks(self, more: int) -> None:
        """Return when so many more ballots were acknowledged."""
        goal = len(self.acks) + more
        self.wait_until(lambda: len(self.acks) >= goal)

    def wait_for_refusals(self, code: str, more: int) -> None:
        """Return when so many more ballots were refused with this code."""
        goal = self.refusals[code] + more
        self.wait_until(lambda: self.refusals[code] >= goal)

    def unanswered(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The judges who wait for an answer, and their ballots."""
        with self.heard:
            answered = {ack.uuid for ack in self.acks}
            return [sent for uuid, sent in self.sent.items() if uuid not in answered]

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Return when something that phones note has become true; give up when they meet what they never should."""
        with self.heard:
            if not self.heard.wait_for(lambda: true() or self.wrong, timeout=60):
                raise AssertionError(f"nothing moves: {len(self.acks)} acks, {self.refusals}, {self.cut} cut off")
        self.expect_nothing_wrong()

    def expect_nothing_wrong(self) -> None:
        """Fail with the first answer that should not have been given."""
        if self.wrong:
            raise AssertionError(self.wrong[0])


class Phone(threading.Thread):
    """One judge's phone."""

    def __init__(self, crowd: Crowd, judge: str, token: str, seed: int) -> None:
        super().__init__(name=f"phone-{judge}", daemon=True)
        self.crowd = crowd
        self.judge = judge
        self.headers = {"Cookie": f"judge={token}", "Content-Type": "application/json"}
        self.random = random.Random(seed)
        self.revisions: dict[str, int] = {}
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Judge until told to leave."""
        while not self.crowd.enough.is_set():
            self.deliver(self.new_ballot())
            self.crowd.leaving.wait(self.crowd.pause)
        self.hang_up()

    def new_ballot(self) -> dict[str, Any]:
        """Fill in a card: a first ballot for a team, or a correction of the last."""
        first = [team for team in self.crowd.stage.teams if team not in self.revisions]
        team = self.random.choice(first or self.crowd.stage.teams)
        comment = "" if self.random.random() < 0.5 else "x" * self.random.randrange(LONGEST_COMMENT)
        return {
            "uuid": str(UUID(int=self.random.getrandbits(128), version=4)),
            "round": self.crowd.stage.round_key,
            "team": team,
            "base_revision": self.revisions.get(team, 0),
            "scores": {key: self.random.randint(0, MAXIMUM) for key in CRITERIA},
            "comment": comment,
        }

    def deliver(self, ballot: dict[str, Any]) -> None:
        """Send a ballot, the same again and again, until the server says that it has it."""
        self.crowd.sent[ballot["uuid"]] = (self.judge, ballot)
        tries = 0
        while not self.crowd.leaving.is_set():
            self.crowd.reachable.wait()
            tries += 1
            try:
                status, said = self.put(ballot)
            except (OSError, http.client.HTTPException):
                self.crowd.cut += 1
                self.hang_up()
                self.crowd.leaving.wait(PAUSE_SECONDS)
                continue
            if status == 200:
                self.revisions[ballot["team"]] = said["revision"]
                self.crowd.note(Ack.of_answer(self.judge, ballot, said, tries))
                return
            if status not in REFUSALS:
                with self.crowd.heard:
                    self.crowd.wrong.append(f"{self.judge} {ballot['uuid']} try {tries}: {status} {said}")
                    self.crowd.heard.notify_all()
                return
            self.crowd.refused(said["code"])
            self.crowd.leaving.wait(PAUSE_SECONDS)

    def put(self, ballot: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send once; the status and what was said."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.crowd.port, timeout=ANSWER_SECONDS)
        self.connection.request("PUT", f"/judge/ballots/{ballot['uuid']}", json.dumps(ballot), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def hang_up(self) -> None:
        """Let go of the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@contextmanager
def judging(stage: Stage, seed: int = 0, pause: float = 0) -> Iterator[Crowd]:
    """Let all judges of an event work, wherever the crowd is told that the server is, until the end of the block."""
    crowd = Crowd(stage, pause)
    crowd.phones = [
        Phone(crowd, judge, token, seed * 1000 + n) for n, (judge, token) in enumerate(stage.tokens.items())
    ]
    for phone in crowd.phones:
        phone.start()
    try:
        yield crowd
    finally:
        crowd.leave()
        for phone in crowd.phones:
            phone.join(ANSWER_SECONDS)
    crowd.expect_nothing_wrong()
