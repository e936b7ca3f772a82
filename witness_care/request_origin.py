"""Refuses a form that another site made a browser send, and a body that is packed.

The token in each form is the first lock; this is the second. Our pages send no referrer, so browsers write "null" for
the origin of a form of ours; then only `Sec-Fetch-Site`, which a page cannot forge, tells where it came from.
"""

from __future__ import annotations

from flask import Flask, Request, abort, request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API_PREFIX = "/api/"


def init_app(app: Flask) -> None:
    app.before_request(_refuse)


def is_api_request() -> bool:
    """Whether a program asks (by key), rather than a person (by page)."""
    return request.path.startswith(API_PREFIX)


def _refuse() -> None:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        abort(415, description="Expected a body that is not packed. Send it without Content-Encoding.")
    if request.method in SAFE_METHODS or is_api_request():
        return
    if not comes_from_our_own_page(request):
        abort(
            400, description="This form was not sent from one of our pages. Open the page again and send it from there."
        )


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
