from builder import build_event
from serving import Served
from sqlmodel import select
from visitors import judge

from scoreboard.models import Absence, Conflict


async def conflicts(served: Served) -> list[tuple[str, str]]:
    found = await served.database.read(lambda s: s.exec(select(Conflict)).all())
    return [(each.source, each.reason) for each in found]


async def test_a_judge_says_by_a_form_that_they_must_not_score_a_team(served: Served) -> None:
    cast = await build_event(served.database, teams=2)
    async with judge(served, cast) as phone:
        asked = await phone.get("/judge/final/T1/recusal")
        assert (asked.status_code, asked.text.count('name="kind"')) == (200, 4)
        wrong = await phone.post("/judge/final/T1/recusal", data={"kind": "other", "words": " "})
        assert (wrong.status_code, "Please say in a few words" in wrong.text) == (422, True)
        done = await phone.post("/judge/final/T1/recusal", data={"kind": "mentor", "words": "Since May"})
        assert (done.status_code, done.headers["location"]) == (303, "/judge")
        assert "Oasis" not in (await phone.get("/judge")).text
        assert (await phone.get("/judge/final/T1/recusal")).status_code == 403
    assert await conflicts(served) == [("judge", "mentor: Since May")]


async def test_a_phone_says_it_as_json_as_often_as_it_takes(served: Served) -> None:
    cast = await build_event(served.database, teams=2)
    async with judge(served, cast) as phone:
        answers = [
            await phone.post("/judge/final/T1/recusal", json={"kind": "family"}, headers={"scoreboard-judge": str(who)})
            for who in (cast.judges["J1"], cast.judges["J1"], 999)
        ]
        assert [(each.status_code, each.json().get("recused")) for each in answers] == [
            (200, True),
            (200, True),
            (401, None),
        ]
        wrong = await phone.post("/judge/final/T2/recusal", json={"kind": "envy"})
        assert (wrong.status_code, wrong.json()["fields"]) == (422, ["kind"])
        for body in ("[]", "{", "nonsense"):
            sent = await phone.post(
                "/judge/final/T2/recusal", content=body, headers={"content-type": "application/json"}
            )
            assert (sent.status_code, sent.json()["code"]) == (422, "invalid_form")
    assert await conflicts(served) == [("judge", "family")]


async def test_a_team_that_is_away_is_reported_once(served: Served) -> None:
    cast = await build_event(served.database, teams=2)
    async with judge(served, cast) as phone:
        by_script = [await phone.post("/judge/final/T1/absence", json={}) for _ in range(2)]
        assert {answer.json()["reported_at"] for answer in by_script} == {by_script[0].json()["reported_at"]}
        by_form = await phone.post("/judge/final/T1/absence", data={"judge": str(cast.judges["J1"])})
        assert (by_form.status_code, by_form.headers["location"]) == (303, "/judge")
        assert (await phone.post("/judge/final/T9/absence", json={})).status_code == 403
    assert len(await served.database.read(lambda s: s.exec(select(Absence)).all())) == 1
