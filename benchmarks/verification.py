"""How fast a record is verified: python benchmarks/verification.py [--quick] [--json].

A database is made with a ledger of a million entries (judges who are assigned to teams, ballots with four scores, three
corrections of each), then verified as `scoreboard verify` does: the ledger alone as a record's file, plain and packed,
and the database with every row beside it; each by one process and by two. Printed are the seconds that pass, and those
of each process on a processor, for which other work on the machine counts less. The time of hashing alone (three
SHA-256 an entry, as little as can be) stands beside them, from the same run.
"""

import gzip
import json
import resource
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import numpy as np
from sqlalchemy import insert, update
from sqlmodel import Session, select

from scoreboard.cli.verify import uncollected
from scoreboard.database import open_engine
from scoreboard.exchange.record import verify_record, write_record
from scoreboard.judging.ledger.entries import canonical, sealed, time_of, written_time
from scoreboard.judging.ledger.notes import checkpoint_note
from scoreboard.judging.setup import roster
from scoreboard.judging.setup.description import (
    AssignmentForm,
    CriterionForm,
    EventForm,
    JudgeForm,
    RoundForm,
    TeamForm,
)
from scoreboard.judging.verification.stored import verify_event
from scoreboard.judging.verification.verdict import Verdict
from scoreboard.migrations import prepare
from scoreboard.models import Assignment, Ballot, Criterion, Event, Judge, LedgerHead, LogEntry, Round, Score, Team
from scoreboard.signing import key_at_hand

GOAL_SECONDS = 10.0
REVISIONS = 4
AT = "2026-12-07T09:30:00.000000Z"
PART = 20_000


def described(judges: int, teams: int) -> EventForm:
    """An event whose judges see all teams."""
    people = [f"J{number:04}" for number in range(judges)]
    groups = [f"T{number:04}" for number in range(teams)]
    return EventForm(
        slug="large",
        name_en="Large",
        name_ar="",
        place_en="",
        place_ar="",
        starts_on=date(2026, 12, 6),
        ends_on=date(2026, 12, 8),
        time_zone="Asia/Qatar",
        language="en",
        digits="latn",
        rounds=(RoundForm("final", "Final", "", "raw", "", 1, 0, ("total",), tuple(criterion(key) for key in "abcd")),),
        organisations=(),
        tracks=(),
        awards=(),
        teams=tuple(TeamForm(key, key, "", "", "", "", "", frozenset(), "", "") for key in groups),
        judges=tuple(JudgeForm(key, key, "", "", "", "", "") for key in people),
        conflicts=(),
        assignments=tuple(AssignmentForm("final", judge, team) for judge in people for team in groups),
    )


def criterion(key: str) -> CriterionForm:
    """What is scored from 0 to 10."""
    return CriterionForm(key, key, "", "", "", Decimal(1), Decimal(0), Decimal(10), Decimal(1), levels=())


class Maker:
    """Writes ballots as fast as can be: what the server would have stored, in large parts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.head = session.exec(select(LedgerHead)).one()
        self.sequence, self.hash = self.head.sequence, self.head.hash
        self.number = 0
        self.luck = np.random.default_rng(1)
        self.at = time_of(AT)
        self.rows: dict[type, list[dict[str, Any]]] = {LogEntry: [], Ballot: [], Score: []}

    def entry(self, actor: str, action: str, subject: str, payload: dict[str, Any]) -> None:
        """Append an entry."""
        self.sequence += 1
        self.at += timedelta(milliseconds=7)
        made = sealed(
            self.head.key, self.sequence, self.hash, written_time(self.at), actor, action, subject, canonical(payload)
        )
        self.hash = made.hash
        values = asdict(made)
        del values["key"]
        self.rows[LogEntry].append({"event_id": self.head.event_id, **values})
        if len(self.rows[LogEntry]) >= PART:
            self.flush()

    def ballot(self, duty: Assignment, judge: str, team: str, revision: int, rubric: list[Criterion]) -> None:
        """Append a ballot with its entry."""
        self.number += 1
        steps = {part.key: int(self.luck.integers(0, part.top, endpoint=True)) for part in rubric}
        uuid = UUID(bytes=self.luck.bytes(16), version=4)
        nothing = sha256(b"").hexdigest()
        told = {
            "uuid": str(uuid),
            "round": "final",
            "revision": revision,
            "scores": steps,
            "comment": nothing,
            "note": nothing,
        }
        self.entry(f"judge:{judge}", "ballot.submitted" if revision == 1 else "ballot.corrected", f"team:{team}", told)
        self.rows[Ballot].append(
            {
                "id": self.number,
                "uuid": uuid,
                "round_id": duty.round_id,
                "judge_id": duty.judge_id,
                "team_id": duty.team_id,
                "revision": revision,
                "base_revision": revision - 1,
                "sequence": self.sequence,
                "comment": "",
                "note": "",
                "received_at": self.at,
            }
        )
        self.rows[Score] += [
            {"ballot_id": self.number, "criterion_id": part.id, "steps": steps[part.key], "top": part.top}
            for part in rubric
        ]

    def flush(self) -> None:
        """Write what was made."""
        for table, rows in self.rows.items():
            if rows:
                self.session.execute(insert(table), rows)
                rows.clear()


def make(path: Path, entries: int) -> None:
    """Make a database whose ledger has so many entries, about."""
    side = max(int((entries / (REVISIONS + 1)) ** 0.5), 2)
    prepare(str(path))
    engine = open_engine(str(path))
    with Session(engine) as session:
        roster.store(session, described(side, side), "command:import")
        maker = Maker(session)
        rubric = list(session.exec(select(Criterion)))
        judges = {row.id: row.key for row in session.exec(select(Judge))}
        teams = {row.id: row.key for row in session.exec(select(Team))}
        round_ = session.exec(select(Round)).one()
        round_.opened_at = time_of(AT)
        maker.entry("organiser:o", "round.opened", "round:final", {})
        duties = list(session.exec(select(Assignment)))
        for revision in range(1, REVISIONS + 1):
            for duty in duties:
                maker.ballot(duty, judges[duty.judge_id], teams[duty.team_id], revision, rubric)
        maker.flush()
        session.execute(update(Assignment).values(state="done"))
        maker.head.sequence, maker.head.hash = maker.sequence, maker.hash
        session.add_all([maker.head, round_])
        session.commit()
    engine.dispose()


@dataclass(frozen=True)
class Taken:
    """The seconds that a run took: on the clock, of this process, and of the other one."""

    wall: float
    here: float
    beside: float


def timed(run: Callable[[], int]) -> tuple[Taken, int]:
    """How long a run took, and the entries that it went through."""
    with uncollected():
        wall, here, beside = time.perf_counter(), time.process_time(), of_children()
        entries = run()
        return Taken(time.perf_counter() - wall, time.process_time() - here, of_children() - beside), entries


def of_children() -> float:
    """The processor seconds of processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_file(path: Path, processes: int) -> int:
    """Verify a record's file."""
    return entries_of(verify_record(path, processes=processes))


