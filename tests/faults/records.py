"""What a database holds after a disaster, read by nothing of ours but its table names; and what is wrong with it."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.load import Ack

from scoreboard.database import sound_sqlite

sqlite = sound_sqlite()


@dataclass(frozen=True)
class Row:
    """A stored ballot."""

    uuid: str
    judge: str
    team: str
    revision: int
    sequence: int
    scores: Mapping[str, int]


def faults(path: Path, acks: Iterable[Ack]) -> list[str]:
    """What is wrong with a database, in words, given what phones were told.

    Opening it recovers it, as any program does that opens it first.
    """
    connection = sqlite.connect(str(path), isolation_level=None)
    try:
        connection.execute("BEGIN")  # one snapshot, should a server be at work
        whole = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if whole != ["ok"]:
            return [f"corrupt: {whole}"]
        rows = stored(connection)
        return [*lost(rows, acks), *doubled(rows), *ledger_faults(connection, rows)]
    except sqlite.DatabaseError as failure:
        return [f"corrupt: {failure}"]
    finally:
        connection.close()


def faults_of_copy(database: str, folder: Path, acks: Iterable[Ack]) -> list[str]:
    """The same of a copy, so that the server recovers the original by itself."""
    for ending in ("", "-wal"):
        source = Path(database + ending)
        target = folder / f"copy.db{ending}"
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
    (folder / "copy.db-shm").unlink(missing_ok=True)
    return faults(folder / "copy.db", acks)


def stored(connection: Any) -> dict[str, list[Row]]:
    """Every ballot with its scores, by uuid."""
    scores: dict[int, dict[str, int]] = {}
    for ballot, criterion, steps in connection.execute(
        "SELECT s.ballot_id, c.key, s.steps FROM score s JOIN criterion c ON c.id = s.criterion_id"
    ):
        scores.setdefault(ballot, {})[criterion] = steps
    rows: dict[str, list[Row]] = {}
    for number, raw, judge, team, revision, sequence in connection.execute(
        "SELECT b.id, b.uuid, j.key, t.key, b.revision, b.sequence "
        "FROM ballot b JOIN judge j ON j.id = b.judge_id JOIN team t ON t.id = b.team_id ORDER BY b.sequence"
    ):
        row = Row(str(raw).replace("-", ""), judge, team, revision, sequence, scores.get(number, {}))
        rows.setdefault(row.uuid, []).append(row)
    return rows


def lost(rows: Mapping[str, list[Row]], acks: Iterable[Ack]) -> Iterator[str]:
    """Acknowledged ballots that are not there, or not as they were acknowledged."""
    for ack in acks:
        uuid = ack.uuid.replace("-", "")
        told = Row(uuid, ack.judge, ack.team, ack.revision, ack.sequence, ack.scores)
        if rows.get(uuid) != [told]:
            yield f"acknowledged {told}, stored {rows.get(uuid)}"


def doubled(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """Revisions of a judge for a team that are not 1, 2, 3 ..."""
    revisions: dict[tuple[str, str], list[int]] = {}
    for same in rows.values():
        for row in same:
            revisions.setdefault((row.judge, row.team), []).append(row.revision)
    for pair, found in revisions.items():
        if found != list(range(1, len(found) + 1)):
            yield f"revisions of {pair}: {found}"


def ledger_faults(connection: Any, rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """Gaps, broken hashes, ballots without an entry, entries without a ballot."""
    recorded: dict[str, tuple[int, dict[str, int]]] = {}
    for event_id, key, head, head_hash in connection.execute("SELECT event_id, key, sequence, hash FROM ledgerhead"):
        before = hashlib.sha256(b"\x02" + key.encode()).digest()
        sequence = 0
        for sequence, entry in enumerate(entries(connection, event_id), 1):
            leaf = hashlib.sha256(b"\x00" + bytes.fromhex(entry["salt"]) + body(key, entry)).digest()
            before = hashlib.sha256(b"\x02" + before + leaf).digest()
            if (entry["sequence"], entry["leaf"], entry["hash"]) != (sequence, leaf.hex(), before.hex()):
                yield f"ledger {event_id}, place {sequence}: {entry}"
            if entry["action"].startswith("ballot."):
                payload = json.loads(entry["payload"])
                recorded[payload["uuid"].replace("-", "")] = (sequence, payload["scores"])
        if (head, head_hash) != (sequence, before.hex()):
            yield f"ledger {event_id}: the head says {head}, {head_hash}; there are {sequence}, {before.hex()}"
    in_rows = {uuid: (row.sequence, row.scores) for uuid, same in rows.items() for row in same}
    for uuid in recorded.keys() | in_rows.keys():
        if recorded.get(uuid) != in_rows.get(uuid):
            yield f"ballot {uuid}: in the ledger {recorded.get(uuid)}, stored {in_rows.get(uuid)}"


def entries(connection: Any, event_id: int) -> Iterator[dict[str, Any]]:
    """The entries of a ledger."""
    names = ("sequence", "at", "actor", "action", "subject", "payload", "salt", "leaf", "hash")
    for row in connection.execute(
        f"SELECT {', '.join(names)} FROM logentry WHERE event_id = ? ORDER BY sequence", (event_id,)
    ):
        yield dict(zip(names, row, strict=True))


def body(key: str, entry: Mapping[str, Any]) -> bytes:
    """The bytes of an entry under its hash."""
    fields = [key, *(entry[name] for name in ("sequence", "at", "actor", "action", "subject"))]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return f"{text[:-1]},{entry['payload']}]".encode()
