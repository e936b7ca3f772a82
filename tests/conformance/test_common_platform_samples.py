"""Posts every real Common Platform sample: never a failure of ours, a stated outcome, and a repeat is a duplicate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import a_key, cast_of
from tests.conformance import samples
from tests.conformance import test_sequence_a as sequence_a
from tests.conformance.left_behind import facts_of, left_behind
from tests.factories import at
from witness_care.accounts.current import SYSTEM
from witness_care.cases.document import CaseGiven, DefendantGiven, OtherId
from witness_care.cases.service import register_case
from witness_care.checks.every import check
from witness_care.database import session
from witness_care.feed.models import UnknownField

pytestmark = pytest.mark.conformance

MESSAGES = "/api/v1/feeds/common-platform/messages"
NOW = "2026-01-13 09:00"
TABLE = Path(__file__).with_name("outcomes.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One line of the table: what a sample is, and what must become of it when its case is known to us."""

    message_type: str
    answer: str
    facts: str
    left_behind: str


def _table() -> dict[str, Expected]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {
        name.strip("`"): Expected(message_type=kind.strip("`"), answer=answer, facts=facts, left_behind=left)
        for name, kind, answer, facts, left in cells
    }


OUTCOMES = _table()


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
    assert set(all_samples()) == set(OUTCOMES), "Say in outcomes.md what the service should make of each sample."


def test_every_published_file_of_the_feed_is_in_the_table_or_played_as_a_sequence():
    listed = (folder() / "SOURCES.tsv").read_text(encoding="utf-8").splitlines()[1:]
    files = {line.split("\t")[0] for line in listed}
    of_the_feed = {name for name in files if name.startswith(("cp-public-events/", "cp-results-sentence/"))}
    played = {name for name in files if name.startswith("derived-sequences/")}
    assert of_the_feed - set(OUTCOMES) == set()
    assert {name.split("/")[1] for name in played if name.endswith(".json")} == {sequence_a.NAME.split("/")[1]}


@pytest.fixture
def key(app: Flask) -> dict[str, str]:
    app.config["CLOCK"] = lambda: at(NOW)
    return a_key(app, unit_ids=[cast_of(app).unit], scopes=["feed:common-platform"])


@pytest.mark.feature("A1")
@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", all_samples())
def test_a_real_message_has_its_stated_outcome_and_a_repeat_is_a_duplicate(app: Flask, key: dict[str, str], name: str):
    body, expected = samples.sample(folder() / name), OUTCOMES[name]
    register_all_cases_of(app, body)
    answer = post(app, key, body, expected.message_type)
    assert answer.status_code == 202
    assert f"{answer.json['state']}: {answer.json['reason']}" == expected.answer
    assert facts_of(answer.json["parts"]) == expected.facts
    again = post(app, key, body, expected.message_type)
    assert (again.status_code, again.json["state"]) == (200, "duplicate")
    with app.app_context():
        assert left_behind() == expected.left_behind
        assert [finding for finding in check(at(NOW)) if finding.invariant != "I12"] == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", all_samples())
def test_a_real_message_about_a_case_we_do_not_have_is_kept(app: Flask, key: dict[str, str], name: str):
    answer = post(app, key, samples.sample(folder() / name), OUTCOMES[name].message_type)
    assert answer.status_code == 202
    nobodys_work = answer.json["reason"] in ("poke", "out-of-scope")
    assert answer.json["state"] == ("applied" if nobodys_work else "parked")


@pytest.mark.sqlite_only
def test_the_fields_of_real_messages_are_known_to_us(app: Flask, key: dict[str, str]):
    for name in all_samples():
        post(app, key, samples.sample(folder() / name), OUTCOMES[name].message_type)
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
