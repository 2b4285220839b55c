from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from builder import build_event
from serving import Served
from visitors import judge

AT = datetime(2026, 12, 7, 12, tzinfo=UTC).isoformat()


def draft(**more: Any) -> dict[str, Any]:
    return {"round": "final", "team": "T1", "base_revision": 0, "scores": {"impact": "7"}, "entered_at": AT, **more}


async def test_what_is_begun_on_one_device_is_there_on_the_other(served: Served) -> None:
    cast = await build_event(served.database)
    async with judge(served, cast) as phone:
        kept = await phone.put("/judge/drafts", json=draft(comment="Well begun."))
        assert (kept.status_code, kept.content) == (204, b"")
        found = (await phone.get("/judge/bundle")).json()["drafts"]
    assert found == {
        "T1": {"base_revision": 0, "scores": {"impact": "7"}, "comment": "Well begun.", "note": "", "entered_at": AT}
    }
    async with judge(served, cast, "J2") as other:
        assert (await other.get("/judge/bundle")).json()["drafts"] == {}


async def test_what_is_no_draft_is_refused_in_words(served: Served) -> None:
    cast = await build_event(served.database)
    async with judge(served, cast) as phone:
        phone.headers["accept"] = "application/json"
        for sent, status, code in (
            (draft(team="T99"), 403, "not_assigned"),
            (draft(scores={"none": "7"}), 422, "unknown_criterion"),
            (draft(scores={"impact": "7" * 13}), 422, "invalid_form"),
            (draft(entered_at=None), 422, "invalid_form"),
        ):
            answer = await phone.put("/judge/drafts", json=sent)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (await phone.put("/judge/drafts", content=b"[]")).json()["code"] == "invalid_form"
        assert (await phone.get("/judge/bundle")).json()["drafts"] == {}


async def test_who_has_sent_a_ballot_already_begins_the_next_one_as_anybody(served: Served) -> None:
    cast = await build_event(served.database)
    async with judge(served, cast) as phone:
        sent = {"round": "final", "team": "T1", "base_revision": 0, "scores": {"impact": "7", "quality": "8"}}
        assert (await phone.put(f"/judge/ballots/{uuid4()}", json=sent)).status_code == 200
        assert (await phone.put("/judge/drafts", json=draft(team="T2"))).status_code == 204
        assert list((await phone.get("/judge/bundle")).json()["drafts"]) == ["T2"]
