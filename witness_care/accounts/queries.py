"""Finds units, users and programs by the names people give them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from witness_care import database
from witness_care.accounts.models import ApiClient, AppUser, Unit, UserUnit


def unit_by_code(code: str) -> Unit | None:
    return database.session().scalar(sa.select(Unit).where(Unit.code == code))


def unit_settings(unit_id: str) -> dict[str, Any]:
    """A unit's own settings; an unknown unit has none."""
    return database.session().scalar(sa.select(Unit.settings).where(Unit.id == unit_id)) or {}


def user_by_sign_in_name(sign_in_name: str) -> AppUser | None:
    return database.session().scalar(sa.select(AppUser).where(AppUser.sign_in_name == sign_in_name.strip().casefold()))


def client_by_name(name: str) -> ApiClient | None:
    return database.session().scalar(sa.select(ApiClient).where(ApiClient.name == name))


def staff_of(unit_ids: tuple[str, ...]) -> list[sa.Row]:
    """Officers and supervisors of these units who may sign in: (id, display_name, role), by name."""
    query = (
        sa.select(AppUser.id, AppUser.display_name, AppUser.role)
        .join(UserUnit, UserUnit.user_id == AppUser.id)
        .where(UserUnit.unit_id.in_(unit_ids), AppUser.disabled_at.is_(None))
        .distinct()
        .order_by(AppUser.display_name, AppUser.id)
    )
    return list(database.session().execute(query))


def display_names(user_ids: set[str]) -> dict[str, str]:
    """The names of these users by id."""
    query = sa.select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(user_ids))
    return {row.id: row.display_name for row in database.session().execute(query)}
