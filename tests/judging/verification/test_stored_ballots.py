from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.verification.fingerprints import rows_in
from scoreboard.judging.verification.stored_ballots import keys_of, rows_elsewhere, rows_of
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


def test_another_process_is_told_how_to_read_the_same_ballots_up_to_an_entry(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        event_id = session.exec(select(Event.id)).one() or 0
        here = rows_of(session, event_id)
        expected = [tuple(here.next), *map(tuple, here.rows)]
        told = rows_elsewhere(session, event_id, expected[-1][0])
        assert told
        there = rows_in(told)
        assert (there.keys, [there.next, *there.rows]) == (here.keys, expected)
        assert rows_elsewhere(session, event_id, expected[-1][0] - 1) is None  # there are ballots beyond
    engine.dispose()
