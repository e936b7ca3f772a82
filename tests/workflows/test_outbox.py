"""How far a written message has come: the table, written here once more by hand."""

from __future__ import annotations

import pytest

from tests.workflows.truth_table import is_caught, mistakes, seeded_faults
from workflows import outbox
from workflows.outbox import Outbox

pytestmark = pytest.mark.feature("F1")

R, H, S, A, D, U, E, F, B, C = (
    *("ready", "held", "sending", "accepted", "delivered"),
    *("unknown", "escalated", "failed", "blocked", "cancelled"),
)
OUTBOX = {
    #              draft ready held  sending accepted delivered unknown escalated failed blocked cancelled
    "sent":       (R,    "=",  R,    "=",    "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "put_off":    (H,    H,    "=",  "=",    "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "hour_came":  ("=",  "=",  R,    "=",    "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "refused":    (B,    B,    B,    "=",    "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "cancelled":  (C,    C,    C,    "=",    "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "claimed":    ("=",  S,    "=",  "=",    "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "taken":      ("=",  "=",  "=",  A,      "=",     "=",      A,      A,        "=",   "=",    "="),
    "try_later":  ("=",  "=",  "=",  R,      "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "lost_sight": ("=",  "=",  "=",  U,      "=",     "=",      "=",    "=",      "=",   "=",    "="),
    "not_taken":  ("=",  "=",  "=",  "=",    "=",     "=",      R,      "=",      "=",   "=",    "="),
    "delivered":  ("=",  D,    D,    D,      D,       "=",      D,      D,        "=",   "=",    "="),
    "failed":     ("=",  "=",  "=",  F,      F,       "=",      F,      F,        "=",   "=",    "="),
    "gave_up":    ("=",  "=",  "=",  E,      E,       "=",      E,      "=",      "=",   "=",    "="),
    "rung":       ("=",  "=",  "=",  "=",    "=",     "=",      "=",    F,        "=",   "=",    "="),
    "sent_again": ("=",  "=",  "=",  "=",    "=",     "=",      "=",    R,        "=",   "=",    "="),
}  # fmt: skip
BY_HAND = [
    *(Outbox.DRAFT, Outbox.READY, Outbox.HELD, Outbox.SENDING, Outbox.ACCEPTED, Outbox.DELIVERED),
    *(Outbox.UNKNOWN, Outbox.ESCALATED, Outbox.FAILED, Outbox.BLOCKED, Outbox.CANCELLED),
]
HELD_AGAINST = {"module": outbox, "guards": (), "final": outbox.FINAL}


def expected(state, event, answers):
    cell = OUTBOX[event][BY_HAND.index(state)]
    return (state if cell == "=" else Outbox(cell)), None


def test_the_table_is_the_one_written_by_hand():
    assert list(mistakes(outbox.TABLE, expected=expected, **HELD_AGAINST)) == []


@pytest.mark.parametrize(
    ("what", "table"), [pytest.param(what, table, id=what) for what, table in seeded_faults(outbox.TABLE)]
)
def test_a_wrong_row_is_noticed(what, table):
    assert is_caught(table, expected=expected, **HELD_AGAINST), what


def test_a_message_of_which_nobody_can_tell_is_never_taken_up_by_itself():
    for state in (Outbox.SENDING, Outbox.UNKNOWN, Outbox.ESCALATED, Outbox.ACCEPTED):
        assert not outbox.next_state(state, "claimed").moved


def test_a_message_that_left_cannot_be_called_back_and_one_that_is_final_stays():
    assert not outbox.next_state(Outbox.SENDING, "cancelled").moved
    for state in outbox.FINAL:
        assert outbox.may_happen_next(state) == ()
