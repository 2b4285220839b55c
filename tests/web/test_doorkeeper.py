import asyncio
import time
from datetime import UTC, datetime

import anyio
import pytest
from builder import build_event
from serving import Served, socket_to
from sqlalchemy import update
from sqlmodel import Session, col
from visitors import PASSWORD, store_organiser
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from scoreboard.database import Database
from scoreboard.errors import NotSignedIn
from scoreboard.judging import access
from scoreboard.judging.staff import organisers, roles, sessions
from scoreboard.judging.staff.roles import Role
from scoreboard.models import Organiser, SignIn
from scoreboard.web.doorkeeper import Doorkeeper

CONSOLE = "/console/e/hack/socket"
WITHIN = 1.0  # seconds


async def closed(socket: ClientConnection) -> int:
    """Wait until a socket is closed by the server, and give the code."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else 0


async def shown_out(socket: ClientConnection, since: float) -> int:
    code = await asyncio.wait_for(closed(socket), 5)
    assert time.monotonic() - since <= WITHIN
    return code


@pytest.mark.parametrize("how", ["signs out", "is disabled", "goes home", "confirms anew"])
async def test_whose_session_ends_loses_open_sockets_within_a_second(served: Served, how: str) -> None:
    await build_event(served.database)
    token, other = [await served.database.write(store_organiser, name) for name in ("olga", "omar")]

    def end(session: Session) -> None:
        own = col(SignIn.token_hash) == access.hashed(token)
        if how == "signs out":
            access.sign_out(session, token)
        elif how == "is disabled":
            session.execute(
                update(Organiser).where(col(Organiser.name) == "olga").values(disabled_at=datetime.now(UTC))
            )
        elif how == "goes home":
            session.execute(update(SignIn).where(own).values(seen_at=datetime.now(UTC) - 2 * sessions.IDLE))
        else:
            sessions.renewed(session, token)

    async with (
        socket_to(served, CONSOLE, cookie=f"console={token}") as socket,
        socket_to(served, CONSOLE, cookie=f"console={other}") as stays,
    ):
        await asyncio.gather(socket.recv(), stays.recv())
        await served.database.write(end)
        assert await shown_out(socket, time.monotonic()) == 4401
        assert stays.close_code is None
    async with socket_to(served, CONSOLE, cookie=f"console={token}") as again:
        assert await closed(again) == 4401


async def test_who_loses_a_role_loses_the_sockets_of_that_event(served: Served) -> None:
    cast = await build_event(served.database)

    def invite(session: Session) -> tuple[int, str]:
        person = organisers.add_organiser(session, "aisha", PASSWORD, everywhere=False)
        roles.give_role(session, cast.event_id, person.id or 0, Role.AUDITOR, "organiser:olga")
        return person.id or 0, sessions.sign_in_organiser(session, person.id or 0, "test")

    person, token = await served.database.write(invite)
    for end, code in (
        (lambda session: roles.give_role(session, cast.event_id, person, Role.PRESENTER, "organiser:olga"), 4403),
        (lambda session: roles.take_role(session, cast.event_id, person, "organiser:olga"), 4404),
    ):
        await served.database.write(
            lambda session: roles.give_role(session, cast.event_id, person, Role.AUDITOR, "organiser:olga")
        )
        async with socket_to(served, CONSOLE, cookie=f"console={token}") as socket:
            await socket.recv()
            await served.database.write(end)
            assert await shown_out(socket, time.monotonic()) == code


async def test_of_many_with_one_session_it_is_asked_once(database: Database) -> None:
    asked: list[str] = []
    async with Doorkeeper(database, seconds=3600) as doorkeeper:

        def question(_session: Session) -> None:
            asked.append("once")

        with doorkeeper.stay("a", question), doorkeeper.stay("a", question), doorkeeper.stay("b", question):
            await doorkeeper.ask()
        assert asked == ["once", "once"]
        await doorkeeper.ask()
    assert asked == ["once", "once"]


async def test_who_leaves_is_not_asked_for_any_more(database: Database) -> None:
    async with Doorkeeper(database, seconds=3600) as doorkeeper:

        def question(_session: Session) -> None:
            raise NotSignedIn("Please sign in.")

        with doorkeeper.stay("a", question) as stay:
            await doorkeeper.ask()
            await anyio.sleep(60)
        assert stay.refusal is not None
        assert doorkeeper.stays == {}
