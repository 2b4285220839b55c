"""What browsers report: that a page of ours held something that our content security policy forbids to run or to load.

Somebody may have got markup into a page, or a page of ours is wrong; either way whoever runs the server wants to know.
A report is what a client sends, so no line of the log holds more of it than a word from a list.
"""

import logging
from typing import Final

from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from scoreboard.errors import InvalidForm
from scoreboard.web.state import State

ADDRESS: Final = "/reports/csp"  # what the policy names as `report-uri`
LONGEST: Final = 16 * 1024  # bytes
OTHER: Final = "other"
# fmt: off
DIRECTIVES: Final = frozenset({
    "base-uri", "connect-src", "default-src", "font-src", "form-action", "frame-ancestors", "frame-src", "img-src",
    "manifest-src", "media-src", "object-src", "require-trusted-types-for", "script-src", "script-src-attr",
    "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "trusted-types", "worker-src",
})
# fmt: on

logger = logging.getLogger(__name__)


async def violation(request: Request[State]) -> Response:
    """``POST /reports/csp``: a report as browsers send it. Raises InvalidForm, and TooManyTries for a flood of them."""
    limit = request.state["reports"]
    limit.check("")
    limit.fail("")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise InvalidForm("This is no report.")
    directive = directive_in(bytes(body))
    words = "A page held something that its policy forbids (%s): somebody's markup, or a mistake of ours."
    logger.warning(words, directive, extra={"event": "page.violation", "fields": {"directive": directive}})
    return Response(status_code=204)


def directive_in(body: bytes) -> str:
    """Which directive a report says was violated (W3C, Content Security Policy level 3, section 5.3).

    Raises InvalidForm.
    """
    try:
        report = from_json(body)["csp-report"]
        directive = report.get("effective-directive") or report.get("violated-directive")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as failure:
        raise InvalidForm("This is no report.") from failure
    named = directive.split(" ")[0] if isinstance(directive, str) else OTHER
    return named if named in DIRECTIVES else OTHER
