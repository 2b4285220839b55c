"""The judge's way in: a personal link (``/j#secret``) or a typed code, then "Yes, that is me"; and the way out.

The secret stands in the link's fragment, which browsers do not send: a module moves it into the form. Nothing is
opened by a GET, since programs that look at links before people do follow them, too. On a device after the judge's
first one a PIN is asked for besides (see `judging.pairing`).
"""

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import DeviceRevoked, NotSignedIn, PinWanted, ScoreboardError, TooManyTries, WrongPin
from scoreboard.i18n import LANGUAGES
from scoreboard.judging import access
from scoreboard.judging.pairing import devices, pins
from scoreboard.models import Event, Judge, JudgeLink
from scoreboard.web.auth import DEVICE, JUDGE, address_of, device_of, forget, remember, subscriber_of, token_of
from scoreboard.web.entrance import YEAR
from scoreboard.web.state import State
from scoreboard.web.templating import LANGUAGE_COOKIE
from scoreboard.web.watch import refused

# From one network address, which all judges of a venue may share. At this pace all codes take 60,000 years.
CODES_A_MINUTE = 30


async def show(request: Request[State]) -> Response:
    """``GET /j``: the field for the code; with scripts, the link's secret is taken from the address bar."""
    pages, database, token = request.state["pages"], request.state["database"], token_of(request, JUDGE)
    event, words = None, None
    if token:
        try:
            await database.read(access.judge_of, token)
        except DeviceRevoked as revoked:
            event = await database.read(access.event_of, token)
            words = pages.language_of(request, event).error(revoked)
        except NotSignedIn:
            pass  # as whoever comes for the first time
    return pages.render(request, "judge/sign_in.html", event=event, problem=None, revoked=words, typed="")


async def who(request: Request[State]) -> Response:
    """``POST /j/who``: whose link or code this is, and a button to go in. Opens nothing."""
    form = await request.form(max_files=0)
    try:
        judge, link, event = await judge_behind(request, form)
    except (NotSignedIn, TooManyTries) as problem:
        return ask_again(request, form, problem)
    asked = await request.state["database"].read(devices.needs_pin, link.id or 0, token_of_old(request))
    return is_that_you(request, form, event, judge, pin=asked)


async def sign_in(request: Request[State]) -> Response:
    """``POST /j``: open a session on this phone; on a further one of the judge with a PIN besides."""
    form = await request.form(max_files=0)
    database, pin = request.state["database"], text_of(form, "pin")
    try:
        judge, link, event = await judge_behind(request, form)
    except (NotSignedIn, TooManyTries) as problem:
        return ask_again(request, form, problem)
    try:
        asked = await database.read(devices.needs_pin, link.id or 0, token_of_old(request))
        if asked and pin:
            token = await token_by_pin(request, event, judge, link, pin)
        else:
            token = await database.write(
                devices.sign_in_judge, judge.id or 0, link.id or 0, device_of(request), token_of_old(request)
            )
    except NotSignedIn as problem:  # revoked in this moment
        return ask_again(request, form, problem)
    except (PinWanted, WrongPin, TooManyTries) as problem:
        return is_that_you(request, form, event, judge, pin=True, problem=problem)
    await database.write(access.sign_out, token_of(request, JUDGE))
    return welcome(request, token)


def token_of_old(request: Request[State]) -> str:
    """The token of the newest session that this browser had, which may have ended."""
    return token_of(request, DEVICE) or token_of(request, JUDGE)


async def token_by_pin(request: Request[State], event: Event, judge: Judge, link: JudgeLink, pin: str) -> str:
    """Open a session on a further device. Raises WrongPin, TooManyTries, NotSignedIn."""
    database, guesses, address = request.state["database"], request.state["guesses"], address_of(request)
    event_id = event.id or 0
    alarmed = guesses.alarmed(event_id)
    guesses.begin(address, event_id)
    token = await database.write(
        devices.sign_in_with_pin,
        judge.id or 0,
        link.id or 0,
        device_of(request),
        pins.sealed(request.state["notary"].signing, link.secret_hash, pin),
        of_console_only=alarmed,
    )
    if token:
        guesses.right(address, event_id)
        return token
    if guesses.alarmed(event_id) and not alarmed:
        await database.write(pins.alarm, judge.id or 0)
        request.state["publisher"].changed(event_id)
    raise WrongPin("This PIN is not the one, or no longer good. Please ask the organisers for a new one.")


