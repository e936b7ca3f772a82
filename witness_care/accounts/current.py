"""Who is acting in this request or job. Read from the database each time, so a change counts at the next request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import g, has_app_context, has_request_context

from witness_care.accounts.models import Role
from witness_care.accounts.permissions import TABLE, Extent, Permission, extent

USER, CLIENT, SYSTEM_KIND, NOBODY = "user", "client", "system", "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person, a program with a key, the service itself (a job, a command), or nobody."""

    kind: str
    id: str = ""
    role: Role | None = None
    unit_ids: tuple[str, ...] = ()
    display_name: str = ""
    scopes: frozenset[str] = frozenset()
    session_hash: str | None = field(default=None, repr=False)

    @property
    def reference(self) -> str:
        """How the journal and the duties name the actor: "user:<id>", "client:<id>" or "system"."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @property
    def is_signed_in(self) -> bool:
        return self.kind == USER

    @property
    def is_system(self) -> bool:
        return self.kind == SYSTEM_KIND

    def extent(self, permission: Permission | str) -> Extent:
        """How far this actor's permission reaches; a program's permissions are its scopes."""
        if self.kind == SYSTEM_KIND:
            return Extent.YES
        return extent(self.role, Permission(permission)) if self.kind == USER else Extent.NO

    def may(self, permission: Permission | str) -> bool:
        return self.extent(permission) is not Extent.NO

    def may_read(self, permission: Permission) -> bool:
        """Say whether a person may by their role, or a program by the scope of its key that the table names."""
        return self.may(permission) or TABLE[permission].scope in self.scopes


SYSTEM = Actor(kind=SYSTEM_KIND, display_name="Witness Care")
ANONYMOUS = Actor(kind=NOBODY)


def actor() -> Actor:
    """Who is acting. Outside a request it is the service itself; in one, nobody until admission says who."""
    acting: Actor | None = g.get("actor") if has_app_context() else None
    if acting is not None:
        return acting
    return ANONYMOUS if has_request_context() else SYSTEM


@contextmanager
def acting_as(somebody: Actor) -> Iterator[Actor]:
    """Do something in this context as `somebody`."""
    before = g.get("actor")
    g.actor = somebody
    try:
        yield somebody
    finally:
        g.actor = before
