"""A person's own account: to confirm that it is them, a new password, the second factor and its codes on paper."""

import json
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import InvalidForm, NotSignedIn, ScoreboardError
from scoreboard.judging.staff import factors, organisers, passwords, sessions
from scoreboard.models import Organiser
from scoreboard.signing import SigningKey
from scoreboard.web import auth, watch
from scoreboard.web.addresses import own_path
from scoreboard.web.console.entrance import counted, organisers_only, welcome
from scoreboard.web.qr import qr
from scoreboard.web.refusals import ACCOUNT, CONFIRM, HOME, LONGEST_KEPT
from scoreboard.web.state import State

KEPT: Final = TypeAdapter(list[tuple[str, str]])


@organisers_only
async def confirm(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/confirm``: asks for the password again. ``POST``: goes on under a new token, fresh."""
    if request.method != "POST":
        back = own_path(request.query_params.get("back", ""), HOME)
        return confirming(request, organiser, back, None)
    form = await request.form(max_files=0)
    back, kept = own_path(str(form.get("back", "")), HOME), fields_of(str(form.get("kept", "")))
    try:
        with counted(request, f"account:{organiser.name.casefold()}"):
            await request.state["database"].write(
                check,
                organiser.id or 0,
                request.state["notary"].signing,
                str(form.get("password", "")),
                str(form.get("code", "")),
            )
    except ScoreboardError as problem:
        return confirming(request, organiser, back, kept, problem)
    token = await request.state["database"].write(sessions.renewed, auth.token_of(request, auth.CONSOLE))
    if kept is None:
        return welcome(request, token, back)
    response = request.state["pages"].render(
        request, "console/confirmed.html", organiser=organiser, back=back, fields=kept, page_address=HOME
    )
    auth.remember(request, response, auth.CONSOLE, token, int(sessions.LONGEST.total_seconds()))
    return response


def check(session: Session, organiser_id: int, signing: SigningKey, password: str, code: str) -> None:
    """Hold a person to all that they sign in by. Raises NotSignedIn."""
    organiser = session.get_one(Organiser, organiser_id)
    if not organiser.password_hash and not organiser.totp_secret:
        raise NotSignedIn("This account has no password. A new link is printed by: scoreboard organiser link")
    if organiser.password_hash:
        organisers.organiser_by_password(session, organiser.name, password[: passwords.LONGEST + 1])
    if organiser.totp_secret:
        factors.use_code(session, organiser_id, signing, code)


def fields_of(kept: str) -> list[tuple[str, str]] | None:
    """The fields of the form that is to be sent again after the confirmation; None for no form. Raises InvalidForm."""
    if not kept:
        return None
    if len(kept) > LONGEST_KEPT:
        raise InvalidForm("Parts of this page are missing. Please load it again.")
    try:
        return KEPT.validate_json(kept)
    except ValidationError as failure:
        raise InvalidForm("Parts of this page are missing. Please load it again.") from failure


def confirming(
    request: Request[State],
    organiser: Organiser,
    back: str,
    kept: list[tuple[str, str]] | None,
    problem: ScoreboardError | None = None,
) -> Response:
    """Render the page that asks a person to confirm that it is them."""
    if problem is not None:
        watch.refused(request.scope, problem.code)
    pages = request.state["pages"]
    return pages.render(
        request,
        "console/confirm.html",
        status=problem.status if problem else 200,
        organiser=organiser,
        back=back,
        kept="" if kept is None else json.dumps(kept),
        page_address=CONFIRM,
        provider=auth.provider(request),
        problem=pages.language_of(request).error(problem) if problem else None,
    )


@organisers_only
async def show(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/account``: by what this person signs in."""
    database, token = request.state["database"], auth.token_of(request, auth.CONSOLE)
    left = await database.read(factors.recovery_codes_left, organiser.id or 0)
    return request.state["pages"].render(
        request,
        "console/account/account.html",
        organiser=organiser,
        left=left,
        devices=await database.read(sessions.devices_of, organiser.id or 0, token),
        owes=auth.caller_of(request).owes_factor,
        provider=auth.provider(request),
    )


@organisers_only
async def end_others(request: Request[State], organiser: Organiser) -> Response:
    """``POST /console/account/sessions/end``: ends every session of the account but this one."""
    token = auth.token_of(request, auth.CONSOLE)
    await request.state["database"].write(sessions.end_others, organiser.id or 0, token)
    return RedirectResponse(ACCOUNT, 303)


@organisers_only
async def password(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/account/password``: the form. ``POST``: a new password; all other sessions of the account end."""
    problem = None
    if request.method == "POST":
        form = await request.form(max_files=0)
        typed, again = str(form.get("password", "")), str(form.get("again", ""))
        try:
            await request.state["database"].write(
                replace_password, organiser.id or 0, typed, again, auth.token_of(request, auth.CONSOLE)
            )
        except InvalidForm as wrong:
            problem = wrong
        else:
            return RedirectResponse(ACCOUNT, 303)
    return page(request, organiser, "console/account/password.html", problem)


def replace_password(session: Session, organiser_id: int, password: str, again: str, token: str) -> None:
    """Store a new password, and end the sessions that began by the old one. Raises InvalidForm."""
    if password != again:
        raise InvalidForm("The two passwords are not the same.")
    organisers.set_password(session, organiser_id, password)
    sessions.end_others(session, organiser_id, token)


@organisers_only
async def factor(request: Request[State], organiser: Organiser) -> Response:
    """``GET /console/account/factor``: a QR code for an authenticator. ``POST``: its first code turns it on."""
    problem, secret = None, factors.new_secret()
    if request.method == "POST":
        form = await request.form(max_files=0)
        secret = str(form.get("secret", ""))
        try:
            with counted(request, f"code:{organiser.id}"):
                codes = await request.state["database"].write(
                    begin_factor,
                    organiser.id or 0,
                    request.state["notary"].signing,
                    secret,
                    str(form.get("code", "")),
                    auth.token_of(request, auth.CONSOLE),
                )
        except ScoreboardError as wrong:
            problem = wrong
            secret = secret if factors.is_secret(secret) else factors.new_secret()
        else:
            return paper(request, organiser, codes)
    return page(
        request,
        organiser,
        "console/account/factor.html",
        problem,
        secret=secret,
        drawn=qr(factors.address_of(secret, organiser.name)),
    )


def begin_factor(
    session: Session, organiser_id: int, signing: SigningKey, secret: str, code: str, token: str
) -> list[str]:
    """Turn the second factor on, and end the sessions that began without it. Raises InvalidForm."""
    codes = factors.enrol(session, organiser_id, signing, secret, code)
    sessions.end_others(session, organiser_id, token)
    return codes


@organisers_only
async def new_codes(request: Request[State], organiser: Organiser) -> Response:
    """``POST /console/account/codes``: new codes for paper; those before are worth nothing."""
    if not organiser.totp_secret:
        return RedirectResponse(ACCOUNT, 303)
    return paper(
        request, organiser, await request.state["database"].write(factors.new_recovery_codes, organiser.id or 0)
    )


@organisers_only
async def no_factor(request: Request[State], organiser: Organiser) -> Response:
    """``POST /console/account/factor/remove``: the password alone is enough again."""
    await request.state["database"].write(end_factor, organiser.id or 0, auth.token_of(request, auth.CONSOLE))
    return RedirectResponse(ACCOUNT, 303)


def end_factor(session: Session, organiser_id: int, token: str) -> None:
    """Turn the second factor off, and end every other session."""
    factors.give_up(session, organiser_id)
    sessions.end_others(session, organiser_id, token)


def paper(request: Request[State], organiser: Organiser, codes: list[str]) -> Response:
    """Show codes for paper, once."""
    return page(request, organiser, "console/account/codes.html", None, codes=codes, page_address=ACCOUNT)


def page(
    request: Request[State], organiser: Organiser, template: str, problem: ScoreboardError | None, **context: Any
) -> Response:
    """Render a page of the account."""
    pages = request.state["pages"]
    return pages.render(
        request,
        template,
        status=problem.status if problem else 200,
        headers={"cache-control": "no-store"},
        organiser=organiser,
        problem=pages.language_of(request).error(problem) if problem else None,
        **context,
    )
