"""Tools to change a record with: a text editor, the right programs, and the real key as well."""

import copy
import json
from hashlib import sha256
from typing import Any

from scoreboard.exchange.record.writing import entry_line, plain
from scoreboard.judging.ballots.late import ADMITTED
from scoreboard.judging.ledger import canonical
from scoreboard.judging.ledger.notes import checkpoint_note, read_note
from scoreboard.judging.ledger.tree import Tree
from scoreboard.judging.runs import result_of
from scoreboard.judging.second_person import PROPOSED, fingerprint
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.published import FROZEN, KEEPING, KEPT
from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.standings import contest_of
from scoreboard.signing import SigningKey

Line = dict[str, Any]
FIELDS = ("sequence", "at", "actor", "action", "subject", "payload", "salt", "leaf", "hash")


class Book:
    """A record's lines, to be changed."""

    def __init__(self, text: str) -> None:
        head, *items, end = [json.loads(line) for line in text.splitlines()]
        self.head: Line = head
        self.items: list[Line] = items
        self.end: Line = end

    def copy(self) -> "Book":
        """Another one with the same lines."""
        return copy.deepcopy(self)

    def entries(self) -> list[Line]:
        """The entries."""
        return [item for item in self.items if "leaf" in item]

    def notes(self) -> list[Line]:
        """The checkpoints."""
        return [item for item in self.items if "checkpoint" in item]

    def runs(self) -> list[Line]:
        """The results."""
        return [item["run"] for item in self.items if "run" in item]

    def place(self, action: str, nth: int = 0) -> int:
        """Where an entry of this action stands among the items."""
        return [at for at, item in enumerate(self.items) if item.get("action") == action][nth]

    def text(self, *, counted: bool = True) -> str:
        """The record as a file; with an end that counts right, unless not."""
        counts = {"entries": len(self.entries()), "checkpoints": len(self.notes()), "runs": len(self.runs())}
        end = {"end": counts} if counted else self.end
        return "".join([f"{plain(self.head)}\n", *(written(item) for item in self.items), f"{plain(end)}\n"])

    def rechained(self) -> "Book":
        """With numbers, leaves and chain made right again: what anybody with a program can do."""
        chained = sha256(b"\x02" + self.head["event"]["key"].encode()).digest()
        moved = {entry["sequence"]: number for number, entry in enumerate(self.entries(), 1)}
        for number, entry in enumerate(self.entries(), 1):
            entry["sequence"] = number
            if entry["action"] == ADMITTED:
                late = entry["payload"]["late"]
                entry["payload"]["late"] = late | {"sequence": moved.get(late["sequence"], 0)}
            body = canonical([self.head["event"]["key"], *(entry[name] for name in FIELDS[:6])])
            leaf = sha256(b"\x00" + bytes.fromhex(entry["salt"]) + body.encode()).digest()
            chained = sha256(b"\x02" + chained + leaf).digest()
            entry["leaf"], entry["hash"] = leaf.hex(), chained.hex()
        return self

    def resigned(self, key: SigningKey) -> "Book":
        """With every checkpoint signed anew: what only the holder of the key can do."""
        self.rechained()
        tree = Tree()
        for item in self.items:
            if "leaf" in item:
                tree.extend([bytes.fromhex(item["leaf"])])
            elif "checkpoint" in item:
                at = read_note(item["checkpoint"]).at
                item["checkpoint"] = checkpoint_note(key, self.head["event"]["key"], tree.size, tree.root(), at)
        return self

    def recomputed(self, key: SigningKey) -> "Book":
        """With every result computed from the forged ballots, and all signed: the perfect lie."""
        self.rechained()
        replay = Replay()
        for place, entry in enumerate(self.items):
            if "leaf" not in entry:
                continue
            if entry["action"] in KEEPING:
                contest = contest_of(replay.course, replay.course.rounds["final"], entry["sequence"] - 1)
            if entry["action"] == PROPOSED:
                proposed = contest_of(replay.course, replay.course.rounds["final"], entry["sequence"] - 1)
                entry["payload"]["result"] = fingerprint(result_of(proposed, "final").stated)
            if entry["action"] == FROZEN:
                held = contest
            elif entry["action"] in KEEPING:
                result = result_of(held if entry["action"] == KEPT else contest, "final")
                entry["payload"] |= {"run": result.hash, "at_sequence": result.sequence}
                if entry["action"] == KEPT:
                    entry["payload"]["freeze"] = result.sequence + 1
                if "result" in entry["payload"]:
                    entry["payload"]["result"] = fingerprint(result.stated)
                run = self.items[place + 1]["run"]
                run |= {"sequence": result.sequence, "standings": result.stated, "hash": result.hash}
            replay.tell(recorded(entry))
        return self.resigned(key)


def recorded(entry: Line) -> Recorded:
    """An entry as verification takes it."""
    sequence, at, actor, action, subject, payload, salt, leaf, hash_ = (entry[name] for name in FIELDS)
    return Recorded(sequence, at, actor, action, subject, canonical(payload), salt, leaf, hash_)


def written(item: Line) -> str:
    """A line."""
    return entry_line(recorded(item)) if set(item) == set(FIELDS) else f"{plain(item)}\n"


def flipped(digits: str) -> str:
    """Hexadecimal digits with the last one changed."""
    return digits[:-1] + ("0" if digits[-1] != "0" else "1")


def flip(entry: Line, field: str) -> None:
    """Change one field of an entry into something that could stand there."""
    match field:
        case "sequence":
            entry[field] += 1000
        case "at":
            entry[field] = f"2026-01-01{entry[field][10:]}"
        case "actor":
            entry[field] = "organiser:mallory" if entry[field] != "organiser:mallory" else "system"
        case "action":
            entry[field] = "team.restored" if entry[field] != "team.restored" else "team.withdrawn"
        case "subject":
            entry[field] += "1"
        case "payload":
            scores = entry[field].get("scores")
            if scores:
                name = min(scores)
                scores[name] = scores[name] + 1 if scores[name] < 5 else scores[name] - 1
            else:
                entry[field]["x"] = 1
        case _:
            entry[field] = flipped(entry[field])
