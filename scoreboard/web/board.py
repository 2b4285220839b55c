"""The board: the ranking for everybody, as a page, as JSON and over a websocket.

All of them show what the publisher decided that the public may see, and read what they need beside it through the
window, which shows nothing else.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from scoreboard.i18n import Language
from scoreboard.judging.duty.progress import event_named
from scoreboard.live.desks import Shown
from scoreboard.live.messages import NAMELESS, Line, Standings, TeamCard, public
from scoreboard.models import Event
from scoreboard.web import sockets, streams
from scoreboard.web.addresses import reachable_address
from scoreboard.web.qr import qr
from scoreboard.web.state import State


async def show(request: Request[State]) -> Response:
    """``GET /e/{slug}``: the board as it is now; scripts take over from there. ``?screen=1``: on a wall of the hall."""
    event = await request.state["window"].read(event_named, request.path_params["slug"])
    shown = await request.state["publisher"].projected(event.id or 0)
    pages = request.state["pages"]
    language = pages.language_of(request, event)
    address = f"{reachable_address(request, request.state['settings'])}/e/{event.slug}"
    seen = shown.standings.standings
    screen = bool(request.query_params.get("screen"))
    return pages.render(
        request,
        "board/show.html",
        event=event,
        names=shown.roster.roster,
        seen=seen,
        as_of=shown.standings.as_of,
        lines=named(shown),
        words=status_words(language, seen, event),
        linked=linkages(language).get(seen.linkage, "") if seen.status != "waiting_for_start" else "",
        address=address.split("://", 1)[1],
        code=qr(address),
        page={
            "roads": roads(event.slug, screen=screen),
            "screen": screen,
            "language": language.code,
            "numbers": f"{language.code}-u-nu-{event.digits if language.code == 'ar' else 'latn'}",
        },
        messages=[
            shown.roster.model_dump(mode="json"),
            shown.standings.model_dump(mode="json"),
        ],
        texts=texts(language),
    )


async def standings(request: Request[State]) -> Response:
    """``GET /e/{slug}/standings.json``: the same for programs."""
    event = await request.state["window"].read(event_named, request.path_params["slug"])
    shown = await request.state["publisher"].projected(event.id or 0)
    names = shown.roster.roster
    told = shown.standings.model_dump(mode="json", exclude={"type", "roster_version", "standings"})
    seen = shown.standings.standings.model_dump(mode="json", exclude={"lines"})
    content = {
        "event": names.event.model_dump(),
        "round": {"key": names.round_key, "name": names.round.model_dump()} if names.round_key else None,
        **told,
        **seen,
        "standings": [{**line._asdict(), "team": team.model_dump()} for line, team in named(shown)],
    }
    return tagged(request, shown, lambda: JSONResponse(content))


async def state(request: Request[State]) -> Response:
    """``GET /e/{slug}/state.json``: the messages that a socket brings on joining, for pages that cannot open one."""
    event = await request.state["window"].read(event_named, request.path_params["slug"])
    shown = await request.state["publisher"].projected(event.id or 0)
    topic = request.state["hub"].topics[public(event.id or 0)]
    heartbeat = request.state["publisher"].heartbeat(event.id or 0, public(event.id or 0))
    texts = [*(frame.text for frame in topic.newer(0)), heartbeat]
    return tagged(request, shown, lambda: Response(f"[{','.join(texts)}]", media_type="application/json"))


async def stream(request: Request[State]) -> Response:
    """``GET /e/{slug}/stream``: the messages of the socket as an event stream, where no socket gets through."""
    event = await request.state["window"].read(event_named, request.path_params["slug"])
    await request.state["publisher"].projected(event.id or 0)
    return streams.Stream(request, event.id or 0)


async def socket(websocket: WebSocket[State]) -> None:
    """``WS /e/{slug}/socket``: the same, at every change; ``?epoch=&version=`` say what the reader has already."""
    await sockets.serve(websocket, sockets.PUBLIC)


def roads(slug: str, *, screen: bool) -> dict[str, str]:
    """By which addresses news of an event comes to a page, the best first. Screens of the hall are told first."""
    address = f"/e/{slug}"
    return {
        "socket": f"{address}/socket" + ("?screen=1" if screen else ""),
        "stream": f"{address}/stream",
        "state": f"{address}/state.json",
    }


def tagged(request: Request[State], shown: Shown, answer: Callable[[], Response]) -> Response:
    """Answer, or say that nothing has changed since the version that the asker holds.

    For a second anybody in between may answer in our place.
    """
    told = shown.standings
    headers = {"etag": f'"{told.epoch}-{told.version}"', "cache-control": "public, max-age=1"}
    held = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    response = Response(status_code=304) if headers["etag"] in held else answer()
    response.headers.update(headers)
    return response


def named(shown: Shown) -> list[tuple[Line, TeamCard]]:
    """The lines of the ranking with the names of their teams."""
    cards = {team.key: team for team in shown.roster.roster.teams}
    return [
        (line, cards.get(line.team, TeamCard(key=line.team, name=NAMELESS, organisation=NAMELESS)))
        for line in shown.standings.standings.lines
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


def linkages(language: Language) -> dict[str, str]:
    """What comparing the teams rests on, where it is not plainly the judges that they have in common."""
    return {
        "awaited": language.text("Ranked by the plain mean for now, until ballots to come make all teams comparable"),
        "apart": language.text("No judge has scored teams of two groups: a table for each, and no overall winner"),
        "accepted": language.text(
            "Some teams have no judge in common: one ranking, as the organisers accepted on record that their groups "
            "are equally strong"
        ),
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
        **{f"linkage.{linkage}": sentence for linkage, sentence in linkages(language).items()},
        "group": language.text("Group %(group)s of %(groups)s: teams judged by the same judges"),
        "no_group": language.text("In no group yet"),
        "received": language.text("Ballots received: %(received)s of %(expected)s"),
        "as_of": language.text("As of %(time)s"),
        "asking": language.text("As of %(time)s; checked every few seconds"),
        "stale": language.text("Connection lost: as of %(time)s"),
        "reconnecting": language.text("Reconnecting"),
        "page": language.text("Teams %(first)s–%(last)s of %(all)s"),
        "page_of": language.text("Page %(page)s of %(pages)s"),
        "moved": language.text("%(team)s is now in place %(rank)s"),
    }
