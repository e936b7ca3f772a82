"""What a decision says: the state that follows, and everything that changed on the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflows.duty_rows import DutyChange, DutyRecord
from workflows.events import CaseEvent
from workflows.snapshot import Snapshot
from workflows.values import CaseTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of one machine for one participant or defendant; `flag` is a key of `workflows.flags.FLAGS`."""

    machine: str  # journey | attendance | proceedings | referral | support | court_visit
    subject: str
    before: str
    after: str
    event: str
    cause: CaseEvent
    flag: str | None = None


def move_of(
    machine: str,
    subject: str,
    before: StrEnum | None,
    after: StrEnum,
    name: str,
    cause: CaseEvent,
    flag: str | None = None,
) -> Move:
    """Give a step of a machine for the history; one that moved nothing is kept for its flag."""
    was = before.value if before is not None else ""
    return Move(machine=machine, subject=subject, before=was, after=after.value, event=name, cause=cause, flag=flag)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRecord:
    """A value that counts as told from now on, for the table of what was told."""

    participant: str
    contact: str
    topic: str
    subject: str
    value: Any
    value_hash: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from some events: the new snapshot, what is true in it, and every change on the way, in order."""

    snapshot: Snapshot
    truth: CaseTruth
    outcomes: dict[str, str]  # event id -> changed | no-change | stale
    moves: tuple[Move, ...]
    duties: dict[str, DutyRecord]
    duty_changes: tuple[DutyChange, ...]
    tellings: tuple[ToldRecord, ...]
    void_contacts: frozenset[str]
    hearings: frozenset[str]