def welcome(request: Request[State], token: str) -> Response:
    """Send a judge on to the list, with the session in the browser, and what the device is known by afterwards."""
    response = RedirectResponse("/judge", 303)
    remember(request, response, JUDGE, token, int(access.JUDGE_SESSION.total_seconds()))
    remember(request, response, DEVICE, token, YEAR)
    if request.query_params.get("lang") in LANGUAGES:
        # Chosen on a page that cannot be left and come back to: its secret would be gone.
        remember(request, response, LANGUAGE_COOKIE, request.query_params["lang"], YEAR)
    return response


def is_that_you(
    request: Request[State],
    form: FormData,
    event: Event,
    judge: Judge,
    *,
    pin: bool,
    problem: PinWanted | WrongPin | TooManyTries | None = None,
) -> Response:
    """Ask whether this is the judge, and for a PIN where the link is in use on another device."""
    if problem is not None:
        refused(request.scope, problem.code)
    pages = request.state["pages"]
    return pages.render(
        request,
        "judge/who.html",
        event=event,
        status=problem.status if problem else 200,
        headers=retry_after(problem),
        judge=judge,
        secret=text_of(form, "secret"),
        code=text_of(form, "code"),
        pin=pin,
        problem=pages.language_of(request, event).error(problem) if problem and text_of(form, "pin") else None,
    )


def retry_after(problem: ScoreboardError | None) -> dict[str, str]:
    """The header that says when another try may do better."""
    return {"retry-after": str(problem.extra["seconds"])} if problem and problem.extra else {}


async def sign_out(request: Request[State]) -> Response:
    """``POST /judge/sign-out``: end the session on this phone."""
    await request.state["database"].write(access.sign_out, token_of(request, JUDGE))
    response = RedirectResponse("/j", 303)
    forget(request, response, JUDGE)
    return response


async def judge_behind(request: Request[State], form: FormData) -> tuple[Judge, JudgeLink, Event]:
    """Find whose secret or code was sent. Codes are short, so wrong ones are counted: NotSignedIn, TooManyTries."""
    database = request.state["database"]
    secret, code = text_of(form, "secret"), text_of(form, "code")
    if secret:
        return await database.read(judge_and_event, secret=secret)
    throttle, address = request.state["throttle"], f"judge {subscriber_of(request)}"
    throttle.check(address, CODES_A_MINUTE)
    # Counted before it is looked up and forgiven after, so that many tries at once are not all let through.
    throttle.fail(address)
    found = await database.read(judge_and_event, code=code)
    throttle.forgive(address)
    return found


def judge_and_event(session: Session, /, **what: str) -> tuple[Judge, JudgeLink, Event]:
    """Find a judge by a secret or a code, with the event; hashing a code takes some 50 ms."""
    judge, link = access.judge_behind(session, **what)
    return judge, link, session.get_one(Event, judge.event_id)


def ask_again(request: Request[State], form: FormData, problem: NotSignedIn | TooManyTries) -> Response:
    """Show the field again with what went wrong, and what was typed."""
    refused(request.scope, problem.code)
    language = request.state["pages"].language_of(request)
    return request.state["pages"].render(
        request,
        "judge/sign_in.html",
        status=problem.status,
        headers=retry_after(problem),
        problem=language.error(problem),
        revoked=None,
        typed=text_of(form, "code"),
        page_address="/j",
    )


def text_of(form: FormData, name: str) -> str:
    """Give a field's text; empty when it is not there or is a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
