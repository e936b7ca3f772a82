"""What is true now: registers of what each source said, and the hearings they make.

Truth never depends on the order in which messages came (core.md rule 4): within one (context, stream, fact group) the
highest version stands, between contexts the newest statement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from workflows import events
from workflows.events import About, CaseEvent, DateKind, HearingClass, HearingDay, When, Where
from workflows.snapshot import Stated, Statement
from workflows.working_days import london_date, start_of_hearing

Registers = dict[str, tuple[Statement, ...]]

CHANGED, NO_CHANGE, STALE = "changed", "no-change", "stale"


class HearingStatus(StrEnum):
    STUB = "stub"  # known by name only: nothing is owed for it
    UNDATED = "undated"
    LIVE = "live"
    HEARD = "heard"
    VACATED = "vacated"
    ADJOURNED = "adjourned"
    DATE_REMOVED = "date_removed"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"

    @property
    def is_off(self) -> bool:
        return self in (self.VACATED, self.ADJOURNED, self.DATE_REMOVED, self.WITHDRAWN)

    @property
    def is_put_off(self) -> bool:
        """Off with a next date to be expected: what a relisting may take up."""
        return self in (self.VACATED, self.ADJOURNED, self.DATE_REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One hearing as it now stands. `days` carry cancellations; `reason` is a trial-outcome reason id, as sent."""

    id: str
    status: HearingStatus
    when: When | None = None
    days: tuple[HearingDay, ...] = ()
    where: Where | None = None
    about: About = About()
    reason: str = ""
    outcome: str = ""  # ineffective | cracked
    started: bool = False
    last_result_day: date | None = None

    @property
    def is_live(self) -> bool:
        return self.status is HearingStatus.LIVE

    @property
    def is_trial(self) -> bool:
        return self.about.hearing_class is HearingClass.TRIAL

    @property
    def standing_days(self) -> tuple[HearingDay, ...]:
        return tuple(day for day in self.days if not day.cancelled)

    @property
    def starts_at(self) -> datetime | None:
        """Give the first start (UTC): an unknown time counts as 10:00, a week as its first day (domain.md 2)."""
        if self.when is not None and self.when.kind is DateKind.WEEK_COMMENCING and self.when.week_commencing:
            return start_of_hearing(self.when.week_commencing)
        return min((start_of_hearing(day.on, day.at) for day in self.standing_days), default=None)

    def concerns(self, defendants: frozenset[str]) -> bool:
        """Say whether this hearing is about any of these defendants; a hearing that names none is about all."""
        return not self.about.defendants or not defendants or bool(defendants & set(self.about.defendants))


# --- taking a statement in ----------------------------------------------------------------------------------------


def take_in(registers: Registers, event: CaseEvent) -> str:
    """Put what a court or agency said into the registers; say whether truth changed, stayed, or the news is stale."""
    news = [_put(registers, key, _statement(event, said, group)) for key, said, group in _statements(event.what)]
    if CHANGED in news:
        return CHANGED
    return STALE if STALE in news else NO_CHANGE


def _statements(what: events.Fact) -> list[tuple[str, Stated, str]]:
    """Split a fact into (register, statement, fact group)."""
    said: list[tuple[str, Stated, str]]
    match what:
        case events.HearingListed():
            return [(f"announced:{what.hearing}", what.about, "listing")]
        case events.HearingConfirmed() | events.HearingMoved():
            parts: list[tuple[str, Stated | None]] = [("when", what.when), ("where", what.where), ("about", what.about)]
            return [(f"{name}:{what.hearing}", said, "listing") for name, said in parts if said is not None]
        case events.HearingSighted():
            said = [(f"sighted:{what.hearing}", what.when, "list")]
            return said + ([(f"announced:{what.hearing}", what.about, "list")] if what.about else [])
        case events.DateRemoved():
            return [(f"when:{what.hearing}", When(kind=DateKind.TO_BE_FIXED, removed=True), "listing")]
        case events.HearingDaysCancelled():
            return [(f"cancelled:{what.hearing}", what, "days-cancelled")]
        case events.TrialVacated() | events.TrialUnvacated():
            return [(f"vacation:{what.hearing}", what, "vacation")]
        case events.HearingWithdrawn() | events.HearingMarkedDuplicate():
            return [(f"withdrawn:{what.hearing}", what, "withdrawn")]
        case events.HearingAdjourned():
            return [(f"adjourned:{what.hearing}", what, f"adjourned {what.day or ''}")]
        case events.TrialIneffective() | events.TrialCracked() | events.JuryDischarged():
            return [(f"outcome:{what.hearing}", what, f"outcome {what.day or ''}")]
        case events.TrialStarted():
            return [(f"started:{what.hearing}", what, "started")]
        case events.PleaRecorded():
            return [(f"plea:{what.offence}", what, f"plea {what.offence}")]
        case events.VerdictRecorded():
            return [(f"verdict:{what.offence}", what, f"verdict {what.offence}")]
        case events.ResultsShared():
            return [(f"results:{what.hearing}:{what.day}", what, f"results {what.day}")]
        case events.BailDecided():
            return [(f"bail:{what.defendant}", what, f"bail {what.defendant}")]
        case events.WarrantStated():
            return [(f"warrant:{what.defendant}", what, f"warrant {what.defendant}")]
        case events.ProsecutionDecided():
            return [(f"decision:{what.offence}", what, f"decision {what.offence}")]
        case events.DefendantDied():
            return [(f"died:{what.defendant}", what, f"died {what.defendant}")]
        case events.AppealStated():
            return [(f"appeal:{what.defendant}", what, f"appeal {what.defendant}")]
        case events.AppealDecided():
            return [(f"appeal-decided:{what.defendant}", what, f"appeal decided {what.defendant}")]
        case events.SpecialMeasureStated():
            return [(f"measure:{what.participant}:{what.measure}", what, f"measure {what.participant} {what.measure}")]
        case events.DefendantCharged() | events.DefendantRemoved():
            return [(f"charged:{what.defendant}", what, f"charged {what.defendant}")]
        case events.OffenceDescribed():
            return [(f"described:{what.offence}", what, f"described {what.offence}")]
        case events.ParticipantRecorded():
            return [(f"recorded:{what.participant}", what, f"recorded {what.participant}")]
        case events.EnhancedGroundNoted():
            return [(f"ground:{what.participant}:{what.ground}", what, f"ground {what.participant} {what.ground}")]
        case events.CpsRequires() | events.CpsNotRequired():
            return [(f"requirement:{what.participant}", what, f"requirement {what.participant}")]
        case _:
            return []


