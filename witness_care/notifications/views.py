"""The addresses of the pages of messages and templates; what they show stands in the modules named here."""

from __future__ import annotations

from flask import Blueprint

from witness_care.notifications import template_views

blueprint = Blueprint("notifications", __name__)

for path, view, methods in (
    ("/admin/templates", template_views.templates, ("GET",)),
    ("/admin/templates", template_views.save_template, ("POST",)),
    ("/admin/templates/new", template_views.new_template, ("GET",)),
    ("/admin/templates/<template_id>", template_views.template, ("GET",)),
    ("/admin/templates/<template_id>/step", template_views.step_template, ("POST",)),
    ("/admin/units/<unit_id>/ring-us", template_views.set_ring_us, ("POST",)),
):
    blueprint.add_url_rule(path, view_func=view, methods=methods)
