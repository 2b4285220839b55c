from builder import build_event
from serving import Served
from visitors import organiser


async def test_the_addresses_of_the_board_are_told(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        text = (await browser.get("/console/e/hack/screens")).text
    assert f"{served.url}/e/hack?screen=1&amp;lang=ar" in text
    assert 'class="qr"' in text