def _statement(event: CaseEvent, said: Stated, group: str) -> Statement:
    what = event.what
    # A message without a version in a versioned stream counts as a context of its own (core.md rule 4).
    context = event.context if event.version is not None else f"{event.context} unversioned"
    day = getattr(what, "day", None)
    hearing = getattr(what, "hearing", "")
    occurred_at = what.shared_at if isinstance(what, events.ResultsShared) else event.occurred_at
    return Statement(
        slot="/".join((context, event.stream, group)),
        said=said,
        occurred_at=occurred_at,
        message_id=event.message_id,
        # A share of results is ordered by when it was shared, never by a number (feeds.md section 7).
        version=None if isinstance(what, events.ResultsShared) else event.version,
        rests_on=f"results:{hearing}:{day}" if day and not isinstance(what, events.ResultsShared) else "",
    )


def _put(registers: Registers, key: str, new: Statement) -> str:
    held = registers.get(key, ())
    rival = next((statement for statement in held if statement.slot == new.slot), None)
    if rival is not None and _rank_in_slot(new) == _rank_in_slot(rival):
        new = replace(new, said=_both(rival.said, new.said))
        if new.said != rival.said:
            registers[key] = tuple(new if statement is rival else statement for statement in held)
            return CHANGED if _newest(registers[key]) is new else NO_CHANGE
    if rival is not None and _rank_in_slot(new) <= _rank_in_slot(rival):
        return NO_CHANGE if new.message_id == rival.message_id else STALE
    before = _newest(held)
    registers[key] = after = (*(statement for statement in held if statement.slot != new.slot), new)
    stands = _newest(after)
    if stands is not None and before is not None and stands.said == before.said and stands.rests_on == before.rests_on:
        return NO_CHANGE
    return CHANGED if stands is new else NO_CHANGE


def _both(said: Stated, more: Stated) -> Stated:
    """Give what two parts of one message say together: each names those of its own case, and the cases are one now."""
    if isinstance(said, About) and isinstance(more, About):
        if said.defendants == more.defendants:
            return said
        defendants = said.defendants and more.defendants and tuple(dict.fromkeys((*said.defendants, *more.defendants)))
        return replace(
            said,
            defendants=defendants,
            offences=tuple(dict.fromkeys((*said.offences, *more.offences))),
            seeded_from=tuple(dict.fromkeys((*said.seeded_from, *more.seeded_from))),
        )
    if isinstance(said, events.ResultsShared) and isinstance(more, events.ResultsShared):
        return replace(said, results=(*said.results, *(each for each in more.results if each not in said.results)))
    return said


def _rank_in_slot(statement: Statement) -> tuple[int, datetime, str]:
    return (statement.version if statement.version is not None else -1, statement.occurred_at, statement.message_id)


def _newest(statements: tuple[Statement, ...]) -> Statement | None:
    if len(statements) == 1:
        return statements[0]
    return max(statements, key=lambda statement: (statement.occurred_at, statement.message_id), default=None)


# --- reading what stands ------------------------------------------------------------------------------------------


