"""Refuses a form that another site made a browser send, a body that is packed, and an address that nobody can mean.

The token in each form is the first lock; this is the second. Our pages send no referrer, so browsers write "null" for
the origin of a form of ours; then only `Sec-Fetch-Site`, which a page cannot forge, tells where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Request, abort, request

from witness_care.typed_text import has_controls

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API_PREFIX = "/api/"
OPEN_PREFIX = "/r/"


def init_app(app: Flask) -> None:
    app.before_request(_refuse)


def is_api_request() -> bool:
    """Whether a program asks (by key), rather than a person (by page)."""
    return request.path.startswith(API_PREFIX)


def is_open_page() -> bool:
    """Whether this is a page behind a one-time link, which tells nobody whose service it is."""
    return request.path.startswith(OPEN_PREFIX)


def _refuse() -> None:
    if has_controls(request.path) or any(map(has_controls, _words_of_the_query())):
        abort(404)  # no database could look for it
    if request.headers.get("Content-Encoding", "identity") != "identity":
        abort(415, description="Expected a body that is not packed. Send it without Content-Encoding.")
    if request.method in SAFE_METHODS or is_api_request():
        return
    if not comes_from_our_own_page(request):
        abort(
            400, description="This form was not sent from one of our pages. Open the page again and send it from there."
        )


def _words_of_the_query() -> Iterator[str]:
    for name, value in request.args.items(multi=True):
        yield from (name, value)


def comes_from_our_own_page(asked: Request) -> bool:
    """Judge by what the browser itself says. A client that says nothing still needs the token of the form."""
    site = asked.headers.get("Sec-Fetch-Site")
    origin = asked.headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return True
    if origin == "null":
        return site == "same-origin"
    return origin == asked.host_url.rstrip("/")
