"""Signing in, and adding or changing units and users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from witness_care import database
from witness_care.accounts import passwords, sessions, throttle
from witness_care.accounts.models import AppUser, Role, Unit, UserUnit
from witness_care.columns import new_id
from witness_care.people.normalise import normalise_email

WITHOUT_UNIT = (Role.ADMINISTRATOR, Role.AUDITOR)


class AccountRefusedError(ValueError):
    """A unit or user cannot be added or changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAnswer:
    """A token for the cookie; or none, and perhaps the instant until which nobody is let in."""

    token: str | None = None
    locked_until: datetime | None = None


def sign_in(sign_in_name: str, password: str, *, address: str, now: datetime) -> SignInAnswer:
    """Try to sign in. Whether the account exists shows neither in the answer nor in the time it takes.

    The slow comparison of passwords happens between two short units of work, never inside one.
    """
    name = sign_in_name.strip().casefold()
    with database.writing():
        tried = throttle.count_a_try(name, address, now=now)
    if isinstance(tried, datetime):
        return SignInAnswer(locked_until=tried)
    user = (
        database.session()
        .execute(sa.select(AppUser.id, AppUser.password_hash, AppUser.disabled_at).where(AppUser.sign_in_name == name))
        .first()
    )
    database.session().rollback()
    right = passwords.matches(password, user.password_hash if user and user.disabled_at is None else None)
    if user is None or not right:
        return SignInAnswer()
    newer = passwords.hash_again(password) if passwords.needs_new_hash(user.password_hash) else None
    with database.writing() as session:
        throttle.take_back(tried)
        if newer:
            session.execute(sa.update(AppUser).where(AppUser.id == user.id).values(password_hash=newer))
        return SignInAnswer(token=sessions.begin(user.id, now=now))


def create_unit(*, code: str, name: str, settings: Mapping[str, Any] | None = None, now: datetime) -> str:
    """Add a unit and give its id. Runs inside the caller's unit of work."""
    session = database.session()
    if session.scalar(sa.select(Unit.id).where(Unit.code == code)):
        raise AccountRefusedError(f"Expected a new code; there is a unit {code}.")
    unit = Unit(id=new_id(), code=code, name=name, settings=dict(settings or {}), created_at=now)
    session.add(unit)
    session.flush()
    return unit.id


def create_user(
    *,
    sign_in_name: str,
    display_name: str,
    password: str,
    role: Role | str,
    unit_ids: Sequence[str] = (),
    now: datetime,
) -> str:
    """Add a user and give their id. Runs inside the caller's unit of work.

    Officers and supervisors belong to units; administrators and auditors see no case and belong to none.
    """
    name = normalise_email(sign_in_name)
    if name is None:
        raise AccountRefusedError("Expected an e-mail address to sign in with, for example olivia@unit.example.")
    role = Role(role)
    if bool(unit_ids) == (role in WITHOUT_UNIT):
        raise AccountRefusedError(
            f"Expected no unit for {' and '.join(WITHOUT_UNIT)}, and at least one for everybody else."
        )
    session = database.session()
    if session.scalar(sa.select(AppUser.id).where(AppUser.sign_in_name == name)):
        raise AccountRefusedError("Expected a new sign-in name; somebody has this one.")
    user = AppUser(
        id=new_id(),
        sign_in_name=name,
        display_name=display_name,
        password_hash=passwords.hash_of(password),
        role=role,
        created_at=now,
    )
    session.add(user)
    session.flush()
    session.add_all(UserUnit(user_id=user.id, unit_id=unit_id) for unit_id in sorted(set(unit_ids)))
    session.flush()
    return user.id


def set_password(user_id: str, password: str, *, now: datetime) -> None:
    """Give a user another password and end all their sessions. Runs inside the caller's unit of work."""
    _change(user_id, {"password_hash": passwords.hash_of(password)}, now)


def set_role(user_id: str, role: Role | str, *, now: datetime) -> None:
    """Give a user another role; they must sign in again."""
    _change(user_id, {"role": Role(role)}, now)


def disable(user_id: str, *, now: datetime) -> None:
    """Let a user in no more, from this moment. What they did stays."""
    _change(user_id, {"disabled_at": now}, now)


def enable(user_id: str, *, now: datetime) -> None:
    """Let a user in again who was let in no more."""
    _change(user_id, {"disabled_at": None}, now)


def set_units(user_id: str, unit_ids: Sequence[str], *, now: datetime) -> None:
    """Let a user work in these units and no others; what they may see changes with their next sign-in."""
    session = database.session()
    role = session.scalar(sa.select(AppUser.role).where(AppUser.id == user_id))
    if bool(unit_ids) == (role in WITHOUT_UNIT):
        raise AccountRefusedError(
            f"Expected no unit for {' and '.join(WITHOUT_UNIT)}, and at least one for everybody else."
        )
    session.execute(sa.delete(UserUnit).where(UserUnit.user_id == user_id))
    session.add_all(UserUnit(user_id=user_id, unit_id=unit_id) for unit_id in sorted(set(unit_ids)))
    session.flush()
    sessions.end_all(user_id, now=now)


def _change(user_id: str, values: dict[str, Any], now: datetime) -> None:
    database.session().execute(sa.update(AppUser).where(AppUser.id == user_id).values(**values))
    sessions.end_all(user_id, now=now)
