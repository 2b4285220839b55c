"""The desk: a ballot on paper is found, typed in by one organiser, and once more by another who does not see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, Forbidden, InvalidForm, NotFound, ScoreboardError
from scoreboard.judging.ballots import CurrentBallot, current_ballots, rubric_of
from scoreboard.judging.ballots.papers import Paper, waiting
from scoreboard.judging.desk import papers
from scoreboard.judging.desk.papers import Sheet, may_check
from scoreboard.judging.duty.progress import Duty, Overview, Progress, overview
from scoreboard.judging.rounds import Phase, phase
from scoreboard.models import Criterion, Judge, Organiser, PaperBallot, Team
from scoreboard.web.console.entrance import actor, organisers_only
from scoreboard.web.console.round import change
from scoreboard.web.judge.card import Entry, questions
from scoreboard.web.state import State

ASSIGNED = {Duty.AWAITED, Duty.RECEIVED, Duty.CORRECTED, Duty.EXCUSED}
MOST_FOUND = 40


@dataclass(frozen=True)
class Seen:
    """A round with its rubric and the sheets that wait."""

    overview: Overview
    rubric: list[Criterion]
    waiting: list[Paper]
    current: list[CurrentBallot]

    def ballot(self, judge: Judge, team: Team) -> CurrentBallot | None:
        """The ballot of a judge for a team that has been received already."""
        return next((each for each in self.current if (each.judge_id, each.team_id) == (judge.id, team.id)), None)


def seen_of(session: Session, slug: str, key: str) -> Seen:
    """Read what the desk shows. Raises NotFound."""
    seen = overview(session, slug, key)
    round_id = seen.round.id or 0
    return Seen(seen, rubric_of(session, round_id), waiting(session, seen.round), current_ballots(session, round_id))


def found(progress: Progress, wish: str) -> list[tuple[Judge, Team]]:
    """The assignments that a text is about: what a scanned code says, or keys, tables and parts of names."""
    parts = [unquote(part).casefold() for part in wish.rpartition("/desk/")[2].replace("/", " ").split()]
    return [
        (judge, team)
        for team in progress.teams
        for judge in progress.judges
        if progress.cell(judge, team).duty in ASSIGNED and all(about(part, judge, team) for part in parts)
    ]


def about(part: str, judge: Judge, team: Team) -> bool:
    """Whether a word names this judge or this team."""
    names = (judge.name_en, judge.name_ar, team.name_en, team.name_ar)
    exact = {judge.key.casefold(), team.key.casefold(), team.desk.casefold()}
    return part in exact or (len(part) > 2 and any(part in name.casefold() for name in names))


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../desk``: what waits, and with ``?find=`` the assignments that are meant; a single one is gone to."""
    seen = await read(request)
    wish = request.query_params.get("find", "").strip()
    pairs = found(seen.overview.progress, wish) if wish else []
    if len(pairs) == 1:
        (judge, team), root = pairs[0], root_of(request)
        return RedirectResponse(f"{root}/desk/{quote(judge.key, safe='')}/{quote(team.key, safe='')}", 303)
    return render(
        request,
        organiser,
        "console/desk/desk.html",
        seen,
        wish=wish,
        pairs=pairs[:MOST_FOUND],
        more=len(pairs) > MOST_FOUND,
    )


