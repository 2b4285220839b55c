"""Errors as people and programs are told of them: a page in their language, or JSON with a stable code."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from scoreboard.errors import InvalidForm, NotFound, ScoreboardError
from scoreboard.i18n import _
from scoreboard.web.state import State
from scoreboard.web.watch import GONE, refused


def wants_json(request: Request[State]) -> bool:
    """Whether a program asks: it sends JSON, or it accepts it and no page."""
    accept = request.headers.get("accept", "")
    return request.headers.get("content-type", "").startswith("application/json") or (
        "application/json" in accept and "text/html" not in accept
    )


def answer(request: Request[State], error: ScoreboardError, headers: Mapping[str, str] | None = None) -> Response:
    """Say what went wrong, in the words and the form of whoever asked."""
    refused(request.scope, error.code)
    pages = request.state["pages"]
    words = pages.language_of(request).error(error)
    if "seconds" in error.extra:
        headers = {**(headers or {}), "retry-after": str(error.extra["seconds"])}
    if wants_json(request):
        return JSONResponse({"code": error.code, "message": words, **error.extra}, error.status, headers)
    return pages.render(request, "error.html", status=error.status, headers=headers, code=error.code, words=words)


async def on_error(request: Request[Any], error: Exception) -> Response:
    """Answer one of our own errors."""
    if not isinstance(error, ScoreboardError):
        raise error
    return answer(request, error)


async def on_validation_error(request: Request[Any], error: Exception) -> Response:
    """Answer a form that is not of the shape that it must have."""
    if not isinstance(error, ValidationError):
        raise error
    fields = [".".join(str(part) for part in fault["loc"]) for fault in error.errors()]
    return answer(
        request,
        InvalidForm("These fields cannot be used: %(fields)s", fields=", ".join(fields), extra={"fields": fields}),
    )


class HttpError(ScoreboardError):
    """What is refused before any of our handlers sees it, such as a wrong method or too large a body."""

    code = "http"

    def __init__(self, status: int) -> None:
        too_large = status == 413
        super().__init__(
            _("This is more than can be taken at once.") if too_large else _("This request cannot be answered.")
        )
        self.status = status  # type: ignore[misc]  # one class for every status of the router


async def on_http_error(request: Request[Any], error: Exception) -> Response:
    """Answer what the router refuses."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return answer(request, NotFound("There is no such page."), error.headers)
    return answer(request, HttpError(error.status_code), error.headers)


async def on_departure(_request: Request[Any], error: Exception) -> Response:
    """End a request whose client left in the middle of it: nobody hears the answer, and nothing broke on our side."""
    if not isinstance(error, ClientDisconnect):
        raise error
    return Response(status_code=GONE)


async def on_failure(request: Request[Any], _error: Exception) -> Response:
    """Answer when something broke on our side; the server logs what it was."""
    return answer(request, ScoreboardError("Something went wrong on our side. Please try again."))
