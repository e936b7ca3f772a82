"""Who may do what: one table, read by pages, API and documentation.

Every page, API route and command names its permission and the kind of personal-data processing it causes. One that
does not is never answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from witness_care.accounts.models import Role
from witness_care.audit.models import Category

View = TypeVar("View", bound=Callable[..., Any])


class Extent(StrEnum):
    """How far a permission reaches."""

    NO = "no"
    OWN_UNITS = "own units"
    OWN_LIST = "own list"
    WITH_REASON = "own units, with a reason"
    IF_NAMED = "if named on it"
    READ = "may read"
    PROPOSE = "may propose"
    CONFIRM = "may confirm another's"
    YES = "yes"


class Permission(StrEnum):
    """What may be allowed. The first two are for pages that everybody, or everybody signed in, may open."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    SEE_CASES = "see_cases"
    RECORD_CONTACTS = "record_contacts"
    SEND_FEED = "send_feed"
    WRITE_CASES = "write_cases"
    REVEAL = "reveal"
    SEE_RESTRICTED = "see_restricted"
    CHANGE_SAFE_CONTACT = "change_safe_contact"
    ASSIGN = "assign"
    EXPORT = "export"
    SET_CONFLICTS = "set_conflicts"
    BREAK_GLASS = "break_glass"
    SEE_FEED = "see_feed"
    MATCH_PARKED = "match_parked"
    COMBINE_CASES = "combine_cases"
    ADMINISTER = "administer"
    READ_LOG = "read_log"
    RETENTION = "retention"
    TRY_RULES = "try_rules"
    SEE_CONCERNS = "see_concerns"
    SEE_NEEDS = "see_needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table. `scope` is what a program's key must hold; None: no program may."""

    words: str
    officer: Extent = Extent.NO
    supervisor: Extent = Extent.NO
    administrator: Extent = Extent.NO
    auditor: Extent = Extent.NO
    scope: str | None = None


NO, OWN, REASON, YES = Extent.NO, Extent.OWN_UNITS, Extent.WITH_REASON, Extent.YES
P = Permission

TABLE: Mapping[Permission, Row] = MappingProxyType(
    {
        P.SEE_CASES: Row(words="See cases, participants, duties", officer=OWN, supervisor=OWN, scope="cases:read"),
        P.RECORD_CONTACTS: Row(
            words="Record a contact, preferences, needs", officer=OWN, supervisor=OWN, scope="contacts:write"
        ),
        P.SEND_FEED: Row(words="Send feed messages", scope="feed:<feed>"),
        P.WRITE_CASES: Row(words="Send cases and people", scope="cases:write"),
        P.REVEAL: Row(words="Reveal an address or a full number", officer=REASON, supervisor=REASON),
        P.SEE_RESTRICTED: Row(
            words="See a restricted participant by name", officer=Extent.IF_NAMED, supervisor=Extent.IF_NAMED
        ),
        P.CHANGE_SAFE_CONTACT: Row(words="Change safe contact", officer=OWN, supervisor=OWN),
        P.ASSIGN: Row(words="Assign, reassign in bulk, record leave", supervisor=OWN),
        P.EXPORT: Row(words="Export or print, with a reason", officer=Extent.OWN_LIST, supervisor=REASON),
        P.SET_CONFLICTS: Row(words="Enter a conflict of interest", officer=Extent.OWN_LIST, supervisor=OWN),
        P.BREAK_GLASS: Row(words="Use break-glass access", officer=REASON, supervisor=REASON, auditor=Extent.READ),
        P.SEE_FEED: Row(words="See redacted feed messages, send one again", supervisor=OWN, administrator=YES),
        P.MATCH_PARKED: Row(words="Match a waiting message to a case", supervisor=OWN),
        P.COMBINE_CASES: Row(words="Merge two cases, split one, and take that back", supervisor=OWN),
        P.ADMINISTER: Row(words="Change users, roles, units, clients, templates, settings", administrator=YES),
        P.READ_LOG: Row(words="Read and verify the personal-data log", auditor=Extent.READ),
        P.RETENTION: Row(
            words="Decide on retention and legal hold",
            officer=Extent.PROPOSE,
            supervisor=Extent.CONFIRM,
            auditor=Extent.READ,
        ),
        P.TRY_RULES: Row(words="See every rule pack, and try one out", supervisor=OWN, administrator=YES),
        P.SEE_CONCERNS: Row(
            words="See who may be drifting away, with the reasons, and act on it",
            officer=OWN,
            supervisor=OWN,
            scope="concerns:read",
        ),
        P.SEE_NEEDS: Row(words="See what somebody said they need", officer=OWN, supervisor=OWN, scope="needs:read"),
    }
)

# What a program's key may hold, apart from `feed:<name>` for each feed it sends.
SCOPES = ("cases:read", "cases:write", "contacts:write", "concerns:read", "needs:read", "feed:backfill")
FEED_SCOPE = "feed:"


def extent(role: Role | None, permission: Permission) -> Extent:
    """How far a role's permission reaches."""
    if permission in (Permission.ANYONE, Permission.SIGNED_IN):
        return Extent.YES
    return Extent.NO if role is None else getattr(TABLE[permission], role.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePolicy:
    """What one route asks of whoever calls it, and what its answer counts as in the personal-data log."""

    permission: Permission | None = None
    scope: str | None = None
    category: Category | None = None


def route_policy(*, permission: Permission | str, category: Category | str | None = None) -> Callable[[View], View]:
    """Declare, on a page or a command, what it takes to open it, and the processing it causes (None: no personal data).

    On a route of the API the permission is turned into the scope that the table gives it.
    """
    named = Permission(permission)
    row = TABLE.get(named)
    policy = RoutePolicy(
        permission=named, scope=row.scope if row else None, category=Category(category) if category else None
    )
    return _attach(policy)


def requires_scope(scope: str, *, category: Category | str | None = None) -> Callable[[View], View]:
    """Declare, on a route of the API, the scope a key must hold; `feed:<feed>` takes the name from the address."""
    return _attach(RoutePolicy(scope=scope, category=Category(category) if category else None))


def policy_of(view: Any, method: str = "GET") -> RoutePolicy | None:
    """The policy declared on a view, or on the method of a class of views; None when there is none."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return getattr(view, "policy", None)
    name = "get" if method == "HEAD" and not hasattr(view_class, "head") else method.lower()
    return getattr(getattr(view_class, name, None), "policy", None)


def _attach(policy: RoutePolicy) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return declare
