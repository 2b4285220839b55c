"""Looks at pages as machines can: whether everybody can use them, at any width, in the dark, with spaced text."""

from typing import Any, Final, Literal

from axe_playwright_python.async_playwright import Axe
from phones import PHONE
from playwright.async_api import Page

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
HEIGHTS: Final = {390: 844, 320: 640, 1280: 800}  # by the width
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What depends on a scheme, and what on a width besides; everything else is looked at once.
COLOURS: Final = ["color-contrast", "link-in-text-block"]
DRAWN: Final = [*COLOURS, "scrollable-region-focusable"]

# Two frames, so that what was asked for is drawn.
SETTLED: Final = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
AXE: Final = """async ([kind, values]) => {
  // Targets are measured below, by more: this rule takes one that is to be scrolled from under a bar for a small one.
  const rules = { "target-size": { enabled: false } };
  const found = await axe.run(document, { resultTypes: ["violations"], runOnly: { type: kind, values }, rules });
  return found.violations.map(({ id, nodes }) => `${id} ${nodes[0].target}`);
}"""
# Where a whole card leads somewhere, the card is the target.
SMALL: Final = """() => [...document.querySelectorAll(
    "a, button, select, summary, textarea, .choice, .kind, .clear, input:not([type=radio], [type=hidden])")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(".skip-link"))
  .map((each) => [each.outerHTML.slice(0, 80), each.matches(".stretched") ? each.closest(".card") : each])
  .map(([html, target]) => [html, target.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 43.99 || height < 43.99).map(([html]) => `small ${html}`)"""
# A phone widens its window for what is too wide, so that is no measure.
WIDE: Final = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [`too wide: ${document.documentElement.scrollWidth}`] : []"""
OUTLINE: Final = """() => {
  const shown = (each) => each.checkVisibility();
  const first = [...document.querySelectorAll("h1")].filter(shown);
  const spoken = [...document.querySelectorAll("[role=status], [role=log], [aria-live]")];
  return [
    ...(first.length === 1 ? [] : [`${first.length} headings of the first order`]),
    ...spoken.filter((each) => each.ariaLive === "assertive").map((each) => `interrupts: ${each.id}`),
    ...spoken.filter((each) => !shown(each) && shown(each.parentElement)).map((each) => `is not there yet: ${each.id}`),
    ...[...document.querySelectorAll("[role=status] [role=status]")].map((each) => `said twice: ${each.id}`),
  ];
}"""
STILL: Final = """() => [
  ...document.getAnimations().map(({ effect }) => `moves: ${effect.target.outerHTML.slice(0, 80)}`),
  ...[...document.querySelectorAll("*")].filter((each) => {
    const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(each);
    return parseFloat(transitionDuration) > 0.001 || animationName !== "none" || scrollBehavior === "smooth";
  }).map((each) => `would move: ${each.outerHTML.slice(0, 80)}`),
]"""
# WCAG 1.4.12. A sheet that is made by a script is not asked about by the page's policy.
SPACE: Final = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
UNSPACE: Final = "() => { document.adoptedStyleSheets = [] }"
# Text that is cut off, or that runs over the edge of what it stands in. The earlier scores stand below in full.
CUT: Final = """() => [...document.querySelectorAll("body *")].filter((each) => {
  if (!each.checkVisibility() || !each.textContent.trim()) return false;
  if (each.closest(".visually-hidden, .values, select, svg")) return false;
  const { display, overflowX, overflowY } = getComputedStyle(each);
  if (display === "inline" || display === "contents") return false;
  const says = [...each.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
  const [over, down] = [each.scrollWidth - each.clientWidth, each.scrollHeight - each.clientHeight];
  const button = each.matches("button, .button, .choice, .kind, textarea");
  const cuts = button || overflowX !== "visible" || overflowY !== "visible";
  return (over > 1 && (says || cuts)) || (down > 1 && cuts);
}).map((each) => `cut: ${each.outerHTML.slice(0, 120)}`)"""
# With the colours of the system, what is chosen differs from what is not, and what can be pressed has an edge.
FORCED: Final = """() => {
  const look = (each) => ["backgroundColor", "color"].map((name) => getComputedStyle(each)[name]).join();
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const alike = (chosen, other) => shown(chosen).some((one) => shown(other).some((two) => look(one) === look(two)));
  const edge = (each) => {
    const { borderTopWidth, borderTopStyle, borderTopColor, borderBottomWidth } = getComputedStyle(each);
    const [r, g, b, a = 1] = borderTopColor.match(/[\\d.]+/g).map(Number);
    return parseFloat(borderTopWidth) >= 1 && parseFloat(borderBottomWidth) >= 1 && borderTopStyle !== "none" && a > 0;
  };
  return [
    ...(alike(".choice:has(:checked)", ".choice:not(:has(:checked))") ? ["a chosen score looks like another"] : []),
    ...(alike("[aria-pressed=true]", "[aria-pressed=false]") ? ["a pressed button looks like another"] : []),
    ...shown(`.views, button:not(.clear, .views *), .button, .choice, .kind, textarea, select,
        input:not([type=radio], [type=hidden])`)
      .filter((each) => !edge(each)).map((each) => `no edge: ${each.outerHTML.slice(0, 80)}`),
    ...shown("progress").filter((each) => !edge(each)).map(() => "no edge: progress"),
  ];
}"""


async def looked_at(page: Page) -> list[str]:
    """What is wrong with a page, in each width, light and dark, with spaced text and in the colours of the system."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(Axe().axe_script)
    faults: list[str] = []
    await page.emulate_media(reduced_motion="reduce")  # no colour on its way to another
    for width, height in HEIGHTS.items():
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(SETTLED)
            whole = (width, scheme) == (PHONE["width"], "light")
            rules = ["tag", TAGS] if whole else ["rule", DRAWN if scheme == "light" else COLOURS]
            faults += marked(f"{width} {scheme}", await page.evaluate(AXE, rules))
        faults += marked(str(width), [fault for look in (SMALL, WIDE) for fault in await page.evaluate(look)])
    await page.emulate_media(color_scheme="light")
    faults += [fault for look in (OUTLINE, STILL) for fault in await page.evaluate(look)]
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.evaluate(SPACE)
    faults += marked("spaced", [fault for look in (CUT, WIDE) for fault in await page.evaluate(look)])
    await page.evaluate(UNSPACE)
    await page.emulate_media(forced_colors="active")
    faults += marked("forced colours", await page.evaluate(FORCED))
    await page.emulate_media(forced_colors="none")
    await page.set_viewport_size(PHONE)
    return faults


def marked(where: str, faults: list[Any]) -> list[str]:
    """Say of faults where they were seen."""
    return [f"{where}: {fault}" for fault in faults]
