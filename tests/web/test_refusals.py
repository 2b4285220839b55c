import re
from datetime import UTC, datetime
from html import unescape

from builder import build_event
from serving import Served
from sqlmodel import update
from visitors import PASSWORD, organiser, stranger

from scoreboard.judging.staff import organisers, sessions
from scoreboard.models import SignIn


async def grow_stale(served: Served) -> None:
    """Let the last sign-in be long ago."""
    before = datetime.now(UTC) - sessions.FRESH
    await served.database.write(lambda session: session.execute(update(SignIn).values(confirmed_at=before)))


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    }


async def test_a_form_is_kept_while_its_sender_confirms_that_it_is_them(served: Served) -> None:
    await build_event(served.database)
    await served.database.write(organisers.add_organiser, "olga", PASSWORD)
    async with stranger(served) as browser:
        await browser.post("/console/sign-in", data={"name": "olga", "password": PASSWORD})
        await grow_stale(served)
        asked = await browser.post("/console/e/hack/teams/T1/withdraw", data={"reason": 'Gave "up" <b>'})
        assert (asked.status_code, asked.headers["cache-control"]) == (403, "no-store")
        old = browser.cookies["console"]
        fields = hidden(asked.text)
        wrong = await browser.post("/console/confirm", data={**fields, "password": "guess"})
        assert wrong.status_code == 401
        done = await browser.post("/console/confirm", data={**hidden(wrong.text), "password": PASSWORD})
        assert done.status_code == 200
        assert browser.cookies["console"] != old
        assert 'action="/console/e/hack/teams/T1/withdraw"' in done.text
        again = hidden(done.text)
        assert again["reason"] == 'Gave "up" <b>'
        assert (await browser.post("/console/e/hack/teams/T1/withdraw", data=again)).status_code == 303
    async with stranger(served) as thief:
        thief.cookies.set("console", old)
        assert (await thief.get("/console/e/hack")).status_code == 303


async def test_a_form_without_fields_is_kept_too(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        await grow_stale(served)
        asked = await browser.post("/console/e/hack/judges/links")
        done = await browser.post("/console/confirm", data={**hidden(asked.text), "password": PASSWORD})
        assert (done.status_code, 'action="/console/e/hack/judges/links"' in done.text) == (200, True)


async def test_what_was_typed_as_a_password_is_on_no_page(served: Served) -> None:
    typed = "a secret of mine"
    async with organiser(served) as browser:
        await grow_stale(served)
        asked = await browser.post("/console/account/password", data={"password": typed, "again": typed})
        assert (asked.status_code, typed in asked.text) == (403, False)
        wrong = await browser.post("/console/confirm", data={**hidden(asked.text), "password": typed})
        assert (wrong.status_code, typed in wrong.text) == (401, False)
        done = await browser.post("/console/confirm", data={**hidden(asked.text), "password": PASSWORD})
        assert (done.status_code, done.headers["location"]) == (303, "/console/account/password")


async def test_a_page_is_come_back_to_after_the_confirmation(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        await grow_stale(served)
        led = await browser.get("/console/e/hack/record")
        assert led.headers["location"] == "/console/confirm?back=%2Fconsole%2Fe%2Fhack%2Frecord"
        done = await browser.post("/console/confirm", data={"back": "/console/e/hack/record", "password": PASSWORD})
        assert (done.status_code, done.headers["location"]) == (303, "/console/e/hack/record")
        assert (await browser.get("/console/e/hack/record")).headers["content-type"] == "application/gzip"


async def test_a_confirmation_leads_to_no_other_site(served: Served) -> None:
    async with organiser(served) as browser:
        for kept in ("", '[["a", "b"]]'):
            form = {"back": "https://evil.example/", "kept": kept, "password": PASSWORD}
            done = await browser.post("/console/confirm", data=form)
            assert "evil.example" not in done.text + done.headers.get("location", "")
