"""Decides what follows when something happens in a case: the new state, the duties, the moves of every machine.

Pure and total: whatever arrives is folded, what is early or odd is kept as a stub or with a flag for a person
(core.md rule 5). The events of one message are one change for the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby

from workflows import codec, combining, undoing
from workflows.decision import Decision
from workflows.entitlement import Rules
from workflows.events import CaseEvent
from workflows.fold import Fold, truth_of
from workflows.snapshot import Snapshot
from workflows.truth import NO_CHANGE
from workflows.values import CaseTruth


def decide(snapshot: Snapshot, events_to_fold: Sequence[CaseEvent], rules: Rules) -> Decision:
    """Fold events, which must be in fold order and later than the snapshot, and give what follows.

    In the fold, *now* is each event's `received_at`; nothing here reads a clock. Raises ValueError when the events are
    not in order: the caller then folds the whole journal with `refold`.
    """
    return _folded(Fold(snapshot, rules), events_to_fold)


def refold(case: str, journal: Iterable[CaseEvent], rules: Rules) -> Decision:
    """Fold a whole journal from nothing, in the order of core.md rule 3, whatever the order it is given in.

    What a merge of cases has replaced, or taken away, does not count.
    """
    journal = list(journal)
    fold = Fold(Snapshot(case=case), rules, kept_threads=combining.threads_kept(journal))
    fold.outcomes = {event.id: NO_CHANGE for event in journal}  # of what does not count
    fold.merged_away = combining.is_merged_away(journal)
    return _folded(fold, sorted(combining.in_force(journal), key=lambda event: event.fold_key))


def _folded(fold: Fold, events_to_fold: Sequence[CaseEvent]) -> Decision:
    for _, group in groupby(_in_order(fold.start, events_to_fold), key=lambda event: event.fold_key[:3]):
        fold.take(tuple(group))
    return fold.decision()


def needs_refold(snapshot: Snapshot, new: Sequence[CaseEvent]) -> bool:
    """Say whether new events, in fold order, make the whole journal be folded again.

    One belongs before what is already folded, or takes back an entry, or makes two cases one or one two: what stood
    before that is only in the journal.
    """
    if snapshot.merged_away:
        return True
    if snapshot.last_key is not None and new[0].fold_key[:3] <= snapshot.last_key[:3]:
        return True
    return any(isinstance(event.what, (*undoing.TAKES_BACK, *combining.MARKS)) for event in new)


def _in_order(snapshot: Snapshot, folded: Sequence[CaseEvent]) -> Sequence[CaseEvent]:
    last = snapshot.last_key
    for event in folded:
        if last is not None and event.fold_key <= last:
            raise ValueError(
                "Expected events in fold order, received one that belongs earlier. Fold the whole journal."
            )
        last = event.fold_key
    return folded


def case_truth(snapshot: Snapshot) -> CaseTruth:
    """Work out everything that is true of a case, for pages and checks."""
    return truth_of(snapshot.case, snapshot.registers, snapshot.hearings, snapshot.defendants)


def state_hash(snapshot: Snapshot, now: CaseTruth | None = None) -> str:
    """Give the hash of a case's state (core.md rule 6): truth, told, journeys, attendances, referrals and open duties.

    `now` is what is true in it, for whoever has worked that out.
    """
    now = now or case_truth(snapshot)
    state = {
        "journeys": {key: person.journey.value for key, person in snapshot.people.items()},
        "attendances": {key: person.attendance.value for key, person in snapshot.people.items()},
        "proceedings": {key: standing.value for key, standing in snapshot.defendants.items()},
        "threads": now.threads,
        "hearings": {key: codec.to_json(hearing) for key, hearing in now.hearings.items()},
        "offences": {key: codec.to_json(offence) for key, offence in now.offences.items()},
        "told": {
            "|".join(key): topic.last_told.value_hash for key, topic in snapshot.topics.items() if topic.last_told
        },
        "open": {
            "|".join(key): [topic.duty.value_hash, topic.duty.due.isoformat(), topic.duty.rule]
            for key, topic in snapshot.topics.items()
            if topic.duty
        },
    }
    referrals = {key: [each.state.value, each.result] for key, each in snapshot.referrals.items() if each.result}
    if referrals:
        state["referrals"] = referrals
    if snapshot.needs:
        state["needs"] = {key: codec.to_json(standing) for key, standing in snapshot.needs.items()}
    if snapshot.closings:
        state["closings"] = {key: codec.to_json(standing) for key, standing in snapshot.closings.items()}
    return hashlib.sha256(codec.canonical(state).encode()).hexdigest()
