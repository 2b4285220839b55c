"""The end of a judge's round: all own ballots on one page, and a signature with a PIN under them."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scoreboard.errors import Clash, InvalidForm, PinSpent, ScoreboardError, WrongPin
from scoreboard.judging.signature import signatures
from scoreboard.judging.signature.review import review_of
from scoreboard.judging.signature.signatures import Wish
from scoreboard.models import Judge
from scoreboard.web.auth import signed_in_judge
from scoreboard.web.judge.card import page_for_script, questions
from scoreboard.web.judge.home import hold_to_judge
from scoreboard.web.judge.words import texts_for_script
from scoreboard.web.state import State


async def show(request: Request[State]) -> Response:
    """``GET /judge/review``: every ballot of the round, what is missing, and the signature or the form for it."""
    return await page(request, await signed_in_judge(request))


async def sign(request: Request[State]) -> Response:
    """``POST /judge/review``: confirm the ballots that were seen, by a PIN."""
    judge = await signed_in_judge(request)
    form = await request.form(max_files=0)
    hold_to_judge(judge, str(form.get("judge", "")))
    wish = Wish(*(str(form.get(name, "")) for name in ("round", "seen", "pin", "again")))
    try:
        await signatures.sign(request.state["database"], judge.id or 0, wish)
    except (Clash, InvalidForm, PinSpent, WrongPin) as problem:
        return await page(request, judge, problem)
    request.state["publisher"].changed(judge.event_id)
    await request.state["notary"].catch_up()
    return RedirectResponse("/judge/review", 303)


async def page(request: Request[State], judge: Judge, problem: ScoreboardError | None = None) -> Response:
    """Render the review, and why it was not signed."""
    review = await request.state["database"].read(review_of, judge)
    bundle, pages = review.bundle, request.state["pages"]
    language = pages.language_of(request, bundle.event)
    return pages.render(
        request,
        "judge/review.html",
        event=bundle.event,
        status=problem.status if problem else 200,
        headers={"cache-control": "no-store"},
        review=review,
        bundle=bundle,
        questions=questions(bundle.rubric),
        page=page_for_script(bundle, language),
        texts=texts_for_script(language, "review"),
        empty=False,
        problem=language.error(problem) if problem else None,
        about_pin=isinstance(problem, InvalidForm | WrongPin),
        page_address="/judge/review",
    )
