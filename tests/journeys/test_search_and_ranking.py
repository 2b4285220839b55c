"""The two pure modules behind the judge's list: what is found by what is typed, and the judge's own order."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from phones import browsing
from playwright.async_api import Browser, Page
from serving import Served

from scoreboard.web.templating import Static


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@pytest.fixture
async def page(served: Served, browser: Browser) -> Page:
    """A page of ours on which the scripts can be called as `lib`."""
    page = await browser.new_page()
    await page.goto(f"{served.url}/nowhere")  # a page of ours, with no scripts of its own
    addresses = [
        Static().address(path) for path in ("js/lib/search.js", "js/judge/ranking.js", "js/judge/hindsight.js")
    ]
    await page.evaluate(
        "async (all) => { globalThis.lib = Object.assign({}, ...await Promise.all(all.map((one) => import(one)))); }",
        addresses,
    )
    return page


async def call(page: Page, name: str, *given: object) -> Any:
    return await page.evaluate(f"(given) => lib.{name}(...given)", list(given))


# What is typed.


ALIKE = (
    ("أحمد إبراهيم آل ٱلثاني", "احمد ابراهيم ال الثاني"),
    ("مُسْتَشْفَى", "مستشفي"),
    ("مـــرســى", "مرسي"),
    ("واحة", "واحه"),
    ("گلی ک ی", "گلي ك ي"),
    ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
    ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
    ("Équipe ÑANDÚ", "equipe nandu"),
    ("Ｔ１２", "t12"),
    ("\u2068Oasis\u2069 \u00a0 \t two ", "oasis two"),
    ("ﻭﺍﺣﺔ", "واحه"),
)


async def test_what_is_written_alike_is_found_alike(page: Page) -> None:
    for one, other in ALIKE:
        assert (await call(page, "folded", one), await call(page, "folded", other)) == (other, other)


def thing(key: str, table: str, *texts: str) -> dict[str, object]:
    return {"marks": [key, table], "texts": list(texts), "key": key}


THINGS = [
    thing("T1", "7", "Oasis", "واحة", "Public Works"),
    thing("T2", "12", "Marsa", "مرسى", "Route 1"),
    thing("T12", "1", "Pearl", "لؤلؤة", "Café 21"),
    thing("T21", "A-1", "Sail", "شراع", "Public Health"),
    thing("T3", "", "a[b].*", "", ""),
]


FOUND: tuple[tuple[str, list[str]], ...] = (
    ("  \u200f ـ", ["T1", "T2", "T12", "T21", "T3"]),  # nothing that could be looked for
    ("oas", ["T1"]),
    ("لولوه", ["T12"]),
    ("cafe", ["T12"]),
    ("public", ["T1", "T21"]),
    ("health PUBLIC", ["T21"]),
    ("public marsa", []),
    ("١", ["T12", "T1", "T2", "T21"]),  # the table; then numbers that are whole: not 12, not 21 alone
    ("12", ["T2", "T12"]),
    ("2", ["T2", "T12", "T21"]),  # no table is 2: what has it in a number is found
    ("t1", ["T1"]),
    ("t2", ["T2"]),
    ("a-1", ["T21"]),
    (".*", ["T3"]),
    ("\\", []),
)


async def test_a_table_that_is_typed_whole_comes_first_and_hides_longer_numbers(page: Page) -> None:
    found = [(typed, [each["key"] for each in await call(page, "search", typed, THINGS)]) for typed, _ in FOUND]
    assert found == list(FOUND)


# The own order.


def scored(**totals: float) -> list[dict[str, object]]:
    ranked = sorted(totals.items(), key=lambda each: -each[1])
    return [{"team": team, "total": total} for team, total in ranked]


async def teams(page: Page, kept: list[str], **totals: float) -> list[str]:
    return [each["team"] for each in await call(page, "arranged", kept, scored(**totals))]


async def test_a_team_that_was_placed_keeps_its_place_and_a_new_one_enters_where_its_total_says(page: Page) -> None:
    assert await teams(page, [], a=50, b=70, c=60) == ["b", "c", "a"]
    assert await teams(page, ["a", "b", "c"], a=50, b=70, c=60) == ["a", "b", "c"]
    assert await teams(page, ["b", "c", "a"], a=99, b=70, c=60) == ["b", "c", "a"]
    assert await teams(page, ["b", "c", "a"], a=50, b=70, c=60, d=65, e=80, f=10) == ["e", "b", "d", "c", "a", "f"]
    assert await teams(page, ["b", "gone", "b", "a"], a=50, b=70) == ["b", "a"]
    assert await teams(page, ["b", "a"], a=50, b=50, d=50) == ["b", "a", "d"]
    assert await teams(page, ["c", "d", "b", "a"], a=50, b=100, c=90, d=70, new=80) == ["c", "new", "d", "b", "a"]


async def test_neighbours_against_their_totals_are_named_and_equal_ones_are_not(page: Page) -> None:
    order = [{"team": team, "total": total} for team, total in (("a", 60), ("b", 70), ("c", 70), ("d", 50), ("e", 80))]
    found = await call(page, "contradictions", order)
    assert [(each["upper"]["team"], each["lower"]["team"]) for each in found] == [("a", "b"), ("d", "e")]
    assert [each["place"] for each in await call(page, "placed", order)] == [1, 2, 2, 4, 5]


# Random lists, of few totals, so that many are equal. Gives each law that was broken, with where.
LAWS = """(rounds) => {
  let seed = 7;
  const random = (n) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor(seed / 65536) % n;
  };
  const keys = (order) => order.map(({ team }) => team);
  const higher = (order, at) => order.slice(at + 1).filter(({ total }) => total > order[at].total).length;
  const wrong = (order) => order.reduce((sum, _, at) => sum + higher(order, at), 0);
  const broken = new Set();
  const law = (name, holds, ...where) => { if (!holds) broken.add(`${name}: ${JSON.stringify(where)}`); };
  for (let round = 0; round < rounds; round += 1) {
    const ballots = Array.from({ length: random(9) }, (_, at) => ({ team: `t${at}`, total: random(5) }));
    const byTotal = lib.ownOrder(ballots);
    const mixed = keys(byTotal).map((team) => [random(1000), team]).sort(([a], [b]) => a - b).map(([, team]) => team);
    const kept = mixed.slice(0, random(mixed.length + 1));
    const order = lib.arranged(kept, byTotal);
    const found = keys(order);
    law("each team once", [...found].sort().join() === keys(byTotal).sort().join(), kept, byTotal);
    const again = found.filter((team) => kept.includes(team));
    law("what was placed keeps its order", again.join() === kept.join(), kept, byTotal);
    law("untouched is by total", keys(lib.arranged([], byTotal)).join() === keys(byTotal).join(), byTotal);
    law("asked where it is not by total", (lib.contradictions(order).length === 0) === (wrong(order) === 0), order);
    law("kept as it is shown", keys(lib.arranged(found, byTotal)).join() === found.join(), found, byTotal);
    const fresh = { team: "new", total: random(5) };
    const entered = lib.arranged(found, lib.ownOrder([...ballots, fresh]));
    const ways = order.map((_, at) => wrong(order.toSpliced(at, 0, fresh))).concat(wrong([...order, fresh]));
    law("a new one enters where the fewest are wrong", wrong(entered) === Math.min(...ways), order, fresh);
    const team = `t${random(9)}`;
    for (const step of [-1, 1]) {
      const after = lib.moved(found, team, step);
      const there = found.indexOf(team);
      const end = there < 0 || there + step < 0 || there + step >= found.length;
      law("by one place", end ? after === found : after.indexOf(team) === there + step, found, team, step);
      law("and back", lib.moved(after, team, -step).join() === found.join() || end, found, team, step);
    }
  }
  return [...broken].slice(0, 5);
}"""


async def test_whatever_the_lists_the_own_order_keeps_its_laws(page: Page) -> None:
    assert await page.evaluate(LAWS, 3000) == []
