"""The judge's phone: the list of teams, one card for each, and ballots on their way in.

A card works as a plain form (``POST``); with scripts the phone keeps what is entered and sends it as JSON (``PUT``)
until the server has it. Either way a ballot goes through `ballots.submit`, and the publisher is told.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pydantic_core import from_json, to_json
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from scoreboard.errors import BallotReused, Busy, DiskFull, InvalidForm, NotSignedIn, StaleBallot, StorageFailed
from scoreboard.judging import access, announcements, ballots
from scoreboard.judging.ballots import BallotForm, Caller, ReofferForm
from scoreboard.judging.bundle import Bundle, bundle_for, bundle_of, holdings, notices
from scoreboard.judging.pairing import unsent
from scoreboard.models import Judge
from scoreboard.web.auth import JUDGE, signed_in_judge, token_of
from scoreboard.web.judge.card import Entry, card_for_script, editable, page_for_script, questions
from scoreboard.web.judge.shell import NO_TEAM, form_of
from scoreboard.web.judge.words import texts_for_script
from scoreboard.web.state import State
from scoreboard.web.watch import arrived_at

LARGEST_BALLOT = 65_536  # bytes; the longest texts that a ballot may hold, in any script
JUDGE_HEADER = "scoreboard-judge"
WITNESS_HEADER = "x-witness"
TIME_HEADER = "scoreboard-time"
LONGEST_SIZE = 12  # digits


async def show_list(request: Request[State]) -> Response:
    """``GET /judge``: the judge's teams in the round that the event is in."""
    try:
        judge = await signed_in_judge(request)
    except NotSignedIn:
        return RedirectResponse("/j", 303)
    bundle = await request.state["database"].read(bundle_of, judge)
    pages = request.state["pages"]
    language = pages.language_of(request, bundle.event)
    return pages.render(
        request,
        "judge/list.html",
        event=bundle.event,
        empty=False,
        no_team=NO_TEAM,
        bundle=bundle,
        page=page_for_script(bundle, language),
        texts=texts_for_script(language, "list"),
    )


async def show_card(request: Request[State]) -> Response:
    """``GET /judge/{round}/{team}``: one team, with the rubric."""
    try:
        judge = await signed_in_judge(request)
    except NotSignedIn:
        return RedirectResponse("/j", 303)
    bundle = await bundle_of_address(request, judge)
    return card(request, bundle, Entry.of_ballot(bundle.of(request.path_params["team"]).ballot))


async def bundle_of_address(request: Request[State], judge: Judge) -> Bundle:
    """Collect the judge's view of the round and the team in the address. Raises Conflicted, NotAssigned."""
    places = request.path_params
    return await request.state["database"].read(bundle_for, judge, places["round"], places["team"])


def card(
    request: Request[State], bundle: Bundle, entry: Entry, *, status: int = 200, compare: bool = False
) -> Response:
    """Draw a card with what is entered; `compare` shows the received ballot beside it, to choose between them."""
    assigned = bundle.of(request.path_params["team"])
    pages = request.state["pages"]
    language = pages.language_of(request, bundle.event)
    return pages.render(
        request,
        "judge/card.html",
        event=bundle.event,
        empty=False,
        status=status,
        bundle=bundle,
        assigned=assigned,
        questions=questions(bundle.rubric),
        entry=entry,
        compare=compare,
        editable=editable(bundle, assigned),
        next=bundle.next_after(assigned.team.key),
        page=card_for_script(bundle, assigned, language, typed=status != 200),
        texts=texts_for_script(language, "card"),
    )


async def submit_form(request: Request[State]) -> Response:
    """``POST /judge/{round}/{team}``: a card sent as a plain form."""
    judge = await signed_in_judge(request)
    fields = await request.form(max_files=0, max_part_size=LARGEST_BALLOT)
    hold_to_judge(judge, str(fields.get("judge", "")))
    bundle = await bundle_of_address(request, judge)
    entry = Entry.of_fields(fields, bundle.rubric)
    if entry.problems:
        return card(request, bundle, entry, status=422)
    form = BallotForm(
        uuid=entry.uuid,
        round=request.path_params["round"],
        team=request.path_params["team"],
        base_revision=entry.base_revision,
        scores=entry.scores,
        comment=entry.comment,
        note=entry.note,
    )
    try:
        await ballots.submit(request.state["database"], judge.id or 0, form)
    except (StaleBallot, BallotReused):
        bundle = await bundle_of_address(request, judge)
        entry = entry.on_top_of(bundle.of(request.path_params["team"]).ballot)
        return card(request, bundle, entry, status=409, compare=True)
    request.state["publisher"].changed(judge.event_id, arrived_at(request.scope))
    return RedirectResponse(request.url.path, 303)


