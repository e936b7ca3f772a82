"""Carries events to and from the journal's rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.events import CaseEvent, fact_from, payload_of


def journal_row(event: CaseEvent, unit_id: str, *, actor: str, now: datetime) -> dict[str, Any]:
    """Give the row of an event: who acted is `actor`, unless the event names somebody itself."""
    return {
        "id": event.row_id,
        "case_id": event.case_id,
        "unit_id": unit_id,
        "kind": event.kind,
        "payload": payload_of(event.what),
        "received_at": event.received_at,
        "occurred_at": event.occurred_at,
        "recorded_at": now,
        "source": event.source,
        "context": event.context,
        "stream": event.stream,
        "source_version": event.version,
        "message_id": event.message_id,
        "part": event.part,
        "ordinal": event.ordinal,
        "registration": event.registration,
        "actor": event.actor or actor,
        "act": event.act,
        "carried_from": event.id if event.copy else None,
    }


def event_of(row: Mapping[Any, Any]) -> CaseEvent:
    """Read an event back. Raises KeyError for a kind of event that this version does not know."""
    return CaseEvent(
        id=row["carried_from"] or row["id"],
        case_id=row["case_id"],
        what=fact_from(row["kind"], row["payload"]),
        received_at=row["received_at"],
        occurred_at=row["occurred_at"],
        context=row["context"],
        message_id=row["message_id"],
        actor=row["actor"],
        source=row["source"],
        stream=row["stream"],
        version=row["source_version"],
        part=row["part"],
        ordinal=row["ordinal"],
        registration=bool(row["registration"]),
        act=row["act"],
        copy=row["id"] if row["carried_from"] else "",
    )
