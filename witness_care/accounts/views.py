"""Signing in, signing out, and the page each role begins its day on."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from witness_care import clock, database
from witness_care.accounts import admin_views, service, sessions
from witness_care.accounts.current import actor
from witness_care.accounts.forms import SignInForm
from witness_care.accounts.models import Role
from witness_care.accounts.permissions import route_policy

blueprint = Blueprint("accounts", __name__)
for methods, rule, view in (
    (["GET"], "/admin/users", admin_views.users),
    (["GET", "POST"], "/admin/users/new", admin_views.new_user),
    (["GET", "POST"], "/admin/users/<user_id>", admin_views.user),
    (["POST"], "/admin/users/<user_id>/password", admin_views.set_password),
    (["POST"], "/admin/users/<user_id>/switch", admin_views.switch_user),
    (["GET"], "/admin/clients", admin_views.clients),
    (["GET", "POST"], "/admin/clients/new", admin_views.new_client),
    (["POST"], "/admin/clients/<client_id>/keys", admin_views.new_key),
    (["POST"], "/admin/clients/<client_id>/keys/<prefix>/revoke", admin_views.revoke_key),
    (["POST"], "/admin/clients/<client_id>/switch-off", admin_views.disable_client),
):
    blueprint.add_url_rule(rule, view_func=view, methods=methods)

FIRST_PAGES = {
    Role.OFFICER: "contacts.my_day",
    Role.SUPERVISOR: "supervision.unit_today",
    Role.ADMINISTRATOR: "feed.messages",
    Role.AUDITOR: "audit.log_page",
}


@blueprint.get("/")
@route_policy(permission="signed_in")
def home() -> AnyResponse:
    first = FIRST_PAGES[actor().role or Role.OFFICER]
    return redirect(url_for(first if first in current_app.view_functions else "accounts.account"))


@blueprint.get("/account")
@route_policy(permission="signed_in")
def account() -> str:
    return render_template("accounts/account.html", user=actor())


@blueprint.get("/sign-in")
@route_policy(permission="anyone")
def sign_in() -> AnyResponse | str:
    wanted = page_within(request.args.get("next"))
    if actor().is_signed_in:
        return redirect(wanted)
    return render_template("accounts/sign_in.html", form=SignInForm(next=wanted))


@blueprint.post("/sign-in")
@route_policy(permission="anyone")
def sign_in_with_password() -> AnyResponse | tuple[str, int]:
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 400
    answer = service.sign_in(
        form.sign_in_name.data, form.password.data, address=request.remote_addr or "", now=clock.now()
    )
    if answer.token is None:
        return render_template("accounts/sign_in.html", form=form, refused=answer), 429 if answer.locked_until else 400
    session.clear()  # forms that were open before the sign-in are worth nothing after it
    return _with_cookie(redirect(page_within(form.next.data), code=303), answer.token)


@blueprint.post("/sign-out")
@route_policy(permission="signed_in")
def sign_out() -> AnyResponse:
    with database.writing():
        sessions.end_all(actor().id, now=clock.now())
    session.clear()
    response = redirect(url_for("accounts.sign_in"), code=303)
    response.delete_cookie(current_app.config["SIGN_IN_COOKIE"], secure=current_app.config["PRODUCTION"], httponly=True)
    return response


def page_within(address: str | None) -> str:
    """The address of one of our own pages; anything else becomes the start page."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        return "/"
    return address


def _with_cookie(response: AnyResponse, token: str) -> Response:
    with_cookie = make_response(response)
    with_cookie.set_cookie(
        current_app.config["SIGN_IN_COOKIE"],
        token,
        max_age=current_app.config["SESSION_TIME"] // timedelta(seconds=1),
        secure=current_app.config["PRODUCTION"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return with_cookie
