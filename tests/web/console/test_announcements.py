import re

from builder import build_event
from serving import Served
from visitors import judge, organiser

PAGE = "/console/e/hack/judges"
SEND = "/console/e/hack/announcements"


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]*>|[\u2066-\u2069]", " ", html, flags=re.DOTALL))


async def test_a_message_is_sent_read_and_seen(served: Served) -> None:
    cast = await build_event(served.database, judges=2)
    async with organiser(served) as browser, judge(served, cast) as phone:
        answer = await browser.post(SEND, data={"judge": "", "text_en": "Lunch <now>", "text_ar": "الغداء"})
        before = words((await browser.get(PAGE)).text)
        (told,) = (await phone.get("/judge/bundle")).json()["announcements"]
        seen = [await phone.post(f"/judge/announcements/{told['sequence']}/seen") for _ in range(2)]
        (again,) = (await phone.get("/judge/bundle")).json()["announcements"]
        after = words((await browser.get(PAGE)).text)
        board = (await browser.get("/e/hack")).text
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert (told["text_en"], told["text_ar"], told["to_all"], told["seen"]) == ("Lunch <now>", "الغداء", True, False)
    assert ([each.status_code for each in seen], again["seen"]) == ([204, 204], True)
    assert "Lunch &lt;now&gt; Seen by 0 of 2 Not yet: Judge 1 · Judge 2" in before
    assert "Seen by 1 of 2 Not yet: Judge 2" in after
    assert "Lunch" not in board


async def test_a_message_to_one_judge_is_nobody_elses(served: Served) -> None:
    cast = await build_event(served.database, judges=2)
    async with organiser(served) as browser, judge(served, cast, "J2") as other, judge(served, cast) as phone:
        await browser.post(SEND, data={"judge": "J1", "text_ar": "إلى المكتب"})
        (told,) = (await phone.get("/judge/bundle")).json()["announcements"]
        assert (await other.get("/judge/bundle")).json()["announcements"] == []
        assert (await other.post(f"/judge/announcements/{told['sequence']}/seen")).status_code == 404
        await phone.post(f"/judge/announcements/{told['sequence']}/seen")
        page = words((await browser.get(PAGE)).text)
    assert "Judge 1 إلى المكتب seen " in page


async def test_what_cannot_be_sent_is_said_and_the_words_are_kept(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        empty = await browser.post(SEND, data={"judge": "J2", "text_en": " "})
        stranger = await browser.post(SEND, data={"judge": "J99", "text_en": "Hello"})
        await browser.post(SEND, data={"text_en": "One"})
        soon = await browser.post(SEND, data={"judge": "J2", "text_en": "Two <b>"})
    assert (empty.status_code, "Please write what the judges are to know." in empty.text) == (422, True)
    assert (stranger.status_code, "There is no such judge." in stranger.text) == (404, True)
    assert (soon.status_code, "You have just sent a message." in soon.text) == (429, True)
    assert ('value="Two &lt;b&gt;"' in soon.text, '<option value="J2" selected>' in soon.text) == (True, True)


async def test_the_page_begins_with_the_phones_that_have_not_sent_everything(served: Served) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser, judge(served, cast) as phone:
        assert "Not everything has been sent." not in (await browser.get(PAGE)).text
        await phone.get("/judge/bundle?unsent=2&oldest=185&drafts=1")
        page = words((await browser.get(PAGE)).text)
        own = words((await browser.get(f"{PAGE}/J1")).text)
        await phone.get("/judge/bundle?unsent=nonsense&oldest=185&drafts=1")
        kept = words((await browser.get(PAGE)).text)
        await phone.get("/judge/bundle?unsent=0&oldest=0&drafts=0")
        gone = words((await browser.get(PAGE)).text)
    assert re.search(r"Judge 1 2 ballots not sent for 3 minutes 1 begun Last seen \d\d:\d\d:\d\d", page)
    assert "2 ballots not sent for 3 minutes" in own
    assert ("2 ballots not sent" in kept, "ballots not sent" in gone) == (True, False)
