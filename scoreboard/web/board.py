"""The board: the ranking for everybody, as a page, as JSON and over a websocket.

All three show what the publisher decided that the public may see, and nothing that is read anywhere else.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from scoreboard.errors import NotFound
from scoreboard.i18n import Language
from scoreboard.judging.duty.progress import event_named
from scoreboard.live.messages import NAMELESS, Line, Standings, TeamCard, public
from scoreboard.live.publisher import Published
from scoreboard.models import Event
from scoreboard.web import sockets
from scoreboard.web.addresses import reachable_address
from scoreboard.web.qr import qr
from scoreboard.web.state import State


async def show(request: Request[State]) -> Response:
    """``GET /e/{slug}``: the board as it is now; scripts take over from there."""
    event = await request.state["database"].read(event_named, request.path_params["slug"])
    published = await request.state["publisher"].current(event.id or 0)
    pages = request.state["pages"]
    language = pages.language_of(request, event)
    address = f"{reachable_address(request, request.state['settings'])}/e/{event.slug}"
    seen = published.standings.standings
    return pages.render(
        request,
        "board/show.html",
        event=event,
        names=published.roster.roster,
        seen=seen,
        as_of=published.standings.as_of,
        lines=named(published),
        words=status_words(language, seen, event),
        address=address.split("://", 1)[1],
        code=qr(address),
        page={
            "socket": f"/e/{event.slug}/socket",
            "language": language.code,
            "numbers": f"{language.code}-u-nu-{event.digits if language.code == 'ar' else 'latn'}",
        },
        messages=[
            published.roster.model_dump(mode="json"),
            published.standings.model_dump(mode="json"),
        ],
        texts=texts(language),
    )


async def standings(request: Request[State]) -> Response:
    """``GET /e/{slug}/standings.json``: the same for programs."""
    event = await request.state["database"].read(event_named, request.path_params["slug"])
    published = await request.state["publisher"].current(event.id or 0)
    names = published.roster.roster
    told = published.standings.model_dump(mode="json", exclude={"type", "roster_version", "standings"})
    seen = published.standings.standings.model_dump(mode="json", exclude={"lines"})
    return JSONResponse(
        {
            "event": names.event.model_dump(),
            "round": {"key": names.round_key, "name": names.round.model_dump()} if names.round_key else None,
            **told,
            **seen,
            "standings": [{**line._asdict(), "team": team.model_dump()} for line, team in named(published)],
        }
    )


async def socket(websocket: WebSocket[State]) -> None:
    """``WS /e/{slug}/socket``: the same, at every change."""
    await websocket.accept()
    try:
        event = await websocket.state["database"].read(event_named, websocket.path_params["slug"])
    except NotFound:
        await websocket.close(sockets.UNKNOWN)
        return
    with websocket.state["hub"].subscribe(public(event.id or 0)) as mailbox:
        # After joining: what changes from here on arrives by itself, what changed before is published by this.
        published = await websocket.state["publisher"].current(event.id or 0)
        mailbox.put({"heartbeat": published.heartbeat()})
        await sockets.follow(websocket, mailbox)


def named(published: Published) -> list[tuple[Line, TeamCard]]:
    """The lines of the ranking with the names of their teams."""
    cards = {team.key: team for team in published.roster.roster.teams}
    return [
        (line, cards.get(line.team, TeamCard(key=line.team, name=NAMELESS, organisation=NAMELESS)))
        for line in published.standings.standings.lines
    ]


def status_words(language: Language, seen: Standings, event: Event) -> tuple[str, str]:
    """Say where the round stands: in a word, and in a sentence."""

    def clock(at: Any) -> str:
        return language.clock(at, event.time_zone, event.digits)[:5] if at else ""

    places = {"frozen": clock(seen.frozen_at), "finalised": clock(seen.finalised_at)}
    word, sentence = statuses(language)[seen.status]
    return word, sentence % {key: f"\u2068{value}\u2069" for key, value in places.items()}


def statuses(language: Language) -> dict[str, tuple[str, str]]:
    """Each status in a word and in a sentence, whose places are times of day."""
    return {
        "waiting_for_start": (language.text("Starting soon"), language.text("Judging has not begun yet")),
        "live": (language.text("Live"), language.text("Provisional: the ranking can still change")),
        "frozen": (
            language.text("Board frozen"),
            language.text("As it stood at %(frozen)s; scores after that are hidden"),
        ),
        "closed": (
            language.text("Judging is over"),
            language.text("As it stood at %(frozen)s; the results will be announced"),
        ),
        "preliminary": (language.text("Preliminary results"), language.text("Judging is over; not confirmed yet")),
        "final": (language.text("Final results"), language.text("Confirmed at %(finalised)s")),
    }


def texts(language: Language) -> dict[str, Any]:
    """All that the page's scripts say."""
    of_status = statuses(language).items()
    return {
        **{f"word.{status}": word for status, (word, _sentence) in of_status},
        **{f"sentence.{status}": sentence for status, (_word, sentence) in of_status},
        "ballots": language.plural_forms("%(count)s ballot", "%(count)s ballots"),
        "awaiting": language.plural_forms("awaiting %(count)s more ballot", "awaiting %(count)s more ballots"),
        "between": language.text("between places %(first)s and %(last)s"),
        "received": language.text("Ballots received: %(received)s of %(expected)s"),
        "as_of": language.text("As of %(time)s"),
        "stale": language.text("Connection lost: as of %(time)s"),
        "reconnecting": language.text("Reconnecting"),
        "page": language.text("Teams %(first)s–%(last)s of %(all)s"),
        "moved": language.text("%(team)s is now in place %(rank)s"),
    }
