"""Cases and people in by `PUT`, a whole case out by `GET`, for other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify, request

from witness_care import clock, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.api_blueprint import ApiBlueprint
from witness_care.audit import ledger
from witness_care.cases import queries
from witness_care.cases.api_documents import CaseBody, RegisteredBody
from witness_care.cases.backfill import received_at
from witness_care.cases.refusal import NotAcceptedError, NotThereError
from witness_care.cases.schemas import CaseQuerySchema, CaseSchema
from witness_care.cases.service import Registered, register_case
from witness_care.cases.urn import normalise_urn
from witness_care.database import session
from witness_care.engagement import queries as engagement_queries
from witness_care.errors import ApiError
from witness_care.problems import described

LARGEST_CASE = 1024 * 1024

blueprint = ApiBlueprint(
    "cases_api", __name__, url_prefix="/api/v1/cases", description="Cases, and the people in them."
)


@blueprint.before_request
def _allow_a_whole_case() -> None:
    request.max_content_length = LARGEST_CASE


@blueprint.route("/<urn>", methods=["PUT"])
@route_policy(permission="write_cases", category="collection")
@blueprint.arguments(CaseSchema)
@blueprint.response(200, RegisteredBody, description="The case was there; what was left out stays as it was.")
@blueprint.alt_response(201, schema=RegisteredBody, description="The case was not there before.")
def put_case(document: dict[str, Any], urn: str) -> Response:
    """Register a case with its defendants and people, or change one.

    Ids are your own. What is left out stays; `"remove": true` takes away. Sent again unchanged, it changes nothing.
    """
    known_urn = _urn(urn)
    given = CaseSchema().given(known_urn, document)
    sender, now = actor(), clock.now()
    received_at(given.received_at, sender, now)  # refuses a time the sender may not state
    try:
        registered = register_case(given, actor=sender, now=now)
    except NotThereError:
        raise errors.absent() from None
    except NotAcceptedError as refused:
        raise ApiError(
            422, "not_valid", where=refused.where, expected=refused.expected, received=refused.received, do=refused.do
        ) from None
    response = jsonify(_answer(registered))
    response.status_code = 201 if registered.created else 200
    return response


@blueprint.route("/<urn>", methods=["GET"])
@route_policy(permission="see_cases", category="consultation")
@blueprint.arguments(CaseQuerySchema, location="query")
@blueprint.response(200, CaseBody)
def get_case(query: dict[str, Any], urn: str) -> Response:
    """A case as it stands: proceedings, hearings, people with their journey, and what each is owed.

    With `as_known_at`, the case as it was known at that moment, worked out from what had been received by then.
    """
    now, at = clock.now(), query.get("as_known_at")
    if at is not None and at > now:
        raise ApiError(
            422,
            "not_valid",
            where="as_known_at",
            expected="a moment that has passed",
            received="one that is still to come",
            do="Leave it out to read the case as it stands.",
        )
    found = _urn(urn)
    document = (
        queries.case_document(session(), actor(), found, now=now)
        if at is None
        else queries.case_as_known(session(), actor(), found, at=at)
    )
    if document is None:
        raise errors.absent()
    people = [(person["id"], ledger.category_of_role(person["role"])) for person in document["participants"]]
    suspects = [(defendant["id"], "suspect") for defendant in document["defendants"]]
    ledger.note(
        case_id=document["id"],
        subjects=[*people, *suspects],
        fields=[
            "identity",
            "journey",
            "duty",
            "support",
            *(["needs"] if any("needs" in person for person in document["participants"]) else []),
            *(["engagement"] if _with_concerns(document, now) else []),
        ],
    )
    return jsonify(document)


def _with_concerns(document: dict[str, Any], now: datetime) -> bool:
    """Add each person's engagement concern, as it is now, for a key with the scope; say whether any was added."""
    if "as_known_at" in document:
        return False
    people = {person["id"]: person for person in document["participants"]}
    found = engagement_queries.concerns_of(session(), actor(), people, now)
    for participant, concern in found.items():
        people[participant]["concern"] = engagement_queries.document(concern)
    return bool(found)


def _urn(text: str) -> str:
    urn = normalise_urn(text)
    if urn is None:
        raise ApiError(
            422,
            "not_valid",
            where="urn",
            expected="5 to 20 letters and digits",
            received=described(text),
            do="Send the case's unique reference number, for example 42CF1234525.",
        )
    return urn


def _answer(registered: Registered) -> dict[str, Any]:
    state = "registered" if registered.created else "changed" if registered.changed else "unchanged"
    return {
        "id": registered.case_id,
        "urn": registered.urn,
        "state": state,
        "facts": list(registered.facts),
        "defendants": [{"id": name, "defendant": ours} for name, ours in registered.defendants.items()],
        "participants": [
            {"id": name, "participant": ours, "person": registered.persons[ours]}
            for name, ours in registered.participants.items()
        ],
        "unsafe_contact_points_of": list(registered.unsafe_for),
        "matched_later": registered.matched_later,
    }
