"""What every HTML page is given: words and dates as filters, and the frame round the content.

The frame never stops a page: an error page must be shown too when the database is away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from witness_care import clock, database, dates, wording
from witness_care.accounts.current import Actor, actor
from witness_care.accounts.models import Role, Unit

FEED_IS_SILENT_AFTER = timedelta(hours=3)
ASK_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NavigationItem:
    text: str
    path: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """When the newest court message came (None: never), as asked at `at`."""

    at: datetime
    received_at: datetime | None


CASEWORK = (Role.OFFICER, Role.SUPERVISOR)

# At most five for each role; a page that this version does not have is not offered.
NAVIGATION = (
    NavigationItem("My day", "/my-day", (Role.OFFICER,)),
    NavigationItem("Unit today", "/unit", (Role.SUPERVISOR,)),
    NavigationItem("Overdue", "/unit/overdue", (Role.SUPERVISOR,)),
    NavigationItem("My people", "/participants", (Role.OFFICER,)),
    NavigationItem("People", "/participants", (Role.SUPERVISOR,)),
    NavigationItem("Hearings", "/hearings", CASEWORK),
    NavigationItem("Messages", "/messages", (Role.OFFICER,)),
    NavigationItem("Services", "/support-services", (Role.OFFICER,)),
    NavigationItem("Court updates", "/feed/messages", (Role.SUPERVISOR, Role.ADMINISTRATOR)),
    NavigationItem("Programs", "/admin/clients", (Role.ADMINISTRATOR,)),
    NavigationItem("Moving over", "/admin/cutover", (Role.ADMINISTRATOR,)),
    NavigationItem("Templates", "/admin/templates", (Role.ADMINISTRATOR,)),
    NavigationItem("Users", "/admin/users", (Role.ADMINISTRATOR,)),
    NavigationItem("Audit", "/audit", (Role.AUDITOR,)),
)
HELP = (
    ("Help", "/help"),
    ("How states change", "/help/states"),
    ("Rules", "/rules"),
    ("Accessibility", "/accessibility"),
)


def init_app(app: Flask) -> None:
    """Give every template the words and dates of the service, and its frame."""
    app.jinja_env.filters.update(
        dates.FILTERS, label=lambda key, table: wording.label(table, key), capitalize_first=wording.sentence
    )
    app.jinja_env.globals["wording"] = wording
    app.context_processor(lambda: {"frame": Frame(), "now": clock.now()})


class Frame:
    """What stands round the content. Each part is asked for by the layout, and only then worked out."""

    @property
    def signed_in(self) -> bool:
        return self._actor.is_signed_in

    @property
    def user_name(self) -> str:
        return self._actor.display_name

    @property
    def unit_name(self) -> str:
        """The unit of somebody who works in one; empty for those of several units or none."""
        units = self._actor.unit_ids
        return _unit_name(units[0]) if len(units) == 1 else ""

    @property
    def home(self) -> str:
        items = self.navigation
        return items[0]["href"] if items else "/"

    @property
    def navigation(self) -> Sequence[dict[str, Any]]:
        """The pages of this role that exist; the one being shown, or that it belongs to, is marked."""
        role = self._actor.role
        found = [item for item in NAVIGATION if role in item.roles and _exists(item.path)]
        here = max((item.path for item in found if _is_below(request.path, item.path)), key=len, default="")
        return [
            {
                "text": item.text,
                "href": item.path,
                "current": item.path == request.path,
                "active": item.path == here,
            }
            for item in found
        ]

    @property
    def can_search(self) -> bool:
        return self._actor.role in CASEWORK and _exists(self.search_url)

    search_url = "/search"
    sign_out_url = "/sign-out"

    @staticmethod
    def has_page(path: str) -> bool:
        """Whether this version has a page at this address."""
        return _exists(path)

    @property
    def demo(self) -> bool:
        return not current_app.config["PRODUCTION"]

    @property
    def help_links(self) -> Sequence[dict[str, str]]:
        return [{"text": text, "href": path} for text, path in HELP if _exists(path)]

    @property
    def printed_at(self) -> str:
        return dates.full_time(clock.now())

    @property
    def feed_last_received(self) -> str:
        last = _last_court_update()
        return dates.today_or_short(last, clock.now()) if last else "never"

    @property
    def feed_is_silent(self) -> bool:
        """Whether the courts have sent nothing for longer than usual, in a service that has ever had a feed."""
        if self._actor.role not in CASEWORK:
            return False
        last = _last_court_update()
        return last is not None and clock.now() - last > FEED_IS_SILENT_AFTER

    @property
    def _actor(self) -> Actor:
        return actor()


def rejected_form(template: str, **context: Any) -> tuple[str, int]:
    """Show a form again with everything typed kept, its errors first, and the title beginning "Error:"."""
    return render_template(template, has_errors=True, **context), 400


def _last_court_update() -> datetime | None:
    """When a court's feed last brought anything; asked of the database once a minute in each process."""
    from witness_care.feed.models import FeedMessage

    asked: LastUpdate | None = current_app.extensions.get("last_court_update")
    if asked is None or not timedelta(0) <= clock.now() - asked.at < ASK_AGAIN_AFTER:
        try:
            last = database.session().execute(sa.select(sa.func.max(FeedMessage.received_at))).scalar()
        except SQLAlchemyError:
            return None  # an error page is shown too when the database is away
        asked = current_app.extensions["last_court_update"] = LastUpdate(clock.now(), last)
    return asked.received_at


def _unit_name(unit_id: str) -> str:
    """Read a unit's name once in each process: it does not change."""
    names: dict[str, str] = current_app.extensions.setdefault("unit_names", {})
    if unit_id not in names:
        try:
            found = database.session().execute(sa.select(Unit.name).where(Unit.id == unit_id)).scalar()
        except SQLAlchemyError:
            return ""
        names[unit_id] = found or ""
    return names[unit_id]


def _exists(path: str) -> bool:
    paths: frozenset[str] | None = current_app.extensions.get("page_paths")
    if paths is None:
        paths = frozenset(rule.rule for rule in current_app.url_map.iter_rules())
        current_app.extensions["page_paths"] = paths
    return path in paths


def _is_below(path: str, item_path: str) -> bool:
    return path == item_path or path.startswith(item_path + "/")