@organisers_only
async def enter(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../desk/{judge}/{team}``: the rubric's form. ``POST``: what the first person read from the sheet."""
    seen = await read(request)
    judge, team = pair_of(request, seen.overview.progress)
    entry, form = Entry.of_ballot(None), FormData()
    problem: ScoreboardError | None = None
    if request.method == "POST":
        form = await request.form(max_files=0)
        entry = Entry.of_fields(form, seen.rubric)
        try:
            return await typed(request, organiser, seen, judge, team, entry, form)
        except (Clash, Forbidden, InvalidForm) as refusal:
            problem = refusal
    return render(
        request,
        organiser,
        "console/desk/enter.html",
        seen,
        problem,
        judge=judge,
        team=team,
        entry=entry,
        ballot=seen.ballot(judge, team),
        filled_in_at=str(form.get("filled_in_at", "")),
        reason=str(form.get("reason", "")),
    )


async def typed(
    request: Request[State],
    organiser: Organiser,
    seen: Seen,
    judge: Judge,
    team: Team,
    entry: Entry,
    form: FormData,
) -> Response:
    """Store what the first person typed. Raises what it is refused with."""
    refuse_incomplete(entry)
    sheet = Sheet(
        uuid=entry.uuid,
        judge=judge.key,
        team=team.key,
        scores=entry.scores,
        filled_in_at=time_of(str(form.get("filled_in_at", "")), seen.overview.event.time_zone),
        comment=entry.comment,
        reason=str(form.get("reason", "")),
    )
    await change(request, papers.enter, sheet, actor(organiser))
    return RedirectResponse(f"{root_of(request)}/desk", 303)


@organisers_only
async def check(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../papers/{uuid}``: a sheet that waits. ``POST``: what somebody else read from it, or read again."""
    seen = await read(request)
    paper, judge, team = paper_of(request, seen)
    problem: ScoreboardError | None = None
    entry = own_entry(paper, actor(organiser))
    form = FormData()
    if request.method == "POST":
        form = await request.form(max_files=0)
        entry = Entry.of_fields(form, seen.rubric)
        try:
            refuse_incomplete(entry)
            reason, revision = str(form.get("reason", "")), entry.base_revision
            taken = await change(request, papers.confirm, paper.uuid, entry.scores, revision, actor(organiser), reason)
        except (Clash, Forbidden, InvalidForm) as refusal:
            problem = refusal
        else:
            return RedirectResponse(f"{root_of(request)}/{'desk' if taken else f'papers/{paper.uuid}'}", 303)
    return render(
        request,
        organiser,
        "console/desk/check.html",
        seen,
        problem,
        paper=paper,
        judge=judge,
        team=team,
        entry=entry,
        ballot=seen.ballot(judge, team),
        mine=actor(organiser) in may_check(paper, actor(organiser)),
        differs=[
            each.key for each in seen.rubric if paper.checked and paper.scores[each.key] != paper.checked[each.key]
        ],
        reason=str(form.get("reason", "")),
    )


@organisers_only
async def discard(request: Request[State], organiser: Organiser) -> Response:
    """``POST .../papers/{uuid}/discard`` (reason): put a sheet aside."""
    form = await request.form(max_files=0)
    await change(request, papers.discard, request.path_params["uuid"], str(form.get("reason", "")), actor(organiser))
    return RedirectResponse(f"{root_of(request)}/desk", 303)


def own_entry(paper: PaperBallot, who: str) -> Entry:
    """What a person typed of a sheet, once both did; before, the second is to read the paper and not the screen."""
    if not paper.checked:
        return Entry(0)
    return Entry(0, paper.scores if who == paper.entered_by else paper.checked if who == paper.checked_by else {})


def refuse_incomplete(entry: Entry) -> None:
    """Raise InvalidForm where a criterion has no score, or none that can be."""
    if entry.problems:
        raise InvalidForm("This ballot is not complete.")


def time_of(text: str, time_zone: str) -> datetime:
    """The time on a sheet, which is the hall's. Raises InvalidForm."""
    try:
        at = datetime.fromisoformat(text)
        return (at.replace(tzinfo=ZoneInfo(time_zone)) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError) as failure:
        raise InvalidForm(
            "Please give the date and the time on the sheet.", extra={"fields": ["filled_in_at"]}
        ) from failure


def pair_of(request: Request[State], progress: Progress) -> tuple[Judge, Team]:
    """The judge and the team of the address. Raises NotFound."""
    path = request.path_params
    judge = next((judge for judge in progress.judges if judge.key == path["judge"]), None)
    team = next((team for team in progress.teams if team.key == path["team"]), None)
    if judge is None or team is None:
        raise NotFound("This judge is not assigned to this team.")
    return judge, team


def paper_of(request: Request[State], seen: Seen) -> Paper:
    """The waiting sheet of the address. Raises NotFound."""
    uuid: UUID = request.path_params["uuid"]
    paper = next((paper for paper in seen.waiting if paper[0].uuid == uuid), None)
    if paper is None:
        raise NotFound("There is no such sheet, or it has been settled.")
    return paper


def root_of(request: Request[State]) -> str:
    """The address of the round."""
    return "/console/e/{slug}/rounds/{key}".format(**request.path_params)


async def read(request: Request[State]) -> Seen:
    """Read what the desk shows of the round of the address."""
    return await request.state["database"].read(seen_of, request.path_params["slug"], request.path_params["key"])


def render(
    request: Request[State],
    organiser: Organiser,
    template: str,
    seen: Seen,
    problem: ScoreboardError | None = None,
    **more: Any,
) -> Response:
    """Render a page of the desk."""
    pages, event = request.state["pages"], seen.overview.event
    say: Callable[[ScoreboardError], str] = pages.language_of(request, event).error
    return pages.render(
        request,
        template,
        event=event,
        status=problem.status if problem else 200,
        organiser=organiser,
        who=actor(organiser),
        round=seen.overview.round,
        phase=phase(seen.overview.round),
        Phase=Phase,
        questions=questions(seen.rubric),
        waiting=seen.waiting,
        problem=say(problem) if problem else None,
        **more,
    )
