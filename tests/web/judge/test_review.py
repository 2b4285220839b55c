import re

import httpx2
from builder import Cast, ballot, build_event, score
from serving import Served
from visitors import judge

from scoreboard.judging import rounds
from scoreboard.judging.ballots.signed import signature_of
from scoreboard.judging.signature import signatures


async def scored(served: Served) -> Cast:
    cast = await build_event(served.database, teams=2)
    for team in cast.teams:
        await score(served.database, cast, "J1", team, 7, 8)
    return cast


def form(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of the signature."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))


async def test_all_ballots_are_on_one_page_and_are_signed_there(served: Served) -> None:
    cast = await scored(served)
    async with judge(served, cast) as phone:
        page = await phone.get("/judge/review")
        assert form(page)["seen"] == "T1:1 T2:1"
        assert (page.text.count(">75.0<"), 'id="unsent-block"' in page.text) == (2, True)
        answer = await phone.post("/judge/review", data={**form(page), "pin": "٤٣٢١", "again": "4321"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/judge/review")
        signed = await phone.get("/judge/review")
        sequence = await served.database.read(signature_of, cast.round_id, cast.judges["J1"])
        assert sequence
        assert f'data-signed="{sequence.sequence}"' in signed.text
        assert ('name="pin"' in signed.text, "You confirmed these ballots." in signed.text) == (False, True)


async def test_what_is_signed_is_locked_on_the_list_the_card_and_for_the_phone(served: Served) -> None:
    cast = await scored(served)
    async with judge(served, cast) as phone:
        assert (await phone.get("/judge/bundle")).json()["signed"] is None
        assert 'href="/judge/review"' in (await phone.get("/judge")).text
        await phone.post(
            "/judge/review", data={**form(await phone.get("/judge/review")), "pin": "1234", "again": "1234"}
        )
        for path in ("/judge", "/judge/final/T1"):
            page = (await phone.get(path)).text
            assert ('id="signed"' in page, 'id="ballot"' in page) == (True, False)
        told = (await phone.get("/judge/bundle")).json()["signed"]
        assert sorted(told) == ["at", "sequence"]
        sent = ballot("T1", 1, 1, base=1)
        content = {"round": "final", "team": "T1", "base_revision": 1, "scores": {"impact": "1", "quality": "1"}}
        answer = await phone.put(f"/judge/ballots/{sent.uuid}", json=content)
        assert (answer.status_code, answer.json()["code"]) == (409, "ballots_signed")
        await served.database.write(signatures.lift, cast.round_id, "J1", "Slip", "organiser:olga")
        assert (await phone.put(f"/judge/ballots/{sent.uuid}", json=content)).status_code == 200


async def test_why_it_was_not_signed_is_said_on_the_page(served: Served) -> None:
    cast = await scored(served)
    async with judge(served, cast) as phone:
        fields = form(await phone.get("/judge/review"))
        for more, status, words in (
            ({"pin": "12", "again": "12"}, 422, "A PIN has 4 to 6 digits."),
            ({"pin": "1234", "again": "4321"}, 422, "The two PINs are not the same."),
            ({"seen": "T1:9", "pin": "1234", "again": "1234"}, 409, "Your ballots are others by now."),
        ):
            answer = await phone.post("/judge/review", data={**fields, **more})
            assert (answer.status_code, words in answer.text, "1234" in answer.text) == (status, True, False)
        answer = await phone.post("/judge/review", data={**fields, "judge": "999", "pin": "1234", "again": "1234"})
        assert answer.status_code == 401


async def test_five_wrong_pins_lead_to_the_organisers(served: Served) -> None:
    cast = await scored(served)
    async with judge(served, cast) as phone:
        fields = form(await phone.get("/judge/review"))
        await phone.post("/judge/review", data={**fields, "pin": "1234", "again": "1234"})
        await served.database.write(signatures.lift, cast.round_id, "J1", "Slip", "organiser:olga")
        for _ in range(5):
            assert (await phone.post("/judge/review", data={**fields, "pin": "0000"})).status_code == 403
        spent = await phone.post("/judge/review", data={**fields, "pin": "1234"})
        assert (spent.status_code, 'name="pin"' in spent.text) == (403, False)
        assert "Please ask the organisers to reset your PIN." in spent.text


async def test_what_is_missing_is_named_and_comes_first(served: Served) -> None:
    cast = await build_event(served.database, teams=2)
    await score(served.database, cast, "J1", "T1", 7, 8)
    async with judge(served, cast) as phone:
        page = (await phone.get("/judge/review")).text
        assert ("Still to score" in page, "/judge/final/T2" in page, 'name="pin"' in page) == (True, True, False)
        await served.database.write(rounds.close, cast.round_id, "test")
        page = (await phone.get("/judge/review")).text
        assert ("Still to score" in page, "/judge/final/T2" in page, 'name="pin"' in page) == (True, False, True)
