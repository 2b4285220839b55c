import io
import json
from pathlib import Path

import pytest
from recorded import Lived, live
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.errors import Unusable
from scoreboard.exchange.record import write_record
from scoreboard.exchange.record.writing import entry_line
from scoreboard.judging.ledger.notes import checkpoint_note
from scoreboard.judging.verification.chain import Recorded, closed
from scoreboard.judging.verification.tail import Tail
from scoreboard.models import Event


def test_a_record_ends_with_what_it_holds(genuine: Lived) -> None:
    lines = genuine.record().splitlines()
    kinds = [next(iter(json.loads(line))) for line in lines]
    assert json.loads(lines[-1]) == {
        "end": {
            "entries": kinds.count("sequence"),
            "checkpoints": kinds.count("checkpoint"),
            "runs": kinds.count("run"),
        }
    }


def test_a_record_holds_no_comment_no_address_and_no_secret(genuine: Lived) -> None:
    text = genuine.record()
    assert [word for word in ("Well done", "أحسنتم", "@example.org", "secret", "token") if word in text] == []


async def test_what_nobody_has_signed_yet_is_signed_when_it_is_written(tmp_path: Path) -> None:
    lived = await live(tmp_path / "event", until="open")
    engine = open_engine(str(lived.path))
    with Session(engine) as session:
        event = session.exec(select(Event)).one()
        session.connection().exec_driver_sql("DROP TRIGGER IF EXISTS checkpoint_stays")
        asked: list[int] = []

        def sign(tail: Tail) -> str:
            asked.append(tail.size)
            return checkpoint_note(lived.key, tail.key, tail.size, tail.root, "2026-12-07T09:30:00.000000Z")

        def refuse(_tail: Tail) -> str:
            raise Unusable("The file %(file)s holds no signing key (Ed25519, PEM).", file="x")

        file = io.StringIO()
        counts = write_record(session, event, file, sign)
        assert (asked, counts["checkpoints"]) == ([], 1)
        for trigger in (
            session.connection().exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()
        ):
            session.connection().exec_driver_sql(f'DROP TRIGGER "{trigger[0]}"')
        session.connection().exec_driver_sql("DELETE FROM checkpoint")
        counts = write_record(session, event, file, sign)
        assert (asked, counts["checkpoints"]) == ([counts["entries"]], 1)
        with pytest.raises(Unusable):
            write_record(session, event, file, refuse)
    engine.dispose()


def test_an_entry_is_written_as_it_was_hashed() -> None:
    entry = Recorded(1, "t", 'a"', "b", "واحة", '{"x":1}', "00", "11", "22")
    assert entry_line(entry) == (
        '{"sequence":1,"at":"t","actor":"a\\"","action":"b","subject":"واحة","payload":{"x":1},"salt":"00","leaf":"11","hash":"22"}\n'
    )
    assert entry_line(closed(2, "11", "22")) == '{"sequence":2,"leaf":"11","hash":"22"}\n'
