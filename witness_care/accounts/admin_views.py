"""The administrator's pages: who may sign in, with which role and unit, and which programs hold a key."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, database, errors
from witness_care.accounts import admin_queries, api_clients, service
from witness_care.accounts.admin_forms import ROLES, SCOPE_WORDS, ClientForm, NewUserForm, PasswordForm, UserForm
from witness_care.accounts.api_clients import ClientRefusedError
from witness_care.accounts.current import actor
from witness_care.accounts.passwords import PasswordRefusedError
from witness_care.accounts.permissions import route_policy
from witness_care.accounts.service import AccountRefusedError
from witness_care.pages import rejected_form

Answer = Response | str | tuple[str, int]


# --- users ---------------------------------------------------------------------------------------------------------


@route_policy(permission="administer")
def users() -> str:
    page = admin_queries.users_page(after=request.args.get("after"), before=request.args.get("before"))
    return render_template(
        "accounts/users.html",
        rows=page.rows,
        units=admin_queries.units_of_users([row.id for row in page.rows]),
        roles=ROLES,
        saved=bool(request.args.get("saved")),
        previous=url_for("accounts.users", before=page.before) if page.before else None,
        next=url_for("accounts.users", after=page.after) if page.after else None,
    )


@route_policy(permission="administer")
def new_user() -> Answer:
    form = NewUserForm()
    form.offer_units(_units())
    if not form.is_submitted():
        return render_template("accounts/new_user.html", form=form)
    if not form.validate():
        return rejected_form("accounts/new_user.html", form=form)
    try:
        with database.writing():
            service.create_user(
                sign_in_name=form.sign_in_name.data,
                display_name=form.display_name.data.strip(),
                password=form.password.data,
                role=form.role.data,
                unit_ids=form.units.data or (),
                now=clock.now(),
            )
    except AccountRefusedError as refusal:
        form.sign_in_name.errors = [str(refusal)]
        return rejected_form("accounts/new_user.html", form=form)
    except PasswordRefusedError as refusal:
        form.password.errors = [str(refusal)]
        return rejected_form("accounts/new_user.html", form=form)
    return redirect(url_for("accounts.users", saved="1", _anchor="result"), 303)


@route_policy(permission="administer")
def user(user_id: str) -> Answer:
    """One user: their role and units. Nobody changes their own."""
    found = _user(user_id)
    held = [row.id for row in admin_queries.units_of_users([user_id]).get(user_id, [])]
    form = UserForm(data={"role": found.role.value, "units": held})
    form.offer_units(_units())
    if not form.is_submitted():
        return _user_page(found, form)
    if user_id == actor().id:
        form.role.errors = ["Nobody changes their own role: ask another administrator"]
        return _user_page(found, form, has_errors=True), 400
    if not form.validate():
        return _user_page(found, form, has_errors=True), 400
    with database.writing():
        service.set_role(user_id, form.role.data, now=clock.now())
        service.set_units(user_id, form.units.data or (), now=clock.now())
    return _back_to_user(user_id)


@route_policy(permission="administer")
def set_password(user_id: str) -> Answer:
    found, form = _user(user_id), PasswordForm()
    try:
        if not form.validate():
            raise PasswordRefusedError(form.password.errors[0])
        with database.writing():
            service.set_password(user_id, form.password.data, now=clock.now())
    except PasswordRefusedError as refusal:
        form.password.errors = [str(refusal)]
        return _user_page(found, _role_form(found), password_form=form, has_errors=True), 400
    return _back_to_user(user_id)


@route_policy(permission="administer")
def switch_user(user_id: str) -> Answer:
    """Let somebody in no more, or again. Nobody shuts themselves out."""
    found = _user(user_id)
    if user_id == actor().id:
        return _user_page(found, _role_form(found), own=True), 400
    with database.writing():
        change = service.enable if found.disabled_at else service.disable
        change(user_id, now=clock.now())
    return _back_to_user(user_id)


def _user(user_id: str) -> sa.Row:
    found = admin_queries.user(user_id)
    if found is None:
        raise errors.absent()
    return found


def _role_form(found: sa.Row) -> UserForm:
    held = [row.id for row in admin_queries.units_of_users([found.id]).get(found.id, [])]
    form = UserForm(formdata=None, data={"role": found.role.value, "units": held})
    form.offer_units(_units())
    return form


def _user_page(found: sa.Row, form: UserForm, **more: Any) -> str:
    return render_template(
        "accounts/user.html",
        user=found,
        form=form,
        held=admin_queries.open_contacts_of(found.id),
        saved=bool(request.args.get("saved")),
        is_self=found.id == actor().id,
        **{"password_form": PasswordForm(formdata=None), **more},
    )


def _back_to_user(user_id: str) -> Response:
    return redirect(url_for("accounts.user", user_id=user_id, saved="1", _anchor="result"), 303)


# --- programs ------------------------------------------------------------------------------------------------------


@route_policy(permission="administer")
def clients() -> str:
    rows = admin_queries.clients()
    ids = [row.id for row in rows]
    return render_template(
        "accounts/clients.html",
        now=clock.now(),
        rows=rows,
        units=admin_queries.units_of_clients(ids),
        keys=admin_queries.keys_of_clients(ids),
        scope_words=SCOPE_WORDS,
    )


@route_policy(permission="administer")
def new_client() -> Answer:
    """Add a program. Its key stands on the answer to this and nowhere else, so the answer is no redirect."""
    form = ClientForm()
    form.offer_units(_units())
    if not form.is_submitted():
        return render_template("accounts/new_client.html", form=form)
    if not form.validate():
        return rejected_form("accounts/new_client.html", form=form)
    try:
        with database.writing():
            client_id = api_clients.create_client(
                name=form.name.data.strip(),
                unit_ids=form.units.data,
                scopes=[*(form.scopes.data or ()), *form.feed_scopes],
                now=clock.now(),
            )
            key = api_clients.create_key(client_id, now=clock.now())
    except ClientRefusedError as refusal:
        form.name.errors = [str(refusal)]
        return rejected_form("accounts/new_client.html", form=form)
    return render_template("accounts/key.html", key=key, name=form.name.data.strip())


@route_policy(permission="administer")
def new_key(client_id: str) -> Answer:
    """Make a further key, so that a program changes keys without a gap; shown once, as above."""
    found = _client(client_id)
    try:
        with database.writing():
            key = api_clients.create_key(client_id, now=clock.now())
    except ClientRefusedError as refusal:
        return render_template("accounts/key.html", refused=str(refusal), name=found.name), 400
    return render_template("accounts/key.html", key=key, name=found.name)


@route_policy(permission="administer")
def revoke_key(client_id: str, prefix: str) -> Response:
    _client(client_id)
    if prefix in {row.prefix for row in admin_queries.keys_of_clients([client_id]).get(client_id, [])}:
        with database.writing():
            api_clients.revoke_key(prefix, now=clock.now())
    return redirect(url_for("accounts.clients", _anchor=f"client-{client_id}"), 303)


@route_policy(permission="administer")
def disable_client(client_id: str) -> Response:
    _client(client_id)
    with database.writing():
        api_clients.disable_client(client_id, now=clock.now())
    return redirect(url_for("accounts.clients", _anchor=f"client-{client_id}"), 303)


def _client(client_id: str) -> sa.Row:
    found = admin_queries.client(client_id)
    if found is None:
        raise errors.absent()
    return found


def _units() -> list[tuple[str, str]]:
    return [(row.id, row.name) for row in admin_queries.units()]
