import pytest
from builder import build_event
from serving import Served
from visitors import stranger


async def test_the_front_page_leads_to_the_events_and_the_ways_in(served: Served) -> None:
    await build_event(served.database)
    async with stranger(served) as browser:
        page = (await browser.get("/")).text
    assert [link for link in ("/e/hack", "/j", "/console") if f'href="{link}"' not in page] == []


async def test_an_empty_front_page_says_what_to_do(served: Served) -> None:
    async with stranger(served) as browser:
        assert "scoreboard import FOLDER" in (await browser.get("/")).text


async def test_a_chosen_language_is_remembered_on_the_page_where_it_was_chosen(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.post("/language", data={"language": "ar", "back": "/console/sign-in?back=%2Fconsole"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in?back=%2Fconsole")
        page = (await browser.get("/")).text
    assert '<html lang="ar" dir="rtl"' in page


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "", "console"])
async def test_the_choice_of_a_language_leads_nowhere_else(served: Served, back: str) -> None:
    async with stranger(served) as browser:
        answer = await browser.post("/language", data={"language": "en", "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_choice_outranks_the_language_of_the_address(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.post("/language", data={"language": "ar", "back": "/j?lang=en&from=badge"})
    assert answer.headers["location"] == "/j?from=badge"


async def test_a_language_that_is_not_spoken_is_refused(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.post("/language", data={"language": "tlh", "back": "/"})
    assert (answer.status_code, answer.headers.get("set-cookie")) == (422, None)


async def test_a_field_is_read_from_the_form_and_from_nowhere_else(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.post("/language?language=ar&back=/j", data={"back": "/"}, headers={"language": "ar"})
    assert (answer.status_code, answer.headers.get("set-cookie")) == (422, None)


async def test_health_says_ok_when_the_database_can_be_read(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
