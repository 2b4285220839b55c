"""Judges' phones without a browser, which do what the page does: send, keep what was confirmed, offer it again."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

SCORES = ("impact", "quality")


@dataclass
class OfferingPhone:
    """One judge's phone. `confirmed` holds each ballot that was answered with a receipt, by its uuid."""

    client: httpx2.AsyncClient
    teams: list[str]
    luck: random.Random
    confirmed: dict[str, dict[str, Any]] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    epoch: str = ""
    counts: Counter[str] = field(default_factory=Counter)

    async def judge_until(self, stop: asyncio.Event) -> None:
        """Score and correct without a pause, until it is enough; then see that the server has everything."""
        while not stop.is_set():
            await self.submit(self.luck.choice(self.teams))
        await self.look()

    async def submit(self, team: str) -> None:
        """Get one ballot through, whatever happens to the server meanwhile."""
        uuid = str(uuid4())
        scores = {key: str(self.luck.randint(0, 10)) for key in SCORES}
        while True:
            ballot = {"round": "final", "team": team, "base_revision": self.revisions.get(team, 0), "scores": scores}
            answer = await self.persist("PUT", f"/judge/ballots/{uuid}", ballot)
            if answer.status_code == 200:
                self.confirm(uuid, ballot, answer.json())
                self.counts["confirmed"] += 1
                if answer.json()["witness"]["epoch"] != self.epoch:
                    await self.look()
                return
            assert answer.json()["code"] == "stale_ballot", answer.text
            await self.look()

    def confirm(self, uuid: str, ballot: dict[str, Any], said: dict[str, Any]) -> None:
        assert said["uuid"] == uuid
        self.confirmed[uuid] = {**ballot, "revision": said["revision"], "receipt": said["receipt"]}
        self.revisions[ballot["team"]] = said["revision"]

    async def look(self) -> None:
        """Offer again what the server lacks."""
        bundle = (await self.persist("GET", "/judge/bundle")).json()
        self.epoch = bundle["witness"]["epoch"]
        lacking = {uuid: kept for uuid, kept in self.confirmed.items() if uuid not in bundle["received"]}
        for uuid, kept in sorted(lacking.items(), key=lambda each: each[1]["revision"]):
            ballot = {name: kept[name] for name in ("round", "team", "base_revision", "scores", "receipt")}
            answer = await self.persist("PUT", f"/judge/ballots/{uuid}", ballot)
            assert answer.status_code == 200, answer.text
            self.counts["offered"] += 1
            self.confirm(uuid, {name: kept[name] for name in kept if name != "revision"}, answer.json())

    async def persist(self, method: str, address: str, ballot: dict[str, Any] | None = None) -> httpx2.Response:
        """Ask until there is an answer."""
        while True:
            try:
                answer = await self.client.request(method, address, json=ballot, timeout=5)
            except httpx2.TransportError:
                self.counts["lost"] += 1
            else:
                if answer.status_code not in {429, 503}:
                    return answer
                self.counts["busy"] += 1
            await asyncio.sleep(self.luck.uniform(0.05, 0.15))
