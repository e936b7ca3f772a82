"""The addresses of the pages of messages and templates; what they show stands in the modules named here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from witness_care.notifications import (
    first_information_views,
    list_views,
    message_views,
    tell_all_views,
    template_views,
)

blueprint = Blueprint("notifications", __name__)

PAGES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET", "/messages", list_views.messages),
    ("GET", "/unit/messages", list_views.unit_messages),
    ("GET", "/participants/<participant_id>/messages", message_views.thread),
    ("POST", "/participants/<participant_id>/messages", message_views.save),
    ("GET", "/participants/<participant_id>/messages/new", message_views.compose),
    ("GET", "/participants/<participant_id>/first-information", first_information_views.first_information),
    ("POST", "/participants/<participant_id>/first-information", first_information_views.save_first_information),
    ("GET", "/messages/<message_id>/check", message_views.check),
    ("POST", "/messages/<message_id>/send", message_views.send),
    ("POST", "/messages/<message_id>/step", message_views.step),
    ("GET", "/messages/<message_id>/letter", message_views.letter),
    ("GET", "/hearings/<hearing_id>/tell-all", tell_all_views.tell_all_page),
    ("POST", "/hearings/<hearing_id>/tell-all", tell_all_views.tell_them_all),
    ("GET", "/admin/templates", template_views.templates),
    ("POST", "/admin/templates", template_views.save_template),
    ("GET", "/admin/templates/new", template_views.new_template),
    ("GET", "/admin/templates/<template_id>", template_views.template),
    ("POST", "/admin/templates/<template_id>/step", template_views.step_template),
    ("POST", "/admin/units/<unit_id>/ring-us", template_views.set_ring_us),
)
for method, path, view in PAGES:
    blueprint.add_url_rule(path, view_func=view, methods=(method,))
