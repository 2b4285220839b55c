import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

import pytest
from builder import Cast, build_event, issue_link, score
from httpx2 import AsyncClient, Response
from pydantic_core import to_json
from serving import Served
from sqlmodel import Session, select

from scoreboard.assets import PACKAGE
from scoreboard.exchange.folder import read_folder
from scoreboard.judging import rounds
from scoreboard.judging.setup import roster
from scoreboard.models import Judge, Round

WORKER = "/judge/worker.js"
EMPTY = "/judge/empty"
MOST_AT_FIRST = 45 * 1024  # bytes over the wire, with all that the phone keeps
MOST_AGAIN = 2 * 1024
MOST_OF_A_BALLOT = 1024  # both ways, with its receipt
MOST_OF_A_BUNDLE = 2 * 1024


@asynccontextmanager
async def phone_of(served: Served, cast: Cast, judge: str = "J1", language: str = "en") -> AsyncIterator[AsyncClient]:
    """A phone on which a judge is signed in."""
    async with phone_of_judge(served, cast.judges[judge], language) as phone:
        yield phone


@asynccontextmanager
async def phone_of_judge(served: Served, judge_id: int, language: str) -> AsyncIterator[AsyncClient]:
    """The same, of a judge of any event."""
    link = await issue_link(served.database, judge_id)
    async with AsyncClient(timeout=60, base_url=served.url, cookies={"language": language}) as phone:
        assert (await phone.post("/j", data={"secret": link.secret})).status_code == 303
        yield phone


def kept_files(worker: Response) -> list[str]:
    """The addresses that the worker keeps."""
    constants = dict(re.findall(r"^const (\w+) = (.*);$", worker.text, re.MULTILINE))
    version, paths = json.loads(constants["VERSION"]), json.loads(constants["PATHS"])
    return [f"/static/{version}/{path}" for path in paths]


def weight(answer: Response) -> int:
    """How many bytes came over the wire: the content as it was packed, and the headers."""
    return answer.num_bytes_downloaded + sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)


async def test_an_empty_page_holds_nothing_of_any_judge(served: Served) -> None:
    cast = await build_event(served.database)
    async with phone_of(served, cast) as one, phone_of(served, cast, "J2") as other:
        page = await one.get(EMPTY)
        assert page.text == (await other.get(EMPTY)).text
    assert re.search(r"Judge 1|Oasis|Public Works|\bT1\b|hack/\d", page.text) is None
    assert "Impact" in page.text


async def test_an_empty_page_fits_the_bundles_of_its_round_and_its_language(served: Served) -> None:
    cast = await build_event(served.database)
    forms = {}
    for language in ("en", "ar"):
        async with phone_of(served, cast, language=language) as phone:
            form = (await phone.get("/judge/bundle")).json()["form"]
            page = await phone.get(EMPTY)
            assert (page.headers["scoreboard-form"], f'"form":"{form}"' in page.text) == (form, True)
            forms[language] = form
    await score(served.database, cast, "J1", "T1", 7, 8)
    async with phone_of(served, cast) as phone:
        assert (await phone.get("/judge/bundle")).json()["form"] == forms["en"]
    assert forms["en"] != forms["ar"]


async def test_an_empty_page_is_for_judges(served: Served) -> None:
    await build_event(served.database)
    async with AsyncClient(base_url=served.url) as nobody:
        assert (await nobody.get(EMPTY)).status_code == 401


async def test_the_worker_keeps_the_very_files_that_the_pages_load(served: Served) -> None:
    cast = await build_event(served.database)
    async with phone_of(served, cast) as phone:
        worker = await phone.get(WORKER)
        files = kept_files(worker)
        answers = [await phone.get(address) for address in files]
        page = (await phone.get(EMPTY)).text
    version = files[0].split("/")[2]
    assert {(each.status_code, each.headers["scoreboard-version"]) for each in answers} == {(200, version)}
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    assert {address for address in loaded - set(files) if "icon-180" not in address} == set()
    assert (worker.headers["service-worker-allowed"], worker.headers["cache-control"]) == ("/judge", "no-cache")


