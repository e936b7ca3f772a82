"""Where a person stands in a case: the table of domain.md section 5.2, written here once more by hand."""

from __future__ import annotations

import itertools

import pytest

from tests.workflows.truth_table import is_caught, mistakes, seeded_faults
from workflows import journey
from workflows.journey import Journey, JourneyFacts, may_happen_next, next_state
from workflows.proceedings import Proceedings

COLUMNS = (Journey.CHARGE, Journey.LISTING, Journey.ADJOURNMENT, Journey.TRIAL, Journey.OUTCOME, Journey.CLOSED)

# J: all defendants together. J*: J when something becomes owed, else stay. =: stay. Else a state, "state if guard, else
# flag", or a flag for a person.
CELLS = {
    "hearing_listed": ("J", "J", "J", "J", "J", "J*"),
    "proceedings_changed": ("J", "J", "J", "J", "J", "J*"),
    "hearing_put_off": ("J", "J", "J", "J", "J", "="),
    "trial_started": ("J", "J", "J", "J", *("flag trial_started_after_the_outcome",) * 2),
    "close": (*("flag close_before_the_outcome",) * 4, "closed if done", "="),
    "close_early": ("closed", "closed", "closed", "closed", "closed", "="),
}

# (all concluded, a trial running, off and no other live, a hearing or an appeal) -> where J leads
WHERE_J_LEADS = {
    (0, 0, 0, 0): Journey.CHARGE,
    (0, 0, 0, 1): Journey.LISTING,
    (0, 0, 1, 0): Journey.ADJOURNMENT,
    (0, 0, 1, 1): Journey.ADJOURNMENT,
    (0, 1, 0, 0): Journey.TRIAL,
    (0, 1, 0, 1): Journey.TRIAL,
    (0, 1, 1, 0): Journey.TRIAL,
    (0, 1, 1, 1): Journey.TRIAL,
    (1, 0, 0, 0): Journey.OUTCOME,
    (1, 0, 0, 1): Journey.OUTCOME,
    (1, 0, 1, 0): Journey.OUTCOME,
    (1, 0, 1, 1): Journey.OUTCOME,
    (1, 1, 0, 0): Journey.OUTCOME,
    (1, 1, 0, 1): Journey.OUTCOME,
    (1, 1, 1, 0): Journey.OUTCOME,
    (1, 1, 1, 1): Journey.OUTCOME,
}

J_GUARDS = (
    "every_relevant_proceeding_is_concluded",
    "a_relevant_trial_is_running",
    "a_hearing_is_off_and_no_other_is_live",
    "there_is_a_hearing_or_an_appeal",
)
GUARDS = (*J_GUARDS, "something_becomes_owed", "nothing_more_is_to_be_done")


def expected(state, event, answers):
    cell = CELLS[event][COLUMNS.index(state)]
    if cell == "J*":
        cell = "J" if answers["something_becomes_owed"] else "="
    if cell == "closed if done":
        cell = "closed" if answers["nothing_more_is_to_be_done"] else "flag close_with_work_left"
    if cell == "J":
        return WHERE_J_LEADS[tuple(int(answers[guard]) for guard in J_GUARDS)], None
    if cell == "=":
        return state, None
    if cell.startswith("flag "):
        return state, cell.removeprefix("flag ")
    return Journey(cell), None


def facts(*proceedings, live=False, off=False, hearing=False, owed=False, done=False):
    return JourneyFacts(
        proceedings=proceedings,
        another_hearing_is_live=live,
        put_off_without_date=off,
        any_hearing_live_or_past=hearing,
        becomes_owed=owed,
        can_close=done,
    )


@pytest.mark.feature("C1")
def test_the_table_answers_every_event_in_every_state_as_the_rules_say():
    assert list(mistakes(journey.TABLE, module=journey, guards=GUARDS, expected=expected)) == []


@pytest.mark.parametrize("table", [pytest.param(table, id=words) for words, table in seeded_faults(journey.TABLE)])
def test_a_single_wrong_row_does_not_go_unnoticed(table):
    assert is_caught(table, module=journey, guards=GUARDS, expected=expected)


CONCLUDED = (Proceedings.CONCLUDED, Proceedings.CONCLUDED)
RUNNING = (Proceedings.CONCLUDED, Proceedings.TRIAL_RUNNING)
WAITING = (Proceedings.CONCLUDED, Proceedings.AWAITING_TRIAL)
APPEAL = (Proceedings.CONCLUDED, Proceedings.APPEAL)
NOBODY = ()

# The same J, from real facts. Columns: (a hearing off without a date, another live, any hearing live or past).
KNOWN = ((0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1))
PLACES = {
    CONCLUDED: ("outcome",) * 8,
    RUNNING: ("trial",) * 8,
    WAITING: ("charge", "listing", "charge", "listing", "adjournment", "adjournment", "charge", "listing"),
    APPEAL: ("listing", "listing", "listing", "listing", "adjournment", "adjournment", "listing", "listing"),
    NOBODY: ("charge", "listing", "charge", "listing", "adjournment", "adjournment", "charge", "listing"),
}


