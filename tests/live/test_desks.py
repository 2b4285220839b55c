from datetime import UTC, datetime, timedelta

import pytest
from builder import build_event, score
from seeing import views_of

from scoreboard.database import Database
from scoreboard.judging import rounds
from scoreboard.judging.outcome import COLD
from scoreboard.live.desks import NEVER, Desk, following, following_console
from scoreboard.live.messages import console, public
from scoreboard.live.views import Seen, Today

AT = datetime(2026, 12, 7, 9, 30, 0, 250_000, tzinfo=UTC)


async def seen(database: Database, *, frozen: bool = False) -> tuple[Seen, Today]:
    cast = await build_event(database, judges=1, teams=2)
    await score(database, cast, "J1", "T1", 5, 5)
    if frozen:
        await database.write(rounds.freeze, cast.round_id, "x")
    views = await views_of(database, cast)
    return Seen(views.roster, views.public), Today(views.today, 7, COLD)


async def test_what_says_the_same_is_the_same_message(database: Database) -> None:
    now, today = await seen(database)
    first = following(None, now, "e", AT)
    assert following(first, now, "e", AT + timedelta(seconds=5)) == first
    told = following_console(None, today, "e", AT)
    assert following_console(told, today, "e", AT + timedelta(seconds=5)) is told
    assert following_console(told, Today(today.standings, 8, COLD), "e", AT).version == 2


async def test_what_differs_counts_on_and_names_are_told_by_themselves(database: Database) -> None:
    now, _ = await seen(database)
    first = following(None, now, "e", AT)
    fewer = now.standings.model_copy(update={"lines": now.standings.lines[:1]})
    second = following(first, Seen(now.roster, fewer), "e", AT)
    assert (second.standings.version, second.roster is first.roster) == (2, True)
    other = now.roster.model_copy(update={"round_key": "other"})
    third = following(second, Seen(other, fewer), "e", AT)
    assert (third.standings.version, third.roster.version, third.standings.roster_version) == (3, 3, 3)


@pytest.mark.parametrize("frozen", [False, True])
async def test_what_is_held_is_known_to_the_second_of_a_look_and_not_of_a_change(
    database: Database, *, frozen: bool
) -> None:
    now, today = await seen(database, frozen=frozen)
    desk = Desk(1)
    with pytest.raises(RuntimeError):
        desk.message_of(public(1))
    with pytest.raises(RuntimeError):
        desk.dated()
    assert (desk.sequence, desk.held, desk.known_at(public(1))) == (-1, False, NEVER)
    desk.shown, desk.console = following(None, now, "e", AT), following_console(None, today, "e", AT)
    desk.shown_at = AT + timedelta(seconds=1)
    desk.looked_at = AT + timedelta(seconds=3)
    desk.console_at = AT + timedelta(seconds=9)
    assert (desk.sequence, desk.held, desk.known_at(console(1))) == (7, frozen, AT + timedelta(seconds=9))
    known = (AT + timedelta(seconds=3)).replace(microsecond=0) if frozen else AT + timedelta(seconds=1)
    assert (desk.known_at(public(1)), desk.dated().standings.as_of) == (known, known)