async def test_a_worker_that_is_the_same_is_not_sent_again(served: Served) -> None:
    async with AsyncClient(base_url=served.url) as phone:
        tag = (await phone.get(WORKER)).headers["etag"]
        again = await phone.get(WORKER, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(("language", "name", "direction"), [("en", "Judging", "ltr"), ("ar", "التحكيم", "rtl")])
async def test_the_manifest_speaks_the_language_of_the_page(
    served: Served, language: str, name: str, direction: str
) -> None:
    async with AsyncClient(base_url=served.url) as phone:
        told = (await phone.get(f"/judge/manifest.webmanifest?lang={language}")).json()
        icons = [await phone.get(icon["src"]) for icon in told["icons"]]
    assert [told[key] for key in ("short_name", "lang", "dir", "display")] == [name, language, direction, "standalone"]
    assert [icon.headers["content-type"] for icon in icons] == [icon["type"] for icon in told["icons"]]


async def test_a_bundle_that_is_the_same_is_the_servers_time_and_no_more(served: Served) -> None:
    cast = await build_event(served.database)
    async with phone_of(served, cast) as phone:
        first = await phone.get("/judge/bundle")
        same = {"if-none-match": first.headers["etag"]}
        again = await phone.get("/judge/bundle", headers=same)
        await score(served.database, cast, "J1", "T1", 7, 8)
        scored = await phone.get("/judge/bundle", headers=same)
        await served.database.write(rounds.close, cast.round_id, "test")
        closed = await phone.get("/judge/bundle", headers={"if-none-match": scored.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    times = [datetime.fromisoformat(answer.headers["scoreboard-time"]) for answer in (first, again, scored)]
    assert times == sorted(set(times))
    assert (scored.status_code, scored.json()["ballots"]["T1"]["revision"]) == (200, 1)
    assert (closed.status_code, closed.json()["round"]["phase"]) == (200, "closed")


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_first_visit_and_every_other_weigh_little(served: Served, language: str) -> None:
    """On the demo's event: its rubric with all level texts, and all of its teams."""
    await served.database.write(roster.store, read_folder(PACKAGE / "demo" / "event"), "test")
    judge_id, round_id = await served.database.read(first_of)
    await served.database.write(rounds.open_round, round_id, "test")
    async with phone_of_judge(served, judge_id, language) as phone:
        listed = await phone.get("/judge")
        worker, bundle = await phone.get(WORKER), await phone.get("/judge/bundle")
        found = [listed, worker, bundle, *[await phone.get(address) for address in (EMPTY, *kept_files(worker))]]
        again = [
            await phone.get(address, headers={"if-none-match": answer.headers["etag"]})
            for address, answer in ((WORKER, worker), ("/judge/bundle", bundle))
        ]
        team = bundle.json()["assignments"][0]["team"]
        scores = {each["key"]: each["maximum"] for each in bundle.json()["rubric"]}
        held = bundle.json()["witness"]["checkpoint"].split("\n")[1]
        sent = ballot_of(team, scores)
        answer = await phone.put(f"/judge/ballots/{uuid4()}", content=sent, headers={"x-witness": held})
    assert answer.status_code == 200
    assert sum(each.num_bytes_downloaded for each in found) <= MOST_AT_FIRST
    assert sum(map(weight, again)) <= MOST_AGAIN
    assert len(sent) + answer.num_bytes_downloaded <= MOST_OF_A_BALLOT


def first_of(session: Session) -> tuple[int, int]:
    """A judge and the round of the one event."""
    return session.exec(select(Judge).limit(1)).one().id or 0, session.exec(select(Round)).one().id or 0


def ballot_of(team: str, scores: dict[str, str]) -> bytes:
    """A ballot as a phone sends it."""
    texts = {"comment": "", "note": "", "entered_at": "2026-12-06T09:00:00.000Z"}
    return to_json({"round": "final", "team": team, "base_revision": 0, "scores": scores, **texts})


async def test_the_bundle_of_thirty_teams_weighs_little(served: Served) -> None:
    cast = await build_event(served.database, teams=30)
    async with phone_of(served, cast, language="ar") as phone:
        assert (await phone.get("/judge/bundle")).num_bytes_downloaded <= MOST_OF_A_BUNDLE
