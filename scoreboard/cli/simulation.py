"""Simulated judges: they sign in, score and correct themselves over HTTP, as phones do.

Each has a severity, each team a quality on each criterion, and a ballot is both with some chance. After the first
pass they go on correcting, so that the board never stands still. A judge whose ballot a person has changed stops: the
person has taken over.
"""

import asyncio
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2

PAUSE = 24.0  # seconds between the ballots of one judge, at speed 1
CORRECTS = 0.12  # how often a judge's next ballot corrects an earlier one before all teams are scored
RETRY = 1.0  # seconds before a request is tried again that did not get through, or came while the round was closed


@dataclass
class Tally:
    """What the simulated judges have got through so far."""

    ballots: int = 0
    corrections: int = 0
    retries: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Taste:
    """How teams and judges differ, in parts of a criterion's range."""

    quality: Mapping[str, float]
    severity: float

    def value(self, chance: random.Random, criterion: Mapping[str, Any], team: str) -> Decimal:
        """Draw a score that the rubric allows."""
        minimum, maximum, step = (Decimal(str(criterion[part])) for part in ("minimum", "maximum", "step"))
        liking = self.quality[team] - self.severity + chance.gauss(0, 0.09)
        steps = round(min(max(liking, 0.0), 1.0) * float((maximum - minimum) / step))
        return minimum + steps * step


class SimulatedJudge:
    """One judge's phone."""

    def __init__(self, address: str, secret: str, speed: float, chance: random.Random, tally: Tally) -> None:
        self.address = address
        self.secret = secret
        self.speed = speed
        self.chance = chance
        self.tally = tally
        self.revisions: dict[str, int] = {}
        self.scores: dict[str, dict[str, Decimal]] = {}

    async def judge(self, qualities: Mapping[str, float], severity: float, first: asyncio.Event) -> None:
        """Sign in and score until cancelled, or until a person takes over; set `first` after the first pass."""
        taste = Taste(qualities, severity)
        async with httpx2.AsyncClient(base_url=self.address, timeout=10) as client:
            signed_in = await self.persist(client, "POST", "/j", data={"secret": self.secret})
            signed_in.raise_for_status() if signed_in.status_code != 303 else None
            bundle = (await self.persist(client, "GET", "/judge/bundle")).json()
            for key, ballot in bundle["ballots"].items():
                self.revisions[key] = ballot["revision"]
                self.scores[key] = {name: Decimal(value) for name, value in ballot["scores"].items()}
            teams = [assignment["team"] for assignment in bundle["assignments"]]
            waiting = [team for team in teams if team not in self.revisions]
            while teams:
                if not waiting:
                    first.set()
                await asyncio.sleep(self.chance.uniform(0.4, 1.6) * PAUSE / self.speed)
                corrects = self.scores and (not waiting or self.chance.random() < CORRECTS)
                team = self.chance.choice(list(self.scores)) if corrects else waiting.pop(0)
                scores = self.corrected(bundle, team) if corrects else self.fresh(bundle, taste, team)
                if not await self.submit(client, bundle["round"]["key"], team, scores):
                    return
        first.set()

    def fresh(self, bundle: Mapping[str, Any], taste: Taste, team: str) -> dict[str, Decimal]:
        """A first ballot for a team."""
        return {c["key"]: taste.value(self.chance, c, team) for c in bundle["rubric"]}

    def corrected(self, bundle: Mapping[str, Any], team: str) -> dict[str, Decimal]:
        """The ballot of before with one criterion a step up or down."""
        criterion = self.chance.choice(bundle["rubric"])
        minimum, maximum, step = (Decimal(str(criterion[part])) for part in ("minimum", "maximum", "step"))
        before = self.scores[team][criterion["key"]]
        after = before + (step if before == minimum or (before != maximum and self.chance.random() < 0.5) else -step)
        return {**self.scores[team], criterion["key"]: after}

    async def submit(self, client: httpx2.AsyncClient, round_: str, team: str, scores: dict[str, Decimal]) -> bool:
        """Get a ballot through; say whether this judge goes on."""
        base = self.revisions.get(team, 0)
        ballot = {
            "round": round_,
            "team": team,
            "base_revision": base,
            "scores": {key: str(value) for key, value in scores.items()},
        }
        address = f"/judge/ballots/{uuid.UUID(int=self.chance.getrandbits(128), version=4)}"
        while True:
            answer = await self.persist(client, "PUT", address, json=ballot)
            if answer.status_code == 200:
                self.revisions[team] = answer.json()["revision"]
                self.scores[team] = scores
                self.tally.ballots += 1
                self.tally.corrections += base > 0
                return True
            refusal = answer.json()
            if refusal["code"] == "round_not_open":  # an organiser closed it: it may open again
                await asyncio.sleep(RETRY)
                continue
            if refusal["code"] not in {"stale_ballot", "not_signed_in", "conflicted", "not_assigned"}:
                self.tally.refused.append(refusal["code"])
            return False

    async def persist(self, client: httpx2.AsyncClient, method: str, address: str, **more: Any) -> httpx2.Response:
        """Send a request until it is answered; a full queue and a lost connection pass."""
        while True:
            try:
                answer = await client.request(method, address, headers={"accept": "application/json"}, **more)
            except httpx2.TransportError:
                self.tally.retries += 1
            else:
                if answer.status_code not in {429, 503}:
                    return answer
                self.tally.retries += 1
            await asyncio.sleep(RETRY)


async def simulate(
    address: str, secrets: Mapping[str, str], teams: list[str], *, speed: float, seed: int, guest: str, tally: Tally
) -> None:
    """Let every judge score, until cancelled.

    `secrets` are the judges' links by key. `guest` is the judge whose link is offered to a person: it joins in when
    the others are through, and stops for good as soon as the person has scored.
    """
    chance = random.Random(seed)  # noqa: S311  (a show, not a secret)
    qualities = {team: min(max(chance.gauss(0.66, 0.13), 0.15), 0.95) for team in sorted(teams)}
    passes = {judge: asyncio.Event() for judge in secrets}

    async def run(judge: str, secret: str, own: random.Random, severity: float) -> None:
        if judge == guest:
            await asyncio.gather(*(done.wait() for other, done in passes.items() if other != guest))
        await SimulatedJudge(address, secret, speed, own, tally).judge(qualities, severity, passes[judge])

    async with asyncio.TaskGroup() as group:
        for judge, secret in secrets.items():
            own = random.Random(chance.random())  # noqa: S311  (the same)
            group.create_task(run(judge, secret, own, chance.gauss(0, 0.08)))
