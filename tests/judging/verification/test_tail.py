from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.ledger.notes import read_note
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.stored import heading_of, items_of
from scoreboard.judging.verification.tail import Tail
from scoreboard.judging.verification.verify import Signed
from scoreboard.models import Event


def test_a_tail_knows_what_is_unsigned_and_the_root_to_sign(genuine: Lived) -> None:
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        event = session.exec(select(Event)).one()
        tail = Tail(heading_of(session, event).key)
        for item in items_of(session, event):
            if isinstance(item, Recorded):
                tail.take(item)
                assert tail.unsigned
            elif isinstance(item, Signed):
                assert (read_note(item.note).size, read_note(item.note).root) == (tail.size, tail.root)
                tail.signed()
    engine.dispose()
    assert not tail.unsigned
