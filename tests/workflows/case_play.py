"""Plays messages into a case as the write path does: steps, refolds when one belongs earlier, and drops repeats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows import snapshot as snapshots
from workflows.decide import case_truth, decide, needs_refold, refold, state_hash
from workflows.decision import Decision, Move
from workflows.duty_rows import DutyRecord
from workflows.entitlement import Rules
from workflows.events import CaseEvent
from workflows.snapshot import Snapshot

REPEAT = "repeat"


@dataclass(slots=True)
class CasePlay:
    """One case being played. The snapshot goes through JSON after every message, as it does on `court_case.state`."""

    rules: Rules
    case: str = "case"
    snapshot: Snapshot = field(init=False)
    journal: list[CaseEvent] = field(default_factory=list)
    records: dict[str, DutyRecord] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    refolds: int = 0
    read: tuple[Snapshot, Any] = field(init=False)  # the snapshot that was read last, and from which JSON

    def __post_init__(self) -> None:
        self.snapshot = Snapshot(case=self.case)
        self.read = self.snapshot, snapshots.dump(self.snapshot)

    def deliver(self, message: Sequence[CaseEvent]) -> list[str]:
        """Take one message in, or several as one batch; gives what the sender hears for each fact."""
        known = {event.fold_key for event in self.journal}
        news = {event.fold_key: event for event in message if event.fold_key not in known}
        new = [news[key] for key in sorted(news)]
        answers = {event.id: REPEAT for event in message}
        if new:
            self.journal += new
            decision = self._late() if needs_refold(self.snapshot, new) else decide(self.snapshot, new, self.rules)
            self._keep(decision)
            answers |= {event.id: decision.outcomes[event.id] for event in new}
        return [answers[event.id] for event in message]

    def play(self, messages: Iterable[Sequence[CaseEvent]]) -> CasePlay:
        for message in messages:
            self.deliver(message)
        return self

    def refolded(self) -> Decision:
        return refold(self.case, self.journal, self.rules)

    @property
    def state_hash(self) -> str:
        return state_hash(self.snapshot)

    @property
    def stored(self) -> str:
        return json.dumps(snapshots.dump(self.snapshot), sort_keys=True)

    def _late(self) -> Decision:
        self.refolds += 1
        self.records, self.moves = {}, []
        return self.refolded()

    def _keep(self, decision: Decision) -> None:
        self.records |= decision.duties
        self.moves += decision.moves
        plain = json.loads(json.dumps(snapshots.dump(decision.snapshot)))
        before, stored = self.read
        if before is not self.snapshot:
            stored = snapshots.dump(self.snapshot)
        shorter = snapshots.dump(decision.snapshot, before=self.snapshot, stored=stored)
        assert shorter == plain, "What is taken over from the state as it was read is not what would be written"
        self.snapshot = snapshots.load(plain)
        self.read = self.snapshot, plain
        assert decision.truth == case_truth(decision.snapshot), "The truth beside a snapshot is not what it says"
        assert self.snapshot == decision.snapshot, "A snapshot changed on its way through JSON"
