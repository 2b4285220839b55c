"""Every route of the table, asked by every role, by nobody, and by the same role of another event."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from builder import Cast, issue_link, store_event
from serving import Served, socket_to
from sqlalchemy import update
from sqlmodel import Session, col, select
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed

from scoreboard.app import routes
from scoreboard.judging import access
from scoreboard.judging.staff import organisers, roles, sessions
from scoreboard.judging.staff.roles import GIVEN, Role
from scoreboard.models import Judge, Organiser, Round, SignIn, Team
from scoreboard.web.policy import EVERYBODY, all_guarded, policy_of
from scoreboard.web.templating import Static

# Written by hand, so that a policy that changes by a slip is noticed: o owner, r organiser, c chief judge, p presenter,
# a auditor; j judge; * everybody.
WHO = {
    "GET /": "*",
    "POST /language": "*",
    "GET /healthz": "*",
    "GET /readyz": "*",
    "POST /reports/csp": "*",
    "GET /verify": "*",
    "GET /e/{slug}": "*",
    "GET /e/{slug}/standings.json": "*",
    "GET /e/{slug}/state.json": "*",
    "GET /e/{slug}/stream": "*",
    "WS /e/{slug}/socket": "*",
    "GET /j": "*",
    "POST /j": "*",
    "POST /j/who": "*",
    "GET /judge": "j",
    "GET /judge/bundle": "j",
    "GET /judge/find": "j",
    "POST /judge/announcements/{sequence:int}/seen": "j",
    "GET /judge/empty": "j",
    "GET /judge/worker.js": "*",
    "GET /judge/manifest.webmanifest": "*",
    "POST /judge/sign-out": "*",
    "GET /judge/devices": "j",
    "POST /judge/devices": "j",
    "PUT /judge/ballots/{uuid:uuid}": "j",
    "PUT /judge/drafts": "j",
    "GET /judge/{round}/{team}": "j",
    "POST /judge/{round}/{team}": "j",
    "GET /judge/review": "j",
    "POST /judge/review": "j",
    "GET /judge/{round}/{team}/recusal": "j",
    "POST /judge/{round}/{team}/recusal": "j",
    "POST /judge/{round}/{team}/absence": "j",
    "GET /console": "orcpa",
    "GET /console/sign-in": "*",
    "POST /console/sign-in": "*",
    "GET /console/sign-in/code": "*",
    "POST /console/sign-in/code": "*",
    "GET /console/enter": "*",
    "POST /console/enter": "*",
    "GET /console/outside": "*",
    "GET /console/outside/back": "*",
    "POST /console/sign-out": "*",
    "GET /console/confirm": "orcpa",
    "POST /console/confirm": "orcpa",
    "GET /console/account": "orcpa",
    "GET /console/account/password": "orcpa",
    "POST /console/account/password": "orcpa",
    "GET /console/account/factor": "orcpa",
    "POST /console/account/factor": "orcpa",
    "POST /console/account/factor/remove": "orcpa",
    "POST /console/account/codes": "orcpa",
    "POST /console/account/sessions/end": "orcpa",
    "GET /console/account/connect": "orcpa",
    "GET /console/confirm/outside": "orcpa",
    "GET /console/e/{slug}": "orca",
    "GET /console/e/{slug}/live": "orca",
    "WS /console/e/{slug}/socket": "orca",
    "POST /console/e/{slug}/rounds/{key}/open": "or",
    "POST /console/e/{slug}/rounds/{key}/pause": "or",
    "POST /console/e/{slug}/rounds/{key}/resume": "or",
    "POST /console/e/{slug}/rounds/{key}/freeze": "or",
    "POST /console/e/{slug}/rounds/{key}/thaw": "or",
    "GET /console/e/{slug}/rounds/{key}/close": "or",
    "POST /console/e/{slug}/rounds/{key}/close": "or",
    "GET /console/e/{slug}/rounds/{key}/finalise": "or",
    "POST /console/e/{slug}/rounds/{key}/finalise": "or",
    "GET /console/e/{slug}/rounds/{key}/late": "orca",
    "POST /console/e/{slug}/rounds/{key}/late/{uuid:uuid}/admit": "or",
    "POST /console/e/{slug}/rounds/{key}/late/{uuid:uuid}/refuse": "or",
    "POST /console/e/{slug}/rounds/{key}/late/{uuid:uuid}/reopen": "or",
    "GET /console/e/{slug}/rounds/{key}/groups": "orca",
    "POST /console/e/{slug}/rounds/{key}/groups": "or",
    "POST /console/e/{slug}/rounds/{key}/groups/withdraw": "or",
    "GET /console/e/{slug}/rounds/{key}/assignments": "orca",
    "POST /console/e/{slug}/rounds/{key}/assignments/skip": "orc",
    "POST /console/e/{slug}/rounds/{key}/assignments/resume": "orc",
    "GET /console/e/{slug}/rounds/{key}/reports": "orca",
    "POST /console/e/{slug}/rounds/{key}/reports/absence": "orc",
    "POST /console/e/{slug}/rounds/{key}/reports/assign": "orc",
    "GET /console/e/{slug}/rounds/{key}/sheets": "orca",
    "GET /console/e/{slug}/rounds/{key}/desk": "or",
    "GET /console/e/{slug}/rounds/{key}/desk/{judge}/{team}": "or",
    "POST /console/e/{slug}/rounds/{key}/desk/{judge}/{team}": "or",
    "GET /console/e/{slug}/rounds/{key}/papers/{uuid:uuid}": "or",
    "POST /console/e/{slug}/rounds/{key}/papers/{uuid:uuid}": "or",
    "POST /console/e/{slug}/rounds/{key}/papers/{uuid:uuid}/discard": "or",
    "GET /console/e/{slug}/result": "orca",
    "GET /console/e/{slug}/result/safety": "orca",
    "GET /console/e/{slug}/result/judges": "orca",
    "GET /console/e/{slug}/result/questions": "orca",
    "GET /console/e/{slug}/result/why": "orca",
    "GET /console/e/{slug}/judges": "orca",
    "POST /console/e/{slug}/announcements": "or",
    "POST /console/e/{slug}/judges/links": "or",
    "GET /console/e/{slug}/judges/{key}/link": "or",
    "POST /console/e/{slug}/judges/{key}/link": "or",
    "GET /console/e/{slug}/judges/{key}": "orca",
    "POST /console/e/{slug}/judges/{key}/pin": "or",
    "POST /console/e/{slug}/judges/{key}/devices/revoke": "or",
    "POST /console/e/{slug}/judges/{key}/devices/{device}/revoke": "or",
    "GET /console/e/{slug}/signs": "orca",
    "POST /console/e/{slug}/judges/{key}/signature/lift": "or",
    "POST /console/e/{slug}/judges/{key}/signature/pin": "or",
    "GET /console/e/{slug}/teams": "orca",
    "GET /console/e/{slug}/teams/{key}": "orca",
    "POST /console/e/{slug}/teams/{key}/withdraw": "or",
    "POST /console/e/{slug}/teams/{key}/disqualify": "or",
    "POST /console/e/{slug}/teams/{key}/restore": "or",
    "GET /console/e/{slug}/server": "orca",
    "GET /console/e/{slug}/server/live": "orca",
    "GET /console/e/{slug}/ledger": "orca",
    "GET /console/e/{slug}/record": "ora",
    "GET /console/e/{slug}/screens": "orcpa",
    "GET /console/e/{slug}/people": "o",
    "POST /console/e/{slug}/people": "o",
    "POST /console/e/{slug}/people/{person:int}/role": "o",
    "POST /console/e/{slug}/people/{person:int}/remove": "o",
    "MOUNT /static": "*",
}
LETTERS = {
    "o": Role.OWNER,
    "r": Role.ORGANISER,
    "c": Role.CHIEF_JUDGE,
    "p": Role.PRESENTER,
    "a": Role.AUDITOR,
    "j": Role.JUDGE,
}
NOBODY = "nobody"
OWN, FOREIGN, MISSING = "alpha", "omega", "ghost"  # as long as each other, so that answers can be compared byte by byte
# The parts of an address: of the own event, of the other one, and of none.
PARTS = {
    OWN: {
        "slug": "alpha",
        "key": "T1",
        "round": "final",
        "team": "T1",
        "judge": "J1",
        "person": "1",
        "device": "1",
        "sequence": "1",
        "uuid": str(UUID(int=1)),
    },
    FOREIGN: {
        "slug": "omega",
        "key": "U1",
        "round": "other",
        "team": "U1",
        "judge": "K1",
        "person": "7",
        "device": "7",
        "sequence": "7",
        "uuid": str(UUID(int=2)),
    },
    MISSING: {
        "slug": "ghost",
        "key": "X1",
        "round": "nones",
        "team": "X1",
        "judge": "X1",
        "person": "9",
        "device": "9",
        "sequence": "9",
        "uuid": str(UUID(int=3)),
    },
}
UNLIKE = {"date", "x-request-id"}


@dataclass(frozen=True)
class Asked:
    """A route by one method."""

    name: str
    method: str
    path: str
    route: Route = field(compare=False)

    def address(self, whose: str, event: str = OWN) -> str:
        """Fill in the parts of the address; a round's key stands where a round is meant."""
        parts = {**PARTS[whose], "slug": PARTS[event]["slug"], "uuid": str(UUID(int=1))}
        if "/rounds/" in self.path:
            parts["key"] = parts["round"]
        elif "/judges/" in self.path:
            parts["key"] = {"T1": "J1", "U1": "K1"}.get(parts["key"], parts["key"])
        return self.path.replace(":uuid", "").replace(":int", "").format(**parts)


