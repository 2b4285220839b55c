import json
import re
from pathlib import Path

import pytest
from serving import Served
from starlette.requests import Request
from visitors import stranger

from scoreboard.errors import TooManyTries
from scoreboard.i18n import LANGUAGES, language
from scoreboard.web import errors
from scoreboard.web.state import State
from scoreboard.web.templating import Pages, Static

JSON = {"accept": "application/json"}


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_person_is_told_in_their_language(served: Served, code: str) -> None:
    async with stranger(served) as browser:
        answer = await browser.get(f"/nowhere?lang={code}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f"<p>{language(code).text('There is no such page.')}</p>" in answer.text
    assert f'<html lang="{code}"' in answer.text


async def test_a_program_is_told_a_stable_code(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.get("/nowhere?lang=en", headers=JSON)
    assert (answer.status_code, answer.json()) == (404, {"code": "not_found", "message": "There is no such page."})


async def test_a_method_that_an_address_does_not_know_is_refused(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.delete("/", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (405, "http")
    assert "GET" in answer.headers["allow"]


async def test_an_error_carries_the_security_headers(served: Served) -> None:
    async with stranger(served) as browser:
        answer = await browser.get("/nowhere")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        (JSON, True),
        ({"content-type": "application/json"}, True),
        ({"accept": "text/html,application/json"}, False),
        ({"accept": "*/*"}, False),
        ({}, False),
    ],
)
def test_who_wants_json_is_known(headers: dict[str, str], wanted: bool) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    request: Request[State] = Request({"type": "http", "headers": raw})
    assert errors.wants_json(request) is wanted


async def test_who_must_wait_is_told_for_how_long() -> None:
    request: Request[State] = Request(
        {
            "type": "http",
            "query_string": b"",
            "headers": [(b"accept", b"application/json")],
            "state": {"pages": Pages(Static(), "en")},
        }
    )
    error = TooManyTries("Too many wrong tries. Please wait %(seconds)s seconds.", seconds=7, extra={"seconds": 7})
    answer = await errors.on_error(request, error)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert json.loads(bytes(answer.body))["seconds"] == 7


async def test_methods_that_nobody_needs_are_refused(served: Served) -> None:
    async with stranger(served) as browser:
        for method in ("TRACE", "TRACK", "PATCH"):
            assert (await browser.request(method, "/")).status_code == 405


def test_no_form_takes_a_file() -> None:
    package = Path(errors.__file__).parents[1]
    forms = [
        (file.relative_to(package), call)
        for file in package.rglob("*.py")
        for call in re.findall(r"\.form\(([^)]*)\)", file.read_text(encoding="utf-8"))
    ]
    assert len(forms) > 10
    assert [found for found in forms if not found[1].startswith("max_files=0")] == []
