"""What each page is measured by: accessibility, reflow, weight, focus. Each gives the faults in words."""

from __future__ import annotations

import gzip
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
BEST_PRACTICE = ("best-practice",)
SERIOUS = ("serious", "critical")

FIRST_VIEW_BYTES, HTML_BYTES, REQUESTS, NODES = 60_000, 150_000, 8, 1_500
OWN_SCRIPT_BYTES, SCRIPT_BYTES = 5_000, 20_000

# WCAG 1.4.12: with this spacing nothing may be cut off.
TEXT_SPACING = """
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }
"""


FULL_WIDTH = 1280

# What axe could not decide by itself, looked at by a person: the rule, and why it is no fault. Anything else fails.
DECIDED_BY_HAND = {
    'color-contrast: span[aria-hidden="true"]': "the arrow of a sorted column, in the colour of its link",
}


def accessibility_faults(page: Page) -> list[str]:
    """Every breach of WCAG 2.0 to 2.2, A and AA, the serious ones of best practice, and what nobody has decided yet."""
    options = {"runOnly": [*WCAG, *BEST_PRACTICE], "resultTypes": ["violations", "incomplete"]}
    found = Axe().run(page, options=options).response
    breaches = [each for each in found["violations"] if _is_wcag(each) or each["impact"] in SERIOUS]
    undecided = [
        f"{each['id']}: {target}"
        for each in found["incomplete"]
        for node in each["nodes"]
        if (target := node["target"][-1])
        and f"{each['id']}: {target}" not in DECIDED_BY_HAND
        and not _is_scrolled_away(page, target)
    ]
    return [
        *(f"{each['id']} ({each['impact']}): {[node['target'] for node in each['nodes']]}" for each in breaches),
        *(f"not decided yet, add it to DECIDED_BY_HAND with the reason: {what}" for what in undecided),
    ]


def _is_scrolled_away(page: Page, target: str) -> bool:
    """Whether it lies in a part that scrolls sideways in a narrow window; at full width it was decided."""
    in_a_scrolled_part = "s => Boolean(document.querySelector(s)?.closest('.wc-scroll-region'))"
    return bool(page.evaluate(f"innerWidth < {FULL_WIDTH}") and page.evaluate(in_a_scrolled_part, target))


def _is_wcag(violation: dict[str, Any]) -> bool:
    return any(tag in WCAG for tag in violation["tags"])


def sideways_faults(page: Page) -> list[str]:
    """What is wider than the window, so that the page would scroll sideways."""
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if width[0] <= width[1]:
        return []
    culprits = page.evaluate(
        """() => [...document.querySelectorAll('body *')]
             .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
             .slice(0, 5).map(e => e.tagName + '.' + e.className)"""
    )
    return [f"the page is {width[0]} px wide in a window of {width[1]}: {culprits}"]


def clipped_faults(page: Page) -> list[str]:
    """What is cut off when a reader widens the spacing of text."""
    # A style sheet of the test's own: the page's content policy allows none to be added in its markup.
    page.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", TEXT_SPACING
    )
    cut = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter(e => {
             const s = getComputedStyle(e);
             if (s.position === 'absolute' || !e.innerText || e.closest('.wc-scroll-region')) return false;
             const hides = ['hidden', 'clip'].includes(s.overflowX) || ['hidden', 'clip'].includes(s.overflowY);
             return hides && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
           }).map(e => e.tagName + '.' + e.className)"""
    )
    return [f"cut off with wide text spacing: {each}" for each in cut] + sideways_faults(page)


class Weight:
    """Counts what a page's first view brings over the line, compressed as a server would."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._answers: list[Response] = []
        self._note = lambda answer: self._answers.append(answer)
        page.on("response", self._note)

    def stop(self) -> None:
        self._page.remove_listener("response", self._note)

    def faults(self) -> list[str]:
        sizes = {answer.url: len(gzip.compress(answer.body())) for answer in self._answers if answer.status == 200}
        scripts = {url: size for url, size in sizes.items() if url.endswith(".js")}
        own = sum(size for url, size in scripts.items() if "govuk" not in url)
        html = len(self._page.content().encode())
        nodes = self._page.evaluate("document.querySelectorAll('*').length")
        measured = (
            ("first view, compressed", sum(sizes.values()), FIRST_VIEW_BYTES),
            ("requests", len(self._answers), REQUESTS),
            ("HTML", html, HTML_BYTES),
            ("nodes", nodes, NODES),
            ("scripts, compressed", sum(scripts.values()), SCRIPT_BYTES),
            ("own script, compressed", own, OWN_SCRIPT_BYTES),
        )
        return [f"{what}: {size}, at most {most}" for what, size, most in measured if size > most]


def focus_faults(page: Page, most_stops: int = 400) -> list[str]:
    """Walk through a page with the Tab key: each stop is seen, nothing hides it, and the walk ends."""
    faults = []
    page.evaluate("document.activeElement?.blur()")
    for _ in range(most_stops):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None:
            return faults
        if stop["fault"]:
            faults.append(f"{stop['name']}: {stop['fault']}")
    return [*faults, f"the Tab key did not come to an end after {most_stops} stops"]


_STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e.dataset.wcSeen) return null;
  e.dataset.wcSeen = 'yes';
  const name = e.tagName + ' ' + (e.innerText || e.name || e.id || '').slice(0, 40);
  const label = e.labels && e.labels[0];
  const shown = (e.matches('.govuk-radios__input, .govuk-checkboxes__input') && label) ? label : e;
  const box = shown.getBoundingClientRect();
  if (box.width < 1 || box.height < 1) return {name, fault: 'has the focus but no size'};
  const inView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  if (!inView) return {name, fault: 'has the focus outside the window'};
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1);
  const over = document.elementFromPoint(x, y);
  if (over && !shown.contains(over) && !over.contains(shown)) return {name, fault: 'is hidden by ' + over.tagName};
  const seen = [e, shown, shown.querySelector('::before')].filter(Boolean).some(each => {
    const s = getComputedStyle(each), b = getComputedStyle(shown, '::before');
    return s.outlineStyle !== 'none' || s.boxShadow !== 'none' || b.boxShadow !== 'none' || b.outlineStyle !== 'none';
  });
  return {name, fault: seen ? '' : 'shows no sign of having the focus'};
}"""
