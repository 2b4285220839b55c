import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from builder import Cast, build_event, issue_link, score
from httpx2 import AsyncClient, Response
from serving import Served
from sqlalchemy import update
from visitors import organiser

from scoreboard.judging import ballots, rounds
from scoreboard.judging.ballots import CurrentBallot
from scoreboard.judging.ledger.entries import leaf_of
from scoreboard.judging.ledger.notes import read_note, receipt_text
from scoreboard.judging.ledger.tree import consistent, included
from scoreboard.models import Assignment
from scoreboard.signing import key_at_hand, signed

CARD = "/judge/final/T1"


@asynccontextmanager
async def signed_in(served: Served, cast: Cast, judge: str = "J1", language: str = "en") -> AsyncIterator[AsyncClient]:
    """A phone on which a judge is signed in."""
    link = await issue_link(served.database, cast.judges[judge])
    async with AsyncClient(timeout=60, base_url=served.url, cookies={"language": language}) as phone:
        assert (await phone.post("/j", data={"secret": link.secret})).status_code == 303
        yield phone


async def current(served: Served, cast: Cast) -> list[CurrentBallot]:
    return await served.database.read(ballots.current_ballots, cast.round_id)


def words(answer: Response) -> str:
    """What a page says, without its markup, without what only scripts read, and without marks of direction."""
    visible = re.sub(r"<(script|template).*?</\1>|[\u2066-\u2069]", "", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", visible)))


def hidden(answer: Response) -> dict[str, str]:
    """The hidden fields of the card's form."""
    form = answer.text[answer.text.index('<form id="ballot"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def sent(team: str = "T1", impact: object = "7", base: int = 0, **more: object) -> dict[str, object]:
    return {"round": "final", "team": team, "base_revision": base, "scores": {"impact": impact, "quality": "8"}, **more}


# The list.


async def test_the_list_says_what_is_done_and_what_is_next(served: Served) -> None:
    cast = await build_event(served.database, teams=3, conflicts=(("J1", "T3"),))
    await score(served.database, cast, "J1", "T1", 7, 8)
    async with signed_in(served, cast) as phone:
        page = words(await phone.get("/judge"))
    for said in (
        "1 of 2 teams scored",
        "Next: Marsa",
        "1 team is left out because of a conflict of interest.",
        "T1 · Table 1 · Public Works Agency",
    ):
        assert said in page
    assert (page.count("Not scored yet"), page.count("75.0"), "Pearl" in page) == (1, 1, False)


async def test_the_list_counts_in_arabic(served: Served) -> None:
    cast = await build_event(served.database, teams=11)
    await score(served.database, cast, "J1", "T1", 7, 8)
    async with signed_in(served, cast, language="ar") as phone:
        assert "قُيّم 1 من 11 فريقًا" in words(await phone.get("/judge"))


async def test_the_list_says_where_the_round_stands(served: Served) -> None:
    cast = await build_event(served.database, teams=1, opened=False)
    async with signed_in(served, cast) as phone:
        assert "Judging has not been opened yet." in words(await phone.get("/judge"))
        await served.database.write(rounds.open_round, cast.round_id, "test")
        await score(served.database, cast, "J1", "T1", 7, 8)
        await score(served.database, cast, "J2", "T1", 7, 8)
        await score(served.database, cast, "J3", "T1", 7, 8)
        assert "All your ballots have been received." in words(await phone.get("/judge"))
        await served.database.write(rounds.close, cast.round_id, "test")
        assert "Judging has been closed." in words(await phone.get("/judge"))
        await served.database.write(rounds.finalise, cast.round_id, "test", "All agreed.")
        assert "The result of this round is final." in words(await phone.get("/judge"))


async def test_without_a_session_pages_lead_to_the_sign_in(served: Served) -> None:
    await build_event(served.database)
    async with AsyncClient(timeout=60, base_url=served.url) as nobody:
        answers = [await nobody.get(path) for path in ("/judge", CARD)]
        assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, "/j")] * 2
        refused = await nobody.put(f"/judge/ballots/{uuid4()}", json=sent())
        assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
        assert (await nobody.post(CARD, data={})).status_code == 401
        assert (await nobody.get("/judge/bundle", headers={"accept": "application/json"})).status_code == 401


# The plain form.


async def test_a_card_works_as_a_plain_form(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        card = await phone.get(CARD)
        assert "checked" not in card.text
        fields = {**hidden(card), "score.impact": "7", "score.quality": "0", "comment": "Good\r\nwork", "note": "Mine"}
        taken = await phone.post(CARD, data=fields)
        assert (taken.status_code, taken.headers["location"]) == (303, CARD)
        again = await phone.post(CARD, data=fields)
        assert (again.status_code, again.headers["location"]) == (303, CARD)
        card = await phone.get(CARD)
        [ballot] = await current(served, cast)
        assert (ballot.revision, dict(ballot.scores), ballot.comment, ballot.note) == (
            1,
            {"impact": Decimal(7), "quality": Decimal(0)},
            "Good\nwork",
            "Mine",
        )
        assert re.search(rf"Received at \d\d:\d\d:\d\d · receipt {ballot.sequence} · revision 1", words(card))
        assert re.findall(r'name="score.(\w+)" value="(\w+)" checked', card.text) == [("impact", "7"), ("quality", "0")]
        corrected = await phone.post(CARD, data={**hidden(card), "score.impact": "6", "score.quality": "0"})
        assert corrected.status_code == 303
    assert [(each.revision, each.scores["impact"]) for each in await current(served, cast)] == [(2, Decimal(6))]


async def test_a_form_with_faults_comes_back_with_all_of_them_and_all_that_was_typed(served: Served) -> None:
    cast = await build_event(served.database, criteria=4, maximum=100)
    async with signed_in(served, cast) as phone:
        fields = {
            **hidden(await phone.get(CARD)),
            "score.impact": "٦٢٫٥",
            "score.quality": "many",
            "score.novelty": "",
            "score.pitch": "50",
            "comment": "Kept <b>as typed</b>",
            "note": "x" * 4001,
        }
        answer = await phone.post(CARD, data=fields)
    summary = re.search(r'id="summary".*?</section>', answer.text, re.DOTALL)
    assert summary
    assert re.findall(r'href="#([\w-]+)"', summary[0]) == ["q-impact", "q-quality", "q-novelty", "note"]
    page = words(answer)
    for said in (
        "62.5 is not a score here: scores go from 0 to 100 in steps of 1.",
        "“many” is not a number.",
        "This criterion has no score yet.",
        "This text is too long: 4000 characters at the most.",
        "Kept <b>as typed</b>",
    ):
        assert said in page
    typed = dict(re.findall(r'name="(score\.\w+)" value="([^"]*)"', answer.text))
    assert (answer.status_code, typed["score.quality"], typed["score.pitch"]) == (422, "many", "50")
    assert (typed["score.impact"], hidden(answer)["uuid"]) == ("٦٢٫٥", fields["uuid"])
    assert await current(served, cast) == []


async def test_a_stale_form_comes_back_with_both_versions_and_a_choice(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        fields = {**hidden(await phone.get(CARD)), "score.impact": "7", "score.quality": "8"}
        await score(served.database, cast, "J1", "T1", 3, 4)
        answer = await phone.post(CARD, data=fields)
        assert answer.status_code == 409
        compared = re.search(r'id="compare".*?</section>', answer.text, re.DOTALL)
        assert compared
        assert re.findall(r'<bdi data-\w+><bdi dir="ltr">(\d+)', compared[0]) == ["7", "3", "8", "4"]
        assert [each.revision for each in await current(served, cast)] == [1]
        kept = {**hidden(answer), "score.impact": "7", "score.quality": "8"}
        assert kept["uuid"] != fields["uuid"]
        assert (await phone.post(CARD, data=kept)).status_code == 303
    assert [(each.revision, each.scores["impact"]) for each in await current(served, cast)] == [(2, Decimal(7))]


async def test_a_page_that_was_gone_back_to_does_not_overwrite(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        fields = {**hidden(await phone.get(CARD)), "score.impact": "7", "score.quality": "8"}
        assert (await phone.post(CARD, data=fields)).status_code == 303
        answer = await phone.post(CARD, data={**fields, "score.impact": "1"})
        assert (answer.status_code, 'id="compare"' in answer.text) == (409, True)
        assert hidden(answer)["base_revision"] == "1"
    assert [each.scores["impact"] for each in await current(served, cast)] == [Decimal(7)]


async def test_a_form_without_its_hidden_parts_is_refused(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        answer = await phone.post(CARD, data={"score.impact": "7", "score.quality": "8"})
    assert (answer.status_code, "Parts of this page are missing." in words(answer)) == (422, True)


async def test_a_closed_round_can_be_read_and_not_changed(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        fields = {**hidden(await phone.get(CARD)), "score.impact": "7", "score.quality": "8"}
        await score(served.database, cast, "J1", "T1", 3, 4)
        await served.database.write(rounds.close, cast.round_id, "test")
        card = await phone.get(CARD)
        assert ("<input" in card.text.split("<main")[1].split('class="page-end"')[0], "Total: 35.0" in words(card)) == (
            False,
            True,
        )
        answer = await phone.post(CARD, data=fields, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (409, "round_not_open")


async def test_a_judge_who_was_excused_is_told_so(served: Served) -> None:
    cast = await build_event(served.database)
    await served.database.write(lambda session: session.execute(update(Assignment).values(state="skipped")))
    async with signed_in(served, cast) as phone:
        assert "The organisers have excused you" in words(await phone.get(CARD))
        assert "Excused by the organisers" in words(await phone.get("/judge"))


# JSON.


async def test_a_repeat_is_answered_as_the_first_time(served: Served) -> None:
    cast = await build_event(served.database)
    address = f"/judge/ballots/{uuid4()}"
    async with signed_in(served, cast) as phone:
        first = await phone.put(address, json=sent(comment="Good", entered_at="2026-12-07T10:00:00+03:00"))
        await phone.put(f"/judge/ballots/{uuid4()}", json=sent(impact="9", base=1))
        again = await phone.put(address, json=sent(comment="Good", entered_at="2026-12-07T10:00:00+03:00"))
    assert (first.status_code, again.status_code) == (200, 200)
    # The receipt, signature and all, is the same; only the witness tells of the newest checkpoint.
    assert again.json() | {"witness": 0} == first.json() | {"witness": 0}
    assert {key: first.json()[key] for key in ("uuid", "revision", "scores", "comment")} == {
        "uuid": address.rpartition("/")[2],
        "revision": 1,
        "scores": {"impact": "7", "quality": "8"},
        "comment": "Good",
    }


async def test_the_answer_is_a_receipt_that_the_phone_can_check(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        answer = (await phone.put(f"/judge/ballots/{uuid4()}", json=sent())).json()
    receipt, public = answer["receipt"], key_at_hand(served.settings.database).public
    entry = json.loads(receipt["body"])
    assert (entry[0], entry[1], entry[3], entry[5]) == (receipt["event"], answer["sequence"], "judge:J1", "team:T1")
    assert (entry[6]["uuid"], entry[6]["scores"]) == (answer["uuid"], {"impact": 7, "quality": 8})
    assert leaf_of(bytes.fromhex(receipt["salt"]), receipt["body"]).hex() == receipt["leaf"]
    text = receipt_text(
        receipt["event"], receipt["epoch"], answer["sequence"], receipt["leaf"], answer["uuid"], 1, receipt["at"]
    )
    assert receipt["key"] == public
    assert signed(public, bytes.fromhex(receipt["signature"]), text)


async def test_each_answer_proves_that_the_servers_history_continues_what_the_phone_holds(served: Served) -> None:
    cast = await build_event(served.database)
    public = key_at_hand(served.settings.database).public
    async with signed_in(served, cast) as phone:
        first = read_note((await phone.get("/judge/bundle")).json()["witness"]["checkpoint"])
        answer = (await phone.put(f"/judge/ballots/{uuid4()}", json=sent())).json()
        async with organiser(served) as console:
            assert (await console.post("/console/e/hack/rounds/final/freeze")).status_code == 303
        again = await phone.put(f"/judge/ballots/{answer['uuid']}", json=sent(), headers={"x-witness": str(first.size)})
        told = again.json()["witness"]
        bundle = (await phone.get(f"/judge/bundle?witness={first.size}")).json()["witness"]
    newest = read_note(told["checkpoint"])
    steps = [[bytes.fromhex(step) for step in told[name]] for name in ("consistency", "inclusion")]
    leaf = bytes.fromhex(answer["receipt"]["leaf"])
    assert newest.signed_by(public)
    assert consistent(first.size, newest.size, steps[0], first.root, newest.root)
    assert included(leaf, answer["sequence"], newest.size, steps[1], newest.root)
    assert {name: told[name] for name in bundle} == bundle


@pytest.mark.parametrize("held", ["-1", "x", "9" * 20, "١"])
async def test_what_a_phone_says_that_it_holds_never_stands_in_a_ballots_way(served: Served, held: str) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        answer = await phone.put(f"/judge/ballots/{uuid4()}?witness={held}", json=sent())
        assert (answer.status_code, answer.json()["witness"]["consistency"]) == (200, [])


async def test_every_refusal_has_a_code_and_words(served: Served) -> None:
    cast = await build_event(served.database, conflicts=(("J1", "T4"),))
    await build_event(served.database, slug="other", teams=6)
    used = uuid4()
    async with signed_in(served, cast, language="ar") as phone:

        async def answer(content: dict[str, object], uuid: object = None) -> tuple[int, str]:
            given = await phone.put(f"/judge/ballots/{uuid or uuid4()}", json=content)
            assert re.search("[ء-ي]", given.json()["message"])
            return given.status_code, given.json()["code"]

        assert (await phone.put(f"/judge/ballots/{used}", json=sent())).status_code == 200
        assert await answer(sent(impact="8"), used) == (409, "ballot_reused")
        assert await answer(sent()) == (409, "stale_ballot")
        assert await answer(sent("T2", impact="11")) == (422, "score_out_of_range")
        assert await answer(sent("T2", scores={"impact": "1"})) == (422, "missing_criterion")
        assert await answer(sent("T2", scores={"impact": "1", "quality": "1", "luck": "1"})) == (
            422,
            "unknown_criterion",
        )
        assert await answer(sent("T2", judge="J2")) == (422, "invalid_form")
        assert await answer(sent("T4")) == (403, "conflicted")
        assert await answer(sent("T6")) == (403, "not_assigned")
        assert await answer(sent("T9")) == (403, "not_assigned")
        await served.database.write(rounds.close, cast.round_id, "test")
        assert await answer(sent("T2")) == (409, "round_not_open")


async def test_a_stale_ballot_is_told_the_current_one(served: Served) -> None:
    cast = await build_event(served.database)
    stored = await score(served.database, cast, "J1", "T1", 3, 4)
    async with signed_in(served, cast) as phone:
        refused = await phone.put(f"/judge/ballots/{uuid4()}", json=sent())
    assert refused.json()["current"] == json.loads(json.dumps(stored.as_json()))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 60_000, b'"\\ud800"', b"\xff", b"null"])
async def test_a_body_that_is_no_ballot_is_refused_in_words(served: Served, body: bytes) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        refused = await phone.put(
            f"/judge/ballots/{uuid4()}", content=body, headers={"content-type": "application/json"}
        )
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_form")


async def test_a_body_without_end_is_cut_off(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        refused = await phone.put(f"/judge/ballots/{uuid4()}", json=sent(comment="x" * 100_000))
    assert (refused.status_code, refused.json()["message"]) == (422, "This ballot is too long.")


async def test_the_page_of_a_judge_who_signed_in_before_cannot_send_as_the_next_one(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast, "J2") as phone:
        for sender, status in ((cast.judges["J1"], 401), (cast.judges["J2"], 200)):
            answer = await phone.put(
                f"/judge/ballots/{uuid4()}", json=sent(), headers={"scoreboard-judge": str(sender)}
            )
            assert answer.status_code == status
        fields = {**hidden(await phone.get(CARD)), "score.impact": "1", "score.quality": "1"}
        assert (await phone.post(CARD, data={**fields, "judge": str(cast.judges["J1"])})).status_code == 401
    assert [(each.judge_id, each.revision) for each in await current(served, cast)] == [(cast.judges["J2"], 1)]


async def test_the_bundle_holds_own_ballots_only(served: Served) -> None:
    cast = await build_event(served.database, teams=2)
    mine = await score(served.database, cast, "J1", "T1", 7, 8)
    await score(served.database, cast, "J2", "T2", 1, 2, base=0)
    async with signed_in(served, cast) as phone:
        told = (await phone.get("/judge/bundle")).json()
    assert told["ballots"] == {"T1": mine.as_json()}
    assert [each["team"] for each in told["assignments"]] == ["T1", "T2"]


# What is not the judge's own.


async def test_the_bundle_tells_what_was_received_so_that_a_phone_sees_what_lacks(served: Served) -> None:
    cast = await build_event(served.database)
    given = [await score(served.database, cast, "J1", "T1", 7, 8, base=base) for base in (0, 1)]
    await score(served.database, cast, "J2", "T1", 1, 1)
    async with signed_in(served, cast) as phone:
        told = (await phone.get("/judge/bundle")).json()
        headers = {"scoreboard-judge": str(cast.judges["J2"]), "accept": "application/json"}
        another = await phone.get("/judge/bundle", headers=headers)
    assert told["received"] == [str(each.uuid) for each in given]
    assert told["final"] == []
    assert (another.status_code, another.json()["code"]) == (401, "not_signed_in")


async def test_a_ballot_that_is_offered_again_is_answered_once_more_and_never_stored_twice(served: Served) -> None:
    cast = await build_event(served.database)
    address = f"/judge/ballots/{uuid4()}"
    async with signed_in(served, cast) as phone:
        first = (await phone.put(address, json=sent())).json()
        await served.database.write(rounds.close, cast.round_id, "test")
        again = await phone.put(address, json=sent(receipt=first["receipt"]))
    assert (again.status_code, again.json()["receipt"]) == (200, first["receipt"])
    assert len(await current(served, cast)) == 1


async def test_a_receipt_for_another_ballot_opens_nothing(served: Served) -> None:
    cast = await build_event(served.database)
    async with signed_in(served, cast) as phone:
        first = (await phone.put(f"/judge/ballots/{uuid4()}", json=sent())).json()
        forged = await phone.put(f"/judge/ballots/{uuid4()}", json=sent("T2", receipt=first["receipt"]))
        malformed = await phone.put(f"/judge/ballots/{uuid4()}", json=sent("T2", receipt={"event": "x"}))
    assert (forged.status_code, forged.json()["code"], forged.json()["message"]) == (
        403,
        "receipt_refused",
        "This receipt does not belong to this ballot, or was not given by this server.",
    )
    assert malformed.status_code == 422
    assert len(await current(served, cast)) == 1


async def test_foreign_and_unknown_teams_are_answered_alike(served: Served) -> None:
    cast = await build_event(served.database)
    await build_event(served.database, slug="other", teams=6)
    async with signed_in(served, cast) as phone:
        answers = [await phone.get(f"/judge/{place}") for place in ("final/T6", "final/T9", "semis/T1")]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert len({re.sub("final/T6|final/T9|semis/T1", "", answer.text) for answer in answers}) == 1


async def test_nothing_of_other_judges_or_of_standings_is_on_a_judges_pages(served: Served) -> None:
    cast = await build_event(served.database, teams=2)
    await score(served.database, cast, "J2", "T1", 3, 9)
    await score(served.database, cast, "J3", "T1", 4, 9)
    async with signed_in(served, cast) as phone:
        before = [(await phone.get(path)).text for path in ("/judge", CARD, "/judge/final/T2")]
        await score(served.database, cast, "J2", "T1", 10, 10, base=1)
        await score(served.database, cast, "J3", "T2", 1, 1)
        after = [(await phone.get(path)).text for path in ("/judge", CARD, "/judge/final/T2")]
    # Each card carries a number of its own for the ballot to come.
    without_uuids = [[re.sub("[0-9a-f]{8}-[0-9a-f-]{27}", "", page) for page in pages] for pages in (before, after)]
    assert without_uuids[0] == without_uuids[1]


async def test_many_judges_submit_at_once(served: Served) -> None:
    cast = await build_event(served.database, judges=6, teams=5)

    async def judge_all(judge: str) -> list[int]:
        async with signed_in(served, cast, judge) as phone:
            answers = [await phone.put(f"/judge/ballots/{uuid4()}", json=sent(team)) for team in cast.teams]
            return [answer.status_code for answer in answers]

    assert await asyncio.gather(*(judge_all(judge) for judge in cast.judges)) == [[200] * 5] * 6
    assert len(await current(served, cast)) == 30


# Late.


async def test_a_late_ballot_is_answered_with_202_and_a_receipt_that_proves_it(served: Served) -> None:
    cast = await build_event(served.database)
    address = f"/judge/ballots/{uuid4()}"
    async with signed_in(served, cast) as phone:
        entered = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        await served.database.write(rounds.close, cast.round_id, "test")
        answers = [await phone.put(address, json=sent(entered_at=entered)) for _ in range(2)]
        other = await phone.put(f"/judge/ballots/{uuid4()}", json=sent("T2"))
        bundle = (await phone.get("/judge/bundle")).json()
    told, again = (answer.json() for answer in answers)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert (told["late"], told["revision"], told["base_revision"]) == (True, None, 0)
    assert (told["sequence"], told["receipt"]) == (again["sequence"], again["receipt"])
    receipt = told["receipt"]
    assert leaf_of(bytes.fromhex(receipt["salt"]), receipt["body"]).hex() == receipt["leaf"]
    key, epoch, sequence, leaf, at = (receipt[name] for name in ("event", "epoch", "sequence", "leaf", "at"))
    text = receipt_text(key, epoch, sequence, leaf, told["uuid"], 1, at)
    assert signed(receipt["key"], bytes.fromhex(receipt["signature"]), text)
    assert (other.status_code, other.json()["code"]) == (409, "round_not_open")
    assert (bundle["received"], bundle["ballots"]) == ([told["uuid"]], {})


async def test_a_bundle_of_thirty_teams_stays_small(served: Served) -> None:
    cast = await build_event(served.database, teams=30, judges=1)
    async with signed_in(served, cast) as phone:
        answer = await phone.get("/judge/bundle?unsent=0&oldest=0&drafts=0")
    assert len(gzip.compress(answer.content)) <= 2048