def standing(registers: Registers, key: str) -> Statement | None:
    """Give the statement that stands for a fact, leaving out what a later share of results has withdrawn."""
    held = registers.get(key)
    if not held:
        return None
    if len(held) == 1 and not held[0].rests_on:
        return held[0]  # nearly always
    return _newest(tuple(statement for statement in held if not _is_void(registers, statement)))


def _is_void(registers: Registers, statement: Statement) -> bool:
    if not statement.rests_on:
        return False
    share = _newest(registers.get(statement.rests_on, ()))
    return share is not None and share.message_id != statement.message_id and share.occurred_at >= statement.occurred_at


def hearing(registers: Registers, hearing_id: str) -> Hearing:
    """Give one hearing as it now stands."""
    when = _listed(registers, hearing_id)
    where = standing(registers, f"where:{hearing_id}")
    about = standing(registers, f"about:{hearing_id}") or standing(registers, f"announced:{hearing_id}")
    outcome = standing(registers, f"outcome:{hearing_id}")
    days = _days(registers, hearing_id, when)
    status, reason = _status(registers, hearing_id, when, days)
    stated_outcome = outcome.said if outcome else None
    if isinstance(stated_outcome, events.TrialIneffective | events.TrialCracked):
        reason = reason or stated_outcome.reason
    is_trial = about is not None and isinstance(about.said, About) and about.said.hearing_class is HearingClass.TRIAL
    return Hearing(
        id=hearing_id,
        status=status,
        when=when.said if when and isinstance(when.said, When) else None,
        days=days,
        where=where.said if where and isinstance(where.said, Where) else None,
        about=about.said if about and isinstance(about.said, About) else About(),
        reason=reason,
        outcome=_outcome_word(stated_outcome),
        started=is_trial and _is_under_way(registers, hearing_id, outcome),
        last_result_day=max(_result_days(registers, hearing_id), default=None),
    )


def _listed(registers: Registers, hearing_id: str) -> Statement | None:
    """Give the date as it was listed, with what a newer court list shows of it (feeds.md section 10)."""
    stated, sighted = standing(registers, f"when:{hearing_id}"), standing(registers, f"sighted:{hearing_id}")
    if sighted is None or not isinstance(sighted.said, When):
        return stated
    if stated is None or not isinstance(stated.said, When):
        return sighted
    if sighted.occurred_at < stated.occurred_at:
        return stated
    when = _with_sighting(stated.said, sighted.said, london_date(sighted.occurred_at))
    # What only confirms days, or gives their times, is no new listing: it revives nothing that was adjourned.
    is_confirmed = {day.on for day in when.days} == {day.on for day in stated.said.days}
    return replace(stated if is_confirmed and when.kind is stated.said.kind else sighted, said=when)


def _with_sighting(held: When, seen: When, published_on: date) -> When:
    """Put together the date that is held and the one a court list shows.

    A week never beats a fixed day. A day outside the fixed days moves the hearing, unless it has begun, or the list
    shows one of them too: then it is a further day.
    """
    if held.kind is not DateKind.FIXED:
        return seen
    if seen.kind is not DateKind.FIXED:
        return held
    shown = {day.on: day for day in seen.days}
    known = {day.on: day for day in held.days}
    if shown.keys().isdisjoint(known) and min(known, default=date.max) > published_on:
        return seen
    merged = {on: replace(day, at=shown[on].at or day.at) if on in shown else day for on, day in known.items()}
    further = {on: day for on, day in shown.items() if on not in known}
    return replace(held, days=tuple(day for _, day in sorted((merged | further).items())))


def _outcome_word(said: Stated | None) -> str:
    if isinstance(said, events.TrialIneffective):
        return "ineffective"
    if isinstance(said, events.JuryDischarged):
        return "jury_discharged"
    return "cracked" if isinstance(said, events.TrialCracked) else ""


def _days(registers: Registers, hearing_id: str, when: Statement | None) -> tuple[HearingDay, ...]:
    """Give the listed days with cancellations; a listing made after a cancellation stands as listed."""
    if when is None or not isinstance(when.said, When):
        return ()
    cancelled = standing(registers, f"cancelled:{hearing_id}")
    stated, sighted = standing(registers, f"when:{hearing_id}"), standing(registers, f"sighted:{hearing_id}")
    listed_at = stated.occurred_at if stated else when.occurred_at
    if cancelled is None or cancelled.occurred_at < listed_at:
        return when.said.days
    assert isinstance(cancelled.said, events.HearingDaysCancelled)
    gone = {day.on for day in cancelled.said.days if day.cancelled}
    kept = {day.on for day in cancelled.said.days if not day.cancelled}
    if sighted is not None and isinstance(sighted.said, When) and sighted.occurred_at > cancelled.occurred_at:
        shown = {day.on for day in sighted.said.days}
        gone, kept = gone - shown, kept | shown
    return tuple(
        HearingDay(day.on, day.at, day.on in gone or bool(day.cancelled and day.on not in kept))
        for day in when.said.days
    )