def in_database(path: Path, processes: int) -> int:
    """Verify a database."""
    engine = open_engine(str(path), read_only=True)
    with Session(engine) as session:
        verdict = verify_event(session, session.exec(select(Event)).one(), processes=processes)
    engine.dispose()
    return entries_of(verdict)


def entries_of(verdict: Verdict) -> int:
    """How many entries were verified, all of which must be good."""
    if not verdict.intact:
        raise AssertionError(verdict.first)
    return verdict.entries


def hashing(entries: int) -> int:
    """Hash as often as a record of so many entries needs, and do nothing else."""
    body, pair = secrets.token_bytes(420), secrets.token_bytes(65)
    for _ in range(entries):
        sha256(body).digest()
        sha256(pair).digest()
        sha256(pair).digest()
    return entries


@click.command()
@click.option("--quick", is_flag=True, help="Twenty thousand entries instead of a million.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
def main(quick: bool, as_json: bool) -> None:  # noqa: FBT001  (click hands flags over by name)
    """Make a large ledger and verify it in each form."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.db"
        click.echo("making the ledger ...", err=True)
        make(path, 20_000 if quick else 1_000_000)
        plain, packed = Path(folder) / "large.ndjson", Path(folder) / "large.ndjson.gz"
        engine = open_engine(str(path), read_only=True)
        key = key_at_hand(str(path))
        with Session(engine) as session, plain.open("w", encoding="utf-8", newline="") as file:
            event = session.exec(select(Event)).one()
            write_record(session, event, file, lambda tail: checkpoint_note(key, tail.key, tail.size, tail.root, AT))
        engine.dispose()
        with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
            shutil.copyfileobj(source, target)
        for name, run in (
            ("record", lambda processes: in_file(plain, processes)),
            ("record packed", lambda processes: in_file(packed, processes)),
            ("database with its rows", lambda processes: in_database(path, processes)),
        ):
            for processes in (1, 2):
                taken, entries = timed(partial(run, processes))
                label = f"{name}, {'one process' if processes == 1 else 'two'}"
                figures |= {f"{label}: {part}": seconds for part, seconds in asdict(taken).items()}
                figures["entries"] = entries
                click.echo(
                    f"{label:36} {entries:9,} entries in {taken.wall:6.2f} s; on a processor "
                    f"{1e6 * taken.here / entries:5.2f} and {1e6 * taken.beside / entries:5.2f} us each"
                )
        taken, entries = timed(lambda: hashing(int(figures["entries"])))
        figures["hashing alone"] = taken.here
        click.echo(f"{'hashing alone':36} {entries:9,} entries in {taken.here:6.2f} s")
        figures["record over hashing"] = figures["record, one process: here"] / taken.here
        # Of a short ledger most is the start of the second process, which says nothing of a long one.
        for name in () if quick else ("record, two", "record packed, two", "database with its rows, two"):
            scaled = figures[f"{name}: wall"] * 1e6 / figures["entries"]
            click.echo(f"a million entries of a {name} processes: {scaled:.1f} s; the goal is {GOAL_SECONDS:.0f} s")
    if as_json:
        click.echo(json.dumps({"benchmark": "verification", "quick": quick, "figures": figures}))


if __name__ == "__main__":
    main()
