"""No page escapes the gates: whatever answers with a page is in the registry."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.ui.registry import NOT_PAGES, SCREENS

MACHINES = ("/api/", "/assets/")


@pytest.mark.sqlite_only
def test_every_page_of_the_application_is_in_the_registry(app: Flask):
    known = (
        {screen.endpoint for screen in SCREENS} | {post for screen in SCREENS for post in screen.posts} | set(NOT_PAGES)
    )
    pages = {
        rule.endpoint: rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(MACHINES) and rule.endpoint != "static"
    }
    missing = {endpoint: rule for endpoint, rule in pages.items() if endpoint not in known}

    assert not missing, f"Each page needs a row in tests/ui/registry.py, so that the gates look at it: {missing}"


@pytest.mark.sqlite_only
def test_the_registry_names_no_page_that_is_gone(app: Flask):
    named = (
        {screen.endpoint for screen in SCREENS} | {post for screen in SCREENS for post in screen.posts} | set(NOT_PAGES)
    )

    assert named <= set(app.view_functions)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_every_screen_has_an_empty_state_or_says_why_not(screen):
    assert bool(screen.empty) != bool(screen.no_empty)
