"""Signs for the tables: whose it is, in both languages, with the code that leads a judge to the team's card."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from scoreboard.i18n import _, language
from scoreboard.judging.duty.people import TeamLine
from scoreboard.judging.duty.progress import competes
from scoreboard.models import Organiser
from scoreboard.web.addresses import only_here, reachable_address
from scoreboard.web.console.entrance import organisers_only
from scoreboard.web.console.teams import teams_of
from scoreboard.web.judge.find import sign_of
from scoreboard.web.qr import qr
from scoreboard.web.state import State

SCAN = _("Judges: scan to open this team's card")  # on a sign, which speaks both languages


@dataclass(frozen=True)
class Sign:
    """What stands on a team's table."""

    line: TeamLine
    drawn: Markup


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/signs``: a sign for each team that competes, ready to be printed."""
    event, _round, lines = await request.state["database"].read(teams_of, request.path_params["slug"])
    address = reachable_address(request, request.state["settings"])
    signs = [Sign(line, qr(address + sign_of(line.team.key))) for line in lines if competes(line.team)]
    return request.state["pages"].render(
        request,
        "console/signs.html",
        event=event,
        organiser=organiser,
        signs=signs,
        scan=SCAN,
        arabic=language("ar"),
        english=language("en"),
        only_here=only_here(address),
    )
