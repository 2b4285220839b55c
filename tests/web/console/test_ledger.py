import gzip
import json
import re

from builder import build_event, score
from serving import Served
from visitors import organiser

from scoreboard.web.console.ledger import ON_A_PAGE


async def test_every_entry_is_told_page_by_page(served: Served) -> None:
    cast = await build_event(served.database, judges=6, teams=20)
    for judge in cast.judges:
        for team in cast.teams:
            await score(served.database, cast, judge, team, 5, 5)
    async with organiser(served) as browser:
        first = (await browser.get("/console/e/hack/ledger")).text
        second = (await browser.get(re.findall(r'href="([^"]*\?before=\d+)"', first)[0])).text
    found = [int(number) for text in (first, second) for number in re.findall(r'<tr id="entry-(\d+)"', text)]
    assert found == list(range(122, 0, -1))
    assert first.count("<tr id=") == ON_A_PAGE


async def test_the_record_is_the_one_that_can_be_verified(served: Served) -> None:
    cast = await build_event(served.database)
    await score(served.database, cast, "J1", "T1", 5, 5)
    async with organiser(served) as browser:
        answer = await browser.get("/console/e/hack/record")
    assert answer.headers["content-disposition"] == 'attachment; filename="hack.ndjson.gz"'
    head, *lines, end = [json.loads(line) for line in gzip.decompress(answer.content).splitlines()]
    assert (head["event"]["slug"], end["end"]["entries"]) == ("hack", sum("leaf" in line for line in lines))
    assert "checkpoint" in lines[-1]
