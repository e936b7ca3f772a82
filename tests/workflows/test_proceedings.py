"""Where a defendant stands: S and the flags of domain.md section 5.1, written here once more by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from workflows import proceedings
from workflows.flags import FLAGS
from workflows.proceedings import EVENTS, DefendantFacts, Proceedings, flag_for, settle

JUST_CHARGED = DefendantFacts(
    offences_total=2,
    offences_final=0,
    offences_left_to_try=2,
    unsentenced=0,
    trial_begun=False,
    trial_ended=False,
    live_trial_listing=False,
    not_guilty_plea_or_retrial=False,
    appeal_pending=False,
)

# Two offences: (final, left to try, unsentenced) and what it says about them.
STILL_TO_TRY = (0, 2, 0)
ONE_CONVICTED = (0, 1, 1)
ONE_FINAL = (1, 1, 0)
ALL_CONVICTED = (0, 0, 2)
ONE_FINAL_ONE_CONVICTED = (1, 0, 1)
ALL_FINAL = (2, 0, 0)
MISCOUNTED = (2, 0, 1)  # no real case: here only the order of the guards decides

# (begun, ended, listed, not guilty or retrial) of a defendant with something left to try -> where they stand
WITH_SOMETHING_LEFT_TO_TRY = {
    (0, 0, 0, 0): "charged",
    (0, 0, 0, 1): "awaiting_trial",
    (0, 0, 1, 0): "trial_listed",
    (0, 0, 1, 1): "trial_listed",
    (0, 1, 0, 0): "charged",
    (0, 1, 0, 1): "awaiting_trial",
    (0, 1, 1, 0): "trial_listed",
    (0, 1, 1, 1): "trial_listed",
    (1, 0, 0, 0): "trial_running",
    (1, 0, 0, 1): "trial_running",
    (1, 0, 1, 0): "trial_running",
    (1, 0, 1, 1): "trial_running",
    (1, 1, 0, 0): "charged",
    (1, 1, 0, 1): "awaiting_trial",
    (1, 1, 1, 0): "trial_listed",
    (1, 1, 1, 1): "trial_listed",
}


def wrong_answers(settle_under_test):
    """Give every combination of facts that `settle_under_test` settles otherwise than the tables above."""
    wrong = []
    for trial, appeal in itertools.product(WITH_SOMETHING_LEFT_TO_TRY, (False, True)):
        by_offences = {
            STILL_TO_TRY: WITH_SOMETHING_LEFT_TO_TRY[trial],
            ONE_CONVICTED: WITH_SOMETHING_LEFT_TO_TRY[trial],
            ONE_FINAL: WITH_SOMETHING_LEFT_TO_TRY[trial],
            ALL_CONVICTED: "awaiting_sentence",
            ONE_FINAL_ONE_CONVICTED: "awaiting_sentence",
            ALL_FINAL: "appeal" if appeal else "concluded",
            MISCOUNTED: "appeal" if appeal else "concluded",
        }
        begun, ended, listed, not_guilty = map(bool, trial)
        for (final, left, unsentenced), place in by_offences.items():
            facts = DefendantFacts(
                offences_total=2,
                offences_final=final,
                offences_left_to_try=left,
                unsentenced=unsentenced,
                trial_begun=begun,
                trial_ended=ended,
                live_trial_listing=listed,
                not_guilty_plea_or_retrial=not_guilty,
                appeal_pending=appeal,
            )
            if settle_under_test(facts) is not Proceedings(place):
                wrong.append((facts, place))
    return wrong


@pytest.mark.feature("B2")
def test_every_combination_of_facts_settles_as_the_rules_say():
    assert wrong_answers(settle) == []


@pytest.mark.parametrize("first", range(5))
def test_guards_tried_in_a_wrong_order_do_not_go_unnoticed(monkeypatch, first):
    rows = list(proceedings.SETTLED_BY)
    rows[first], rows[first + 1] = rows[first + 1], rows[first]
    monkeypatch.setattr(proceedings, "SETTLED_BY", tuple(rows))

    assert wrong_answers(settle)


def test_a_defendant_without_known_offences_is_charged_not_concluded():
    nothing_known = replace(JUST_CHARGED, offences_total=0, offences_left_to_try=0)

    assert settle(nothing_known) is Proceedings.CHARGED


def test_a_trial_of_one_offence_goes_on_while_another_awaits_sentence():
    part_guilty = replace(JUST_CHARGED, offences_left_to_try=1, unsentenced=1, trial_begun=True)

    assert settle(part_guilty) is Proceedings.TRIAL_RUNNING


def test_an_appeal_is_not_an_appeal_until_every_offence_is_final():
    too_early = replace(JUST_CHARGED, appeal_pending=True, not_guilty_plea_or_retrial=True)

    assert settle(too_early) is Proceedings.AWAITING_TRIAL


COLUMNS = tuple(Proceedings)
NO_TRIAL, BEGUN, NOTHING_LEFT, ENDED, APPEAL = (
    "trial_not_known", "trial_already_begun", "nothing_left_to_try", "proceedings_had_ended", "appeal_before_the_end"
)  # fmt: skip
QUIET = (None,) * 7
EARLY_APPEAL = (APPEAL, APPEAL, APPEAL, APPEAL, None, None, None)
LISTED = (None, None, None, None, NOTHING_LEFT, NOTHING_LEFT, None)
DATE_LOST = (NO_TRIAL, None, None, BEGUN, None, None, None)
DECIDED = (None, None, None, None, None, ENDED, ENDED)
TRIED_AGAIN = (NO_TRIAL, None, None, None, NOTHING_LEFT, None, None)

FLAGGED = {
    # columns: charged, awaiting_trial, trial_listed, trial_running, awaiting_sentence, concluded, appeal
    "TrialListed": LISTED,
    "TrialMoved": LISTED,
    "TrialUnvacated": LISTED,
    "TrialVacated": DATE_LOST,
    "DateRemoved": DATE_LOST,
    "TrialStarted": (None, None, None, None, NOTHING_LEFT, NOTHING_LEFT, NOTHING_LEFT),
    "TrialIneffective": (NO_TRIAL, None, None, None, NOTHING_LEFT, NOTHING_LEFT, NOTHING_LEFT),
    "TrialCracked": (NO_TRIAL, None, None, None, None, None, NOTHING_LEFT),
    "PleaRecorded": DECIDED,
    "VerdictRecorded": DECIDED,
    "JuryDischarged": TRIED_AGAIN,
    "RetrialOrdered": TRIED_AGAIN,
    "Sentenced": QUIET,
    "Stopped": QUIET,
    "Amended": QUIET,
    "SetAside": QUIET,
    "Died": QUIET,
    "AppealLodged": EARLY_APPEAL,
    "AppealDecided": EARLY_APPEAL,
}


@pytest.mark.feature("C1")
@pytest.mark.parametrize("event", FLAGGED)
def test_a_message_that_does_not_fit_asks_a_person_and_no_other_does(event):
    assert tuple(flag_for(event, standing) for standing in COLUMNS) == FLAGGED[event]


def test_every_event_of_the_table_is_tested_and_every_flag_has_words():
    assert set(EVENTS) == set(FLAGGED)
    assert {flag for flags in FLAGGED.values() for flag in flags if flag} <= set(FLAGS)


def test_news_that_is_a_plain_fact_asks_nobody():
    assert [flag_for("HearingListed", standing) for standing in Proceedings] == [None] * 7
