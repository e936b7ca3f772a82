"""The rules in force for everybody to read, packs that are tried out, and packs that are switched on from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import a_case, a_trial, a_victim, open_duties
from tests.reading import text_of
from witness_care import database
from witness_care.audit.models import PersonalDataEntry
from witness_care.casework import rebuild
from witness_care.casework.models import RulePackSwitch
from witness_care.database import Base
from workflows.rulebook import shipped_text

NEW_CODE = "victims_code_2027"
# The Code of 2021 with another time limit for the date of a hearing: three working days.
TEXT = shipped_text("victims_code_2021").replace(
    "effective_from = 2021-04-01", 'effective_from = 2021-04-01\nreplaces = "victims_code_2021"'
)
TEXT = TEXT.replace("standard = 1\nenhanced = 1", "standard = 3\nenhanced = 1", 1)


def add(desk: Desk, name: str = NEW_CODE, text: str = TEXT) -> Any:
    return desk.as_("ada").post("/admin/rule-packs", data={"add-name": name, "add-text": text})


def switch(desk: Desk, day: str, name: str = NEW_CODE, reason: str = "It was published.") -> Any:
    return desk.as_("ada").post(
        "/admin/rule-packs/switch", data=on(day, "switch") | {"switch-pack": name, "switch-reason": reason}
    )


def on(day: str, form: str) -> dict[str, str]:
    year, month, number = day.split("-")
    return {f"{form}-starts-day": number, f"{form}-starts-month": month, f"{form}-starts-year": year}


def try_out(desk: Desk, who: str, day: str, text: str = TEXT) -> Any:
    return desk.as_(who).post("/admin/rules/what-if", data=on(day, "try") | {"try-pack": "pasted", "try-text": text})


@pytest.mark.feature("E2")
@pytest.mark.sqlite_only
def test_everybody_signed_in_reads_the_rules_with_their_reference_and_how_far_they_were_checked(desk: Desk) -> None:
    for who in ("olivia", "sam", "ada", "aud"):
        words = text_of(desk.as_(who).get("/rules"))
        assert "Pack victims_code_2021, in force since Thursday 1 April 2021" in words
        assert "R8-DATE Time, date and place of any hearing, and changes" in words
        assert "Victims' Code: Victims' Code 2021, Right 8; parliamentary question 127092 Primary source" in words
        assert "Time limit not checked against the Code, not verified" in words
        assert "Working days for an answer from another agency answer_days 5" in words
        assert "Pack victims_code_2026_draft, switched off" in words

    unverified = text_of(desk.as_("olivia").get("/rules?unverified=1"))
    assert "R8-OUTCOME" in unverified
    assert "R8-DATE" not in unverified


@pytest.mark.sqlite_only
def test_the_command_lists_what_is_not_verified(desk: Desk) -> None:
    run = desk.app.test_cli_runner().invoke
    everything, unverified = (run(args=["rules", *more]).output for more in ((), ("--unverified",)))
    one, wrong = run(args=["rules", "--pack", "local_policy"]).output, run(args=["rules", "--pack", "lokal"])

    assert "R8-DATE: Time, date and place of any hearing, and changes; 1 working day" in everything
    assert "primary source, verified" in everything
    assert "R8-OUTCOME" in unverified
    assert "time limit not checked against the Code, NOT VERIFIED" in unverified
    assert "R8-DATE" not in unverified
    assert "WC-ATTEND" in one
    assert "R8-DATE" not in one
    assert wrong.exit_code == 1
    assert "Known: victims_code_2021" in wrong.output


@pytest.mark.feature("C2")
def test_events_either_side_of_a_new_pack_use_their_own_and_an_old_duty_keeps_its_rule(desk: Desk) -> None:
    old, new = a_case(a_victim()), a_case(a_victim("Una Winter"))
    a_trial(old, "2027-02-01 10:00", now="2026-11-30 09:50")
    [before] = [duty for duty in open_duties(old["Leah Jones"]) if duty.topic == "hearing.when_where"]
    assert add(desk).status_code == 303
    assert switch(desk, "2026-12-07").status_code == 303

    desk.clock("2026-12-08 10:00")
    a_trial(new, "2027-02-01 10:00", now="2026-12-08 09:00")
    database.session().expire_all()
    [after] = [duty for duty in open_duties(old["Leah Jones"]) if duty.topic == "hearing.when_where"]
    fresh = next(duty for duty in open_duties(new["Una Winter"]) if duty.topic == "hearing.when_where")

    assert (before.rule, before.due_at) == (after.rule, after.due_at)
    assert after.rule == "R8-DATE@victims_code_2021"
    assert (fresh.rule, fresh.due_at.date()) == (f"R8-DATE@{NEW_CODE}", date(2026, 12, 11))
    assert list(rebuild.differences()) == []
    olivia = desk.as_("olivia")
    assert "Pack victims_code_2021" in text_of(olivia.get(f"/duties/{after.id}"))
    assert f"Pack {NEW_CODE}" in text_of(olivia.get(f"/duties/{fresh.id}"))
    rules = text_of(olivia.get("/rules"))
    assert (
        f"Pack victims_code_2021, in force since Thursday 1 April 2021, until Sunday 6 December 2026: then {NEW_CODE}"
        in rules
    )


@pytest.mark.feature("C2")
@pytest.mark.sqlite_only
def test_switching_a_pack_on_is_an_act_that_stands_with_its_reason_and_in_the_log(desk: Desk) -> None:
    add(desk)
    switch(desk, "2026-12-07")

    page = text_of(desk.as_("sam").get("/admin/rules"))
    row = database.session().scalars(sa.select(RulePackSwitch)).one()
    codes = database.session().scalars(sa.select(PersonalDataEntry.reason_code)).all()

    assert (
        f"{NEW_CODE}: on from Monday 7 December 2026 Monday 30 November 2026 at 9:42am, Ada: It was published." in page
    )
    assert row.switched_by == f"user:{desk.cast.ada}"
    assert {"rule_pack_added", "rule_pack_switched_on"} <= set(codes)


@pytest.mark.sqlite_only
def test_a_pack_that_would_start_today_or_earlier_is_refused_since_due_times_would_move(desk: Desk) -> None:
    add(desk)
    for day in ("2026-11-30", "2026-11-01"):
        answer = switch(desk, day)
        assert answer.status_code == 400
        assert "Choose a day after today" in text_of(answer)
    assert database.session().scalars(sa.select(RulePackSwitch)).all() == []


@pytest.mark.sqlite_only
def test_a_switch_is_taken_back_before_it_begins_and_not_after(desk: Desk) -> None:
    add(desk)
    switch(desk, "2026-12-07")
    back = {"take_back-pack": NEW_CODE, "take_back-reason": "Not yet."}
    assert switch(desk, "2026-12-08").status_code == 400  # it is on already
    assert desk.as_("ada").post("/admin/rule-packs/take-back", data=back).status_code == 303
    assert "in force from" not in text_of(desk.as_("sam").get("/admin/rules"))
    switch(desk, "2026-12-09")

    desk.clock("2026-12-10 10:00")

    assert desk.as_("ada").post("/admin/rule-packs/take-back", data=back).status_code == 400
    assert f"{NEW_CODE}: on from Wednesday 9 December 2026" in text_of(desk.as_("sam").get("/admin/rules"))


@pytest.mark.sqlite_only
def test_a_pack_that_is_not_understood_is_refused_with_file_key_and_what_was_expected(desk: Desk) -> None:
    said = {
        "title = ": "pack_x.toml: expected TOML",
        TEXT.replace("cap = true", "capp = true", 1): 'pack_x.toml, R8-DATE: unknown key "capp". Did you mean "cap"?',
        TEXT.replace('replaces = "victims_code_2021"', ""): "expected one rule R10-EXP on 2026-12-01",
    }
    for text, words in said.items():
        answer = add(desk, "pack_x", text)
        assert answer.status_code == 400
        assert words in text_of(answer)
    assert "There is a pack local_policy already" in text_of(add(desk, "local_policy"))


@pytest.mark.feature("C2")
def test_a_what_if_shows_which_open_duties_a_pack_would_change_and_writes_nothing(desk: Desk) -> None:
    case = a_case(a_victim())
    a_trial(case, "2027-02-01 10:00", now="2026-11-30 09:40")
    before = everything()

    shown = text_of(try_out(desk, "sam", "2026-11-30"))
    to_come = text_of(try_out(desk, "sam", "2026-12-07"))
    numbers = text_of(try_out(desk, "ada", "2026-11-30"))

    moved = "1: due later (R8-DATE@victims_code_2021, then R8-DATE@pasted)"
    assert "would change: 1 open contact Looked at 1 of 1 case" in shown
    assert moved in shown
    assert f"Due later {case.urn} Tue 1 Dec, 5pm R8-DATE@victims_code_2021 Thu 3 Dec, 5pm R8-DATE@pasted" in shown
    assert "would change: 0 open contacts" in to_come
    assert moved in numbers
    assert case.urn not in numbers
    assert everything() == before


@pytest.mark.feature("E2")
@pytest.mark.sqlite_only
def test_another_system_reads_why_with_how_far_the_rule_was_checked(desk: Desk) -> None:
    case = a_case(a_victim())
    a_trial(case, "2027-02-01 10:00", now="2026-11-30 09:40")
    key = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["cases:read"])
    rules = {}
    for duty in open_duties(case["Leah Jones"]):
        found = desk.app.test_client().get(f"/api/v1/duties/{duty.id}", headers=key).json
        rules[found["rule_in_full"]["id"]] = found
    assert rules["PREF-FREQ"]["rule_in_full"]["checked"] == "from a published summary"
    assert rules["R8-DATE"]["rule_in_full"]["checked"] == ""
    assert rules["R8-DATE"]["rule_in_full"]["pack"] == "victims_code_2021"
    assert "Tuesday 1 December 2026 is working day 1" in rules["R8-DATE"]["explanation"]


def everything() -> Mapping[str, Any]:
    """Every row of every table but those that every request of anybody writes: sign-ins and the reading log."""
    session = database.session()
    session.rollback()
    rows = {
        table.name: sorted(map(repr, session.execute(sa.select(table)).all()))
        for table in Base.metadata.sorted_tables
        if table.name not in ("app_session", "personal_data_log")
    }
    session.rollback()
    return rows
