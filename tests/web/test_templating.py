from datetime import UTC, date, datetime
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Mount

from scoreboard.models import Event, Team
from scoreboard.web.templating import Pages, Static, static_version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("export {}")
    return tmp_path


def client(static: Static) -> httpx2.AsyncClient:
    app = Starlette(routes=[Mount("/static", app=static)])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://score.example")


def test_a_changed_file_changes_every_address(folder: Path) -> None:
    before = Static(folder).address("js/a.js")
    (folder / "js" / "a.js").write_text("export { }")
    assert Static(folder).address("js/a.js") != before


def test_a_renamed_file_changes_every_address(folder: Path) -> None:
    before = static_version(folder)
    (folder / "js" / "a.js").rename(folder / "js" / "b.js")
    assert static_version(folder) != before


def test_an_address_of_a_file_that_is_not_there_is_not_given(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Static(folder).address("js/b.js")


async def test_a_file_of_this_version_is_kept_for_ever(folder: Path) -> None:
    static = Static(folder)
    async with client(static) as browser:
        answer = await browser.get(static.address("js/a.js"))
    assert (answer.status_code, answer.text) == (200, "export {}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_page_that_is_older_gets_the_file_but_not_for_ever(folder: Path) -> None:
    async with client(Static(folder)) as browser:
        answer = await browser.get("/static/0123456789ab/js/a.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


async def test_a_file_that_is_the_same_is_not_sent_again(folder: Path) -> None:
    static = Static(folder)
    async with client(static) as browser:
        first = await browser.get(static.address("js/a.js"))
        again = await browser.get(static.address("js/a.js"), headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["js/b.js", "../secret.txt", "%2e%2e/secret.txt", "js", ""])
async def test_nothing_else_is_served(folder: Path, path: str) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    static = Static(folder)
    async with client(static) as browser:
        answer = await browser.get(f"/static/{static.version}/{path}")
    assert answer.status_code == 404


def asked(query: str = "", cookie: str = "") -> HTTPConnection:
    headers = [(b"cookie", cookie.encode())]
    return HTTPConnection({"type": "http", "path": "/", "query_string": query.encode(), "headers": headers})


EVENT = Event(
    slug="hack",
    name_en="Hackathon",
    name_ar="هاكاثون",
    starts_on=date(2026, 12, 7),
    ends_on=date(2026, 12, 9),
    time_zone="Asia/Qatar",
    language="ar",
    digits="arab",
)


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(Static(), "en")


@pytest.mark.parametrize(
    ("query", "cookie", "event", "spoken"),
    [
        ("", "", None, "en"),
        ("", "", EVENT, "ar"),
        ("", "language=en", EVENT, "en"),
        ("lang=ar", "language=en", None, "ar"),
        ("lang=xx", "language=yy", EVENT, "ar"),
    ],
)
def test_a_page_speaks_what_is_asked_for_then_what_was_chosen_then_what_the_event_does(
    pages: Pages, query: str, cookie: str, event: Event | None, spoken: str
) -> None:
    assert pages.language_of(asked(query, cookie), event).code == spoken


def shown(pages: Pages, language: str, text: str, **context: object) -> str:
    return pages.environments[language].from_string(text).render(**context)


def test_a_name_is_isolated_and_says_when_it_is_in_another_language(pages: Pages) -> None:
    both = Team(event_id=1, key="T1", name_en="Oasis", name_ar="واحة")
    english = Team(event_id=1, key="T2", name_en="<Sail>", name_ar="")
    assert shown(pages, "ar", "{{ a|name }} {{ b|name }}", a=both, b=english) == (
        '<bdi>واحة</bdi> <bdi lang="en">&lt;Sail&gt;</bdi>'
    )


def test_what_somebody_gave_is_isolated_and_is_one_word_on_a_command_line(pages: Pages) -> None:
    assert shown(pages, "en", "{{ a|isolated }}", a="<b>") == "<bdi>&lt;b&gt;</bdi>"
    assert shown(pages, "en", "{{ a|quoted }} {{ b|quoted }}", a="olga", b="$(x) y") == "olga &#39;$(x) y&#39;"


def test_numbers_are_drawn_in_the_digits_of_the_event_and_left_to_right(pages: Pages) -> None:
    assert shown(pages, "ar", "{{ 12.345|number(1) }}", event=EVENT) == '<bdi dir="ltr">١٢٫٣</bdi>'
    assert shown(pages, "en", "{{ 12.345|number(1) }}", event=EVENT) == '<bdi dir="ltr">12.3</bdi>'
    assert shown(pages, "ar", "{{ '3/5'|number }}", event=None) == '<bdi dir="ltr">3/5</bdi>'


def test_times_are_those_of_the_event(pages: Pages) -> None:
    late = datetime(2026, 12, 7, 22, 4, 5, tzinfo=UTC)
    assert shown(pages, "en", "{{ at|clock }} {{ at|day }}", event=EVENT, at=late) == (
        '<bdi dir="ltr">01:04:05</bdi> <bdi>8 December 2026</bdi>'
    )
    assert shown(pages, "ar", "{{ at|day }}", event=EVENT, at=date(2026, 12, 7)) == "<bdi>٧ ديسمبر ٢٠٢٦</bdi>"


def test_a_page_that_asks_for_what_it_was_not_given_fails(pages: Pages) -> None:
    with pytest.raises(Exception, match="is undefined"):
        shown(pages, "en", "{{ nothing }}")
