from builder import build_event, score

from scoreboard.database import Database
from scoreboard.judging.ballots.signed import revisions_of, seen, signature_of
from scoreboard.judging.ballots.signed import signatures as standing
from scoreboard.judging.signature import signatures
from scoreboard.judging.signature.signatures import Wish
from scoreboard.models import Round


async def test_what_would_be_signed_is_the_newest_of_each_own_ballot(database: Database) -> None:
    cast = await build_event(database, teams=3)
    await score(database, cast, "J1", "T2", 7, 8)
    await score(database, cast, "J1", "T1", 7, 8)
    await score(database, cast, "J1", "T1", 9, 8, base=1)
    await score(database, cast, "J2", "T3", 7, 8)
    found = await database.read(
        lambda session: revisions_of(session, session.get_one(Round, cast.round_id), cast.judges["J1"])
    )
    assert (found, seen(found)) == ({"T1": 2, "T2": 1}, "T1:2 T2:1")


async def test_a_signature_stands_until_it_is_lifted(database: Database) -> None:
    cast = await build_event(database, teams=1)
    judge = cast.judges["J1"]
    await score(database, cast, "J1", "T1", 7, 8)
    signature = await signatures.sign(database, judge, Wish("final", "T1:1", "1234", "1234"))
    assert {key: each.id for key, each in (await database.read(standing, cast.round_id)).items()} == {
        judge: signature.id
    }
    await database.write(signatures.lift, cast.round_id, "J1", "Slip", "organiser:olga")
    assert await database.read(signature_of, cast.round_id, judge) is None
