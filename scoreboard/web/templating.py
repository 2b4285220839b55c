"""Pages: Jinja templates in the visitor's language, and the addresses of static files.

Static files are served below an address that contains a hash of all of them, so that browsers keep them for ever and
modules and style sheets may refer to each other by relative addresses. A changed file changes the address.
"""

import hashlib
import shlex
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from scoreboard.assets import asset_dir
from scoreboard.i18n import LANGUAGES, Language, Named, language
from scoreboard.models import Event
from scoreboard.web.cookies import cookie_name
from scoreboard.web.packed import imported, packed_files

LANGUAGE_COOKIE = "language"


def static_version(folder: Path) -> str:
    """A short hash of every file in the folder, names included."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "node_modules" not in path.parts):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


class Static:
    """Serves ``/static/<version>/...``: for ever when the version is this one, once when a page is older."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or asset_dir("static")
        self.version = static_version(self.folder)
        # Of the pages, too: what a phone keeps of both belongs together.
        self.release = f"{self.version}-{static_version(asset_dir('templates'))}"
        self.packed = packed_files(self.folder)
        self.needed: dict[str, list[str]] = {}
        self.files = GZipMiddleware(StaticFiles(directory=self.folder), minimum_size=600)

    def address(self, path: str) -> str:
        """The address of a file in static/. Raises FileNotFoundError for one that is not there."""
        if path not in self.packed and not (self.folder / path).is_file():
            raise FileNotFoundError(f"no static file {path}")
        return f"/static/{self.version}/{path}"

    def needs(self, entry: str) -> list[str]:
        """A module or a style sheet of ours and all that it imports, itself or by others, as paths in static/."""
        found = self.needed.setdefault(entry, [])
        if found:
            return found
        waiting = [entry]
        while waiting:
            path = waiting.pop(0)
            if path not in found:
                found.append(path)
                waiting += imported(path, self.text(path))
        return found

    def text(self, path: str) -> str:
        """What one of them holds, as browsers get it."""
        packed = self.packed.get(path)
        return packed.plain.decode() if packed else (self.folder / path).read_text(encoding="utf-8")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request below the mount: the first part of the path is the version."""
        version, _, path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/").partition("/")
        cache = b"public, max-age=31536000, immutable" if version == self.version else b"no-cache"

        async def send_cached(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 304}:
                own = (b"scoreboard-version", self.version.encode())
                message["headers"] = [*message["headers"], (b"cache-control", cache), own]
            await send(message)

        below = {**scope, "path": "/" + path, "root_path": ""}
        files = self.packed.get(path, self.files) if scope["method"] in {"GET", "HEAD"} else self.files
        await files(below, receive, send_cached)


class Pages:
    """Renders templates: one environment for each language."""

    def __init__(self, static: Static, default_language: str, *, insecure: bool = False) -> None:
        """`insecure`: every page that was not asked for over TLS says so."""
        self.static = static
        self.default_language = default_language
        self.insecure = insecure
        self.environments = {code: self.environment(language(code)) for code in LANGUAGES}

    def environment(self, shown_in: Language) -> jinja2.Environment:
        """A Jinja environment whose texts, filters and names speak one language."""
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(asset_dir("templates")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.policies["json.dumps_kwargs"] = {
            "ensure_ascii": False,
            "separators": (",", ":"),
        }  # half the weight of Arabic
        environment.install_gettext_translations(shown_in.translations, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
        environment.globals.update(
            language=shown_in, static=self.static.address, modules=self.static.needs, insecure=self.insecure
        )
        environment.filters.update(
            isolated=lambda text: Markup("<bdi>{}</bdi>").format(text),
            name=lambda thing: named(shown_in, thing),
            quoted=shlex.quote,  # as a command line wants it that somebody may copy
            either=lambda pair: isolated(shown_in, *pair),
            number=number(shown_in),
            clock=clock(shown_in),
            day=day(shown_in),
        )
        return environment

    def language_of(self, connection: HTTPConnection[Any], event: Event | None = None) -> Language:
        """What to speak: what the address asks for, else what the person chose, else the event's language."""
        for wish in (
            connection.query_params.get("lang"),
            connection.cookies.get(cookie_name(connection, LANGUAGE_COOKIE)),
        ):
            if wish in LANGUAGES:
                return language(wish)
        return language(event.language if event else self.default_language)

    def render(
        self,
        request: HTTPConnection[Any],
        template: str,
        *,
        event: Event | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Answer with a page in the visitor's language. `event`, if any, gives the default language and the digits."""
        environment = self.environments[self.language_of(request, event).code]
        text = environment.get_template(template).render(request=request, event=event, **context)
        return HTMLResponse(text, status_code=status, headers=headers)


def isolated(shown_in: Language, english: str, arabic: str) -> Markup:
    """A text that exists in two languages, kept from disturbing the direction of what stands around it."""
    text, code = shown_in.choose(english, arabic)
    spoken = Markup(' lang="{}"').format(code) if text and code != shown_in.code else Markup("")
    return Markup("<bdi{}>{}</bdi>").format(spoken, text)


def named(shown_in: Language, thing: Named) -> Markup:
    """A thing's name, isolated."""
    return isolated(shown_in, thing.name_en, thing.name_ar)


def number(shown_in: Language) -> Any:
    """A filter that draws a number in the event's digits, left to right: ``{{ total|number(1) }}``."""

    @jinja2.pass_context
    def draw(context: jinja2.runtime.Context, value: object, decimals: int | None = None) -> Markup:
        text = str(value) if decimals is None else f"{value:.{decimals}f}"
        return Markup('<bdi dir="ltr">{}</bdi>').format(shown_in.digits(text, digits_of(context)))

    return draw


def clock(shown_in: Language) -> Any:
    """A filter that gives a time of day in the event's time zone and digits."""

    @jinja2.pass_context
    def draw(context: jinja2.runtime.Context, at: Any) -> Markup:
        event = context.get("event")
        zone = event.time_zone if event else "UTC"
        return Markup('<bdi dir="ltr">{}</bdi>').format(shown_in.clock(at, zone, digits_of(context)))

    return draw


def day(shown_in: Language) -> Any:
    """A filter that gives the date of a time, or a date, in words, in the event's time zone and digits."""

    @jinja2.pass_context
    def draw(context: jinja2.runtime.Context, at: date) -> Markup:
        event = context.get("event")
        if isinstance(at, datetime):
            at = at.astimezone(ZoneInfo(event.time_zone if event else "UTC")).date()
        return Markup("<bdi>{}</bdi>").format(shown_in.day(at, digits_of(context)))

    return draw


def digits_of(context: jinja2.runtime.Context) -> str:
    """The digit system of the page's event."""
    event = context.get("event")
    return event.digits if event else "latn"
