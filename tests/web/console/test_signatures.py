from builder import build_event, score
from serving import Served
from visitors import organiser

from scoreboard.judging import rounds
from scoreboard.judging.signature import pins, signatures
from scoreboard.judging.signature.signatures import Wish

JUDGE = "/console/e/hack/judges/J1"


async def test_an_organiser_sees_who_has_signed_and_lifts_it(served: Served) -> None:
    cast = await build_event(served.database, teams=1)
    await score(served.database, cast, "J1", "T1", 7, 8)
    await score(served.database, cast, "J2", "T1", 7, 8)
    await signatures.sign(served.database, cast.judges["J1"], Wish("final", "T1:1", "1234", "1234"))
    async with organiser(served) as browser:
        assert (await browser.get("/console/e/hack/judges")).text.count("signed</span>") == 1
        await served.database.write(rounds.close, cast.round_id, "test")
        remark = (await browser.get("/console/e/hack/rounds/final/finalise")).text
        assert '<bdi dir="ltr">1</bdi> of <bdi dir="ltr">2</bdi> judges have signed.' in remark
        wrong = await browser.post(f"{JUDGE}/signature/lift", data={"reason": ""})
        assert (wrong.status_code, "Please give a reason" in wrong.text) == (422, True)
        assert (await browser.post(f"{JUDGE}/signature/lift", data={"reason": "A slip"})).status_code == 303
        again = await browser.post(f"{JUDGE}/signature/lift", data={"reason": "A slip"})
        assert (again.status_code, "has not signed" in again.text) == (409, True)


async def test_a_pin_that_is_spent_is_reset(served: Served) -> None:
    cast = await build_event(served.database)
    await served.database.write(pins.keep, cast.judges["J1"], "hash")
    for _ in range(pins.TRIES):
        await served.database.write(pins.claim_try, cast.judges["J1"])
    async with organiser(served) as browser:
        assert "Too many wrong PINs were typed." in (await browser.get(JUDGE)).text
        assert (await browser.post(f"{JUDGE}/signature/pin")).status_code == 303
        assert (await browser.post(f"{JUDGE}/signature/pin")).status_code == 404
        assert "Signature" not in (await browser.get(JUDGE)).text
