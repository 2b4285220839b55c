from builder import build_event
from sqlmodel import Session

from scoreboard.database import Database
from scoreboard.judging.names import both, names_of
from scoreboard.models import Event, Round


async def test_names_are_in_both_languages_and_of_every_team(database: Database) -> None:
    cast = await build_event(database, teams=1)

    def read(session: Session) -> dict[str, object]:
        return names_of(session, session.get_one(Event, cast.event_id), session.get_one(Round, cast.round_id))

    assert await database.read(read) == {
        "event": {
            "slug": "hack",
            "name": {"en": "Government Services Hackathon", "ar": "هاكاثون الخدمات الحكومية"},
            "time_zone": "Asia/Qatar",
            "digits": "latn",
        },
        "round_key": "final",
        "round": {"en": "Final", "ar": "الجولة النهائية"},
        "teams": [
            {
                "key": "T1",
                "name": {"en": "Oasis", "ar": "واحة"},
                "organisation": {"en": "Public Works Agency", "ar": "وكالة الأشغال العامة"},
            }
        ],
    }


def test_what_is_not_there_has_no_name() -> None:
    assert both(None) == {"en": "", "ar": ""}
