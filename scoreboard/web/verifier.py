"""The page on which anybody verifies a record: one file that runs alone, so its policy names its own parts and no more.

The same file opens from a disk, without this server: whoever doubts the server need not ask it.
"""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scoreboard.i18n import LANGUAGES, _, language
from scoreboard.web.state import State

FILE: Final = "verify.html"
INLINE: Final = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


def policy(page: str) -> str:
    """A content security policy that lets exactly the scripts and styles inside of a page work, and nothing be sent."""
    allowed: dict[str, list[str]] = {"script": [], "style": []}
    for kind, content in INLINE.findall(page):
        allowed[kind].append(f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'")
    return (
        f"default-src 'none'; script-src {' '.join(allowed['script'])}; style-src {' '.join(allowed['style'])}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def warned(page: str) -> str:
    """The page with the words, in every language, that all pages have where the network is not protected."""
    words = (
        Markup('<p class="insecure" role="note" lang="{}" dir="{}">{} {}</p>').format(
            shown_in.code,
            shown_in.direction,
            shown_in.text(_("This network is not protected.")),
            shown_in.text(_("Others in it could read along. Do not use a password here that you use elsewhere.")),
        )
        for shown_in in map(language, LANGUAGES)
    )
    return page.replace("</header>", f"</header>{''.join(words)}", 1)


def page(folder: Path) -> Callable[[Request[State]], Awaitable[Response]]:
    """``GET /verify``: the verifier that lies in the folder of static files."""
    text = (folder / FILE).read_text(encoding="utf-8")
    insecure = warned(text)
    headers = {"content-security-policy": policy(text)}

    async def show(request: Request[State]) -> Response:
        exposed = request.state["pages"].insecure and request.url.scheme != "https"
        return HTMLResponse(insecure if exposed else text, headers=headers)

    return show
