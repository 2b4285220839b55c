from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from builder import build_event
from serving import Served, socket_to
from starlette.routing import Route, WebSocketRoute
from visitors import PASSWORD, judge, organiser, store_organiser, stranger
from websockets.exceptions import ConnectionClosed

from scoreboard.app import routes
from scoreboard.judging.staff import organisers
from scoreboard.web.console.entrance import SECONDS
from scoreboard.web.templating import Static

DOORS = {"/console/sign-in", "/console/sign-in/code", "/console/enter", "/console/sign-out", "/console/outside"}
DOORS |= {"/console/outside/back"}
GUARDED = sorted(
    (method, route.path)
    for route in routes(Static())
    if isinstance(route, Route) and route.path.startswith("/console") and route.path not in DOORS
    for method in (route.methods or set())
)
FILLED = {"slug": "hack", "key": "final", "person": "1", "device": "1", "judge": "J1", "team": "T1"}
FILLED["uuid"] = "6d7d6a0e-7f0c-4d4f-9a53-50a7b2f0a001"


def filled(path: str) -> str:
    return path.replace(":int", "").replace(":uuid", "").format(**FILLED)


def back_of(answer: httpx2.Response) -> tuple[str, str]:
    """Where an answer leads, and where it leads back to."""
    parts = urlsplit(answer.headers["location"])
    return parts.path, parse_qs(parts.query)["back"][0]


async def test_no_page_of_the_console_opens_without_a_session(served: Served) -> None:
    await build_event(served.database)
    async with stranger(served) as browser:
        answers = {(method, path): await browser.request(method, filled(path)) for method, path in GUARDED}
    assert {asked: (answer.status_code, answer.content, *back_of(answer)) for asked, answer in answers.items()} == {
        (method, path): (303, b"", "/console/sign-in", "/console" if method == "POST" else filled(path))
        for method, path in GUARDED
    }
    assert len(GUARDED) > 20


async def test_a_judge_opens_no_page_of_the_console(served: Served) -> None:
    cast = await build_event(served.database)
    async with judge(served, cast) as phone:
        phone.cookies.set("console", phone.cookies["judge"])
        answers = {(method, path): await phone.request(method, filled(path)) for method, path in GUARDED}
    assert {asked: answer.status_code for asked, answer in answers.items()} == dict.fromkeys(GUARDED, 303)


