"""How far a referral has come: the table of domain.md section 5.5, written here once more by hand."""

from __future__ import annotations

import pytest

from tests.workflows.truth_table import is_caught, mistakes, seeded_faults
from workflows import referral
from workflows.referral import Referral, ReferralFacts, may_happen_next, next_state

pytestmark = pytest.mark.feature("I2")

COLUMNS = tuple(Referral)
WORDS = {"due": "due", "review": "review", "sent": "sent", "ack": "acknowledged", "reject": "rejected"}
WORDS |= {"vlo": "vlo_contacted", "no": "not_referred", "back": "withdrawn"}

# =: stay. ask: stay, and a person is asked. P: stay, and the entry is queried. "due anew": due for another sentence.
CELLS = {
    #                 none      review    due       sent      ack       rejected  vlo  no             withdrawn
    "eligible":      ("due",    "due",    "=",      "=",      "=",      "=",      "=", "due anew",    "due anew"),
    "review_needed": ("review", "=",      "ask",    "ask",    "ask",    "ask",    "=", "review anew", "review anew"),
    "not_eligible":  ("=",      "no",     "ask",    "ask",    "ask",    "ask",    "=", "=",           "="),
    "refer":         ("due",    "due",    "=",      "=",      "=",      "due",    "=", "due",         "due"),
    "do_not_refer":  ("P",      "no",     "no",     "P",      "P",      "no",     "P", "=",           "="),
    "sent":          ("P",      "P",      "sent",   "=",      "=",      "sent",   "=", "P",           "P"),
    "acknowledged":  ("P",      "P",      "P",      "ack",    "=",      "ack",    "=", "P",           "P"),
    "rejected":      ("P",      "P",      "P",      "reject", "reject", "=",      "P", "P",           "P"),
    "vlo_contacted": ("P",      "vlo",    "vlo",    "vlo",    "vlo",    "vlo",    "=", "=",           "="),
    "withdraw":      ("P",      "P",      "back",   "back",   "back",   "back",   "P", "=",           "="),
}  # fmt: skip
ASKED = {"review_needed": "referral_no_longer_certain", "not_eligible": "referral_no_longer_eligible"}
GUARDS = ("the_sentence_is_another",)


def expected(state, event, answers):
    cell = CELLS[event][COLUMNS.index(state)]
    if cell.endswith(" anew"):
        cell = cell.removesuffix(" anew") if answers["the_sentence_is_another"] else "="
    if cell == "ask":
        return state, ASKED[event]
    if cell == "P":
        return state, "referral_entry_does_not_fit"
    return (state if cell == "=" else Referral(WORDS[cell])), None


def test_the_table_is_that_of_the_rules():
    found = list(mistakes(referral.TABLE, module=referral, guards=GUARDS, expected=expected, final=LAST))

    assert found == []


LAST = (Referral.VLO_CONTACTED,)


@pytest.mark.parametrize(
    ("what", "table"), [pytest.param(what, table, id=what) for what, table in seeded_faults(referral.TABLE)]
)
def test_a_wrong_row_is_noticed(what, table):
    assert is_caught(table, module=referral, guards=GUARDS, expected=expected, final=LAST), what


def test_nothing_that_a_court_says_withdraws_a_referral():
    said = ("eligible", "review_needed", "not_eligible")

    for state in (Referral.DUE, Referral.SENT, Referral.ACKNOWLEDGED, Referral.REJECTED, Referral.VLO_CONTACTED):
        for event in said:
            assert next_state(state, event, ReferralFacts(new_version=True)).state is state


def test_what_may_follow_is_asked_of_the_table():
    assert may_happen_next(Referral.SENT) == ("acknowledged", "rejected", "vlo_contacted", "withdraw")
