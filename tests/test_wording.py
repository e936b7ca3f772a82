"""What the service holds, in the words staff read: each kind of news has its own, and none is ever hidden."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from witness_care import wording
from workflows import events, rulebook, tasks, values
from workflows.attendance import Attendance
from workflows.journey import Journey
from workflows.proceedings import Proceedings
from workflows.truth import HearingStatus

FIXED = {"kind": "fixed", "class": "trial", "court": "Northbridge Crown Court"}
WEEK = {"kind": "week_commencing", "class": "trial", "court": "Northbridge Crown Court", "week": "2026-03-09"}


def on(*hearings: dict) -> dict:
    return {"state": "on", "class": "trial", "hearings": list(hearings)}


@pytest.mark.parametrize(
    ("hearing", "words"),
    [
        (
            FIXED | {"days": [["2026-03-09", "10:30"]]},
            "Trial, Northbridge Crown Court, Monday 9 March 2026 at 10:30am",
        ),
        (
            FIXED | {"days": [["2026-03-09", "10:30"], ["2026-03-10", None]]},
            "Trial, Northbridge Crown Court, Monday 9 March 2026 at 10:30am, 2 days to Tuesday 10 March 2026",
        ),
        (
            FIXED | {"days": [["2026-03-09", None]]},
            "Trial, Northbridge Crown Court, Monday 9 March 2026, time to be confirmed",
        ),
        (WEEK | {"weeks": 1}, "Trial, Northbridge Crown Court, in the week of 9 March 2026"),
        (WEEK | {"weeks": 2}, "Trial, Northbridge Crown Court, in the 2 weeks from 9 March 2026 to 22 March 2026"),
        (
            FIXED | {"court": "", "days": [["2026-03-09", "10:00"]]},
            "Trial, court to be confirmed, Monday 9 March 2026 at 10am",
        ),
    ],
)
def test_a_date_is_said_as_far_as_it_is_known_and_no_further(hearing: dict, words: str):
    assert wording.what(values.WHEN_WHERE, on(hearing)) == words


@pytest.mark.feature("A3")
def test_a_week_never_names_a_day():
    words = wording.what(values.WHEN_WHERE, on(WEEK | {"weeks": 1}))

    assert not [day for day in ("Monday", "Tuesday", "Friday") if day in words]


@pytest.mark.parametrize(
    ("topic", "value", "told", "words"),
    [
        (values.WHEN_WHERE, on(FIXED | {"days": []}), None, "Tell them the trial date"),
        (values.WHEN_WHERE, on(FIXED | {"days": []}), on(), "Tell them the new trial date"),
        (values.WHEN_WHERE, {"state": "off", "class": "sentence"}, on(), "Tell them the sentence hearing is off"),
        (values.ATTENDANCE, {"required": True}, None, "Tell them they are needed at court"),
        (values.ATTENDANCE, {"required": True}, {"required": True}, "Tell them what changed about attending court"),
        (values.ATTENDANCE, {"required": False}, {"required": True}, "Tell them they are not needed at court"),
        (values.OUTCOME, {"outcome": "adjourned", "class": "trial"}, None, "Tell them what happened at the trial"),
        (values.VERDICT, {"offences": {}}, None, "Tell them the verdict"),
        (values.SENTENCE, {"offences": {}}, None, "Tell them the sentence"),
        (values.KEEP_IN_TOUCH, {"every_days": 28}, None, "Keep in touch"),
        (values.SPECIAL_MEASURES, {}, None, "Tell them which special measures the court decided on"),
        ("task.of_another_version", {}, None, "Tell them: task: of another version"),
    ],
)
def test_what_is_to_be_done_is_said_with_a_plain_verb(topic: str, value: dict, told: dict | None, words: str):
    assert wording.to_tell(topic, value, told) == words


@pytest.mark.parametrize("topic", tasks.TASKS)
def test_every_task_has_words_of_its_own_and_none_speaks_of_rights_to_a_witness(topic: str):
    occasion = {"rights": False, "because": tasks.CPS_LIST, "measures": ["screens"], "trial": "2026-12-14"}
    words = (
        wording.to_tell(topic, occasion, None),
        wording.what(topic, occasion),
        wording.label(wording.TOPICS, topic),
    )

    assert all(words)
    assert words[0] not in {wording.to_tell(other, occasion, None) for other in tasks.TASKS if other != topic}
    assert not any("right" in each.casefold() for each in words)
    assert wording.closed(topic, "done") == "done"


def test_a_trial_that_is_off_says_why_and_that_no_date_is_known():
    value = {"state": "off", "class": "trial", "why": "vacated", "reason": "", "next": "to_be_fixed"}

    assert wording.what(values.WHEN_WHERE, value) == (
        "Trial is off. The court cancelled it (vacated). Reason: no reason given yet. A new date is to be fixed"
    )
    assert wording.details(values.WHEN_WHERE, value).startswith("The court cancelled it (vacated).")


def test_an_unknown_reason_is_never_guessed():
    assert wording.reason("") == wording.reason("no-such-reason") == "no reason given yet"


def test_a_verdict_and_a_sentence_name_each_offence():
    titles = {"one": "Theft", "two": "Robbery"}
    sentence = {"offences": {"two": [{"kind": "custody", "label": "Imprisonment", "length": "11 M"}]}}

    assert wording.what(values.VERDICT, {"offences": {"one": "guilty", "two": "not_guilty"}}, titles) == (
        "Theft: guilty; Robbery: not guilty"
    )
    assert wording.what(values.SENTENCE, sentence, titles) == "Robbery: Imprisonment, 11 months"


@pytest.mark.parametrize(
    ("length", "words"),
    [("11 M", "11 months"), ("1 Y 6 M", "1 year and 6 months"), ("life", "life"), ("3 X", "3 X"), ("12", "12")],
)
def test_a_length_is_said_in_words_or_as_the_court_sent_it(length: str, words: str):
    assert wording.result_in_words({"label": "Imprisonment", "length": length}) == f"Imprisonment, {words}"


def test_attendance_says_which_days_and_how():
    value = {"required": True, "days": [1, 2], "session": "AM", "mode": "in_person"}

    assert wording.what(values.ATTENDANCE, value) == (
        "Needed at court on day 1 and 2 of the trial, morning only, in person"
    )


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (wording.JOURNEY, Journey),
        (wording.ATTENDANCE, Attendance),
        (wording.PROCEEDINGS, Proceedings),
        (wording.HEARING_STATUS, HearingStatus),
        (wording.HEARING_CLASSES, events.HearingClass),
        (wording.CONTACT_OUTCOMES, events.ContactOutcome),
        (wording.ROLES, events.Role),
        (wording.WITNESS_KINDS, events.WitnessKind),
    ],
)
def test_every_state_and_kind_has_its_words(table: dict[str, str], known):
    assert set(table) == {member.value for member in known}


def test_every_event_has_its_words():
    assert set(wording.EVENTS) == {kind.__name__ for kind in get_args(events.Fact)}


def test_every_basis_of_a_rule_has_its_words():
    assert {rule.basis for rule in rulebook.default_rulebook().rules} <= set(wording.BASIS)


def test_what_nobody_named_is_shown_and_not_hidden():
    assert wording.label(wording.ROLES, "next_of_kin") == "next of kin"
    assert wording.label(wording.ROLES, None) == "not recorded"


def test_a_list_is_read_out_with_one_and():
    assert [wording.listed(["a"]), wording.listed(["a", "b"]), wording.listed(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_window_that_ends_in_another_year_says_both_years():
    assert wording.in_the_week_of(date(2026, 12, 28), 2) == "in the 2 weeks from 28 December 2026 to 10 January 2027"
