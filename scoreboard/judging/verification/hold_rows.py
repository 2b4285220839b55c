"""The table of what freezes hold, against what the freezes' own entries say that they hold."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from scoreboard.judging.holds import fingerprint
from scoreboard.judging.verification.replay.course import Course
from scoreboard.judging.verification.times import moment, near
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Event, Hold, Round


def compare_holds(session: Session, event: Event, course: Course, verdict: Verdict) -> None:
    """Note a fault for each hold that no freeze tells of, that is not there, or that was changed."""
    told = {(key, sequence): of for key, round_ in course.rounds.items() for sequence, of in round_.freezes.items()}
    stored = dict(stored_holds(session, event))
    for key, sequence in sorted(told.keys() | stored.keys(), key=str):
        at, held = stored.get((key, sequence), ("", ""))
        expected_at, expected = told.get((key, sequence), ("", ""))
        if (key, sequence) in told and not expected:
            continue  # early versions did not say
        if held != expected or not near(at, expected_at):
            verdict.blame(
                Check.ROWS,
                sequence if type(sequence) is int else None,
                "What is stored of the freeze of round %(round)s in entry %(sequence)s is not what was held then.",
                round=key,
                sequence=sequence,
            )


def stored_holds(session: Session, event: Event) -> Iterator[tuple[tuple[str, int], tuple[str, str]]]:
    """The holds as they are stored: by round and entry, when, and the hash of what they hold."""
    # Columns as they are kept: whoever changed one may have written anything into it.
    for key, sequence, at, terms, names, keys in session.execute(
        core_select(
            col(Round.key),
            col(Hold.sequence),
            type_coerce(col(Hold.at), String),
            type_coerce(col(Hold.terms), String),
            type_coerce(col(Hold.names), String),
            type_coerce(col(Hold.keys), String),
        )
        .join(Round, col(Round.id) == col(Hold.round_id))
        .where(col(Round.event_id) == event.id)
    ):
        try:
            held = fingerprint(parsed(terms), parsed(names), parsed(keys))
        except (TypeError, ValueError):
            held = "?"
        yield (key, sequence), (moment(at), held)


def parsed(stored: Any) -> Any:
    """What a column of JSON holds, as the driver gives it. Raises ValueError."""
    return json.loads(stored) if isinstance(stored, str) else stored
