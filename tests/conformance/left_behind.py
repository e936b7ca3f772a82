"""Says in a few words what a message left behind in the cases: hearings, pleas, verdicts, results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from witness_care.cases.models import CourtCase, Hearing, Result
from witness_care.database import session
from workflows import snapshot
from workflows.decide import case_truth
from workflows.working_days import local_time


def left_behind() -> str:
    """Read the database of one sample: "live trial 2026-03-02 10:30; plea guilty; custody 4 Y", or "nothing"."""
    words = [*_counted(_hearings()), *_counted(_judgements()), *_counted(_results())]
    return "; ".join(words) or "nothing"


def _hearings() -> Iterator[str]:
    """A stub, of which nothing but its name is known, is left out."""
    for row in session().scalars(sa.select(Hearing).where(Hearing.status != "stub")):
        when = "without a date"
        if row.week_commencing is not None:
            when = f"week of {row.week_commencing}"
        elif row.starts_at is not None:
            when = f"{local_time(row.starts_at):%Y-%m-%d %H:%M}"
        yield f"{row.status} {row.hearing_class} {when}"


def _judgements() -> Iterator[str]:
    for state in session().scalars(sa.select(CourtCase.state)):
        for offence in case_truth(snapshot.load(state)).offences.values():
            if offence.plea:
                yield f"plea {offence.plea}"
            if offence.verdict:
                yield f"verdict {offence.verdict}"


def _results() -> Iterator[str]:
    for row in session().scalars(sa.select(Result)):
        yield f"{row.kind} {row.length}".strip() + ("" if row.final else " (goes on)")


def _counted(words: Iterable[str]) -> Iterator[str]:
    for word, count in sorted(Counter(words).items()):
        yield word if count == 1 else f"{count} times {word}"


def facts_of(parts: Iterable[dict[str, Any]]) -> str:
    """Say what the parts of an answer hold: their facts, or in brackets why they wait."""
    said = [" ".join(part["events"]) if part["events"] else f"({part['reason']})" for part in parts]
    return "; ".join(_counted_in_order(said)) or "none"


def _counted_in_order(words: Iterable[str]) -> Iterator[str]:
    for word, count in Counter(words).items():
        yield word if count == 1 else f"{count} times {word}"
