"""The screens of the hall: which address shows what. Nothing on the page is hidden from the public."""

from starlette.requests import Request
from starlette.responses import Response

from scoreboard.judging.duty.progress import event_named
from scoreboard.models import Organiser
from scoreboard.web.addresses import reachable_address
from scoreboard.web.console.entrance import organisers_only
from scoreboard.web.qr import qr
from scoreboard.web.state import State


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/screens``: the addresses of the board, for screens and for phones."""
    event = await request.state["database"].read(event_named, request.path_params["slug"])
    board = f"{reachable_address(request, request.state['settings'])}/e/{event.slug}"
    return request.state["pages"].render(
        request, "console/screens.html", event=event, organiser=organiser, board=board, drawn=qr(board)
    )
