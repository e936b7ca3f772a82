"""Commands that add units, users and programs, and take access away."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from witness_care import clock, database
from witness_care.accounts import api_clients, queries, service
from witness_care.accounts.api_clients import ClientRefusedError
from witness_care.accounts.models import Role
from witness_care.accounts.passwords import PasswordRefusedError
from witness_care.accounts.permissions import route_policy
from witness_care.accounts.service import AccountRefusedError

ROLES = click.Choice([role.value for role in Role])


@click.command("create-unit")
@click.option("--code", required=True, help="Short code, for example ESX.")
@click.option("--name", required=True, help="Name as staff say it.")
@with_appcontext
@route_policy(permission="administer")
def create_unit(code: str, name: str) -> None:
    """Add a Witness Care Unit."""
    with _refusals_said(), database.writing():
        service.create_unit(code=code, name=name, now=clock.now())
    click.echo(f"Unit {code} added.")


@click.command("create-user")
@click.option("--email", required=True, help="The address this person signs in with.")
@click.option("--name", required=True, help="The name colleagues see.")
@click.option("--role", required=True, type=ROLES)
@click.option("--unit", "units", multiple=True, help="Code of a unit; may be given several times.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@with_appcontext
@route_policy(permission="administer")
def create_user(email: str, name: str, role: str, units: tuple[str, ...], password_stdin: bool) -> None:
    """Add somebody who may sign in."""
    password = _password(password_stdin)
    with _refusals_said(), database.writing():
        service.create_user(
            sign_in_name=email,
            display_name=name,
            password=password,
            role=role,
            unit_ids=_unit_ids(units),
            now=clock.now(),
        )
    click.echo("User added.")


@click.command("set-password")
@click.option("--email", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@with_appcontext
@route_policy(permission="administer")
def set_password(email: str, password_stdin: bool) -> None:
    """Give a user another password and end their sessions."""
    password = _password(password_stdin)
    with _refusals_said(), database.writing():
        service.set_password(_user_id(email), password, now=clock.now())
    click.echo("Password changed; all sessions of this user ended.")


@click.command("disable-user")
@click.option("--email", required=True)
@with_appcontext
@route_policy(permission="administer")
def disable_user(email: str) -> None:
    """Let a user in no more."""
    with _refusals_said(), database.writing():
        service.disable(_user_id(email), now=clock.now())
    click.echo("User switched off; all sessions ended.")


@click.command("create-client")
@click.option("--name", required=True, help="Name of the program.")
@click.option("--unit", "units", multiple=True, required=True, help="Code of a unit; may be given several times.")
@click.option("--feed", "feeds", multiple=True, help="Name of a feed it sends; may be given several times.")
@click.option("--scope", "scopes", multiple=True, help="Another scope; may be given several times.")
@with_appcontext
@route_policy(permission="administer")
def create_client(name: str, units: tuple[str, ...], feeds: tuple[str, ...], scopes: tuple[str, ...]) -> None:
    """Add a program that calls the API, and show its key once."""
    with _refusals_said(), database.writing():
        now = clock.now()
        wanted = [*scopes, *(f"feed:{feed}" for feed in feeds)]
        client_id = api_clients.create_client(name=name, unit_ids=_unit_ids(units), scopes=wanted, now=now)
        key = api_clients.create_key(client_id, now=now)
    _show(key)


@click.command("create-key")
@click.option("--client", "name", required=True, help="Name of the program.")
@with_appcontext
@route_policy(permission="administer")
def create_key(name: str) -> None:
    """Make a further key for a program, so that it can change keys without a gap, and show it once."""
    with _refusals_said(), database.writing():
        client = queries.client_by_name(name)
        if client is None:
            raise ClientRefusedError("Expected the name of a client; there is none of this name.")
        key = api_clients.create_key(client.id, now=clock.now())
    _show(key)


@click.command("revoke-key")
@click.option("--prefix", required=True, help="The key up to its second underscore.")
@with_appcontext
@route_policy(permission="administer")
def revoke_key(prefix: str) -> None:
    """Take a key away, at once."""
    with _refusals_said(), database.writing():
        if not api_clients.revoke_key(prefix, now=clock.now()):
            raise ClientRefusedError("Expected the prefix of a live key; there is none.")
    click.echo("Key revoked.")


COMMANDS = [create_unit, create_user, set_password, disable_user, create_client, create_key, revoke_key]


@contextmanager
def _refusals_said() -> Iterator[None]:
    """Turn a refusal into the command's own message, without a trace."""
    try:
        yield
    except (AccountRefusedError, ClientRefusedError, PasswordRefusedError) as refusal:
        raise click.ClickException(str(refusal)) from None


def _unit_ids(codes: tuple[str, ...]) -> list[str]:
    units = [(code, queries.unit_by_code(code)) for code in codes]
    for code, unit in units:
        if unit is None:
            raise AccountRefusedError(f"Expected the code of a unit; there is no unit {code}. Add it: create-unit.")
    return [unit.id for _, unit in units if unit]


def _user_id(email: str) -> str:
    user = queries.user_by_sign_in_name(email)
    if user is None:
        raise AccountRefusedError("Expected somebody's sign-in name; nobody has this one.")
    return user.id


def _password(from_standard_input: bool) -> str:
    if from_standard_input:
        return sys.stdin.readline().rstrip("\r\n")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True)


def _show(key: str) -> None:
    click.echo("This key is shown once. Keep it where only the program can read it:")
    click.echo(key)
