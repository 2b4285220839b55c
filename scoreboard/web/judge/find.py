"""From a team's table to its card: what the code on the table's sign leads to."""

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.judging.rounds import current_round
from scoreboard.web.auth import signed_in_judge
from scoreboard.web.state import State

ADDRESS = "/judge/find"


def sign_of(team_key: str) -> str:
    """The address, below the server's own, that a team's sign shows."""
    return f"{ADDRESS}?{urlencode({'team': team_key})}"


async def find(request: Request[State]) -> Response:
    """``GET /judge/find?team=``: on to the team's card in the round of now, which says so where there is none."""
    judge = await signed_in_judge(request)
    round_ = await request.state["database"].read(current_round, judge.event_id)
    team = request.query_params.get("team", "")
    address = f"/judge/{quote(round_.key, safe='')}/{quote(team, safe='')}" if round_ and team else "/judge"
    return RedirectResponse(address, 303)
