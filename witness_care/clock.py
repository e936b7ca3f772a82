"""Tells the time. Everything else is given it, so a test or a rehearsal can choose it."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import current_app, has_app_context


def now() -> datetime:
    """The present instant, aware and in UTC. A callable in the setting CLOCK answers instead, when there is one."""
    chosen: Callable[[], datetime] | None = current_app.config.get("CLOCK") if has_app_context() else None
    return chosen().astimezone(UTC) if chosen else datetime.now(UTC)
