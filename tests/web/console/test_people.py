import re

from builder import build_event
from serving import Served
from visitors import organiser, stranger

from scoreboard.judging.verification.stored import verify_event
from scoreboard.models import Event


async def test_an_owner_adds_changes_and_removes_somebody(served: Served) -> None:
    cast = await build_event(served.database)
    async with organiser(served) as browser, stranger(served) as omar:
        added = await browser.post("/console/e/hack/people", data={"name": "Omar", "email": "", "role": "auditor"})
        secret = re.findall(r"/console/enter#([\w-]+)<", added.text)[0]
        assert (await omar.post("/console/enter", data={"secret": secret})).status_code == 303
        assert (await omar.get("/console/e/hack/ledger")).status_code == 200
        assert (await omar.get("/console/e/hack/people")).status_code == 403
        assert secret not in (await browser.get("/console/e/hack/people")).text
        (number,) = re.findall(r"/people/(\d+)/role", added.text)
        await browser.post(f"/console/e/hack/people/{number}/role", data={"role": "presenter"})
        assert [(await omar.get(f"/console/e/hack{page}")).status_code for page in ("", "/screens")] == [403, 200]
        await browser.post(f"/console/e/hack/people/{number}/remove")
        assert (await omar.get("/console/e/hack/screens")).status_code == 404
        assert "hack" not in (await omar.get("/console")).text
        told = (await browser.get("/console/e/hack/ledger")).text
    sentences = [re.sub("<[^>]+>", "", line) for line in re.findall(r"<td>(<bdi>Omar.*?)</td>", told)]
    assert sentences == [
        "Omar has no role any more",
        "Omar was given another role: Presenter",
        "Omar was given a role: Auditor",
    ]
    verdict = await served.database.read(lambda session: verify_event(session, session.get_one(Event, cast.event_id)))
    assert [fault for fault in verdict.faults if "member" in str(fault)] == []


async def test_nobody_changes_their_own_role(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser, stranger(served) as omar:
        added = await browser.post("/console/e/hack/people", data={"name": "Omar", "email": "", "role": "owner"})
        secret = re.findall(r"/console/enter#([\w-]+)<", added.text)[0]
        (number,) = re.findall(r"/people/(\d+)/role", added.text)
        await omar.post("/console/enter", data={"secret": secret})
        answer = await omar.post(f"/console/e/hack/people/{number}/role", data={"role": "auditor"})
    assert (answer.status_code, "Your own role is for another owner to change." in answer.text) == (409, True)


async def test_a_number_that_no_person_has_is_nobody(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        for number in (77, 2**63, 10**30):
            answer = await browser.post(f"/console/e/hack/people/{number}/role", data={"role": "auditor"})
            assert answer.status_code == 404


async def test_what_cannot_be_given_is_refused_in_words(served: Served) -> None:
    await build_event(served.database)
    async with organiser(served) as browser:
        for form in (
            {"name": "", "role": "auditor"},
            {"name": "Omar", "role": "judge"},
            {"name": "olga", "role": "owner"},
        ):
            answer = await browser.post("/console/e/hack/people", data=form)
            assert answer.status_code in {409, 422}
