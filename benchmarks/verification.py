"""How fast a record is verified, on one core: python benchmarks/verification.py [--quick] [--json].

A database is made with a ledger of a million entries (judges who are assigned to teams, ballots with four scores, three
corrections of each), then verified as `scoreboard verify` does: the ledger alone as a record's file, plain and packed,
and the database with every row beside it. Seconds are of processor time, so that other work on the machine counts less;
the time of hashing alone (three SHA-256 an entry, as little as can be) is printed beside it, from the same run.
"""

import gzip
import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import insert, update
from sqlmodel import Session, select

from scoreboard.cli.verify import uncollected
from scoreboard.database import open_engine
from scoreboard.exchange.record import RecordFile, write_record
from scoreboard.judging.ledger.entries import canonical, sealed, time_of
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
from scoreboard.judging.verification.verify import Verification
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
        self.rows: dict[type, list[dict[str, Any]]] = {LogEntry: [], Ballot: [], Score: []}

    def entry(self, actor: str, action: str, subject: str, payload: dict[str, Any]) -> None:
        """Append an entry."""
        self.sequence += 1
        made = sealed(self.head.key, self.sequence, self.hash, AT, actor, action, subject, canonical(payload))
        self.hash = made.hash
        values = asdict(made)
        del values["key"]
        self.rows[LogEntry].append({"event_id": self.head.event_id, **values})
        if len(self.rows[LogEntry]) >= PART:
            self.flush()

    def ballot(self, duty: Assignment, judge: str, team: str, revision: int, rubric: list[Criterion]) -> None:
        """Append a ballot with its entry."""
        self.number += 1
        steps = {part.key: (self.number + 3 * place) % (part.top + 1) for place, part in enumerate(rubric)}
        uuid = UUID(int=self.number)
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
                "received_at": time_of(AT),
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


def timed(run: Callable[[], int]) -> tuple[float, int]:
    """Processor seconds of a run, and the entries that it went through."""
    with uncollected():
        start = time.process_time()
        entries = run()
        return time.process_time() - start, entries


def in_file(path: Path) -> int:
    """Verify a record's file."""
    with RecordFile(path) as record:
        verdict = Verification(record.heading).of(record.items())
    if not verdict.intact:
        raise AssertionError(verdict.first)
    return verdict.entries


def in_database(path: Path) -> int:
    """Verify a database."""
    engine = open_engine(str(path), read_only=True)
    with Session(engine) as session:
        verdict = verify_event(session, session.exec(select(Event)).one())
    engine.dispose()
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
            ("record", lambda: in_file(plain)),
            ("record packed", lambda: in_file(packed)),
            ("database with its rows", lambda: in_database(path)),
        ):
            seconds, entries = timed(run)
            figures[name] = seconds
            figures["entries"] = entries
            click.echo(f"{name:24} {entries:9,} entries in {seconds:6.2f} s, {1e6 * seconds / entries:5.2f} us each")
        seconds, entries = timed(lambda: hashing(int(figures["entries"])))
        figures["hashing alone"] = seconds
        click.echo(
            f"{'hashing alone':24} {entries:9,} entries in {seconds:6.2f} s, {1e6 * seconds / entries:5.2f} us each"
        )
        figures["record over hashing"] = figures["record"] / seconds
        scaled = figures["record"] * 1e6 / figures["entries"]
        click.echo(f"a million entries of a record in {scaled:.1f} s; the goal is {GOAL_SECONDS:.0f} s")
    if as_json:
        click.echo(json.dumps({"benchmark": "verification", "quick": quick, "figures": figures}))


if __name__ == "__main__":
    main()
