import re
from uuid import uuid4

import httpx2
import pytest
from builder import build_event, score
from serving import Served
from sqlmodel import Session, select
from visitors import organiser

from scoreboard.judging import rounds
from scoreboard.judging.duty.progress import overview
from scoreboard.models import Ballot, PaperBallot
from scoreboard.web.console.desk import found

ROOM = "/console/e/hack/rounds/final"


def typed(impact: object = 7, quality: object = 8, base: int = 0, **more: str) -> dict[str, str]:
    return {
        "uuid": str(uuid4()),
        "base_revision": str(base),
        "score.impact": str(impact),
        "score.quality": str(quality),
        "filled_in_at": "2026-12-07T10:30",
        **more,
    }


async def waiting(served: Served) -> str:
    """The address of the one sheet."""
    return f"{ROOM}/papers/{(await served.database.read(lambda s: s.exec(select(PaperBallot)).one())).uuid}"


async def count(served: Served) -> int:
    return len(await served.database.read(lambda s: s.exec(select(Ballot)).all()))


def checked(page: httpx2.Response) -> list[str]:
    return re.findall(r'value="(\d+)" checked', page.text)


@pytest.mark.parametrize(
    ("wish", "pairs"),
    [
        ("http://x/console/e/hack/rounds/final/desk/J1/T2", [("J1", "T2")]),
        ("j1 t2", [("J1", "T2")]),
        ("J2 Marsa", [("J2", "T2")]),
        ("J2 مرسى", [("J2", "T2")]),
        ("J1", [("J1", "T1"), ("J1", "T2")]),
        ("1 J2", [("J2", "T1")]),  # the table
        ("J1 T9", []),
        ("J2 T3", []),  # a conflict
    ],
)
async def test_a_sheet_is_found_by_its_code_and_by_names(
    served: Served, wish: str, pairs: list[tuple[str, str]]
) -> None:
    await build_event(served.database, judges=2, teams=3, conflicts=(("J2", "T3"), ("J1", "T3")))

    def ask(session: Session) -> list[tuple[str, str]]:
        return [(judge.key, team.key) for judge, team in found(overview(session, "hack", "final").progress, wish)]

    assert await served.database.read(ask) == pairs


async def test_a_sheet_goes_through_two_hands(served: Served) -> None:
    await build_event(served.database, teams=2)
    async with organiser(served) as olga, organiser(served, "omar") as omar:
        led = await olga.get(f"{ROOM}/desk", params={"find": "J1 T2"})
        assert led.headers["location"] == f"{ROOM}/desk/J1/T2"
        assert (await olga.post(f"{ROOM}/desk/J1/T2", data=typed(comment="Good"))).status_code == 303
        address = await waiting(served)
        assert address in (await omar.get(f"{ROOM}/desk")).text
        assert "1</bdi> ballot on paper waits" in (await omar.get("/console/e/hack")).text
        assert 'name="score.impact"' not in (await olga.get(address)).text
        blind = await omar.get(address)
        assert ('name="score.impact"' in blind.text, checked(blind)) == (True, [])
        own = await olga.post(address, data=typed())
        assert (own.status_code, "once more by another" in own.text, await count(served)) == (409, True, 0)
        taken = await omar.post(address, data=typed())
        assert (taken.status_code, taken.headers["location"]) == (303, f"{ROOM}/desk")
        assert (await count(served), (await omar.get(address)).status_code) == (1, 404)


async def test_two_that_differ_are_shown_side_by_side_until_one_is_corrected(served: Served) -> None:
    await build_event(served.database, teams=2)
    async with organiser(served) as olga, organiser(served, "omar") as omar, organiser(served, "otto") as otto:
        await olga.post(f"{ROOM}/desk/J1/T2", data=typed())
        address = await waiting(served)
        differ = await omar.post(address, data=typed(quality=9))
        assert differ.headers["location"] == address
        sides = (await omar.get(address)).text
        assert (sides.count('class="differs"'), await count(served)) == (1, 0)
        assert checked(await olga.get(address)) == ["7", "8"]
        assert checked(await omar.get(address)) == ["7", "9"]
        assert "One of the two who typed it in has to correct it." in (await otto.get(address)).text
        assert (await otto.post(address, data=typed())).status_code == 409
        assert (await olga.post(address, data=typed(quality=9))).headers["location"] == f"{ROOM}/desk"
        assert await count(served) == 1


async def test_what_was_typed_stays_when_it_was_not_taken(served: Served) -> None:
    cast = await build_event(served.database, teams=2)
    async with organiser(served) as olga:
        for wrong, words in (
            (typed(quality=""), "This ballot is not complete."),
            (typed(filled_in_at="soon"), "Please give the date and the time on the sheet."),
            (typed(filled_in_at="0001-01-01T00:00"), "Please give the date and the time on the sheet."),
        ):
            answer = await olga.post(f"{ROOM}/desk/J1/T1", data=wrong)
            assert (answer.status_code, words in answer.text, checked(answer)[:1]) == (422, True, ["7"])
        await score(served.database, cast, "J1", "T1", 5, 5)
        assert "The sheet becomes its correction." in (await olga.get(f"{ROOM}/desk/J1/T1")).text
        await served.database.write(rounds.close, cast.round_id, "test")
        without = await olga.post(f"{ROOM}/desk/J1/T1", data=typed())
        assert (without.status_code, "Please give a reason" in without.text) == (422, True)
        assert (await olga.post(f"{ROOM}/desk/J1/T1", data=typed(reason="The phone broke"))).status_code == 303


async def test_a_sheet_is_put_aside_with_a_reason_and_holds_up_the_end_until_then(served: Served) -> None:
    cast = await build_event(served.database, judges=1, teams=1)
    await score(served.database, cast, "J1", "T1", 5, 5)
    async with organiser(served) as olga:
        await olga.post(f"{ROOM}/desk/J1/T1", data=typed())
        address = await waiting(served)
        await served.database.write(rounds.close, cast.round_id, "test")
        assert address in (await olga.get(f"{ROOM}/finalise")).text
        assert (await olga.post(f"{address}/discard", data={"reason": ""})).status_code == 422
        assert (await olga.post(f"{address}/discard", data={"reason": "Twice"})).status_code == 303
        assert "Nothing is missing." in (await olga.get(f"{ROOM}/finalise")).text


async def test_what_is_not_there_is_not_found(served: Served) -> None:
    await build_event(served.database, teams=1)
    async with organiser(served) as olga:
        for path in (f"{ROOM}/desk/J9/T1", f"{ROOM}/papers/{uuid4()}"):
            assert (await olga.get(path)).status_code == 404