def _status(
    registers: Registers, hearing_id: str, when: Statement | None, days: tuple[HearingDay, ...]
) -> tuple[HearingStatus, str]:
    withdrawn = standing(registers, f"withdrawn:{hearing_id}")
    if withdrawn is not None:
        duplicate = isinstance(withdrawn.said, events.HearingMarkedDuplicate)
        return (HearingStatus.DUPLICATE if duplicate else HearingStatus.WITHDRAWN), ""
    vacation = standing(registers, f"vacation:{hearing_id}")
    if vacation is not None and isinstance(vacation.said, events.TrialVacated):
        # A move does not un-vacate (core.md rule 26): only the vacation register does.
        return HearingStatus.VACATED, _reason_given(registers, hearing_id, vacation.said)
    if _is_adjourned(registers, hearing_id, when):
        return HearingStatus.ADJOURNED, ""
    if when is None or not isinstance(when.said, When):
        return HearingStatus.STUB, ""
    if when.said.removed or (days and all(day.cancelled for day in days)):
        return HearingStatus.DATE_REMOVED, ""
    if when.said.kind is DateKind.TO_BE_FIXED:
        return HearingStatus.UNDATED, ""
    return (HearingStatus.HEARD if _is_heard(registers, hearing_id, days) else HearingStatus.LIVE), ""


def _reason_given(registers: Registers, hearing_id: str, standing_vacation: events.TrialVacated) -> str:
    """Give the reason of a vacation, from any source that gave one: silence of another does not take it away."""
    if standing_vacation.reason:
        return standing_vacation.reason
    given = [
        statement
        for statement in registers.get(f"vacation:{hearing_id}", ())
        if isinstance(statement.said, events.TrialVacated) and statement.said.reason
    ]
    newest = _newest(tuple(given))
    return newest.said.reason if newest is not None and isinstance(newest.said, events.TrialVacated) else ""


def _is_adjourned(registers: Registers, hearing_id: str, when: Statement | None) -> bool:
    """Say whether the hearing ended with another to come, or could not go ahead. A later listing revives it."""
    adjourned = standing(registers, f"adjourned:{hearing_id}")
    if adjourned and isinstance(adjourned.said, events.HearingAdjourned) and hearing_id in adjourned.said.next_hearings:
        return False
    outcome = standing(registers, f"outcome:{hearing_id}")
    to_be_tried_again = outcome and isinstance(outcome.said, events.TrialIneffective | events.JuryDischarged)
    if outcome and isinstance(outcome.said, events.JuryDischarged) and _lies_after(when, outcome.said.day):
        to_be_tried_again = False  # heard of only after the new date had come, which may be lost as any other
    ended = [adjourned, outcome if to_be_tried_again else None]
    lost_at = max((statement.occurred_at for statement in ended if statement), default=None)
    return lost_at is not None and (when is None or when.occurred_at <= lost_at)


def _lies_after(when: Statement | None, day: date | None) -> bool:
    said = when.said if when is not None else None
    return day is not None and isinstance(said, When) and bool(said.days) and all(each.on > day for each in said.days)


def _result_days(registers: Registers, hearing_id: str) -> list[date]:
    days = []
    for key in registers:
        if key.startswith(f"results:{hearing_id}:"):
            share = standing(registers, key)
            said = share.said if share is not None else None
            if isinstance(said, events.ResultsShared) and (said.results or said.elsewhere):
                days.append(said.day)
    return days


def _is_heard(registers: Registers, hearing_id: str, days: tuple[HearingDay, ...]) -> bool:
    """Say whether results were shared for the last day that stands."""
    last = max((day.on for day in days if not day.cancelled), default=None)
    return last is not None and any(day >= last for day in _result_days(registers, hearing_id))


def _is_under_way(registers: Registers, hearing_id: str, outcome: Statement | None) -> bool:
    """Say whether a trial began and has not come to an end without a verdict; one that did may begin again."""
    if outcome is None:
        return _has_started(registers, hearing_id)
    again = standing(registers, f"started:{hearing_id}")
    return again is not None and again.occurred_at > outcome.occurred_at


def _has_started(registers: Registers, hearing_id: str) -> bool:
    """Say whether a trial began: said so, a verdict was given in it, or a day of it has unadjourned results."""
    if standing(registers, f"started:{hearing_id}"):
        return True
    if any(
        isinstance(statement.said, events.VerdictRecorded) and statement.said.hearing == hearing_id
        for key in registers
        if key.startswith("verdict:") and (statement := standing(registers, key)) is not None
    ):
        return True
    return bool(_result_days(registers, hearing_id)) and standing(registers, f"adjourned:{hearing_id}") is None
