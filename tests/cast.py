"""The cast of the tests: Olivia is an officer, Sam supervises her unit, Noor is an officer of another unit.

Ada administers and Aud audits; neither sees a case. All of them are made up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import argon2
from flask import Flask
from flask.testing import FlaskClient

from witness_care import clock, database
from witness_care.accounts import api_clients, service, sessions
from witness_care.accounts.models import Role

PASSWORD = "harbour mist ladder seven"
QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True, slots=True)
class Cast:
    """The ids of two units and of everybody in them."""

    unit: str
    other_unit: str
    olivia: str
    sam: str
    noor: str
    ada: str
    aud: str


def cast_of(app: Flask) -> Cast:
    """Add both units and everybody to the database of a test; they all have the same PASSWORD."""
    app.config["PASSWORD_HASHER"] = QUICK
    with app.app_context(), database.writing():
        unit = service.create_unit(code="ESX", name="Eastshire", now=clock.now())
        other = service.create_unit(code="WSX", name="Westshire", now=clock.now())
        return Cast(
            unit=unit,
            other_unit=other,
            olivia=_somebody("Olivia", Role.OFFICER, unit),
            sam=_somebody("Sam", Role.SUPERVISOR, unit),
            noor=_somebody("Noor", Role.OFFICER, other),
            ada=_somebody("Ada", Role.ADMINISTRATOR),
            aud=_somebody("Aud", Role.AUDITOR),
        )


def signed_in(app: Flask, user_id: str) -> FlaskClient:
    """A browser in which this user has signed in."""
    with app.app_context(), database.writing():
        token = sessions.begin(user_id, now=clock.now())
    browser = app.test_client()
    browser.set_cookie(app.config["SIGN_IN_COOKIE"], token)
    return browser


def a_key(app: Flask, *, unit_ids: Iterable[str], scopes: Iterable[str], name: str = "Court link") -> dict[str, str]:
    """The headers of a new program that may do what `scopes` say for these units."""
    with app.app_context(), database.writing():
        client_id = api_clients.create_client(name=name, unit_ids=list(unit_ids), scopes=scopes, now=clock.now())
        key = api_clients.create_key(client_id, now=clock.now())
    return {"Authorization": f"Bearer {key}"}


def email_of(name: str) -> str:
    """The address by which somebody of the cast signs in."""
    return f"{name.lower()}@unit.example"


def _somebody(name: str, role: Role, *unit_ids: str) -> str:
    return service.create_user(
        sign_in_name=email_of(name),
        display_name=name,
        password=PASSWORD,
        role=role,
        unit_ids=unit_ids,
        now=clock.now(),
    )
