"""Plays a Crown Court case in twelve messages, and holds the service to what the sequence's own manifest says.

It is played once; an officer tells everybody what they are owed before each next message, so that every step is news.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import samples
from tests.conformance.story import LEAH, NADIA, OMAR, Moment, begin
from tests.databases import SQLITE, Databases, application_on, let_go
from tests.factories import at
from workflows.trial_outcome_reasons import trial_outcome_reason
from workflows.working_days import london_date

NAME = "derived-sequences/A-crown-vacated-relisted-custody"
WHEN = "hearing.when_where"

pytestmark = pytest.mark.conformance


@dataclass(frozen=True, slots=True)
class Played:
    """What stood just before each message (counted from 1) and after it, and after all of them came a second time."""

    moments: list[Moment]
    just_before: list[Moment]
    repeated: list[Moment]

    def after(self, number: int) -> Moment:
        return self.moments[number - 1]


@pytest.fixture(scope="module")
def played(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    where = samples.folder()
    if where is None or not (where / NAME).is_dir():
        pytest.skip(f"The sequence was not found, so it was not played. {samples.HOW}")
    with databases.fresh(SQLITE) as url:
        app = application_on(url, instance=tmp_path_factory.mktemp("sequence"))
        yield _play(app, _messages(where / NAME))
        let_go(app)


def _messages(folder: Path) -> list[dict[str, Any]]:
    manifest = json.loads((folder / "_manifest.json").read_text(encoding="utf-8"))
    return [json.loads((folder / event["file"]).read_text(encoding="utf-8")) for event in manifest["events"]]


def _play(app: Any, messages: list[dict[str, Any]]) -> Played:
    listed = messages[1]["confirmedHearing"]["prosecutionCases"][0]
    [defendant] = listed["defendants"]
    wounding, assault = (offence["id"] for offence in defendant["offences"])
    story = begin(app, case=listed["id"], defendant=defendant["id"], offences=(wounding, assault))
    moments: list[Moment] = []
    just_before: list[Moment] = []
    for number, message in enumerate(messages, 1):
        if number != 5:  # the same vacation from the listing side: nobody is told in between
            story.tell_everybody()
        if number == 7:
            story.is_needed_on(OMAR, 3)
            story.tell_everybody()
        just_before.append(story.just_before(message))
        moments.append(story.send(message))
    return Played(moments, just_before, [story.send(message) for message in messages])


def test_1_the_trial_is_known_for_its_urn_and_has_no_date_yet(played: Played):
    [trial] = played.after(1).of_class("trial")
    assert trial["starts_at"] is None
    assert played.after(1).days_owed() == {}


def test_2_the_trial_has_its_days_in_winter_time_and_everybody_is_to_be_told(played: Played):
    [trial] = played.after(2).of_class("trial")
    assert (trial["starts_at"], trial["last_day"]) == (at("2026-03-02 10:30"), date(2026, 3, 3))
    monday, tuesday = ["2026-03-02", "10:30"], ["2026-03-03", "10:30"]
    assert played.after(2).days_owed() == {LEAH: [monday, tuesday], NADIA: [monday], OMAR: [tuesday]}


def test_3_the_trial_moved_and_everybody_is_to_be_told_once(played: Played):
    monday, tuesday = ["2026-03-09", "10:30"], ["2026-03-10", "10:30"]
    assert played.after(3).days_owed() == {LEAH: [monday, tuesday], NADIA: [monday], OMAR: [tuesday]}
    clocks = {duties[WHEN]["clock_start"] for duties in played.after(3).owed.values()}
    assert clocks == {datetime.fromisoformat("2026-01-12T11:00:30+00:00")}


def test_4_the_trial_is_vacated_because_of_a_prosecution_witness_and_nobody_may_travel(played: Played):
    [trial] = played.after(4).of_class("trial")
    assert trial["status"] == "vacated"
    reason = trial_outcome_reason(trial["reason"])
    assert reason is not None
    assert (reason.type, reason.cause, reason.ask_who) == ("vacated", "prosecution", True)
    for duties in played.after(4).owed.values():
        assert (duties[WHEN]["value"]["state"], duties[WHEN]["value"]["why"]) == ("off", "vacated")
        assert london_date(duties[WHEN]["due_at"]) <= date(2026, 2, 23)


def test_5_the_same_vacation_from_the_listing_side_is_no_second_contact(played: Played):
    assert played.after(5).owed == played.after(4).owed
    assert played.after(5).answer["reason"] == "no-change"


def test_6_the_trial_is_relisted_under_a_new_id_in_summer_time(played: Played):
    first, second = played.after(6).of_class("trial")
    assert (first["status"], second["status"]) == ("vacated", "live")
    assert first["thread"] == second["thread"]
    assert second["starts_at"] == at("2026-06-15 10:30") == datetime.fromisoformat("2026-06-15T09:30:00+00:00")
    days = [["2026-06-15", "10:30"], ["2026-06-16", "10:30"], ["2026-06-17", "10:30"]]
    assert played.after(6).days_owed() == {LEAH: days, NADIA: days[:1], OMAR: days[1:2]}


def test_7_the_defendant_is_found_guilty_of_wounding(played: Played):
    assert list(played.after(7).owed[LEAH]["verdict"]["value"]["offences"].values()) == ["guilty"]


def test_8_a_cancelled_day_is_told_to_those_needed_on_it(played: Played):
    assert played.after(8).of_class("trial")[1]["cancelled"] == [False, False, True]
    assert WHEN not in played.after(8).owed[NADIA]
    value = played.after(8).owed[OMAR][WHEN]["value"]
    assert (value["state"], value["why"]) == ("off", "days_cancelled")


def test_9_convicted_of_one_count_the_other_withdrawn_and_sentence_to_follow(played: Played):
    verdicts = played.after(9).owed[LEAH]["verdict"]["value"]["offences"]
    assert sorted(verdicts.values()) == ["guilty", "withdrawn"]
    [sentence] = played.after(9).of_class("sentence")
    assert sentence["starts_at"] == at("2026-07-20 10:00") == datetime.fromisoformat("2026-07-20T09:00:00+00:00")
    assert played.after(9).proceedings == "awaiting_sentence"


def test_10_the_listing_confirms_the_sentence_hearing_that_the_result_named(played: Played):
    [named], [listed] = played.after(9).of_class("sentence"), played.after(10).of_class("sentence")
    assert listed["id"] == named["id"]
    assert (listed["status"], listed["starts_at"]) == ("live", named["starts_at"])


def test_11_eleven_months_in_custody_are_to_be_told(played: Played):
    duty = played.after(11).owed[LEAH]["sentence"]
    assert ("custody", "11 M") in sentences(duty["value"])
    assert duty["rule"].startswith("R9-SENTENCE")


def test_12_the_reshare_replaces_it_with_four_years_and_the_correction_is_owed(played: Played):
    assert {row["length"] for row in played.after(12).results if row["kind"] == "custody"} == {"4 Y"}
    duty = played.after(12).owed[LEAH]["sentence"]
    assert ("custody", "4 Y") in sentences(duty["value"])
    assert ("custody", "11 M") in sentences(duty["told_value"])


@pytest.mark.feature("A1")
def test_every_message_a_second_time_is_a_duplicate_and_changes_nothing(played: Played):
    assert {moment.answer["state"] for moment in played.repeated} == {"duplicate"}
    assert {moment.state_hash for moment in played.repeated} == {played.after(12).state_hash}


def sentences(value: Any) -> set[tuple[str, str]]:
    return {(result["kind"], result["length"]) for results in value["offences"].values() for result in results}


def test_4_a_vacated_trial_raises_the_concern_about_engagement(played: Played):
    moments = (played.just_before[4 - 1], played.after(4))
    before, after = (moment.participants[NADIA]["concern"]["points"] for moment in moments)
    assert after > before


def test_11_eleven_months_are_below_the_line_of_the_victim_contact_scheme(played: Played):
    [answer] = played.after(11).participants[LEAH]["victim_contact_scheme"]
    assert answer["result"] == "not_eligible"


def test_12_four_years_make_the_victim_eligible_for_the_victim_contact_scheme(played: Played):
    [answer] = played.after(12).participants[LEAH]["victim_contact_scheme"]
    assert answer["result"] == "eligible"


def test_7_a_personal_statement_is_to_be_offered_from_the_verdict_on(played: Played):
    assert "task.victim_personal_statement" in played.after(7).owed[LEAH]


def test_10_it_was_offered_before_the_sentence_hearing_and_is_not_offered_again(played: Played):
    assert "task.victim_personal_statement" not in played.after(10).owed[LEAH]
