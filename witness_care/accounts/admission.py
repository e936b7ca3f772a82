"""Decides, before any view runs, who is asking and whether the route lets them in.

Programs sign in with a key under /api/, people with a cookie elsewhere; neither is looked at in the other place.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock
from witness_care.accounts import api_clients, sessions
from witness_care.accounts.current import ANONYMOUS, Actor
from witness_care.accounts.permissions import Permission, RoutePolicy, policy_of
from witness_care.errors import ApiError
from witness_care.request_origin import SAFE_METHODS, is_api_request

# Routes that a library adds, which cannot carry a policy of their own.
OF_LIBRARIES = {"api-docs.openapi_json": RoutePolicy(permission=Permission.ANYONE)}


def init_app(app: Flask) -> None:
    app.before_request(_admit)


def policy_for(endpoint: str, method: str) -> RoutePolicy | None:
    """What the route asks for; None when nobody said, and then nobody gets in."""
    return OF_LIBRARIES.get(endpoint) or policy_of(current_app.view_functions.get(endpoint), method)


def _admit() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the answer is the same for everybody
    policy = policy_for(request.endpoint, request.method)
    if policy is None:
        raise RuntimeError(f"Expected a policy on {request.endpoint}; there is none. Declare @route_policy on it.")
    g.route_policy = policy
    if is_api_request():
        _admit_program(policy)
        return None
    return _admit_person(policy)


def _admit_program(policy: RoutePolicy) -> None:
    if policy.permission is Permission.ANYONE:
        return
    g.actor = _program()
    if policy.scope is None:
        abort(403)
    scope = policy.scope.replace("<feed>", str((request.view_args or {}).get("feed", "")))
    if scope not in g.actor.scopes:
        raise ApiError(
            403,
            "scope_missing",
            where="Authorization",
            expected=f"a key with scope {scope}",
            received="a key without it",
            do="Ask the administrator of this service to add the scope to your client.",
        )


def _program() -> Actor:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    program = api_clients.client_of(key.strip(), now=clock.now()) if kind.lower() == "bearer" else None
    if program is None:
        raise ApiError(
            401,
            "not_signed_in",
            where="Authorization",
            expected="Bearer and a live key",
            received="no key, or one that is not live",
            do="Send the header Authorization: Bearer with your client's key.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return program


def _admit_person(policy: RoutePolicy) -> Response | None:
    g.actor = _person()
    if policy.permission is Permission.ANYONE:
        return None
    if not g.actor.is_signed_in:
        return redirect(_sign_in_address(), code=303)
    if policy.permission is None or not g.actor.may(policy.permission):
        abort(403)
    return None


def _person() -> Actor:
    token = request.cookies.get(current_app.config["SIGN_IN_COOKIE"])
    person = sessions.user_of(token, now=clock.now()) if token else None
    return person or ANONYMOUS


def _sign_in_address() -> str:
    """The sign-in page, and back to the page that was asked for; a form that was sent cannot be sent again."""
    page = url_for("accounts.sign_in")
    if request.method not in SAFE_METHODS or request.path == "/":
        return page
    return f"{page}?next={quote(request.full_path.rstrip('?'), safe='/')}"
