import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from serving import Served
from visitors import stranger

from scoreboard.errors import InvalidForm
from scoreboard.web.reports import ADDRESS, LONGEST, directive_in

KIND = {"content-type": "application/csp-report"}
# As chromium sends it: it tells where the visitor was and what the page held.
REPORT = {
    "document-uri": "http://score.example/console/enter?secret=hush5678",
    "referrer": "http://score.example/j",
    "violated-directive": "script-src-elem",
    "effective-directive": "script-src-elem",
    "original-policy": "default-src 'none'",
    "disposition": "enforce",
    "blocked-uri": "inline",
    "script-sample": "hush5678\r\nINFO all is well",
}


def written(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    """What the log was told of reports."""
    records = [record for record in caplog.records if record.name == "scoreboard.web.reports"]
    return [(record.getMessage(), vars(record)["fields"]) for record in records]


@pytest.fixture
async def browser(served: Served, caplog: pytest.LogCaptureFixture) -> AsyncIterator[httpx2.AsyncClient]:
    caplog.set_level(logging.INFO)
    async with stranger(served) as browser:
        yield browser


async def test_a_report_is_logged_by_its_directive_and_by_nothing_else(
    browser: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await browser.post(ADDRESS, content=json.dumps({"csp-report": REPORT}), headers=KIND)
    assert (answer.status_code, answer.content) == (204, b"")
    ((message, fields),) = written(caplog)
    assert fields == {"directive": "script-src-elem"}
    assert "(script-src-elem)" in message
    assert "hush5678" not in caplog.text


@pytest.mark.parametrize(
    ("report", "directive"),
    [
        ({"effective-directive": "img-src"}, "img-src"),
        ({"violated-directive": "script-src 'self'"}, "script-src"),
        ({"effective-directive": "", "violated-directive": "style-src"}, "style-src"),
        ({"effective-directive": "script-src\nINFO organiser signed in"}, "other"),
        ({"effective-directive": "hush5678"}, "other"),
        ({"effective-directive": {"a": 1}}, "other"),
        ({"effective-directive": 5}, "other"),
        ({}, "other"),
    ],
)
def test_a_directive_is_a_word_from_a_list(report: dict[str, Any], directive: str) -> None:
    assert directive_in(json.dumps({"csp-report": report}).encode()) == directive


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"5",
        b'"csp-report"',
        b"[]",
        b"[{}]",
        b"{}",
        b'{"csp-report": null}',
        b'{"csp-report": "x"}',
        b'{"csp-report": [1]}',
        b'{"csp-report": {"effective-directive": "\\ud800"}}',
        b"[" * 5000,
        b'{"csp-report":' * 2000,
        b"\xff\xfe",
        b"\x00",
    ],
)
def test_what_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidForm):
        directive_in(body)


async def test_what_is_no_report_is_told_so_and_not_logged(
    browser: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    for body in (b"[]", b"x" * (LONGEST + 1), json.dumps({"csp-report": {"a": "b" * LONGEST}}).encode()):
        answer = await browser.post(ADDRESS, content=body, headers={**KIND, "accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_form")
    assert written(caplog) == []


async def test_a_flood_of_reports_is_stemmed(browser: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps({"csp-report": REPORT})
    answers = [await browser.post(ADDRESS, content=body, headers=KIND) for _ in range(40)]
    assert [answer.status_code for answer in answers] == [204] * 30 + [429] * 10
    assert len(written(caplog)) == 30
    assert int(answers[-1].headers["retry-after"]) <= 60