@pytest.mark.parametrize("event", ["hearing_listed", "proceedings_changed", "hearing_put_off", "trial_started"])
def test_real_facts_lead_where_the_rules_say(event):
    for proceedings, (known, place) in itertools.chain.from_iterable(
        ((proceedings, pair) for pair in zip(KNOWN, places, strict=True)) for proceedings, places in PLACES.items()
    ):
        off, live, hearing = map(bool, known)
        taken = next_state(Journey.LISTING, event, facts(*proceedings, off=off, live=live, hearing=hearing))
        assert (taken.state, taken.flag) == (Journey(place), None), (proceedings, known)
        assert taken.moved is (place != "listing")


@pytest.mark.feature("B2")
def test_a_witness_stays_in_listing_while_one_of_two_defendants_is_still_to_be_tried():
    one_convicted = facts(Proceedings.AWAITING_SENTENCE, Proceedings.TRIAL_LISTED, live=True, hearing=True)

    taken = next_state(Journey.LISTING, "proceedings_changed", one_convicted)

    assert (taken.state, taken.moved) == (Journey.LISTING, False)


@pytest.mark.feature("B2")
def test_a_witness_reaches_the_outcome_when_the_last_defendant_is_concluded():
    both_concluded = facts(Proceedings.CONCLUDED, Proceedings.CONCLUDED, hearing=True)

    taken = next_state(Journey.LISTING, "proceedings_changed", both_concluded)

    assert (taken.state, taken.moved) == (Journey.OUTCOME, True)


def test_a_severed_trial_of_one_defendant_takes_everyone_it_concerns_to_trial():
    one_severed = facts(*RUNNING, off=True, hearing=True)

    assert next_state(Journey.ADJOURNMENT, "trial_started", one_severed).state is Journey.TRIAL


def test_a_case_with_no_known_defendant_has_not_reached_its_outcome():
    assert next_state(Journey.CHARGE, "proceedings_changed", facts()).state is Journey.CHARGE


def test_an_adjournment_with_a_new_date_takes_two_steps():
    adjourned = next_state(Journey.TRIAL, "hearing_put_off", facts(*WAITING, off=True, hearing=True))
    listed = next_state(adjourned.state, "hearing_listed", facts(*WAITING, live=True, hearing=True))

    assert (adjourned.state, listed.state) == (Journey.ADJOURNMENT, Journey.LISTING)


def test_an_appeal_after_the_outcome_takes_the_person_back_to_listing():
    assert next_state(Journey.OUTCOME, "proceedings_changed", facts(*APPEAL, hearing=True)).state is Journey.LISTING


@pytest.mark.parametrize("event", ["hearing_listed", "proceedings_changed"])
def test_a_closed_journey_opens_again_only_when_something_is_owed(event):
    quiet = next_state(Journey.CLOSED, event, facts(*APPEAL, hearing=True))
    owed = next_state(Journey.CLOSED, event, facts(*APPEAL, hearing=True, owed=True))

    assert (quiet.state, quiet.moved, quiet.flag) == (Journey.CLOSED, False, None)
    assert (owed.state, owed.moved) == (Journey.LISTING, True)


def test_a_case_closes_at_the_outcome_once_nothing_more_is_to_be_done():
    assert next_state(Journey.OUTCOME, "close", facts(*CONCLUDED, done=True)).state is Journey.CLOSED


@pytest.mark.feature("C1")
def test_a_close_that_comes_too_soon_is_kept_and_asks_a_person():
    too_soon = next_state(Journey.OUTCOME, "close", facts(*CONCLUDED))
    far_too_soon = next_state(Journey.LISTING, "close", facts(*WAITING, done=True))

    assert (too_soon.state, too_soon.moved, too_soon.flag) == (Journey.OUTCOME, False, "close_with_work_left")
    assert (far_too_soon.state, far_too_soon.flag) == (Journey.LISTING, "close_before_the_outcome")


@pytest.mark.feature("C1")
def test_a_trial_that_starts_after_the_outcome_asks_a_person_and_changes_nothing():
    taken = next_state(Journey.OUTCOME, "trial_started", facts(*RUNNING, owed=True))

    assert (taken.state, taken.moved, taken.flag) == (Journey.OUTCOME, False, "trial_started_after_the_outcome")


def test_closing_early_works_from_everywhere_and_twice():
    for state in Journey:
        assert next_state(state, "close_early", facts(*WAITING)).state is Journey.CLOSED


def test_the_machine_says_what_may_happen_next():
    assert may_happen_next(Journey.CHARGE) == (
        "hearing_listed", "proceedings_changed", "hearing_put_off", "trial_started", "close_early"
    )  # fmt: skip
    assert may_happen_next(Journey.OUTCOME) == (
        "hearing_listed", "proceedings_changed", "hearing_put_off", "close", "close_early"
    )  # fmt: skip
    assert may_happen_next(Journey.CLOSED) == ("hearing_listed", "proceedings_changed")
