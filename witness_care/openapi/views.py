"""`/api/v1/docs`: the API to read, without scripts and without anything from elsewhere."""

from __future__ import annotations

from flask import Blueprint, render_template

from witness_care import errors
from witness_care.accounts.permissions import route_policy
from witness_care.openapi.description import operations

blueprint = Blueprint("openapi", __name__, url_prefix="/api/v1/docs")


@blueprint.get("")
@route_policy(permission="anyone")
def docs() -> str:
    """This API to read: every route, by what it is about."""
    return render_template("openapi/docs.html", operations=operations())


@blueprint.get("/<operation_id>")
@route_policy(permission="anyone")
def operation(operation_id: str) -> str:
    """One route to read: what to send and what comes back."""
    found = next((each for each in operations() if each.id == operation_id), None)
    if found is None:
        raise errors.absent()
    return render_template("openapi/operation.html", operation=found)
