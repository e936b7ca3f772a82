"""Every page there is: who opens it, where it is full, empty and in error. It drives all gates of the pages.

A page of the application that is not here fails `test_registry.py`. To add one: add a row, with an address in the busy
unit, one in the new unit (or why there is no such state), and how its form is sent so that it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.ui.world import World

Address = Callable[[World], str]
Refused = Callable[[Page], None]


def at(path: str) -> Address:
    """The address of a page, with names of the world in braces: "/duties/{duty}"."""
    return lambda world: path.format(**world.ids)


def press(button: str) -> Refused:
    """Send a form by its button as it stands, which the page refuses."""
    return lambda page: page.get_by_role("button", name=button, exact=True).click()


def press_inside(details: str, button: str) -> Refused:
    """Open a part of the page that is folded away, and send the form in it."""

    def act(page: Page) -> None:
        page.get_by_text(details, exact=True).click()
        page.get_by_role("button", name=button, exact=True).click()

    return act


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One page. `posts` are the endpoints its forms go to; `no_empty` says why there is no empty state.

    `refused` brings the page, once opened full, to its error state; `error` is an address that is one by itself.
    """

    endpoint: str
    who: str = "olivia"
    full: Address
    empty: Address | None = None
    no_empty: str = ""
    refused: Refused | None = None
    posts: tuple[str, ...] = ()
    by_post: bool = False  # reached by a button on `full`, not by an address
    top_journey: bool = False

    def __str__(self) -> str:
        return self.endpoint


SCREENS = (
    Screen(
        endpoint="accounts.sign_in",
        who="",
        full=at("/sign-in"),
        no_empty="the form is the page",
        refused=press("Sign in"),
        posts=("accounts.sign_in_with_password", "accounts.sign_out"),
        top_journey=True,
    ),
    Screen(endpoint="accounts.account", full=at("/account"), no_empty="everybody signed in has an account"),
    Screen(endpoint="contacts.my_day", full=at("/my-day"), empty=at("/my-day?show=overdue"), top_journey=True),
    Screen(
        endpoint="people.person",
        full=at("/participants/{person}"),
        empty=at("/participants/{person}"),
        top_journey=True,
    ),
    Screen(
        endpoint="people.safe_word",
        full=at("/participants/{person}"),
        no_empty="the button is there only when there is a safe word",
        refused=press("Show the safe word"),
        posts=("people.safe_word",),
    ),
    Screen(
        endpoint="people.history",
        full=at("/participants/{person}/contacts"),
        empty=at("/participants/{person}/contacts"),
    ),
    Screen(
        endpoint="contacts.new_contact",
        full=at("/participants/{person}/contacts/new?duty={duty}"),
        empty=at("/participants/{person}/contacts/new"),
        refused=press("Save and go to next"),
        posts=("contacts.save_contact",),
        top_journey=True,
    ),
    Screen(
        endpoint="contacts.correct_contact",
        full=at("/contacts/{contact}/correct"),
        no_empty="there is a contact to correct",
        refused=press("Mark as wrong"),
        posts=("contacts.save_correction",),
    ),
    Screen(
        endpoint="contacts.duty",
        full=at("/duties/{duty}"),
        empty=at("/duties/{duty}"),
        refused=press_inside("They do not need to be told", "End without telling"),
        posts=("contacts.end_duty",),
        top_journey=True,
    ),
    Screen(endpoint="openapi.docs", who="", full=at("/api/v1/docs"), no_empty="the description is the page"),
    Screen(
        endpoint="openapi.operation",
        who="",
        full=at("/api/v1/docs/get-api-v1-cases-urn"),
        no_empty="the description is the page",
    ),
)

# Endpoints that answer no page of their own, each with the reason.
NOT_PAGES = {
    "accounts.home": "leads each role to its first page",
    "jobs.healthz": "for machines",
    "jobs.readyz": "for machines",
}

# Addresses that answer with an error page, for everybody signed in.
ERROR_PAGES = {404: "/no-such-page", 403: "/unit/overdue"}
