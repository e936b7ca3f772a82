"""Where GOV.UK Notify reports what became of a message; it signs in with a secret of its own."""

from __future__ import annotations

import hmac
from typing import Any

from flask import current_app, request

from witness_care import clock
from witness_care.accounts.permissions import route_policy
from witness_care.api_blueprint import ApiBlueprint, ErrorBody
from witness_care.errors import ApiError
from witness_care.notifications import receipts
from witness_care.notifications.schemas import ReceiptBody, ReceiptSchema

blueprint = ApiBlueprint("messages_api", __name__, url_prefix="/api/v1", description="What became of messages.")


@blueprint.before_request
def _ask_for_the_secret() -> None:
    """A provider is no program with a key: it may report on messages, and nothing else. No secret: nobody may."""
    expected = current_app.config["RECEIPTS_SECRET"]
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if not expected or kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), expected.encode()):
        raise ApiError(
            401,
            "not_signed_in",
            where="Authorization",
            expected="Bearer and the secret for receipts",
            received="no secret, or another one",
            do="Give the provider the secret that WC_RECEIPTS_SECRET names.",
            headers={"WWW-Authenticate": "Bearer"},
        )


@blueprint.route("/messages/receipts", methods=["POST"])
@route_policy(permission="anyone", category="alteration")
@blueprint.arguments(ReceiptSchema)
@blueprint.response(200, ReceiptBody)
@blueprint.alt_response(401, schema=ErrorBody, description="Not the secret for receipts.")
def post_receipt(body: dict[str, Any]) -> dict[str, str]:
    """Take in a delivery receipt of GOV.UK Notify. Sent twice, late or crossed, it does no harm."""
    reference = body["reference"] or ""
    return {"result": receipts.take(reference, body["id"], body["status"], now=clock.now())}
