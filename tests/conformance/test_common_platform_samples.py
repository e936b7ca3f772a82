"""Posts every real Common Platform sample: never a failure of ours, a stated outcome, and a repeat is a duplicate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import a_key, cast_of
from tests.conformance import samples
from tests.factories import at
from witness_care.accounts.current import SYSTEM
from witness_care.cases.document import CaseGiven, DefendantGiven, OtherId
from witness_care.cases.service import register_case
from witness_care.database import session
from witness_care.feed.models import UnknownField

pytestmark = pytest.mark.conformance

RESULTED = "public.events.hearing.hearing-resulted"
MESSAGES = "/api/v1/feeds/common-platform/messages"
NOW = "2026-01-13 09:00"

# What each sample is answered when its case is known to us: (type, state, reason). The file names hint at the type.
OUTCOMES: dict[str, tuple[str, str, str]] = {
    "cp-public-events/firstshare-onecase-onedefendant-oneoffence.json": (RESULTED, "applied", "changed"),
    "cp-public-events/reshare-onecase-onedefendant-oneoffence.json": (RESULTED, "applied", "changed"),
    "cp-public-events/public.events.hearing.hearing-resulted.json": (RESULTED, "applied", "changed"),
    "cp-public-events/public.events.hearing.hearing-results-reshared.json": (RESULTED, "applied", "changed"),
    "cp-public-events/public.events.hearing.hearing-resulted-with-ctl-extension.json": (RESULTED, "applied", "changed"),
    "cp-public-events/public.events.hearing.hearing-resulted-with-custody.json": (RESULTED, "applied", "changed"),
    "cp-public-events/public.events.hearing.hearing-resulted-without-laa-adjourned.json": (
        RESULTED,
        "applied",
        "changed",
    ),
    "cp-public-events/public.hearing.resulted-defendant-proceeding-concluded-for-non-laaoffence-multioffence.json": (
        RESULTED,
        "applied",
        "changed",
    ),
    "cp-results-sentence/3-retention-period-custodial-non-life.json": (RESULTED, "applied", "changed"),
    "cp-results-sentence/4-retention-period-non-custodial.json": (RESULTED, "applied", "changed"),
    # found not guilty, and conditionally discharged
    "cp-results-sentence/7-4-retention-period-aquittal-notguilty-noncustodial.json": (
        RESULTED,
        "parked",
        "contradictory",
    ),
    "cp-public-events/public.listing.hearing-listed.json": ("public.listing.hearing-listed", "applied", "changed"),
    "cp-public-events/public.listing.hearing-confirmed.json": (
        "public.listing.hearing-confirmed",
        "applied",
        "changed",
    ),
    "cp-public-events/public.listing.hearing-confirmed-11SS0342023.json": (
        "public.listing.hearing-confirmed",
        "applied",
        "changed",
    ),
    "cp-public-events/public.listing.hearing-confirmed-one-case-two-defendants.json": (
        "public.listing.hearing-confirmed",
        "applied",
        "changed",
    ),
    "cp-public-events/public.listing.hearing-updated.json": ("public.listing.hearing-updated", "applied", "changed"),
    # a day in 2040
    "cp-public-events/public.listing.hearing-updated-future.json": (
        "public.listing.hearing-updated",
        "parked",
        "suspicious-date",
    ),
    "cp-public-events/public.hearing.hearing-days-cancelled.json": (
        "public.hearing.hearing-days-cancelled",
        "parked",
        "unknown-hearing",
    ),
    "cp-public-events/public.message.hearing.trial-vacated.json": (
        "public.hearing.trial-vacated",
        "applied",
        "changed",
    ),
    "cp-public-events/listing-it.public.hearing.trial-vacated.json": (
        "public.hearing.trial-vacated",
        "applied",
        "changed",
    ),
    "cp-public-events/public.message.listing.trial-vacated-updated.json": (
        "public.listing.vacated-trial-updated",
        "parked",
        "unknown-hearing",
    ),
    "cp-public-events/public.hearing.adjourned.json": ("public.hearing.adjourned", "applied", "changed"),
    "cp-public-events/public.hearing.hearing-offence-plea-updated.json": (
        "public.hearing.hearing-offence-plea-updated",
        "applied",
        "changed",
    ),
    # guilty in one field and not guilty in the other, of an offence nobody has named before
    "cp-public-events/public.hearing.hearing-offence-verdict-updated.json": (
        "public.hearing.hearing-offence-verdict-updated",
        "parked",
        "unknown-hearing",
    ),
    "cp-public-events/public.progression.hearing-adjourned.json": (
        "public.progression.hearing-adjourned",
        "applied",
        "poke",
    ),
    "cp-public-events/public.events.hearing.marked-as-duplicate.json": (
        "public.events.hearing.marked-as-duplicate",
        "applied",
        "changed",
    ),
    # its only name is that of a hearing nobody has announced
    "cp-public-events/public.events.listing.hearing-unallocated.json": (
        "public.events.listing.hearing-unallocated",
        "parked",
        "unknown-hearing",
    ),
    "cp-public-events/listing-it.public.progression.hearing-resulted-case-updated.json": (
        "public.progression.hearing-resulted-case-updated",
        "applied",
        "poke",
    ),
    # kept: a command that is no event, and a form that is read once the service can
    "cp-public-events/listing-it.update-hearing-for-listing.json": (
        "update-hearing-for-listing",
        "parked",
        "unsupported-type",
    ),
    "cp-public-events/public.prosecutioncasefile.cps-serve-pet-submitted.json": (
        "public.prosecutioncasefile.cps-serve-pet-submitted",
        "parked",
        "unsupported-type",
    ),
    **{
        f"cp-public-events/public.listing.court-list-published-{kind}-single-hearing.json": (
            "public.listing.court-list-published",
            "applied",
            reason,
        )
        for kind, reason in (("draft", "poke"), ("final", "changed"), ("firm", "changed"), ("warn", "changed"))
    },
}


def folder() -> Path:
    where = samples.folder()
    assert where is not None, samples.HOW
    return where


def all_samples() -> list[str]:
    where = folder()
    found = [*where.glob("cp-public-events/*.json"), *where.glob("cp-results-sentence/*.json")]
    return sorted(str(path.relative_to(where)) for path in found)


def test_every_sample_has_a_stated_outcome():
    assert all_samples(), samples.HOW
    assert set(all_samples()) <= set(OUTCOMES), "Say in OUTCOMES what the service should make of each sample."


@pytest.fixture
def key(app: Flask) -> dict[str, str]:
    app.config["CLOCK"] = lambda: at(NOW)
    return a_key(app, unit_ids=[cast_of(app).unit], scopes=["feed:common-platform"])


@pytest.mark.feature("A1")
@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", all_samples())
def test_a_real_message_has_its_stated_outcome_and_a_repeat_is_a_duplicate(app: Flask, key: dict[str, str], name: str):
    body = samples.sample(folder() / name)
    message_type, state, reason = OUTCOMES[name]
    register_all_cases_of(app, body)
    answer = post(app, key, body, message_type)
    assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (202, state, reason)
    again = post(app, key, body, message_type)
    assert (again.status_code, again.json["state"]) == (200, "duplicate")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", all_samples())
def test_a_real_message_about_a_case_we_do_not_have_is_kept(app: Flask, key: dict[str, str], name: str):
    answer = post(app, key, samples.sample(folder() / name), OUTCOMES[name][0])
    assert answer.status_code == 202
    nobodys_work = answer.json["reason"] in ("poke", "out-of-scope")
    assert answer.json["state"] == ("applied" if nobodys_work else "parked")


@pytest.mark.sqlite_only
def test_the_fields_of_real_messages_are_known_to_us(app: Flask, key: dict[str, str]):
    for name in all_samples():
        post(app, key, samples.sample(folder() / name), OUTCOMES[name][0])
    with app.app_context():
        unknown = session().scalars(sa.select(UnknownField.path).where(UnknownField.path.not_like("%(value)"))).all()
    assert list(unknown) == []


def post(app: Flask, key: dict[str, str], body: Any, message_type: str) -> TestResponse:
    headers = key | {"Content-Type": "application/json", "X-Message-Type": message_type}
    answer = app.test_client().post(MESSAGES, data=json.dumps(body), headers=headers)
    assert answer.status_code < 500, Path(message_type).name
    return answer


def register_all_cases_of(app: Flask, body: Any) -> None:
    """Register every case the message names, with the court's ids of the defendants it names."""
    for number, (case, defendants) in enumerate(sorted(cases_in(body).items())):
        given = CaseGiven(
            urn=case if 5 <= len(case) <= 20 and case.isalnum() else f"42CF88{number:05d}",
            unit="ESX",
            officer="",
            identifiers=(OtherId("cp", case),),
            defendants=tuple(
                DefendantGiven(id=defendant, name="Testy Testperson", identifiers=(OtherId("cp", defendant),))
                for defendant in sorted(defendants)
            ),
        )
        with app.app_context():
            register_case(given, actor=SYSTEM, now=at("2026-01-05 09:00"))


def cases_in(body: Any, case: str = "") -> dict[str, set[str]]:
    """Give the court's case ids (or URNs) in a message with the defendant ids beside them."""
    found: dict[str, set[str]] = {}

    def add(name: str, defendants: set[str]) -> None:
        found.setdefault(name, set()).update(defendants)

    if isinstance(body, list):
        for item in body:
            for name, defendants in cases_in(item, case).items():
                add(name, defendants)
    elif isinstance(body, dict):
        is_case, is_defendant = "defendants" in body, "offences" in body and "defendants" not in body
        case = body.get("caseId") or (body.get("id") if is_case else None) or case or body.get("prosecutionCaseId", "")
        defendant = body.get("defendantId") or (body.get("id") if is_defendant else None)
        if case:
            add(case, {defendant} if defendant else set())
        for urn in body.get("caseUrns", ()):
            add(urn.get("caseURN") or urn.get("caseUrn"), set())
        for listed in body.get("prosecutionCaseIds", ()):
            add(listed, set())
        for inside in body.values():
            for name, defendants in cases_in(inside, case).items():
                add(name, defendants)
    return found
