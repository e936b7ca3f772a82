"""Whether a person is needed at court: the table of domain.md section 5.3, written here once more by hand."""

from __future__ import annotations

import pytest

from tests.workflows.truth_table import is_caught, mistakes, seeded_faults
from workflows import attendance
from workflows.attendance import Attendance, AttendanceFacts, may_happen_next, next_state

LETTERS = {
    "U": Attendance.UNDECIDED,
    "N": Attendance.NOT_REQUIRED,
    "R": Attendance.REQUIRED,
    "W": Attendance.WARNED,
    "C": Attendance.CONFIRMED,
    "D": Attendance.DE_WARNED,
    "A": Attendance.ATTENDED,
    "X": Attendance.ABSENT,
}

# A letter: that state. =: stay. "R if stands": R when that guard holds, else stay. "D or N", "W or R": see `expected`.
CELLS = {
    #                    U     N    R         W    C    D              A                X
    "cps_requires":     ("R", "R", "=",      "=", "=", "R",           "R if new trial", "R"),
    "cps_not_required": ("N", "=", "D or N", "D", "D", "=",           "=",              "="),
    "not_required":     ("N", "=", "D or N", "D", "D", "=",           "=",              "="),
    "told_required":    ("=", "=", "W",      "=", "=", "=",           "=",              "="),
    "person_confirms":  ("=", "=", "C if told now", "C", "=", "=",    "=",              "="),
    "cannot_attend":    ("=", "=", "=",      "=", "W", "=",           "=",              "="),
    "own_days_changed": ("=", "=", "=",      "R", "R", "R if stands", "R if stands",    "R if stands"),
    "put_off":          ("=", "=", "D",      "D", "D", "=",           "=",              "="),
    "unvacated":        ("=", "=", "=",      "=", "=", "W or R",      "=",              "="),
    "attended":         ("A", "A", "A",      "A", "A", "A",           "=",              "A"),
    "did_not_attend":   ("=", "=", "=",      "X", "X", "=",           "=",              "="),
}  # fmt: skip

# Entries that do not fit: kept, and a person is asked.
QUERIED = {
    ("told_required", "U"): "told_to_come_when_not_needed",
    ("told_required", "N"): "told_to_come_when_not_needed",
    ("told_required", "D"): "told_to_come_when_not_needed",
    ("person_confirms", "U"): "confirmed_when_not_needed",
    ("person_confirms", "N"): "confirmed_when_not_needed",
    ("person_confirms", "D"): "confirmed_when_not_needed",
    ("person_confirms", "R"): "confirmed_without_being_told",
    ("did_not_attend", "U"): "absent_when_not_expected",
    ("did_not_attend", "N"): "absent_when_not_expected",
    ("did_not_attend", "R"): "absent_when_not_expected",
    ("did_not_attend", "D"): "absent_when_not_expected",
    ("did_not_attend", "A"): "absent_after_attending",
}

CONDITIONS = {
    "new trial": "it_is_for_another_trial",
    "told now": "they_are_told_now",
    "stands": "the_requirement_stands",
}
GUARDS = (*CONDITIONS.values(), "they_were_ever_told")

ON_AGAIN = {  # (the requirement stands, they are told what is true now) -> from de-warned
    (False, False): "D",
    (False, True): "D",
    (True, False): "R",
    (True, True): "W",
}


def expected(state, event, answers):
    letter = next(letter for letter, named in LETTERS.items() if named is state)
    cell = CELLS[event]["UNRWCDAX".index(letter)]
    if cell == "D or N":
        return LETTERS["D" if answers["they_were_ever_told"] else "N"], None
    if cell == "W or R":
        return LETTERS[ON_AGAIN[answers["the_requirement_stands"], answers["they_are_told_now"]]], None
    target, _, condition = cell.partition(" if ")
    if target != "=" and (not condition or answers[CONDITIONS[condition]]):
        return LETTERS[target], None
    return state, QUERIED.get((event, letter))


def facts(*, stands=False, ever_told=False, told_now=False, new_trial=False):
    return AttendanceFacts(
        requirement_stands=stands,
        ever_told=ever_told,
        told_now=told_now,
        new_trial=new_trial,
    )


@pytest.mark.feature("C1")
def test_the_table_answers_every_event_in_every_state_as_the_rules_say():
    assert list(mistakes(attendance.TABLE, module=attendance, guards=GUARDS, expected=expected)) == []


