"""Entries for tests of what entries may tell."""

import json
from typing import Any

from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.replay import Replay

Told = tuple[str, str, dict[str, Any]]


def entry(
    action: str, subject: str, payload: dict[str, Any] | None = None, *, sequence: int = 1, actor: str = "organiser:o"
) -> Recorded:
    """An entry that nobody hashed."""
    return Recorded(
        sequence, "2026-12-07T09:30:00.000000Z", actor, action, subject, json.dumps(payload or {}), "", "", ""
    )


def told(*deeds: Told) -> Replay:
    """What entries came to."""
    replay = Replay()
    for sequence, (action, subject, payload) in enumerate(deeds, 2):
        replay.tell(entry(action, subject, payload, sequence=sequence))
    return replay


def rubric(*keys: str) -> list[Told]:
    """Criteria of the round ``r``, from 0 to 10."""
    numbers = {"weight": "1", "minimum": "0", "maximum": "10", "step": "1"}
    return [("criterion.added", f"criterion:r/{key}", {"after": {"key": key, **numbers}}) for key in keys]


def small(*more: Told, opened: bool = True) -> Replay:
    """Round r with criteria a and b, judges J1 and J2, teams T1 and T2, of which J1 is to see both and J2 the first."""
    duties = [("J1", "T1"), ("J1", "T2"), ("J2", "T1")]
    return told(
        (
            "round.added",
            "round:r",
            {"after": {"key": "r", "rule": "raw", "precedence": ["total"], "minimum_ballots": 1}},
        ),
        *rubric("a", "b"),
        *[("judge.added", f"judge:{key}", {"after": {"key": key, "name_en": key}}) for key in ("J1", "J2")],
        *[("team.added", f"team:{key}", {"after": {"key": key, "name_en": key}}) for key in ("T1", "T2")],
        *[("assignment.added", f"assignment:r/{j}/{t}", {"after": {"judge": j, "team": t}}) for j, t in duties],
        *([("round.opened", "round:r", {})] if opened else []),
        *more,
    )


def given(judge: str, team: str, revision: int = 1, *, uuid: str = "", action: str = "", **scores: int) -> Recorded:
    """A ballot."""
    name = action or ("ballot.submitted" if revision == 1 else "ballot.corrected")
    payload = {
        "uuid": uuid or f"{judge}-{team}-{revision}",
        "round": "r",
        "revision": revision,
        "scores": scores or {"a": 5, "b": 5},
    }
    return entry(name, f"team:{team}", payload, sequence=50, actor=f"judge:{judge}")
