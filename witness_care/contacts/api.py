"""What is owed, for other systems to read; and contacts that another system reports."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify

from witness_care import clock, errors, paging
from witness_care.accounts import scope
from witness_care.accounts.current import Actor, actor
from witness_care.accounts.permissions import route_policy
from witness_care.api_blueprint import ApiBlueprint, ErrorBody
from witness_care.audit import ledger
from witness_care.cases.backfill import received_at
from witness_care.casework.rules import band_marks, current_edition
from witness_care.contacts import duty_document
from witness_care.contacts.api_documents import ContactBody, DutiesBody, DutyInFullBody
from witness_care.contacts.models import Duty
from witness_care.contacts.schemas import ContactSchema, DutiesQuerySchema
from witness_care.contacts.service import Conflict, Entry, NotSafe, Shown, record_contact, token_of
from witness_care.database import session
from witness_care.errors import ApiError
from witness_care.people.models import Participant
from witness_care.people.page_queries import stands_as
from workflows.events import ContactOutcome

ORDER = (Duty.priority, Duty.due_at, Duty.id)  # of every queue (core.md rule 21)

blueprint = ApiBlueprint("contacts_api", __name__, url_prefix="/api/v1", description="What is owed, and contacts.")


@blueprint.route("/duties", methods=["GET"])
@route_policy(permission="see_cases", category="consultation")
@blueprint.arguments(DutiesQuerySchema, location="query")
@blueprint.response(200, DutiesBody)
def get_duties(query: dict[str, Any]) -> Response:
    """What is open, the most pressing first: by priority, due time and id."""
    marks = band_marks(clock.now(), current_edition())
    owed = duty_document.open_duties(
        actor(), unit=query.get("unit"), officer=query.get("officer"), state=query["state"], marks=marks
    )
    if "cursor" in query:
        owed = _after(owed, query["cursor"])
    found = paging.page(session(), owed, order=ORDER, rows=query["limit"])
    for row in found.rows:
        ledger.note(
            case_id=row.case_id,
            subjects=[(row.participant_id, ledger.category_of_role(row.role))],
            fields=["duty"],
        )
    duties = [duty_document.duty_document(row, marks) | {"urn": row.urn, "role": row.role} for row in found.rows]
    return jsonify({"duties": duties, "next": found.after})


@blueprint.route("/duties/<uuid:duty_id>", methods=["GET"])
@route_policy(permission="see_cases", category="consultation")
@blueprint.response(200, DutyInFullBody)
@blueprint.alt_response(422, schema=ErrorBody, description="A query parameter; there is none.")
def get_duty(duty_id: Any) -> Response:
    """One duty with its working, the rule and where that is written, and every change of it."""
    found = duty_document.duty_in_full(session(), actor(), str(duty_id), clock.now())
    if found is None:
        raise errors.absent()
    ledger.note(
        case_id=found["case"],
        subjects=[(found["participant"], ledger.category_of_role(found["role"]))],
        fields=["duty"],
    )
    return jsonify(found)


@blueprint.route("/participants/<uuid:participant_id>/contacts", methods=["POST"])
@route_policy(permission="record_contacts", category="collection")
@blueprint.arguments(ContactSchema)
@blueprint.response(201, ContactBody)
@blueprint.alt_response(200, schema=ContactBody, description="This message_id was recorded before.")
def post_contact(said: dict[str, Any], participant_id: Any) -> Response:
    """Report a contact or an attempt. `told` holds the values that were told, as they were read here."""
    now = clock.now()
    sender = actor()
    participant = (
        session()
        .execute(
            scope.participants(sender)
            .with_only_columns(Participant.id, Participant.case_id, Participant.role)
            .where(Participant.id == stands_as(session(), sender, str(participant_id)))
        )
        .first()
    )
    if participant is None:
        raise errors.absent()
    arrived_at = received_at(said.get("received_at"), sender, now)
    if said["happened_at"] > arrived_at:
        raise _not_valid("/happened_at", "a time that has passed", "Correct the time.", received="a time to come")
    ledger.note(
        "collection",
        case_id=participant.case_id,
        subjects=[(participant.id, ledger.category_of_role(participant.role))],
        fields=["contact"],
    )
    recorded = record_contact(_entry(participant.id, said, sender), actor=sender.reference, now=arrived_at)
    if isinstance(recorded, NotSafe):
        raise _not_safe(recorded)
    if isinstance(recorded, Conflict):
        raise _changed_meanwhile(recorded)
    response = jsonify(
        {
            "id": recorded.contact_id,
            "state": "repeat" if recorded.repeat else "recorded",
            "safety_incident": recorded.incident,
        }
    )
    response.status_code = 200 if recorded.repeat else 201
    return response


def _after(owed: sa.Select[Any], cursor: str) -> sa.Select[Any]:
    """Go on after a duty by where it stood: a program that walks the list is not thrown back when that duty closes."""
    place = session().execute(scope.duties(actor()).with_only_columns(*ORDER).where(Duty.id == cursor)).first()
    if place is None:
        raise _not_valid("/cursor", "`next` of the page before", "Start again without a cursor.", received=cursor)
    here = [sa.literal(value, column.type) for value, column in zip(place, ORDER, strict=True)]
    return owed.where(sa.tuple_(*ORDER) > sa.tuple_(*here))


def _entry(participant_id: str, said: dict[str, Any], sender: Actor) -> Entry:
    return Entry(
        participant_id=participant_id,
        channel=said["channel"],
        outcome=ContactOutcome(said["outcome"]),
        happened_at=said["happened_at"],
        token=token_of(sender.id, participant_id, said["message_id"]),
        told=tuple(Shown(**told) for told in said["told"]),
        note=said["note"],
        contact_point_id=said.get("contact_point"),
        direction=said["direction"],
        override_reason=said["override_reason"],
        says=said["says"],
        source="api",
        if_changed=said["if_changed"],
    )


def _not_valid(where: str, expected: str, do: str, *, received: str) -> ApiError:
    return ApiError(422, "not_valid", where=where, expected=expected, received=received, do=do)


def _not_safe(refused: NotSafe) -> ApiError:
    return ApiError(
        422,
        "not_safe",
        where="/channel",
        expected="a way of contact that was agreed as safe",
        received="one that was not",
        do=f"{refused.words} If it happened all the same, say why in override_reason.",
    )


def _changed_meanwhile(conflict: Conflict) -> ApiError:
    first = conflict.changed[0]
    return ApiError(
        409,
        "changed_meanwhile",
        where="/told",
        expected="the values as they are now",
        received={"topic": first.topic, "subject": first.subject},
        do='Read the duty again. Send if_changed "as_shown" if the earlier value was told, "as_now" if the new was.',
    )