@pytest.mark.parametrize("table", [pytest.param(table, id=words) for words, table in seeded_faults(attendance.TABLE)])
def test_a_single_wrong_row_does_not_go_unnoticed(table):
    assert is_caught(table, module=attendance, guards=GUARDS, expected=expected)


def follow(*entries, start=Attendance.UNDECIDED):
    """Take one person through several events, each with the facts as they then stand."""
    state = start
    for event, known in entries:
        state = next_state(state, event, known).state
    return state


def test_a_witness_is_required_warned_and_confirms():
    assert follow(("cps_requires", facts(stands=True))) is Attendance.REQUIRED
    assert (
        follow(
            ("cps_requires", facts(stands=True)),
            ("told_required", facts(stands=True, ever_told=True, told_now=True)),
            ("person_confirms", facts(stands=True, ever_told=True, told_now=True)),
        )
        is Attendance.CONFIRMED
    )


def test_a_moved_trial_must_be_told_again_to_someone_who_had_confirmed():
    assert follow(("own_days_changed", facts(stands=True, ever_told=True)), start=Attendance.CONFIRMED) is (
        Attendance.REQUIRED
    )


@pytest.mark.parametrize("event", ["cps_not_required", "not_required"])
def test_someone_who_was_told_to_come_is_de_warned_and_someone_who_was_not_is_simply_not_required(event):
    assert follow((event, facts(ever_told=True)), start=Attendance.REQUIRED) is Attendance.DE_WARNED
    assert follow((event, facts()), start=Attendance.REQUIRED) is Attendance.NOT_REQUIRED
    assert follow((event, facts(ever_told=True)), start=Attendance.WARNED) is Attendance.DE_WARNED


def test_a_trial_off_and_on_again_leaves_warned_someone_who_holds_what_is_true():
    holds_it = facts(stands=True, ever_told=True, told_now=True)
    off_and_on = [("put_off", facts(stands=True, ever_told=True)), ("unvacated", holds_it)]

    assert follow(*off_and_on, start=Attendance.WARNED) is Attendance.WARNED


def test_a_trial_off_and_on_again_must_be_told_to_someone_who_heard_that_it_was_off_or_has_another_date():
    heard = facts(stands=True, ever_told=True)

    assert follow(("put_off", heard), ("unvacated", heard), start=Attendance.WARNED) is Attendance.REQUIRED


def test_a_trial_off_and_on_again_does_not_warn_someone_who_was_never_told_of_it():
    never_told = facts(stands=True)

    assert follow(("put_off", never_told), ("unvacated", never_told), start=Attendance.REQUIRED) is Attendance.REQUIRED


def test_a_trial_on_again_needs_nobody_whom_the_cps_released_meanwhile():
    released = facts(ever_told=True)

    assert follow(
        ("put_off", facts(stands=True, ever_told=True)),
        ("cps_not_required", released),
        ("unvacated", released),
        start=Attendance.CONFIRMED,
    ) is (Attendance.DE_WARNED)


def test_someone_who_gave_evidence_is_needed_again_only_for_another_trial():
    assert follow(("cps_requires", facts(stands=True)), start=Attendance.ATTENDED) is Attendance.ATTENDED
    assert follow(("cps_requires", facts(stands=True, new_trial=True)), start=Attendance.ATTENDED) is (
        Attendance.REQUIRED
    )


@pytest.mark.feature("C1")
def test_a_yes_from_someone_who_was_not_told_is_kept_and_asks_a_person():
    taken = next_state(Attendance.REQUIRED, "person_confirms", facts(stands=True, ever_told=True))

    assert (taken.state, taken.moved, taken.flag) == (Attendance.REQUIRED, False, "confirmed_without_being_told")


@pytest.mark.feature("C1")
def test_an_absence_of_someone_who_was_de_warned_is_not_counted_against_them():
    taken = next_state(Attendance.DE_WARNED, "did_not_attend", facts(ever_told=True))

    assert (taken.state, taken.flag) == (Attendance.DE_WARNED, "absent_when_not_expected")


def test_the_machine_says_what_may_happen_next():
    assert may_happen_next(Attendance.WARNED) == (
        "cps_not_required", "not_required", "person_confirms", "own_days_changed", "put_off", "attended",
        "did_not_attend",
    )  # fmt: skip
    assert may_happen_next(Attendance.ATTENDED) == ("cps_requires", "own_days_changed")
