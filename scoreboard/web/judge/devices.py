"""A judge's own devices: which there are, and a PIN that lets a further one in."""

from starlette.requests import Request
from starlette.responses import Response

from scoreboard.judging.pairing import devices, pins
from scoreboard.models import Event
from scoreboard.web.addresses import reachable_address
from scoreboard.web.auth import signed_in_judge
from scoreboard.web.state import State

PINS_A_MINUTE = 5  # of one judge: each is an entry in the ledger


async def show(request: Request[State]) -> Response:
    """``GET /judge/devices``: the devices, and a button. ``POST``: show a PIN, once."""
    judge = await signed_in_judge(request)
    database, pages = request.state["database"], request.state["pages"]
    pin, until = "", None
    if request.method == "POST":
        throttle, key = request.state["throttle"], f"pins {judge.id}"
        throttle.check(key, PINS_A_MINUTE)
        throttle.fail(key)
        pin = pins.new_pin()
        until = await database.write(
            pins.issue_pin,
            judge.id or 0,
            pin,
            request.state["notary"].signing,
            f"judge:{judge.key}",
            of_console=False,
        )
    lines = await database.read(devices.devices_of_judge, judge.id or 0)
    event = await database.read(lambda session: session.get_one(Event, judge.event_id))
    return pages.render(
        request,
        "judge/devices.html",
        event=event,
        headers={"cache-control": "no-store"},
        judge=judge,
        lines=lines,
        pin=pin,
        until=until,
        door=f"{reachable_address(request, request.state['settings'])}/j",
        page_address="/judge/devices",
    )
