"""Ballots to be printed: one page of paper for each judge and team, in both languages."""

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from scoreboard.i18n import _, language
from scoreboard.judging.ballots import rubric_of
from scoreboard.judging.duty.progress import Duty, Overview, overview
from scoreboard.models import Assignment, Criterion, Judge, Organiser, Team
from scoreboard.web.addresses import reachable_address
from scoreboard.web.console.entrance import organisers_only
from scoreboard.web.judge.card import questions
from scoreboard.web.qr import qr
from scoreboard.web.state import State

EXPECTED = {Duty.AWAITED, Duty.RECEIVED, Duty.CORRECTED}
# What stands on a sheet, which speaks both languages.
WORDS = {
    "title": _("Judge's ballot"),
    "judge": _("Judge"),
    "team": _("Team"),
    "table": _("Table"),
    "project": _("Project"),
    "tick": _("Tick one box for each criterion."),
    "number": _("Write a number"),
    "comment": _("Comment to the team"),
    "when": _("Date and time"),
    "signature": _("Judge's signature"),
}


@dataclass(frozen=True)
class Sheet:
    """One page: whose ballot, for whom, and the code that leads the desk to it."""

    judge: Judge
    team: Team
    code: str
    drawn: Markup


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET .../sheets``: the sheets of a round, of one judge with ``?judge=``, of one team with ``?team=``."""
    path, pages = request.path_params, request.state["pages"]
    seen, rubric, order = await request.state["database"].read(sheets_of, path["slug"], path["key"])
    address = reachable_address(request, request.state["settings"])
    root = f"{address}/console/e/{seen.event.slug}/rounds/{seen.round.key}/desk"
    wished = {name: request.query_params.get(name) for name in ("judge", "team")}
    sheets = []
    for judge, team in order:
        if wished["judge"] in {None, "", judge.key} and wished["team"] in {None, "", team.key}:
            link = f"{root}/{quote(judge.key, safe='')}/{quote(team.key, safe='')}"
            sheets.append(Sheet(judge, team, f"{judge.key} {team.key}", qr(link)))
    return pages.render(
        request,
        "console/sheets.html",
        event=seen.event,
        organiser=organiser,
        round=seen.round,
        judges=seen.progress.judges,
        wished=wished,
        sheets=sheets,
        questions=questions(rubric),
        words=WORDS,
        arabic=language("ar"),
        english=language("en"),
    )


def sheets_of(session: Session, slug: str, key: str) -> tuple[Overview, list[Criterion], list[tuple[Judge, Team]]]:
    """Read a round with its rubric and who is to score whom, each judge's teams in the order of visits."""
    seen = overview(session, slug, key)
    places = {
        (judge_id, team_id): position
        for judge_id, team_id, position in session.exec(
            select(Assignment.judge_id, Assignment.team_id, col(Assignment.position)).where(
                Assignment.round_id == seen.round.id
            )
        )
    }
    pairs = []
    for judge in seen.progress.judges:
        teams = [team for team in seen.progress.teams if (judge.id, team.id) in places]
        teams.sort(key=lambda team: places[judge.id or 0, team.id or 0])
        pairs += [(judge, team) for team in teams if seen.progress.cell(judge, team).duty in EXPECTED]
    return seen, rubric_of(session, seen.round.id or 0), pairs
