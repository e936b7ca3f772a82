"""What an administrator sees: users with their units and work in hand, programs with their keys."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from witness_care import database, paging
from witness_care.accounts.models import ApiClient, ApiClientUnit, ApiKey, AppUser, Unit, UserUnit
from witness_care.paging import Page


def users_page(*, after: str | None, before: str | None) -> Page:
    """Read one page of the users by name."""
    query = sa.select(AppUser.id, AppUser.display_name, AppUser.sign_in_name, AppUser.role, AppUser.disabled_at)
    order = (sa.func.lower(AppUser.display_name), AppUser.id)
    return paging.page(database.session(), query, order=order, after=after, before=before)


def user(user_id: str) -> sa.Row | None:
    columns = (AppUser.id, AppUser.display_name, AppUser.sign_in_name, AppUser.role, AppUser.disabled_at)
    return database.session().execute(sa.select(*columns).where(AppUser.id == user_id)).first()


def open_contacts_of(user_id: str) -> int:
    """Count what an officer still holds: somebody must take it over before they go."""
    from witness_care.contacts.models import Duty

    query = sa.select(sa.func.count(Duty.id)).where(Duty.officer_id == user_id, Duty.closed_at.is_(None))
    return database.session().scalar(query) or 0


def units() -> list[sa.Row]:
    return list(database.session().execute(sa.select(Unit.id, Unit.code, Unit.name).order_by(Unit.name, Unit.id)))


def units_of_users(user_ids: list[str]) -> Mapping[str, list[sa.Row]]:
    query = sa.select(UserUnit.user_id.label("of"), Unit.id, Unit.name).join(Unit, Unit.id == UserUnit.unit_id)
    return _by_owner(query.where(UserUnit.user_id.in_(user_ids)).order_by(Unit.name, Unit.id))


def clients() -> list[sa.Row]:
    columns = (ApiClient.id, ApiClient.name, ApiClient.scopes, ApiClient.disabled_at, ApiClient.created_at)
    return list(database.session().execute(sa.select(*columns).order_by(ApiClient.name, ApiClient.id).limit(200)))


def client(client_id: str) -> sa.Row | None:
    query = sa.select(ApiClient.id, ApiClient.name, ApiClient.scopes, ApiClient.disabled_at)
    return database.session().execute(query.where(ApiClient.id == client_id)).first()


def units_of_clients(client_ids: list[str]) -> Mapping[str, list[sa.Row]]:
    query = sa.select(ApiClientUnit.client_id.label("of"), Unit.id, Unit.name).join(
        Unit, Unit.id == ApiClientUnit.unit_id
    )
    return _by_owner(query.where(ApiClientUnit.client_id.in_(client_ids)).order_by(Unit.name, Unit.id))


def keys_of_clients(client_ids: list[str]) -> Mapping[str, list[sa.Row]]:
    """Read the keys of programs, the newest first; what opens a door is not among the columns."""
    columns = (ApiKey.prefix, ApiKey.created_at, ApiKey.expires_at, ApiKey.revoked_at, ApiKey.last_used_at)
    query = sa.select(ApiKey.client_id.label("of"), *columns).where(ApiKey.client_id.in_(client_ids))
    return _by_owner(query.order_by(ApiKey.created_at.desc(), ApiKey.id))


def _by_owner(query: sa.Select) -> dict[str, list[sa.Row]]:
    found: dict[str, list[sa.Row]] = {}
    for row in database.session().execute(query):
        found.setdefault(row.of, []).append(row)
    return found
