"""Two units, served once for all page tests of a process, and pages on them that are used again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.applications import application_on, let_go
from tests.browsing import Watch
from tests.databases import Databases
from tests.serving import serving
from tests.ui.world import World, a_busy_unit, a_new_unit
from witness_care import clock, database
from witness_care.accounts import sessions

DESKTOP = {"width": 1280, "height": 900}


@dataclass(slots=True)
class Site:
    """One unit, served. `page_of` gives a page on which somebody has signed in; it is kept for the next test."""

    world: World
    address: str
    browser: Browser
    contexts: dict[tuple[str, bool], BrowserContext] = field(default_factory=dict)
    pages: dict[tuple[str, bool], tuple[Page, Watch]] = field(default_factory=dict)

    def page_of(self, who: str, *, javascript: bool = True) -> tuple[Page, Watch]:
        key = (who, javascript)
        if key not in self.pages:
            page = self.context_of(who, javascript=javascript).new_page()
            watch = Watch()
            watch.over(page)
            self.pages[key] = (page, watch)
        page, watch = self.pages[key]
        page.set_viewport_size(DESKTOP)
        watch.faults.clear()
        return page, watch

    def context_of(self, who: str, *, javascript: bool = True) -> BrowserContext:
        key = (who, javascript)
        if key not in self.contexts:
            context = self.browser.new_context(
                base_url=self.address, viewport=DESKTOP, java_script_enabled=javascript, reduced_motion="reduce"
            )
            if who:
                context.add_cookies([{"name": self._cookie, "value": self._token(who), "url": self.address}])
            self.contexts[key] = context
        return self.contexts[key]

    def read(self, who: str, address: str) -> str:
        """The markup of a page as somebody gets it, without a browser."""
        client = self.world.app.test_client()
        if who:
            client.set_cookie(self._cookie, self._token(who))
        answer = client.get(address)
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
        return answer.text

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()

    @property
    def _cookie(self) -> str:
        return self.world.app.config["SIGN_IN_COOKIE"]

    def _token(self, who: str) -> str:
        with self.world.app.app_context(), database.writing():
            return sessions.begin(getattr(self.world.cast, who), now=clock.now())


@pytest.fixture(scope="session")
def sites(
    databases: Databases, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Site]]:
    """The busy unit and the new one. Tests that change anything take `own_site` instead."""
    with ExitStack() as stack:
        yield tuple(  # type: ignore[misc]
            _site(stack, databases, browser, tmp_path_factory, make) for make in (a_busy_unit, a_new_unit)
        )


@pytest.fixture
def own_site(databases: Databases, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A busy unit of a test's own, in which it may change what it likes."""
    with ExitStack() as stack:
        yield _site(stack, databases, browser, tmp_path_factory, a_busy_unit)


@pytest.fixture
def busy(sites: tuple[Site, Site]) -> Site:
    return sites[0]


@pytest.fixture
def new(sites: tuple[Site, Site]) -> Site:
    return sites[1]


def _site(stack: ExitStack, databases: Databases, browser: Browser, folders: pytest.TempPathFactory, make) -> Site:
    url = stack.enter_context(databases.fresh("sqlite"))
    app = application_on(url, instance=folders.mktemp("instance"))
    stack.callback(let_go, app)
    world = make(app)
    address = stack.enter_context(serving(app))
    site = Site(world, address, browser)
    stack.callback(site.close)
    return site
