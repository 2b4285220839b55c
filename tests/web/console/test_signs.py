from html import unescape

from builder import build_event
from serving import Served
from visitors import organiser

from scoreboard.judging import decisions
from scoreboard.web.judge.find import sign_of
from scoreboard.web.qr import qr


async def test_every_team_that_competes_has_a_sign_with_its_own_code(served: Served) -> None:
    cast = await build_event(served.database, teams=3)
    await served.database.write(decisions.withdraw, cast.event_id, "T2", "They left.", "organiser:olga")
    async with organiser(served) as browser:
        page = await browser.get("/console/e/hack/signs")
    codes = [str(qr(served.url + sign_of(key))) for key in ("T1", "T3")]
    assert [code in page.text for code in codes] == [True, True]
    assert str(qr(served.url + sign_of("T2"))) not in page.text
    assert page.text.count('class="sign"') == 2
    assert "These codes lead to this machine only" in unescape(page.text)
