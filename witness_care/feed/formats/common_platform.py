"""Reads a Common Platform public event: finds out what type it is, and hands it to the function that reads that type.

Pure: a parsed body, the headers and the time of receipt in; `Translated` out. What cannot be taken raises
`FeedRefusal`; a type we do not build events from yet is parked, never refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import marshmallow as ma

from witness_care.feed.formats import cp_hearings, cp_lists, cp_messages, cp_results
from witness_care.feed.formats.cp_hearings import HEARING, LISTING, Message
from witness_care.feed.formats.cp_next_hearings import named_by_message, put_off
from witness_care.feed.formats.fields import clean_text, read, unknown_paths
from witness_care.feed.formats.translated import LONGEST_ID, FeedRefusal, Parked, Part, Rejected, Translated
from witness_care.problems import described
from witness_care.schemas import AwareInstant, FeedSchema
from workflows.working_days import days_later, london_date

MEDIA_TYPES = ("application/json", "application/vnd.")
LONGEST_TYPE = 120
LONGEST_KEY = 160

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    """How one type of message is read, and what it is about (to compare messages that have no id)."""

    context: str
    schema: type[FeedSchema]
    parts: Callable[[Body, Message], tuple[Part, ...]] | None = None
    label: str = ""  # how the type is shown, where its name alone would not say enough
    subject: Callable[[Body], str] = lambda body: body["hearingId"]
    is_draft: Callable[[Body], bool] = lambda body: False  # sent before it is settled: kept, and changes nothing


def _adjourned(body: Body, message: Message) -> tuple[Part, ...]:
    hearing = body["adjournedHearing"]
    parts = []
    for case_id, named in (named_by_message(body["nextHearings"] or ()) or {"": []}).items():
        said = put_off(hearing, named, message, context=HEARING)
        parts.append(Part(case=case_id, hearing=hearing, facts=said.facts, notes=said.notes))
        parts += [Part(case=case_id, hearing=hearing, parked=reason, where="/nextHearings") for reason in said.doubtful]
    return tuple(parts)


TYPES: Mapping[tuple[str, str], _Type] = {
    ("listing", "hearing-listed"): _Type(
        context=LISTING, schema=cp_messages.HearingListedSchema, parts=cp_hearings.hearing_listed
    ),
    ("listing", "hearing-confirmed"): _Type(
        context=LISTING,
        schema=cp_messages.HearingConfirmedSchema,
        parts=cp_hearings.hearing_confirmed,
        subject=lambda body: body["confirmedHearing"]["id"],
    ),
    ("listing", "hearing-updated"): _Type(
        context=LISTING,
        schema=cp_messages.HearingUpdatedSchema,
        parts=cp_hearings.hearing_updated,
        subject=lambda body: body["updatedHearing"]["id"],
    ),
    ("listing", "hearing-days-changed-for-hearing"): _Type(
        context=LISTING, schema=cp_messages.HearingDaysSchema, parts=cp_hearings.hearing_days_changed
    ),
    ("listing", "vacated-trial-updated"): _Type(
        context=LISTING, schema=cp_messages.VacatedTrialUpdatedSchema, parts=cp_hearings.vacated_trial_updated
    ),
    ("listing", "next-hearing-day-changed"): _Type(
        context=LISTING,
        schema=cp_messages.NextHearingDayChangedSchema,
        parts=cp_hearings.next_hearing_day_changed,
    ),
    ("listing", "hearing-unallocated"): _Type(
        context=LISTING, schema=cp_messages.HearingUnallocatedSchema, parts=cp_hearings.hearing_unallocated
    ),
    ("listing", "hearing-deleted"): _Type(
        context=LISTING, schema=cp_messages.HearingDeletedSchema, parts=cp_hearings.hearing_deleted
    ),
    ("listing", "court-list-published"): _Type(
        context=LISTING,
        schema=cp_messages.CourtListPublishedSchema,
        parts=cp_lists.court_list_published,
        subject=cp_lists.list_key,
        is_draft=cp_lists.is_draft,
    ),
    ("hearing", "marked-as-duplicate"): _Type(
        context=HEARING, schema=cp_messages.MarkedAsDuplicateSchema, parts=cp_hearings.marked_as_duplicate
    ),
    ("hearing", "hearing-days-cancelled"): _Type(
        context=HEARING, schema=cp_messages.HearingDaysSchema, parts=cp_hearings.hearing_days_cancelled
    ),
    ("hearing", "trial-vacated"): _Type(
        context=HEARING, schema=cp_messages.TrialVacatedSchema, parts=cp_hearings.trial_vacated
    ),
    ("hearing", "adjourned"): _Type(
        context=HEARING,
        schema=cp_messages.AdjournedSchema,
        parts=_adjourned,
        label="hearing.adjourned",
        subject=lambda body: body["adjournedHearing"],
    ),
    ("hearing", "hearing-offence-plea-updated"): _Type(
        context=HEARING,
        schema=cp_messages.PleaUpdatedSchema,
        parts=cp_results.plea_updated,
        subject=lambda body: body["pleaModel"]["offenceId"],
    ),
    ("hearing", "hearing-offence-verdict-updated"): _Type(
        context=HEARING,
        schema=cp_messages.VerdictUpdatedSchema,
        parts=cp_results.verdict_updated,
        subject=lambda body: body["verdict"]["offenceId"] or "",
    ),
    ("hearing", "hearing-resulted"): _Type(
        context=HEARING,
        schema=cp_messages.HearingResultedSchema,
        parts=cp_results.hearing_resulted,
        subject=lambda body: f"{body['hearing']['id']}|{body['hearingDay'] or ''}",
    ),
    ("progression", "hearing-adjourned"): _Type(
        context="progression", schema=cp_messages.AnnouncementSchema, label="progression.hearing-adjourned"
    ),
    ("progression", "hearing-resulted-case-updated"): _Type(
        context="progression",
        schema=cp_messages.AnnouncementSchema,
        label="progression.hearing-resulted-case-updated",
    ),
    ("listing", "hearing-changes-saved"): _Type(context=LISTING, schema=cp_messages.AnnouncementSchema),
}
RESULTED = ("hearing", "hearing-resulted")

# Keys of a body that belong to exactly one type; "hearing" belongs to one only beside a time of sharing or a day.
_SHAPES: tuple[tuple[tuple[str, ...], tuple[str, str]], ...] = (
    (("confirmedHearing",), ("listing", "hearing-confirmed")),
    (("updatedHearing",), ("listing", "hearing-updated")),
    (("hearing", "sharedTime"), RESULTED),
    (("hearing", "hearingDay"), RESULTED),
    (("hearingId", "caseUrns"), ("listing", "hearing-listed")),
    (("hearingId", "isVacated"), ("listing", "vacated-trial-updated")),
    (("hearingId", "pleaModel"), ("hearing", "hearing-offence-plea-updated")),
    (("hearingId", "verdict"), ("hearing", "hearing-offence-verdict-updated")),
    (("adjournedHearing",), ("hearing", "adjourned")),
    (("courtLists", "publishCourtListType"), ("listing", "court-list-published")),
)


def translate(body: Any, headers: Mapping[str, str], received_at: datetime) -> Translated:
    """Read one message. `headers` have lower-case names; `received_at` (UTC) is when it reached us."""
    if not isinstance(body, dict):
        raise FeedRefusal(
            Rejected.SCHEMA, where="/", expected="an object", received=described(body), do="Send one event."
        )
    envelope = _Envelope.of(body, headers)
    context, name = type_of(body, headers)
    kind = TYPES.get((context, name))
    if kind is None:
        return _not_built_yet(context, name, body, envelope, received_at)
    content = read(kind.schema, body)
    shared, label = content.get("sharedTime"), kind.label or name
    occurred_at = content.get("requestedTime") or envelope.occurred_at or shared or envelope.source_time or received_at
    message = Message(received_at=received_at, occurred_at=_believable(occurred_at, received_at), shared_time=shared)
    is_poke = kind.parts is None or kind.is_draft(content)
    parts = () if kind.parts is None or is_poke else kind.parts(content, message)
    subject = kind.subject(content) or ""
    return Translated(
        message_type=label,
        message_id=envelope.message_id or _share_id((context, name), subject, shared),
        content_key=_short(f"{label}|{subject}"),
        occurred_at=message.occurred_at,
        context=kind.context,
        stream=envelope.stream,
        version=envelope.version,
        shared_time=shared,
        parts=parts,
        is_poke=is_poke,
        unknown_fields=tuple(dict.fromkeys((*unknown_paths(kind.schema, body), *message.odd))),
    )


def type_of(body: Body, headers: Mapping[str, str]) -> tuple[str, str]:
    """Give (context, name) of a message: from its metadata, a header, the media type, or a shape that fits one type.

    A bare hearing id fits several types of opposite meaning: unnamed, it is refused (feeds.md section 2).
    """
    metadata = body.get("_metadata")
    stated = metadata.get("name") if isinstance(metadata, dict) else None
    stated = stated or headers.get("x-message-type") or _vendor_type(headers.get("content-type", ""))
    if isinstance(stated, str) and clean_text(stated):
        return named_type(stated)
    fits = {kind for keys, kind in _SHAPES if all(key in body for key in keys)}
    if len(fits) != 1:
        raise FeedRefusal(
            Rejected.TYPE_MISSING,
            where="/_metadata/name",
            expected="the type of the event",
            received="none, and the keys fit several types or none",
            do="Name it in _metadata.name or in X-Message-Type.",
        )
    return fits.pop()


def type_said(body: Any, headers: Mapping[str, str]) -> str:
    """Give the type a message says it has, also one that could not be taken; "" where it says none."""
    try:
        context, name = type_of(body if isinstance(body, dict) else {}, headers)
    except FeedRefusal:
        return ""
    kind = TYPES.get((context, name))
    return (kind.label or name) if kind else _label(context, name)


def _label(context: str, name: str) -> str:
    return ".".join(step for step in (context, name) if step)[:LONGEST_TYPE]


def named_type(stated: str) -> tuple[str, str]:
    """Read a type's name: `public.<context>.<name>`, `public.events.<context>.<name>`, or shorter.

    The context may be left out where the name alone says it.
    """
    steps = [step for step in clean_text(stated).lower().split(".") if step and step not in ("public", "events")]
    name = (steps[-1] if steps else "")[:LONGEST_TYPE]
    context = steps[0][:LONGEST_TYPE] if len(steps) > 1 else ""
    if context:
        return context, name
    return next((kind for kind in TYPES if kind[1] == name), ("", name))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    """What a message says about itself; any part may be missing."""

    message_id: str = ""
    occurred_at: datetime | None = None
    source_time: datetime | None = None
    stream: str = ""
    version: int | None = None

    @classmethod
    def of(cls, body: Body, headers: Mapping[str, str]) -> _Envelope:
        metadata = body.get("_metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        stream = metadata.get("stream")
        stream = stream if isinstance(stream, dict) else {}
        version = stream.get("version")
        is_number = isinstance(version, int) and not isinstance(version, bool) and 0 <= version < 2**53
        return cls(
            message_id=_message_id(metadata.get("id") or headers.get("x-message-id") or headers.get("webhook-id")),
            occurred_at=_instant(metadata.get("createdAt")),
            source_time=_instant(headers.get("x-source-time")),
            stream=clean_text(stream["id"])[:LONGEST_ID] if isinstance(stream.get("id"), str) else "",
            version=version if is_number else None,
        )


def _message_id(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(clean_text(value)) > LONGEST_ID:
        raise FeedRefusal(
            Rejected.SCHEMA,
            where="/_metadata/id",
            expected=f"an id of at most {LONGEST_ID} characters",
            received=described(value, telling=True),
            do="Send a shorter id.",
        )
    return clean_text(value)


def _instant(value: Any) -> datetime | None:
    try:
        return AwareInstant().deserialize(value) if isinstance(value, str) else None
    except ma.ValidationError:
        return None


def _believable(occurred_at: datetime, received_at: datetime) -> datetime:
    """An event cannot happen over a day after it reached us: a sender's clock is wrong then (feeds.md section 7)."""
    latest: date = days_later(london_date(received_at), 1)
    return received_at if london_date(occurred_at) > latest else occurred_at


