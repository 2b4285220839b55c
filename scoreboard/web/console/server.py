"""How the server does: how long a score takes from a judge's tap to the screens, who watches, what it was busy with."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from scoreboard.figures.distribution import Distribution, Spread
from scoreboard.figures.figures import CONSOLE, PUBLIC, Figures
from scoreboard.i18n import Language
from scoreboard.judging.duty.progress import event_named
from scoreboard.live.hub import Hub
from scoreboard.live.messages import console, public
from scoreboard.models import Organiser
from scoreboard.web.console.entrance import organisers_only
from scoreboard.web.state import State

# Within which 95 of 100 should be: what a judge and a hall do not feel.
ANSWER_MS = 250
PUSH_MS = 1000
SCREEN_MS = 1500


@dataclass(frozen=True)
class Measure:
    """How long something takes: its name, what exactly is measured, its figures, and what they should be (ms)."""

    name: str
    meaning: str
    limit: int
    recent: Spread
    ever: Spread

    @property
    def good(self) -> bool:
        """Whether it is as it should be, as far as there is anything to tell."""
        return self.recent.p95 is None or 1000 * self.recent.p95 <= self.limit


@dataclass(frozen=True)
class Audience:
    """Who watches an event now."""

    viewers: int
    screens: int
    consoles: int
    paused: int


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/server``: the server's own figures."""
    return await render(request, organiser, "console/server.html")


@organisers_only
async def live(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/e/{slug}/server/live``: the part of the same page that changes."""
    return await render(request, organiser, "console/_server.html")


async def render(request: Request[State], organiser: Organiser, template: str) -> Response:
    """Render the page, or its changing part."""
    event = await request.state["database"].read(event_named, request.path_params["slug"])
    figures, pages = request.state["figures"], request.state["pages"]
    language = pages.language_of(request, event)
    obstacle = await request.state["readiness"].obstacle()
    return pages.render(
        request,
        template,
        event=event,
        organiser=organiser,
        obstacle=obstacles(language).get(obstacle, obstacle),
        measures=measures(language, figures),
        audience=audience(request.state["hub"], event.id or 0),
        figures=figures,
        late=figures.late.recent(),
        committed=figures.committed.recent(),
        waiting=request.state["database"].waiting,
        pushed=sum(pushed.frames for pushed in request.state["hub"].pushed().values()),
        ms=milliseconds,
    )


def measures(language: Language, figures: Figures) -> list[Measure]:
    """What is measured of a ballot's way, in its order."""

    def measure(name: str, meaning: str, limit: int, times: Distribution) -> Measure:
        return Measure(name, meaning, limit, times.recent(), times.all())

    return [
        measure(
            language.text("Ballot answered"),
            language.text("From the moment the server has read a ballot until it has stored and answered it"),
            ANSWER_MS,
            figures.answered,
        ),
        measure(
            language.text("Ballot sent to every viewer"),
            language.text("From the same moment until a ranking that contains it was sent to all who watch"),
            PUSH_MS,
            figures.pushed[PUBLIC],
        ),
        measure(
            language.text("Ranking shown in the hall"),
            language.text("From the moment a ranking is sent until a screen of the hall reports that it shows it"),
            SCREEN_MS,
            figures.shown,
        ),
        measure(
            language.text("Ballot sent to the console"),
            language.text("As for viewers; while the board is frozen, only organisers receive new rankings"),
            PUSH_MS,
            figures.pushed[CONSOLE],
        ),
    ]


def audience(hub: Hub, event_id: int) -> Audience:
    """Who watches an event."""
    board, staff = public(event_id), console(event_id)
    screens = hub.first(board)
    return Audience(
        viewers=hub.subscribers(board) - screens,
        screens=screens,
        consoles=hub.subscribers(staff),
        paused=hub.held(board) + hub.held(staff),
    )


def milliseconds(seconds: float | None) -> str:
    """A time in milliseconds, as exact as anybody wants it; a dash for none."""
    if seconds is None:
        return "–"
    value = 1000 * seconds
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def obstacles(language: Language) -> dict[str, str]:
    """What keeps the server from taking ballots, by the word that `Readiness` has for it."""
    return {
        "draining": language.text("The server is stopping."),
        "publisher": language.text("Rankings are no longer sent out. Please restart the server."),
        "disk_full": language.text("There is no room left on the server's disk. Please tell the organisers."),
        "storage_failed": language.text(
            "The server's disk has failed, so nothing can be stored. Please tell the organisers."
        ),
        "database": language.text("The database cannot be read."),
        "version": language.text("The database belongs to another version of Scoreboard."),
        "writer": language.text("Ballots are waiting too long to be stored."),
    }
