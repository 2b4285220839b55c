"""Who visits a running server in tests: an organiser and a judge who are signed in, and a stranger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from builder import Cast, issue_link
from serving import Served
from sqlmodel import Session

from scoreboard.judging import access
from scoreboard.judging.pairing.devices import sign_in_judge
from scoreboard.judging.staff import organisers, sessions

PASSWORD = "correct horse battery"


def signed_in_by_password(port: int) -> httpx2.Cookies:
    """Sign the organiser of a server's stage in."""
    form = {"name": "olga", "password": PASSWORD}
    return httpx2.post(f"http://127.0.0.1:{port}/console/sign-in", data=form).cookies


def store_organiser(session: Session, name: str) -> str:
    """Add an organiser and open a session for them; its token."""
    organiser = organisers.add_organiser(session, name, PASSWORD, everywhere=True)
    return sessions.sign_in_organiser(session, organiser.id or 0, "test")


@asynccontextmanager
async def stranger(served: Served) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without a session."""
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as client:
        yield client


@asynccontextmanager
async def organiser(served: Served, name: str = "olga") -> AsyncIterator[httpx2.AsyncClient]:
    """An organiser's browser."""
    token = await served.database.write(store_organiser, name)
    async with httpx2.AsyncClient(timeout=60, base_url=served.url, cookies={"console": token}) as client:
        yield client


@asynccontextmanager
async def judge(served: Served, cast: Cast, key: str = "J1") -> AsyncIterator[httpx2.AsyncClient]:
    """A judge's phone."""
    link = await issue_link(served.database, cast.judges[key])
    found, stored = await served.database.read(access.judge_behind, secret=link.secret)
    token = await served.database.write(sign_in_judge, found.id or 0, stored.id or 0, "test")
    async with httpx2.AsyncClient(timeout=60, base_url=served.url, cookies={"judge": token}) as client:
        yield client
