"""Signed-in browsers: begun, recognised, ended. The cookie holds a random token, the table only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from witness_care import database
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import AppSession, AppUser, UserUnit
from witness_care.columns import new_id
from witness_care.faultpoints import Work

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)


def begin(user_id: str, *, now: datetime) -> str:
    """Begin a session and give the token for the cookie. Runs inside the caller's unit of work."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    database.session().add(
        AppSession(
            id=new_id(),
            token_hash=_hash(token),
            user_id=user_id,
            started_at=now,
            last_seen_at=now,
            ends_at=now + current_app.config["SESSION_TIME"],
        )
    )
    return token


def user_of(token: str, *, now: datetime) -> Actor | None:
    """Whose session this is; None when it has ended, was idle too long, or its user was switched off."""
    token_hash = _hash(token)
    row = (
        database.session()
        .execute(
            sa.select(
                AppSession.id, AppSession.last_seen_at, AppUser.id.label("user_id"), AppUser.display_name, AppUser.role
            )
            .join(AppUser, AppUser.id == AppSession.user_id)
            .where(
                AppSession.token_hash == token_hash,
                AppSession.ended_at.is_(None),
                AppSession.ends_at > now,
                AppSession.last_seen_at > now - current_app.config["IDLE_TIME"],
                AppUser.disabled_at.is_(None),
            )
        )
        .first()
    )
    if row is None:
        return None
    units = database.session().scalars(
        sa.select(UserUnit.unit_id).where(UserUnit.user_id == row.user_id).order_by(UserUnit.unit_id)
    )
    user = Actor(
        kind=USER,
        id=row.user_id,
        role=row.role,
        unit_ids=tuple(units),
        display_name=row.display_name,
        session_hash=token_hash,
    )
    if now - row.last_seen_at >= SEEN_EVERY:
        with database.writing(Work.SIGN_IN_SEEN) as session:
            session.execute(sa.update(AppSession).where(AppSession.id == row.id).values(last_seen_at=now))
    return user


def end_all(user_id: str, *, now: datetime) -> None:
    """End every session of a user: at sign-out, a new password, a new role, and when they are switched off."""
    database.session().execute(
        sa.update(AppSession).where(AppSession.user_id == user_id, AppSession.ended_at.is_(None)).values(ended_at=now)
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
