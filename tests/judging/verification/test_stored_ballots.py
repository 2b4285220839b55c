from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.verification.fingerprints import snapshot
from scoreboard.judging.verification.stored import entries_of
from scoreboard.judging.verification.stored_ballots import keys_of, rows_of, to_be_read
from scoreboard.models import Event


def test_ballots_come_in_the_order_of_their_entries_with_their_scores_in_one_text(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        event_id = session.exec(select(Event.id)).one() or 0
        keys = keys_of(session, event_id)
        stored = rows_of(session, event_id)
        rows = [stored.next, *stored.rows]
    engine.dispose()
    sequences = [row[0] for row in rows]
    assert sequences == sorted(sequences)
    ((_, criteria),) = keys.criteria.items()
    expected = [[number, top] for _, number, top in criteria]
    assert [[part.split(":")[::2] for part in row[-1].split(",")] for row in rows] == [expected] * len(rows)


def test_another_process_is_told_how_to_read_the_same_up_to_an_entry(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        event = session.exec(select(Event)).one()
        event_id = event.id or 0
        here = rows_of(session, event_id)
        expected = [tuple(here.next), *map(tuple, here.rows)]
        last = expected[-1][0]
        told = to_be_read(session, event_id, last)
        assert told
        with snapshot(told) as (entries, there):
            assert (there.keys, [there.next, *there.rows]) == (here.keys, expected)
            assert list(entries) == [entry for entry in entries_of(session, event) if entry.sequence <= last]
        assert to_be_read(session, event_id, last - 1) is None  # there are ballots beyond
    engine.dispose()
