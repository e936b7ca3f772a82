"""Signing in and out in a real browser, which sends its own origin headers and keeps the cookie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.cast import PASSWORD, cast_of, email_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.ui, pytest.mark.sqlite_only]


@pytest.mark.proves("SEC-16", "SEC-17")
def test_olivia_signs_in_comes_to_the_page_she_asked_for_and_signs_out(app: Flask, page: Page) -> None:
    cast_of(app)
    page.goto("/account")
    page.get_by_label("E-mail address").fill(email_of("Olivia"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/account$"))
    assert page.get_by_role("heading", name="Your account").is_visible()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in$"))
    page.goto("/account")
    assert page.get_by_role("heading", name="Sign in").is_visible()
