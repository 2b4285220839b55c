from recorded import Lived
from sqlmodel import Session, select

from scoreboard.database import open_engine
from scoreboard.judging.verification.hall_rows import (
    stored_absences,
    stored_papers,
    stored_signatures,
    told_absences,
    told_papers,
    told_signatures,
)
from scoreboard.judging.verification.replay.replay import Replay
from scoreboard.judging.verification.stored import entries_of
from scoreboard.models import Event


def test_the_tables_of_the_hall_hold_what_their_entries_tell(genuine: Lived) -> None:
    replay = Replay()
    engine = open_engine(str(genuine.path), read_only=True)
    with Session(engine) as session:
        event = session.exec(select(Event)).one()
        for entry in entries_of(session, event):
            replay.tell(entry)
        papers, absences = stored_papers(session, event), stored_absences(session, event)
        lifted = {key: each["lifted"] for key, each in stored_signatures(session, event).items()}
    engine.dispose()
    course = replay.course
    assert sorted(each["outcome"] for each in papers.values()) == ["discarded", "taken"]
    assert [each["outcomes"] for each in absences.values()] == [["present"]]
    assert sorted(lifted.values()) == [False, True]
    assert (told_papers(course), told_absences(course)) == (papers, absences)
    assert {key: each["lifted"] for key, each in told_signatures(course).items()} == lifted
