"""Units, the people who may sign in, their sessions, and the programs that may call the API."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from witness_care.columns import Instant, Json, identifier, one_of
from witness_care.database import Base


class Role(StrEnum):
    """What somebody does here. Administrator and auditor combine with no other role, so everyone has one."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Unit(Base):
    """A Witness Care Unit. Its settings: working hours, out-of-hours rule, how cases find an officer."""

    __tablename__ = "unit"
    __table_args__ = (sa.UniqueConstraint("code"),)

    id: Mapped[str] = identifier()
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(120))
    settings: Mapped[Any] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(Instant)


class AppUser(Base):
    """Somebody who may sign in to the pages."""

    __tablename__ = "app_user"
    __table_args__ = (sa.UniqueConstraint("sign_in_name"),)

    id: Mapped[str] = identifier()
    sign_in_name: Mapped[str] = mapped_column(sa.String(254))  # an e-mail address, in lower case
    display_name: Mapped[str] = mapped_column(sa.String(120))
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    role: Mapped[Role] = mapped_column(one_of(Role))
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class UserUnit(Base):
    """Whose work a user sees: their own units only."""

    __tablename__ = "user_unit"

    user_id: Mapped[str] = mapped_column(sa.ForeignKey("app_user.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)


class AppSession(Base):
    """One signed-in browser. The cookie's token is kept as a hash, so the table lets nobody in."""

    __tablename__ = "app_session"
    __table_args__ = (
        sa.UniqueConstraint("token_hash"),
        sa.Index("app_session_user", "user_id"),
    )

    id: Mapped[str] = identifier()
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("app_user.id"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInThrottle(Base):
    """Failed sign-ins of one account, one address, or the pair of both. The key is a keyed hash: nobody can read it."""

    __tablename__ = "sign_in_throttle"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    locks: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    last_failure_at: Mapped[datetime] = mapped_column(Instant)


class ApiClient(Base):
    """A program that calls the API: bound to named units and feeds, and to what its scopes allow."""

    __tablename__ = "api_client"
    __table_args__ = (sa.UniqueConstraint("name"),)

    id: Mapped[str] = identifier()
    name: Mapped[str] = mapped_column(sa.String(120))
    scopes: Mapped[Any] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiClientUnit(Base):
    """Whose cases a program may send or read."""

    __tablename__ = "api_client_unit"

    client_id: Mapped[str] = mapped_column(sa.ForeignKey("api_client.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)


class ApiKey(Base):
    """One key of a program, kept as SHA-256 and shown once. At most two are live, so a change of keys has no gap."""

    __tablename__ = "api_key"
    __table_args__ = (
        sa.UniqueConstraint("prefix"),
        sa.Index("api_key_client", "client_id"),
    )

    id: Mapped[str] = identifier()
    client_id: Mapped[str] = mapped_column(sa.ForeignKey("api_client.id"))
    prefix: Mapped[str] = mapped_column(sa.String(20))
    key_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
