"""The frame of every page: navigation by role, the banner of a silent feed, and nothing that is not there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.desk import Desk, desk, statements
from tests.factories import at
from tests.reading import link_with_text, text_of
from witness_care.accounts.models import Role
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.feed.models import FeedMessage
from witness_care.pages import NAVIGATION

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = pytest.mark.sqlite_only

__all__ = ["desk", "statements"]


def a_court_message(received_at: str) -> None:
    with writing() as session:
        session.execute(
            sa.insert(FeedMessage).values(
                id=new_id(),
                feed="common-platform",
                message_id=new_id(),
                body_sha256="0" * 64,
                received_at=at(received_at),
                stored_at=at(received_at),
                state="applied",
            )
        )


@pytest.mark.feature("A5")
def test_a_silent_feed_is_said_on_every_page_with_the_last_time(desk: Desk):
    a_court_message("2026-11-30 05:40")

    page = text_of(desk.as_("olivia").get("/my-day"))

    assert "Court updates last received today, Mon 30 Nov, 5:40am. Dates may be out of date." in page


def test_a_feed_that_has_just_spoken_is_not_mentioned(desk: Desk):
    a_court_message("2026-11-30 09:40")

    assert "Court updates last received" not in text_of(desk.as_("olivia").get("/my-day"))


def test_a_unit_that_never_had_a_feed_is_not_warned_of_its_silence(desk: Desk):
    assert "Court updates last received" not in text_of(desk.as_("olivia").get("/my-day"))


@pytest.mark.parametrize("name", ["olivia", "sam", "ada"])
def test_every_link_of_the_navigation_leads_to_a_page(desk: Desk, name: str):
    browser = desk.as_(name)
    account = browser.get("/account")

    offered = [item for item in NAVIGATION if f'href="{item.path}"' in account.text]

    assert offered
    for item in offered:
        assert browser.get(item.path).status_code == 200, item.path


def test_no_role_has_more_than_five_ways_to_go():
    for role in Role:
        assert sum(role in item.roles for item in NAVIGATION) <= 5


def test_the_page_one_is_on_is_marked(desk: Desk):
    page = desk.as_("olivia").get("/my-day").text

    assert page.count('aria-current="page"') == 2  # in the navigation and among the tabs


def test_the_frame_says_who_is_signed_in_and_for_which_unit(desk: Desk):
    assert "Olivia, Eastshire" in text_of(desk.as_("olivia").get("/my-day"))


def test_nobody_signed_in_is_offered_no_navigation(app: Flask):
    page = app.test_client().get("/sign-in")

    assert page.status_code == 200
    assert link_with_text(page, "My day") is None
    assert "Sign out" not in text_of(page)


def test_a_page_is_shown_even_while_the_database_is_away(app: Flask, monkeypatch: pytest.MonkeyPatch):
    app.testing = False

    def fails(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("witness_care.accounts.sessions.user_of", fails)
    browser = app.test_client()
    browser.set_cookie(app.config["SIGN_IN_COOKIE"], "anything")

    answer = browser.get("/my-day")

    assert answer.status_code == 503
    assert "The service is not available for a moment" in text_of(answer)
