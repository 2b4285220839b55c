"""What a database holds beside its ledger is changed in test_stored; here is what the end of the ledger is held to."""

from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.stored import entries_of
from scoreboard.judging.verification.tables import StoredTables
from scoreboard.judging.verification.verdict import Check, Verdict
from scoreboard.models import Event


def test_the_tables_are_what_the_entries_came_to_and_the_ledger_ends_where_it_is_kept_to_end(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    replay, verdict = Replay(), Verdict("hack", "key")
    with Session(engine) as session:
        event = session.exec(select(Event)).one()
        for entry in entries_of(session, event):
            replay.tell(entry)
        tables = StoredTables(session, event)
        tables.ended(replay.course, entry.sequence, entry.hash, verdict)
        assert verdict.faults == []
        tables.ended(replay.course, entry.sequence - 1, entry.hash, verdict)
    engine.dispose()
    assert [(fault.check, fault.sequence) for fault in verdict.faults] == [(Check.SEQUENCE, entry.sequence)]
