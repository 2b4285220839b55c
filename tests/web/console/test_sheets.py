import re

from builder import build_event
from serving import Served
from visitors import organiser

from scoreboard.judging import decisions

SHEETS = "/console/e/hack/rounds/final/sheets"


def codes(text: str) -> list[str]:
    return re.findall(r'data-sheet="([^"]*)"', text)


async def test_there_is_a_sheet_for_every_ballot_that_is_expected(served: Served) -> None:
    cast = await build_event(served.database, judges=2, teams=3, conflicts=(("J1", "T2"),))
    await served.database.write(decisions.withdraw, cast.event_id, "T3", "Gave up", "test")
    await served.database.write(decisions.skip, cast.round_id, "J2", "T2", "Left", "test")
    async with organiser(served) as browser:
        assert codes((await browser.get(SHEETS)).text) == ["J1 T1", "J2 T1"]
        assert codes((await browser.get(f"{SHEETS}?judge=J2")).text) == ["J2 T1"]
        assert codes((await browser.get(f"{SHEETS}?team=T2")).text) == []


async def test_a_sheet_speaks_both_languages_and_needs_no_script(served: Served) -> None:
    await build_event(served.database, judges=1, teams=1, criteria=2)
    async with organiser(served) as browser:
        page = (await browser.get(SHEETS)).text
    sheet = page[page.index("<article") : page.index("</article>")]
    for words in ("Judge&#39;s signature", "توقيع المحكّم", "Oasis", "واحة", "Impact", "الأثر", "J1 T1"):
        assert words in sheet
    assert (sheet.count('class="box"'), sheet.count('class="qr"'), "<script" in sheet) == (22, 1, False)


async def test_a_fine_scale_is_written_and_not_ticked(served: Served) -> None:
    await build_event(served.database, judges=1, teams=1, criteria=1, maximum=100)
    async with organiser(served) as browser:
        page = (await browser.get(SHEETS)).text
    assert (page.count('class="box"'), page.count('class="box long"'), "0 – 100" in page) == (0, 1, True)
