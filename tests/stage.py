"""A stage for the judge's pages: a server, a browser, a language; and scenes that bring a phone from state to state."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from builder import Cast, build_event, issue_link
from phones import phone_of
from playwright.async_api import Browser, BrowserContext, Page, Route
from serving import Served
from sqlalchemy import update
from sqlmodel import Session, col

from scoreboard.judging import rounds
from scoreboard.models import Criterion, Team

PUT = "**/judge/ballots/*"
BUNDLE = "**/judge/bundle?*"
LONG_EN = "Integrated Emergency Response and Early Warning Platform for the Municipalities"
LONG_AR = "المنصة المتكاملة للاستجابة للطوارئ والإنذار المبكر في جميع البلديات"

# The list is in some order; the card's scripts have begun, or it can only be read.
DRAWN = """() => {
  const find = (id) => document.getElementById(id);
  const back = find("by-totals");
  return back ? back.disabled || !find("ranking").hidden : find("undo") ? !find("undo").hidden : find("answers");
}"""
# A state by a sentence, and the page that is in it.
State: TypeAlias = tuple[str, Page]
Scene: TypeAlias = "Callable[[Stage], AsyncIterator[State]]"


@dataclass
class Stage:
    """Where scenes are played. Each of them has an event of its own."""

    served: Served
    browser: Browser
    language: str
    wishes: dict[str, Any] = field(default_factory=dict)  # of every phone
    phones: list[BrowserContext] = field(default_factory=list)
    slugs: int = 0

    async def event(self, **wishes: Any) -> Cast:
        """An event in the language of the stage; the wishes are those of `store_event`."""
        self.slugs += 1
        wishes = {"judges": 1, "criteria": 3, "slug": f"{self.language}-{self.slugs}", **wishes}
        return await build_event(self.served.database, language=self.language, **wishes)

    async def phone(self, cast: Cast, **wishes: Any) -> BrowserContext:
        """The phone of the first judge, signed in."""
        return await self.speaking(await phone_of(self.served, self.browser, cast, **{**self.wishes, **wishes}))

    async def speaking(self, phone: BrowserContext) -> BrowserContext:
        """A phone whose owner speaks the language of the stage; it is put away at the end of the scene."""
        self.phones.append(phone)
        await phone.add_cookies([{"name": "language", "value": self.language, "url": self.served.url}])
        return phone

    async def code(self, cast: Cast) -> str:
        """A code for the first judge."""
        return (await issue_link(self.served.database, cast.judges["J1"])).code

    async def write(self, change: Callable[..., Any], *what: Any) -> Any:
        """Change something on the server."""
        return await self.served.database.write(change, *what)

    async def list_on(self, phone: BrowserContext) -> Page:
        """The list, drawn of what the server knows."""
        page = await phone.new_page()
        await self.go(page)
        return page

    async def go(self, page: Page, path: str = "/judge", *, known: bool = True) -> None:
        """Open the list or a card; `known`: when it is drawn of what the server knows."""
        if not known:
            await page.goto(self.served.url + path)
            return
        async with page.expect_response(BUNDLE):
            await page.goto(self.served.url + path)
        await page.wait_for_function(DRAWN)

    async def card_on(self, phone: BrowserContext, team: str = "T1") -> Page:
        """A card, drawn of what the server knows."""
        page = await phone.new_page()
        await self.go(page, f"/judge/final/{team}")
        return page

    async def played(self, scene: Scene) -> AsyncIterator[State]:
        """The states of a scene, one after the other; its phones are put away at the end."""
        try:
            async for state in scene(self):
                yield state
        finally:
            while self.phones:
                await self.phones.pop().close()


async def lost(route: Route) -> None:
    """A request that does not get through."""
    await route.abort()


async def without_scripts(phone: BrowserContext) -> BrowserContext:
    """A phone to which no script comes."""
    await phone.route("**/*.js", lost)
    return phone


async def cut_off(phone: BrowserContext) -> None:
    """Nothing that the phone sends gets through; its pages can be loaded."""
    await phone.route(PUT, lost)
    await phone.route(BUNDLE, lost)


def with_change(change: Callable[[dict[str, Any]], object]) -> Callable[[Route], Awaitable[None]]:
    """An answer of the server's in which something is changed on the way."""

    async def changed(route: Route) -> None:
        answer = await route.fetch(headers={**route.request.headers, "if-none-match": ""})
        content = await answer.json()
        change(content)
        await route.fulfill(response=answer, json=content)

    return changed


def scale(session: Session, cast: Cast, key: str, maximum: str, step: str = "1") -> None:
    """Give a criterion of a round that is not open yet another range."""
    top = int(Decimal(maximum) / Decimal(step))
    wanted = {"maximum": Decimal(maximum), "step": Decimal(step), "top": top, "levels": []}
    which = (col(Criterion.round_id) == cast.round_id, col(Criterion.key) == key)
    session.execute(update(Criterion).where(*which).values(**wanted))


def name_at_length(session: Session, cast: Cast, key: str) -> None:
    """Give a team names and a project as long as they come."""
    names = {"name_en": LONG_EN, "name_ar": LONG_AR, "project_en": f"The {LONG_EN}", "project_ar": LONG_AR}
    session.execute(update(Team).where(col(Team.id) == cast.teams[key]).values(**names))


def name_in_one(session: Session, cast: Cast, key: str, field: str, name: str) -> None:
    """Give a team a name in one language only."""
    names = {"name_en": "", "name_ar": "", "project_en": "", "project_ar": "", field: name}
    session.execute(update(Team).where(col(Team.id) == cast.teams[key]).values(**names))


async def opened(stage: Stage, cast: Cast) -> None:
    """Open the round of an event that was built unopened."""
    await stage.write(rounds.open_round, cast.round_id, "test")
