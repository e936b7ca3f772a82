"""Keys of programs: made, shown once, changed without a gap, recognised, and taken away."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from witness_care import database
from witness_care.accounts.current import CLIENT, Actor
from witness_care.accounts.models import ApiClient, ApiClientUnit, ApiKey
from witness_care.accounts.permissions import FEED_SCOPE, SCOPES
from witness_care.columns import new_id
from witness_care.faultpoints import Work

KEY_BYTES = 32
MOST_LIVE_KEYS = 2
KEY_LIFE = timedelta(days=365)
SEEN_EVERY = timedelta(minutes=1)
KEY_SHAPE = re.compile(r"(wc_[0-9a-f]{12})_[A-Za-z0-9_-]{43}")
FEED_NAME = re.compile(r"feed:[a-z0-9][a-z0-9-]{0,38}")


class ClientRefusedError(ValueError):
    """A client or key cannot be made; the message says why and what to do."""


def create_client(*, name: str, unit_ids: Sequence[str], scopes: Iterable[str], now: datetime) -> str:
    """Add a program and give its id. Runs inside the caller's unit of work."""
    wanted = sorted(set(scopes))
    for scope in wanted:
        if scope not in SCOPES and not FEED_NAME.fullmatch(scope):
            raise ClientRefusedError(
                f"Expected scopes among {', '.join(SCOPES)} or {FEED_SCOPE}<name>; received {scope}."
            )
    session = database.session()
    if session.scalar(sa.select(ApiClient.id).where(ApiClient.name == name)):
        raise ClientRefusedError("Expected a new name; there is a client of this name. Give it another key instead.")
    client = ApiClient(id=new_id(), name=name, scopes=wanted, created_at=now)
    session.add(client)
    session.flush()
    session.add_all(ApiClientUnit(client_id=client.id, unit_id=unit_id) for unit_id in sorted(set(unit_ids)))
    session.flush()
    return client.id


def create_key(client_id: str, *, now: datetime, life: timedelta = KEY_LIFE) -> str:
    """Make a key and give it, for the only time. Runs inside the caller's unit of work."""
    session = database.session()
    live = session.scalar(sa.select(sa.func.count(ApiKey.id)).where(ApiKey.client_id == client_id, _is_live(now)))
    if (live or 0) >= MOST_LIVE_KEYS:
        raise ClientRefusedError(f"Expected at most {MOST_LIVE_KEYS} live keys; there are. Revoke the older one first.")
    prefix = f"wc_{secrets.token_hex(6)}"
    key = f"{prefix}_{secrets.token_urlsafe(KEY_BYTES)}"
    session.add(
        ApiKey(
            id=new_id(),
            client_id=client_id,
            prefix=prefix,
            key_hash=_hash(key),
            created_at=now,
            expires_at=now + life,
        )
    )
    session.flush()
    return key


def revoke_key(prefix: str, *, now: datetime) -> bool:
    """Take a key away, at once; False when there is no live key with this prefix."""
    revoked = database.session().execute(
        sa.update(ApiKey).where(ApiKey.prefix == prefix, _is_live(now)).values(revoked_at=now)
    )
    return revoked.rowcount == 1  # type: ignore[attr-defined]


def disable_client(client_id: str, *, now: datetime) -> None:
    """Switch a program off: none of its keys opens anything from this moment. Runs inside the caller's unit of work."""
    database.session().execute(
        sa.update(ApiClient).where(ApiClient.id == client_id, ApiClient.disabled_at.is_(None)).values(disabled_at=now)
    )


def client_of(key: str, *, now: datetime) -> Actor | None:
    """The program that holds this key; None when the key is wrong, expired or revoked, or the program switched off."""
    shape = KEY_SHAPE.fullmatch(key)
    row = None
    if shape:
        row = (
            database.session()
            .execute(
                sa.select(ApiKey.key_hash, ApiKey.id.label("key_id"), ApiKey.last_used_at, ApiClient)
                .join(ApiClient, ApiClient.id == ApiKey.client_id)
                .where(ApiKey.prefix == shape[1], _is_live(now), ApiClient.disabled_at.is_(None))
            )
            .first()
        )
    # Compared in any case, so that the time taken does not tell whether the prefix exists.
    right = hmac.compare_digest(row.key_hash if row else "0" * 64, _hash(key))
    if row is None or not right:
        return None
    units = database.session().scalars(
        sa.select(ApiClientUnit.unit_id)
        .where(ApiClientUnit.client_id == row.ApiClient.id)
        .order_by(ApiClientUnit.unit_id)
    )
    holder = Actor(
        kind=CLIENT,
        id=row.ApiClient.id,
        display_name=row.ApiClient.name,
        unit_ids=tuple(units),
        scopes=frozenset(row.ApiClient.scopes),
    )
    if row.last_used_at is None or now - row.last_used_at >= SEEN_EVERY:
        with database.writing(Work.KEY_SEEN) as session:
            session.execute(sa.update(ApiKey).where(ApiKey.id == row.key_id).values(last_used_at=now))
    return holder


def _is_live(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(ApiKey.revoked_at.is_(None), ApiKey.expires_at > now)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