async def test_an_organiser_is_no_judge(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        browser.cookies.set("judge", browser.cookies["console"])
        answers = [await browser.get(path) for path in ("/judge", "/judge/bundle", "/judge/final/T1")]
    assert [answer.status_code == 200 for answer in answers] == [False, False, False]


@pytest.mark.parametrize("cookie", ["", "nobody"])
async def test_a_socket_of_the_console_is_closed_without_a_session(served: Served, cookie: str) -> None:
    await build_event(served.database)
    paths = [
        filled(route.path)
        for route in routes(Static())
        if isinstance(route, WebSocketRoute) and route.path.startswith("/console")
    ]
    assert paths == ["/console/e/hack/socket"]
    async with socket_to(served, paths[0], cookie=f"console={cookie}") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_script_on_the_page_is_led_to_the_sign_in_and_back_to_the_page(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.get(
            "/console/e/hack/live",
            headers={"hx-request": "true", "hx-current-url": f"{served.url}/console/e/hack?round=final"},
        )
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/console/sign-in?back=%2Fconsole%2Fe%2Fhack%3Fround%3Dfinal"


async def sign_in(browser: httpx2.AsyncClient, **form: str) -> httpx2.Response:
    return await browser.post("/console/sign-in", data={"name": "olga", "password": PASSWORD, **form})


async def test_name_and_password_open_a_session_and_lead_back(served: Served) -> None:
    await build_event(served.database)
    await served.database.write(store_organiser, "olga")
    async with stranger(served) as browser:
        answer = await sign_in(browser, back="/console/e/hack")
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/e/hack")
        assert f"Max-Age={SECONDS}" in answer.headers["set-cookie"]
        assert (await browser.get("/console/e/hack")).status_code == 200


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/console", "/\\evil.example", ""])
async def test_signing_in_leads_to_no_other_site(served: Served, back: str) -> None:
    await served.database.write(store_organiser, "olga")
    async with stranger(served) as browser:
        assert (await sign_in(browser, back=back)).headers["location"] == "/console"


@pytest.mark.parametrize(
    "wrong", [{"password": "guess"}, {"name": "nobody"}, {"password": ""}, {"password": "x" * 5000}]
)
async def test_a_wrong_password_is_said_and_the_name_is_kept(served: Served, wrong: dict[str, str]) -> None:
    await served.database.write(store_organiser, "olga")
    async with stranger(served) as browser:
        answer = await sign_in(browser, **wrong)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)
    assert "The name or the password is not right." in answer.text
    assert f'value="{wrong.get("name", "olga")}"' in answer.text
    assert PASSWORD not in answer.text


async def test_an_organiser_without_a_password_cannot_sign_in_with_an_empty_one(served: Served) -> None:
    await served.database.write(organisers.add_organiser, "guest", "")
    async with stranger(served) as browser:
        assert (await sign_in(browser, name="guest", password="")).status_code == 401


async def test_after_ten_wrong_tries_even_the_right_password_has_to_wait(served: Served) -> None:
    await served.database.write(store_organiser, "olga")
    async with stranger(served) as browser:
        answers = [(await sign_in(browser, password="guess")).status_code for _ in range(10)]
        refused = await sign_in(browser)
    assert answers == [401] * 10
    assert refused.status_code == 429
    assert 600 < int(refused.headers["retry-after"]) <= 900


async def test_right_passwords_are_no_tries(served: Served) -> None:
    await served.database.write(store_organiser, "olga")
    async with stranger(served) as browser:
        assert [(await sign_in(browser)).status_code for _ in range(7)] == [303] * 7


async def test_signing_in_again_ends_the_session_before(served: Served) -> None:
    async with organiser(served) as browser, stranger(served) as thief:
        thief.cookies.set("console", browser.cookies["console"])
        await sign_in(browser)
        assert [(await visitor.get("/console")).status_code for visitor in (browser, thief)] == [200, 303]


async def test_signing_out_ends_the_session_and_not_only_the_cookie(served: Served) -> None:
    async with organiser(served) as browser, stranger(served) as thief:
        thief.cookies.set("console", browser.cookies["console"])
        answer = await browser.post("/console/sign-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
        assert (await thief.get("/console")).status_code == 303


async def one_time_link(served: Served) -> str:
    added = await served.database.write(organisers.add_organiser, "guest", "")
    return await served.database.write(organisers.issue_one_time_link, added.id or 0)


async def test_a_one_time_link_works_once(served: Served) -> None:
    secret = await one_time_link(served)
    async with stranger(served) as first, stranger(served) as second:
        entered = await first.post("/console/enter", data={"secret": secret})
        again = await second.post("/console/enter", data={"secret": secret})
        assert (entered.status_code, entered.headers["location"]) == (303, "/console")
        assert (await first.get("/console")).status_code == 200
    assert (again.status_code, again.headers.get("set-cookie")) == (401, None)


async def test_looking_at_a_one_time_link_does_not_use_it_up(served: Served) -> None:
    secret = await one_time_link(served)
    async with stranger(served) as browser:
        for _ in range(3):
            assert (await browser.get("/console/enter")).status_code == 200
        assert (await browser.post("/console/enter", data={"secret": secret})).status_code == 303


async def test_a_whole_link_may_be_pasted(served: Served) -> None:
    secret = await one_time_link(served)
    async with stranger(served) as browser:
        pasted = {"secret": f" {served.url}/console/enter#{secret} "}
        assert (await browser.post("/console/enter", data=pasted)).status_code == 303


async def test_guessing_links_has_to_wait_too(served: Served) -> None:
    async with stranger(served) as browser:
        answers = [await browser.post("/console/enter", data={"secret": "guess"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
