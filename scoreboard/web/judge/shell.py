"""What a phone keeps so that it opens without a network: an empty page, the worker that gives it out, the manifest.

The empty page holds the list and the card as the other pages have them, with the round's rubric and with nothing of any
judge; scripts fill the one that is asked for from the bundle that the phone keeps. An empty page and a bundle belong
together by their `form`: a hash of what the empty page says of the event.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scoreboard.i18n import Language
from scoreboard.judging.bundle import AssignedTeam, Bundle, bundle_of, criterion_as_json, names
from scoreboard.models import Team
from scoreboard.web.auth import signed_in_judge
from scoreboard.web.judge.card import Entry, drawing, questions
from scoreboard.web.judge.words import texts_for_script
from scoreboard.web.state import State
from scoreboard.web.templating import Static

SCOPE: Final = "/judge"
WORKER: Final = "js/judge/worker.js"
ENTRIES: Final = ("css/judge.css", "js/judge/pages.js")
IMAGES: Final = ("vendor/judge.svg", "img/icon.svg")
ICONS: Final = (
    ("img/icon.svg", "any", "image/svg+xml", "any"),
    ("img/icon-192.png", "192x192", "image/png", "any"),
    ("img/icon-512.png", "512x512", "image/png", "any"),
    ("img/icon-whole-512.png", "512x512", "image/png", "maskable"),
)


def kept_files(static: Static) -> list[str]:
    """The path in static/ of each file that the phone keeps."""
    return [*IMAGES, *(path for entry in ENTRIES for path in static.needs(entry))]


def worker(static: Static) -> Callable[[Request[State]], Awaitable[Response]]:
    """``GET /judge/worker.js``: the service worker, which names the release and the files that belong to it."""
    constants = {"RELEASE": static.release, "VERSION": static.version, "PATHS": kept_files(static)}
    head = "".join(f"const {name} = {to_json(value).decode()};\n" for name, value in constants.items())
    text = head + static.text(WORKER)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    headers = {"service-worker-allowed": SCOPE, "cache-control": "no-cache", "etag": tag}

    async def show(request: Request[State]) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(text, media_type="text/javascript", headers=headers)

    return show


async def show_manifest(request: Request[State]) -> Response:
    """``GET /judge/manifest.webmanifest``: the name and the icons by which the phone knows the page as an app."""
    pages = request.state["pages"]
    language: Language = pages.language_of(request)
    content = {
        "id": SCOPE,
        "name": language.text("Scoreboard: judging"),
        "short_name": language.text("Judging"),
        "lang": language.code,
        "dir": language.direction,
        "start_url": SCOPE,
        "scope": SCOPE,
        "display": "standalone",
        "theme_color": "#8a1538",
        "background_color": "#f5f3f0",
        "icons": [
            {"src": pages.static.address(path), "sizes": sizes, "type": kind, "purpose": purpose}
            for path, sizes, kind, purpose in ICONS
        ],
    }
    return JSONResponse(content, media_type="application/manifest+json")


def form_of(bundle: Bundle, language: Language) -> str:
    """Name what the empty page says of the event, in a language: pages and bundles of one name fit each other."""
    event, round_ = bundle.event, bundle.round
    said = (
        language.code,
        names(event),
        (event.digits, event.time_zone, event.slug),
        (round_.key, names(round_), round_.visit_minutes) if round_ else None,
        [criterion_as_json(criterion) for criterion in bundle.rubric],
    )
    return hashlib.sha256(to_json(said)).hexdigest()[:12]


async def show_empty(request: Request[State]) -> Response:
    """``GET /judge/empty``: the list and the card, with nothing of any judge in them."""
    judge = await signed_in_judge(request)
    bundle = await request.state["database"].read(bundle_of, judge)
    pages = request.state["pages"]
    language = pages.language_of(request, bundle.event)
    form = form_of(bundle, language)
    page = {**drawing(language, bundle), "form": form, "empty": True}
    return pages.render(
        request,
        "judge/empty.html",
        event=bundle.event,
        headers={"scoreboard-form": form, "scoreboard-release": pages.static.release},
        bundle=bundle.without_judge(),
        empty=True,
        assigned=NO_TEAM,
        no_team=NO_TEAM,
        questions=questions(bundle.rubric),
        entry=Entry(0, uuid=UUID(int=0)),
        compare=False,
        editable=True,
        next=None,
        page=page,
        texts=texts_for_script(language, "empty"),
        page_address=SCOPE,
    )


NO_TEAM: Final = AssignedTeam(Team(event_id=0, key="", name_en="", name_ar=""), None, "pending", None, None)
