"""By which rule a value is owed to a person, and by when: who was warned, what caps a time, and which rule is first."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.workflows.standing import JOINED, at, person, told
from tests.workflows.test_decide_properties import RULES
from workflows import entitlement
from workflows.events import Role, VictimKind, WitnessKind
from workflows.snapshot import Topic
from workflows.working_days import instant_of

WHEN_WHERE, ATTENDANCE = "hearing.when_where", "attendance"
TRIAL_ON = {
    "state": "on",
    "class": "trial",
    "hearings": [{"kind": "fixed", "days": [["2026-05-11", "10:00"]], "class": "trial", "court": ""}],
}
TRIAL_OFF = {"state": "off", "class": "trial", "why": "vacated"}
PLEA_ON = TRIAL_ON | {"class": "plea"}


@pytest.mark.parametrize(
    ("topic", "value", "warned"),
    [
        (WHEN_WHERE, TRIAL_ON, True),
        (WHEN_WHERE, TRIAL_OFF, False),
        (WHEN_WHERE, PLEA_ON, False),
        (WHEN_WHERE, "another system's words", False),
        (ATTENDANCE, {"required": True}, True),
        (ATTENDANCE, {"required": False}, False),
        (ATTENDANCE, {}, False),
        (ATTENDANCE, "another system's words", False),
        (ATTENDANCE, TRIAL_ON, False),
        ("hearing.outcome", TRIAL_ON, False),
        ("hearing.outcome", {"required": True}, False),
    ],
)
def test_whoever_was_told_to_come_or_when_the_trial_is_was_warned(topic, value, warned):
    topics = {("p", topic, "subject"): Topic(told=(told(value),))}

    assert entitlement.was_warned(topics.items()) is warned
    assert entitlement.warned_since(topics.items()) == (JOINED if warned else None)


def test_somebody_is_warned_from_the_first_time_they_were_told_and_a_talk_that_never_was_does_not_count():
    topics = {
        ("p", WHEN_WHERE, "a"): Topic(told=(told(TRIAL_ON, at(3), void=True), told(TRIAL_ON, at(6)))),
        ("p", WHEN_WHERE, "b"): Topic(told=(told(TRIAL_ON, at(5)),)),
        ("p", ATTENDANCE, "case"): Topic(told=(told({"required": True}, at(9)),)),
    }

    assert entitlement.warned_since(topics.items()) == at(5)


@pytest.mark.parametrize(
    ("value", "about"),
    [(TRIAL_ON, True), (TRIAL_OFF, True), (PLEA_ON, False), ({}, False), (None, False), ("trial", False)],
)
def test_a_told_value_speaks_of_a_trial_whether_it_is_on_or_off(value, about):
    assert entitlement.is_about_a_trial(value) is about


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (person(), ""),
        (person(left="moved away"), "not_owed"),
        (person(died=True), "deceased"),
        (person(died=True, left="x"), "deceased"),
    ],
)
def test_nothing_is_owed_to_somebody_who_died_or_left(who, why):
    assert entitlement.why_not(who) == why


WITNESS, VICTIM, BOTH = person(Role.WITNESS), person(Role.VICTIM), person(Role.BOTH)
POLICE = person(Role.WITNESS, witness_kind=WitnessKind.POLICE)
BEREAVED = person(victim_kind=VictimKind.BEREAVED_RELATIVE)
DONE_WITH = {"required": False}
CALLED, WARNED = {"required": True}, {"warned": True}


def rules_for(topic, who, content=None, *, on=JOINED, required=False, warned=False) -> str:
    found = entitlement.rules_that_apply(RULES, topic, who, content, on=on, required=required, warned=warned)
    return " ".join(sorted(rule.key.partition("@")[0] for rule in found))


@pytest.mark.parametrize(
    ("topic", "who", "content", "more", "rules"),
    [
        (WHEN_WHERE, VICTIM, TRIAL_ON, {}, "R8-DATE"),
        (WHEN_WHERE, VICTIM, TRIAL_ON, CALLED, "R8-DATE"),
        (WHEN_WHERE, BOTH, TRIAL_ON, CALLED, "R8-DATE WC-ATTEND"),
        (WHEN_WHERE, WITNESS, TRIAL_ON, {}, ""),
        (WHEN_WHERE, WITNESS, TRIAL_ON, CALLED, "WC-ATTEND"),
        (WHEN_WHERE, WITNESS, TRIAL_ON, WARNED, ""),
        (WHEN_WHERE, WITNESS, TRIAL_OFF, {}, ""),
        (WHEN_WHERE, WITNESS, TRIAL_OFF, WARNED, "WC-DEWARN"),
        (WHEN_WHERE, POLICE, TRIAL_ON, CALLED, "WC-ATTEND"),
        (ATTENDANCE, WITNESS, DONE_WITH, {}, ""),
        (ATTENDANCE, WITNESS, DONE_WITH, WARNED, "WC-DEWARN"),
        (ATTENDANCE, WITNESS, {"required": True}, CALLED | WARNED, "WC-ATTEND"),
        (ATTENDANCE, VICTIM, DONE_WITH, {}, "R8-ATTEND"),
        ("verdict", WITNESS, {}, WARNED, "WC-OUTCOME"),
        ("verdict", WITNESS, {}, CALLED, ""),
        ("verdict", VICTIM, {}, {}, "R9-VERDICT"),
        ("bail", VICTIM, {}, {}, "R8-BAIL"),
        ("bail", WITNESS, {}, CALLED | WARNED, ""),
        ("warrant", VICTIM, {"status": "issued"}, {}, "R8-WARRANT"),
        ("warrant", VICTIM, {"status": "executed"}, {}, "R8-REARREST R8-WARRANT"),
        ("warrant", VICTIM, None, {}, "R8-WARRANT"),
        ("task.meeting_before_sentence", BEREAVED, {}, {}, "R9-BEREAVED-1"),
        ("task.meeting_before_sentence", VICTIM, {}, {}, ""),
        ("task.meeting_before_sentence", person(enhanced_basis=("BEREAVED",)), {}, {}, "R9-BEREAVED-1"),
    ],
)
def test_a_value_is_owed_by_the_rules_of_role_and_moment(topic, who, content, more, rules):
    assert rules_for(topic, who, content, **more) == rules


EVERYTHING = (WHEN_WHERE, ATTENDANCE, "verdict", "bail")
SILENT_VICTIM, SILENT_WITNESS = person(opted_out=EVERYTHING), person(Role.WITNESS, opted_out=EVERYTHING)


@pytest.mark.parametrize(
    ("topic", "who", "content", "more", "rules"),
    [
        (WHEN_WHERE, SILENT_VICTIM, TRIAL_ON, {}, ""),
        (WHEN_WHERE, SILENT_VICTIM, TRIAL_ON, CALLED, "R8-DATE"),
        (WHEN_WHERE, SILENT_WITNESS, TRIAL_ON, CALLED, "WC-ATTEND"),
        (WHEN_WHERE, SILENT_WITNESS, TRIAL_OFF, WARNED, "WC-DEWARN"),
        (ATTENDANCE, SILENT_VICTIM, DONE_WITH, {}, "R8-ATTEND"),
        ("verdict", SILENT_VICTIM, {}, {}, ""),
        ("bail", SILENT_VICTIM, {}, {}, "R8-BAIL"),
        ("warrant", SILENT_VICTIM, {"status": "issued"}, {}, "R8-WARRANT"),  # of that they did not opt out
    ],
)
def test_after_an_opt_out_only_what_a_rule_carves_out_is_still_owed(topic, who, content, more, rules):
    assert rules_for(topic, who, content, **more) == rules


def test_the_rules_are_those_of_the_london_date_on_which_the_clock_starts():
    first = min(rule.effective_from for rule in RULES.book.rules if rule.id == "R8-DATE")
    midnight = instant_of(first, time(0))

    assert rules_for(WHEN_WHERE, VICTIM, TRIAL_ON, on=midnight) == "R8-DATE"
    assert rules_for(WHEN_WHERE, VICTIM, TRIAL_ON, on=midnight - timedelta(minutes=1)) == ""


# --- when it is due


def applying(topic, who, content=None, **more):
    return entitlement.rules_that_apply(
        RULES, topic, who, content, on=JOINED, **({"required": False, "warned": False} | more)
    )


def due(rules, *, enhanced=False, hearing_start=None):
    found, rule = entitlement.earliest(RULES, rules, JOINED, enhanced=enhanced, hearing_start=hearing_start)
    return found.at, found.capped, rule.id


def test_the_earliest_of_the_rules_counts_and_enhanced_rights_have_the_shorter_time():
    stop = applying("decision.stop", VICTIM)

    assert due(stop) == (at(9, 17), False, "R6-STOP")
    assert due(stop, enhanced=True) == (at(3, 17), False, "R6-STOP")


def test_a_hearing_caps_only_what_must_be_heard_before_it():
    date_of_trial, bail = applying(WHEN_WHERE, VICTIM, TRIAL_ON), applying("bail", VICTIM)
    tomorrow = at(3, 12)

    assert due(date_of_trial, hearing_start=tomorrow) == (at(3, 10), True, "R8-DATE")
    assert due(bail, hearing_start=tomorrow) == (at(9, 17), False, "R8-BAIL")


def test_of_rules_with_the_same_time_the_first_by_name_answers():
    both = applying(WHEN_WHERE, BOTH, TRIAL_ON, required=True)

    assert {rule.id for rule in both} == {"R8-DATE", "WC-ATTEND"}
    assert due(both) == due(both[::-1])


def topic_told(*values):
    return Topic(told=tuple(told(value, JOINED + timedelta(minutes=n)) for n, value in enumerate(values)))


def on_the(day: int):
    return TRIAL_ON | {"hearings": [{"kind": "fixed", "days": [[date(2026, 3, day).isoformat(), "09:00"]]}]}


@pytest.mark.parametrize(
    ("topic", "starts_at", "others", "cap"),
    [
        pytest.param(Topic(), None, [], None, id="no hearing"),
        pytest.param(Topic(), at(20), [], at(20), id="the true start"),
        pytest.param(Topic(), JOINED, [], None, id="it starts as the news comes"),
        pytest.param(Topic(), at(1), [], None, id="it has been"),
        pytest.param(topic_told(on_the(16)), at(20), [], at(16), id="told of an earlier day: they may travel then"),
        pytest.param(topic_told(on_the(24)), at(20), [], at(20), id="told of a later day"),
        pytest.param(topic_told(on_the(16)), None, [], at(16), id="put off, and told of a day"),
        pytest.param(topic_told(on_the(1)), at(20), [], at(20), id="told of a day that has been"),
        pytest.param(topic_told(on_the(10), on_the(16)), None, [], at(16), id="what was told last counts"),
        pytest.param(topic_told(TRIAL_OFF), None, [], None, id="told that it is off"),
        pytest.param(Topic(), at(20), [topic_told(on_the(16))], at(16), id="told of another hearing before"),
        pytest.param(topic_told(on_the(12)), at(20), [Topic(), topic_told(on_the(16))], at(12), id="the first of all"),
    ],
)
def test_the_earlier_of_the_true_start_and_the_one_they_know_of_caps_the_time(topic, starts_at, others, cap):
    assert entitlement.cap_start(topic, JOINED, starts_at, others) == cap


def test_a_start_told_that_is_this_very_moment_caps_nothing():
    assert entitlement.cap_start(topic_told(on_the(2)), JOINED, None, []) is None