def _vendor_type(content_type: str) -> str:
    media = content_type.split(";")[0].strip().lower()
    prefix, suffix = "application/vnd.", "+json"
    return media[len(prefix) : -len(suffix)] if media.startswith(prefix) and media.endswith(suffix) else ""


def _share_id(kind: tuple[str, str], subject: str, shared: datetime | None) -> str:
    """A share of results without an id is known by hearing, day and time of sharing (feeds.md section 7)."""
    if kind != RESULTED or shared is None:
        return ""
    return "share:" + hashlib.sha256(f"{subject}|{shared.isoformat()}".encode()).hexdigest()[:48]


def _not_built_yet(context: str, name: str, body: Body, envelope: _Envelope, received_at: datetime) -> Translated:
    label = _label(context, name)
    is_poke = "notification" in name
    hearing = body.get("hearingId")
    hearing = clean_text(hearing)[:LONGEST_ID] if isinstance(hearing, str) else ""
    return Translated(
        message_type=label,
        message_id=envelope.message_id,
        content_key=_short(f"{label}|{hearing}"),
        occurred_at=_believable(envelope.occurred_at or envelope.source_time or received_at, received_at),
        context=context,
        stream=envelope.stream,
        version=envelope.version,
        parts=() if is_poke else (Part(hearing=hearing, parked=Parked.UNSUPPORTED_TYPE),),
        is_poke=is_poke,
    )


def _short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
