"""What an address holds comes back as text if at all: every page is asked with markup in all words that it may read."""

import re
from urllib.parse import quote

import httpx2
import pytest
from builder import build_event
from serving import Served
from starlette.routing import Route
from visitors import judge, organiser, stranger

from scoreboard.app import routes
from scoreboard.web.templating import Static

MARKUP = '"><img src=x onerror=alert(1)></script><script>alert(1)</script>{{ 7*191 }}'
PROBES = (MARKUP, "javascript:alert(1)//")
WORDS = (
    "back",
    "round",
    "judge",
    "team",
    "one",
    "other",
    "by",
    "lang",
    "before",
    "at",
    "wait",
    "screen",
    "epoch",
    "version",
    "witness",
    "code",
    "state",
    "error",
    "error_description",
    "provider",
    "next",
    "name",
)
PLACES = {
    "slug": "hack",
    "key": "final",
    "round": "final",
    "team": "T1",
    "person": "1",
    "device": "1",
    "uuid": "1",
    "sequence": "1",
}
PLACES["judge"] = "J1"
TABLE = [route for route in routes(Static()) if isinstance(route, Route) and not route.path.endswith("/stream")]
RUNS = re.compile(r'(href|src|action|formaction)="\s*javascript:', re.IGNORECASE)


@pytest.mark.parametrize("probe", PROBES)
async def test_what_an_address_says_runs_on_no_page(served: Served, probe: str) -> None:
    cast = await build_event(served.database)
    query = "&".join(f"{word}={quote(probe)}" for word in WORDS)
    found = []
    async with stranger(served) as nobody, organiser(served) as console, judge(served, cast) as phone:
        for route in TABLE:
            path = re.sub(r":\w+", "", route.path)
            asked = {path.format(**PLACES), path.format(**{name: quote(probe, safe="") for name in PLACES})}
            for visitor in (nobody, phone) if path.startswith("/j") else (nobody, console):
                for address in sorted(asked):
                    found += faults(await visitor.get(f"{address}?{query}"), probe)
                    if "POST" in (route.methods or set()) and "sign-out" not in path:
                        found += faults(await visitor.post(address, data=dict.fromkeys(WORDS, probe)), probe)
    assert found == []


def faults(answer: httpx2.Response, probe: str) -> list[str]:
    """What comes back in an answer as more than text."""
    html = answer.headers.get("content-type", "").startswith("text/html")
    where = f"{answer.request.method} {answer.request.url}"
    found = []
    if html and (RUNS.search(answer.text) or "1337" in answer.text or ("<" in probe and probe in answer.text)):
        found.append(f"on the page of {where}")
    if answer.status_code >= 500:
        found.append(f"failed: {where}")
    location = answer.headers.get("location", "")
    own = f"http://{answer.request.url.netloc.decode()}/"
    if location and not location.startswith(own) and not re.match(r"/(?![/\\])", location):
        found.append(f"led to {location} by {where}")
    return found


async def test_an_authenticators_secret_that_is_none_comes_back_as_one_that_is(served: Served) -> None:
    async with organiser(served) as console:
        answer = await console.post("/console/account/factor", data={"secret": MARKUP, "code": "123456"})
    assert answer.status_code == 422
    assert re.search('name="secret" value="[A-Z2-7]{32}"', answer.text)
