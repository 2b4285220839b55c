"""What a database holds beside its ledger is changed in test_stored; here is what the comparison reads."""

from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.verification.rows import NOTHING, Keys, ballot_rows, digest
from scoreboard.models import Event


def test_ballots_come_in_the_order_of_their_entries_with_their_scores_in_one_text(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        keys = Keys.of(session, session.exec(select(Event)).one())
        rows = list(ballot_rows(session, list(keys.rounds)))
    engine.dispose()
    sequences = [row.sequence for row in rows]
    assert sequences == sorted(sequences)
    ((_, criteria),) = keys.criteria.items()
    expected = [[number, top] for _, number, top in criteria]
    assert [[part.split(":")[::2] for part in row.scores.split(",")] for row in rows] == [expected] * len(rows)


def test_an_empty_comment_stands_for_itself() -> None:
    assert digest("") == NOTHING != digest("a")