async def put_ballot(request: Request[State]) -> Response:
    """``PUT /judge/ballots/{uuid}``: a ballot as JSON. The same again is answered with the same.

    With the `receipt` that was given for it, one that the server lacks since it was restored. One that was entered
    before the close (`entered_at`, in the server's time) and comes after it is kept as late: 202, and `late` is true.
    """
    # Who it is from is looked up in the transaction that stores it: a link that is revoked is revoked for all.
    token, regulars = token_of(request, JUDGE), request.state["regulars"]
    caller = Caller(access.hashed(token), request.headers.get(JUDGE_HEADER, ""))
    form = await sent_ballot(request)
    try:
        if isinstance(form, ReofferForm):
            ballot = await ballots.reoffer(request.state["database"], caller, form)
        else:
            ballot = await ballots.submit(request.state["database"], caller, form)
    except NotSignedIn:
        regulars.forget(token)
        raise
    regulars.add(token)
    request.state["publisher"].changed(ballot.event_id, arrived_at(request.scope))
    notary = request.state["notary"]
    receipt = notary.receipt(ballot.entry, str(ballot.uuid), ballot.revision)
    witness = await notary.witness(ballot.event_id, held_by(request), ballot.sequence)
    told = {**ballot.as_json(), "receipt": receipt, "witness": witness}
    return JSONResponse(told, status_code=202 if ballot.late else 200)


def held_by(request: Request[State]) -> int:
    """The size of the checkpoint that the phone holds; 0 when it says none that can be read."""
    size = request.headers.get(WITNESS_HEADER) or request.query_params.get("witness") or ""
    return int(size) if size.isascii() and size.isdigit() and len(size) <= LONGEST_SIZE else 0


async def sent_ballot(request: Request[State]) -> BallotForm:
    """Read a ballot from the body, and its uuid from the address. Raises InvalidForm, ValidationError."""
    content = await sent_object(request)
    kind = ReofferForm if "receipt" in content else BallotForm
    return kind.model_validate({**content, "uuid": request.path_params["uuid"]})


async def sent_object(request: Request[State]) -> dict[str, Any]:
    """Read a JSON object from the body, as large as a ballot may be. Raises InvalidForm."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BALLOT:
            raise InvalidForm("This ballot is too long.")
    try:
        content = from_json(bytes(body))
    except ValueError as failure:
        raise InvalidForm("A ballot is sent as a JSON object.") from failure
    if not isinstance(content, dict):
        raise InvalidForm("A ballot is sent as a JSON object.")
    return content


def hold_to_judge(judge: Judge, sender: str) -> None:
    """Refuse what a page of another judge sends, who was signed in on this phone before."""
    if sender not in {"", str(judge.id)}:
        raise NotSignedIn("Another judge has signed in on this phone. Please sign in again.")


async def show_bundle(request: Request[State]) -> Response:
    """``GET /judge/bundle``: all that a judge's phone shows, as JSON; where nothing changed, only the server's time.

    With ``?unsent=2&oldest=180&drafts=1`` the phone says how many ballots it has not sent, how many seconds ago the
    oldest of them was entered, and how many are begun and not submitted.
    """
    judge = await signed_in_judge(request)
    hold_to_judge(judge, request.headers.get(JUDGE_HEADER, ""))
    await note_unsent(request)
    bundle, held = await request.state["database"].read(bundle_and_holdings, judge)
    witness = await request.state["notary"].witness(judge.event_id, held_by(request))
    language = request.state["pages"].language_of(request, bundle.event)
    told = {**bundle.as_json(), **held, "form": form_of(bundle, language), "witness": witness}
    headers = {"etag": tag_of(told), TIME_HEADER: told["server_time"]}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return JSONResponse(told, headers=headers)


def tag_of(told: Mapping[str, Any]) -> str:
    """Name what a bundle says: all but the time, and but the proof that goes from what this one phone holds."""
    witness = {name: part for name, part in told["witness"].items() if name != "consistency"}
    said = {**told, "server_time": "", "witness": witness}
    return f'"{hashlib.sha256(to_json(said)).hexdigest()[:16]}"'


def bundle_and_holdings(session: Session, judge: Judge) -> tuple[Bundle, dict[str, Any]]:
    """Read both in one snapshot, and what there is to tell."""
    bundle = bundle_of(session, judge)
    return bundle, {**holdings(session, judge), **notices(session, judge, bundle.round)}


async def note_unsent(request: Request[State]) -> None:
    """Keep what the phone says that it has not sent, if it is news."""
    token, database = token_of(request, JUDGE), request.state["database"]
    said = unsent.unsent_from(request.query_params)
    if said is not None and await database.read(unsent.is_news, token, said):
        with suppress(Busy, DiskFull, StorageFailed):  # what can be read is told while nothing can be written
            await database.write(unsent.note_unsent, token, said)


async def put_draft(request: Request[State]) -> Response:
    """``PUT /judge/drafts``: what is entered for a team and not submitted; 204. An older one changes nothing."""
    judge = await signed_in_judge(request)
    hold_to_judge(judge, request.headers.get(JUDGE_HEADER, ""))
    form = ballots.DraftForm.model_validate(await sent_object(request))
    await request.state["database"].write(ballots.keep_draft, judge, form)
    return Response(status_code=204)


async def note_announcement_seen(request: Request[State]) -> Response:
    """``POST /judge/announcements/{sequence}/seen``: the judge has seen what organisers said; 204, however often."""
    judge = await signed_in_judge(request)
    hold_to_judge(judge, request.headers.get(JUDGE_HEADER, ""))
    await request.state["database"].write(announcements.note_seen, judge, request.path_params["sequence"])
    return Response(status_code=204)