TABLE = routes(Static())
GUARDED = [
    Asked(f"{method} {route.path}", method, route.path, route)
    for route in TABLE
    if isinstance(route, Route) and policy_of(route) != EVERYBODY
    for method in sorted((route.methods or set()) - {"HEAD"})
]
SOCKETS = [route.path for route in TABLE if isinstance(route, WebSocketRoute) and policy_of(route) != EVERYBODY]


def rename(session: Session, cast: Cast) -> None:
    """Give the other event's things other keys, so that they can be told from the own ones."""
    for judge in session.exec(select(Judge).where(Judge.event_id == cast.event_id)):
        judge.key = f"K{judge.key[1:]}"
    for team in session.exec(select(Team).where(Team.event_id == cast.event_id)):
        team.key = f"U{team.key[1:]}"
    round_ = session.get_one(Round, cast.round_id)
    round_.key = "other"
    session.add(round_)


@dataclass
class House:
    """Two events, and somebody of each role at each; their browsers by role, at the own event and at the other."""

    served: Served
    own: dict[str, httpx2.AsyncClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def store_staff(session: Session, event_id: int, slug: str) -> dict[str, str]:
    """Somebody of each role at an event; their tokens."""
    tokens = {}
    for role in GIVEN:
        person = organisers.add_organiser(session, f"{role.value} {slug}", "", everywhere=False)
        roles.give_role(session, event_id, person.id or 0, role, "test")
        tokens[role.value] = sessions.sign_in_organiser(session, person.id or 0, "test")
    return tokens


def open_phone(session: Session, judge_id: int, link_id: int) -> str:
    """Open a session for a judge; its token."""
    return access.open_session(session, access.JUDGE_SESSION, "test", judge_id=judge_id, link_id=link_id)


@pytest.fixture
async def house(served: Served) -> AsyncIterator[House]:
    database = served.database
    guest = await database.write(lambda s: organisers.add_organiser(s, "guest", "", everywhere=False).id or 0)
    own = await database.write(lambda s: store_event(s, slug=OWN))
    foreign = await database.write(lambda s: store_event(s, slug=FOREIGN))
    await database.write(rename, foreign)
    found = House(served)
    tokens = await database.write(store_staff, own.event_id, OWN)
    await database.write(store_staff, foreign.event_id, FOREIGN)
    await database.write(lambda s: roles.give_role(s, own.event_id, guest, Role.AUDITOR, "test"))
    link = await issue_link(database, own.judges["J1"])
    judge, stored = await database.read(access.judge_behind, secret=link.secret)
    async with AsyncExitStack() as stack:
        for role, token in tokens.items():
            found.tokens[role] = token
            found.own[role] = await stack.enter_async_context(
                httpx2.AsyncClient(timeout=60, base_url=served.url, cookies={"console": token})
            )
        phone = await database.write(open_phone, judge.id or 0, stored.id or 0)
        found.own[Role.JUDGE] = await stack.enter_async_context(
            httpx2.AsyncClient(timeout=60, base_url=served.url, cookies={"judge": phone})
        )
        found.own[NOBODY] = await stack.enter_async_context(httpx2.AsyncClient(timeout=60, base_url=served.url))
        yield found


def test_every_route_has_its_policy_and_it_is_the_one_that_is_written_here() -> None:
    found = {}
    for route in TABLE:
        policy = policy_of(route)
        assert policy is not None
        who = "*" if policy.open else "".join(sign for sign, role in LETTERS.items() if role in policy.roles)
        if isinstance(route, Route):
            found.update({f"{method} {route.path}": who for method in (route.methods or set()) - {"HEAD"}})
        else:
            found[f"{'MOUNT' if isinstance(route, Mount) else 'WS'} {getattr(route, 'path', '')}"] = who
    assert found == WHO


def test_a_route_without_a_policy_does_not_start() -> None:
    async def handler(_request: Any) -> Response:
        return Response()

    with pytest.raises(TypeError, match="/forgotten"):
        all_guarded([Route("/forgotten", handler)])


@pytest.mark.parametrize("role", [*GIVEN, Role.JUDGE, NOBODY])
async def test_each_route_lets_in_whom_it_should(house: House, role: str) -> None:
    browser, wrong = house.own[role], {}
    sign = next((sign for sign, each in LETTERS.items() if each == role), "")
    # First all that is refused: what is allowed may end what others rest on.
    for asked in sorted(GUARDED, key=lambda asked: sign in WHO[asked.name]):
        answer = await browser.request(asked.method, asked.address(OWN))
        if sign and sign in WHO[asked.name]:
            by_password = asked.name == "POST /console/confirm"  # which is what it asks for
            good = (by_password or answer.status_code not in {401, 403}) and "sign-in" not in answer.headers.get(
                "location", ""
            )
        elif WHO[asked.name] == "j":
            good = answer.status_code == 401 or answer.headers.get("location") == "/j"
        elif role in {Role.JUDGE, NOBODY}:
            good = answer.status_code == 303 and answer.headers["location"].startswith("/console/sign-in?")
        else:
            good = answer.status_code == 403 and "Your role at this event does not include this." in answer.text
        if not good:
            wrong[asked.name] = (answer.status_code, answer.headers.get("location"))
    assert wrong == {}


def told(answer: httpx2.Response, *words: str) -> tuple[int, str]:
    """All of an answer, without the words of the address that was asked."""
    headers = {name: value for name, value in answer.headers.items() if name not in UNLIKE}
    text = json.dumps([headers, answer.text], ensure_ascii=False)
    return answer.status_code, re.sub(rf"(/|%2F)({'|'.join(words)})\b", "/…", text)


@pytest.mark.parametrize("role", [*GIVEN, Role.JUDGE, NOBODY])
async def test_what_is_of_another_event_is_answered_like_what_there_is_not(house: House, role: str) -> None:
    browser, unlike = house.own[role], {}
    for asked in GUARDED:
        if "{" not in asked.path or "{uuid" in asked.path:
            continue
        pairs = [(asked.address(FOREIGN, FOREIGN), asked.address(MISSING, MISSING))]
        pairs += [(asked.address(FOREIGN), asked.address(MISSING))]
        for foreign, missing in pairs:
            if foreign == missing:
                continue
            answers = []
            for address, whose in ((foreign, FOREIGN), (missing, MISSING)):
                # The length of a packed answer depends on the words of the address that was asked.
                answer = await browser.request(asked.method, address, headers={"accept-encoding": "identity"})
                answers.append(told(answer, OWN, *PARTS[whose].values(), "K1"))
            if answers[0] != answers[1]:
                unlike[asked.name] = answers
    assert unlike == {}


async def test_a_ballot_for_a_team_of_another_event_is_answered_like_one_for_none(house: House) -> None:
    answers = []
    for whose in (FOREIGN, MISSING):
        parts = PARTS[whose]
        answer = await house.own[Role.JUDGE].put(
            f"/judge/ballots/{UUID(int=ord(whose[0]))}",
            json={"round": parts["round"], "team": parts["team"], "base_revision": 0, "scores": {}},
        )
        answers.append((answer.status_code, answer.content))
    assert answers[0] == answers[1]
    assert answers[0][0] in {403, 404}


async def closed_with(house: House, path: str, event: str, cookie: str) -> tuple[int, str]:
    async with socket_to(house.served, path.format(slug=event), cookie=cookie) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


@pytest.mark.parametrize("role", GIVEN)
async def test_sockets_open_for_whom_they_should_and_tell_foreign_from_missing_to_nobody(
    house: House, role: Role
) -> None:
    sign = next(sign for sign, each in LETTERS.items() if each == role)
    for path in SOCKETS:
        cookie = f"console={house.tokens[role]}"
        if sign in WHO[f"WS {path}"]:
            async with socket_to(house.served, path.format(slug=OWN), cookie=cookie) as socket:
                assert await socket.recv()
        else:
            assert await closed_with(house, path, OWN, cookie) == (4403, "")
        assert await closed_with(house, path, FOREIGN, cookie) == (4404, "")
        assert await closed_with(house, path, MISSING, cookie) == (4404, "")
        assert await closed_with(house, path, OWN, "console=stranger") == (4401, "")


async def test_what_weighs_most_asks_for_a_sign_in_of_the_last_minutes(house: House) -> None:
    browser = house.own[Role.OWNER]
    before = datetime.now(UTC) - sessions.FRESH
    await house.served.database.write(lambda s: s.execute(update(SignIn).values(confirmed_at=before)))
    asked_again: set[str] = set()
    for asked in GUARDED:
        policy = policy_of(asked.route)
        assert policy is not None
        if Role.JUDGE in policy.roles:
            continue
        answer = await browser.request(asked.method, asked.address(OWN))
        led = answer.headers.get("location", "").startswith("/console/confirm?") or "/console/confirm" in answer.text
        if led and answer.status_code in {303, 403}:
            asked_again.add(asked.name)
    console = "/console/e/{slug}"
    assert asked_again == {
        f"POST {console}/rounds/{{key}}/finalise",
        *(f"POST {console}/rounds/{{key}}/late/{{uuid:uuid}}/{step}" for step in ("admit", "refuse", "reopen")),
        f"POST {console}/rounds/{{key}}/groups",
        f"POST {console}/rounds/{{key}}/groups/withdraw",
        f"POST {console}/judges/links",
        f"POST {console}/judges/{{key}}/link",
        f"POST {console}/judges/{{key}}/pin",
        f"POST {console}/judges/{{key}}/signature/pin",
        f"POST {console}/teams/{{key}}/withdraw",
        f"POST {console}/teams/{{key}}/disqualify",
        f"POST {console}/teams/{{key}}/restore",
        f"POST {console}/people",
        f"POST {console}/people/{{person:int}}/role",
        f"POST {console}/people/{{person:int}}/remove",
        f"GET {console}/record",
        "GET /console/account/password",
        "POST /console/account/password",
        "GET /console/account/factor",
        "POST /console/account/factor",
        "POST /console/account/factor/remove",
        "POST /console/account/codes",
        "POST /console/account/sessions/end",
        "GET /console/account/connect",
    }


async def test_who_is_nobody_any_more_comes_no_further(house: House) -> None:
    browser = house.own[Role.OWNER]
    assert (await browser.get("/console/e/alpha")).status_code == 200
    now = datetime.now(UTC) - timedelta(seconds=1)
    await house.served.database.write(
        lambda s: s.execute(update(Organiser).where(col(Organiser.name) == "owner alpha").values(disabled_at=now))
    )
    assert (await browser.get("/console/e/alpha")).status_code == 303


async def test_every_page_of_the_console_has_the_way_out(house: House) -> None:
    pages, without = 0, set()
    for asked in (asked for asked in GUARDED if asked.method == "GET" and "o" in WHO[asked.name]):
        answer = await house.own[Role.OWNER].get(asked.address(OWN))
        if answer.status_code == 200 and "<html" in answer.text:
            pages += 1
            if 'action="/console/sign-out"' not in answer.text:
                without.add(asked.name)
    assert (pages > 20, without) == (True, set())


async def test_every_answer_says_what_it_is(house: House) -> None:
    files = ("css/base.css", "js/board/main.js", "img/icon.svg")
    plain = {route.path for route in TABLE if isinstance(route, Route) and "GET" in (route.methods or set())}
    addresses = {path.replace("{slug}", OWN) for path in plain}
    addresses |= {asked.address(OWN) for asked in GUARDED if asked.method == "GET"} | {"/nowhere"}
    addresses = {path for path in addresses if "{" not in path} - {f"/e/{OWN}/stream"}
    wrong = {}
    for browser in (house.own[NOBODY], house.own[Role.JUDGE], house.own[Role.OWNER]):
        for address in sorted(addresses) + [Static().address(file) for file in files]:
            answer = await browser.get(address)
            told = answer.headers.get("content-type", "")
            kind, _, charset = told.partition("; ")
            named = (
                kind in {"application/json", "application/gzip", "application/manifest+json"}
                or charset == "charset=utf-8"
            )
            if answer.content and not (named or kind == "image/svg+xml"):
                wrong[address] = told
    assert wrong == {}
