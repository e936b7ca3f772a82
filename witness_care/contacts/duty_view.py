"""One duty as a page shows it at one moment: what to tell, what they have, how it stands with the time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from witness_care import dates, judgement_words, task_words, wording
from witness_care.calendars import unit_calendar
from witness_care.casework.rules import find_rule
from workflows import referral, tasks, values
from workflows.due_bands import BandMarks, DueBand, band_of, critical_from, soon_from
from workflows.rule_file import Rule
from workflows.working_days import days_later, instant_of, london_date

# There is nothing outside to check what a unit decides by itself against.
CHECKED = {"local_decision": "the unit's own decision"}
BEGINS_WITH_ITS_BASIS = re.compile("^Local policy[:,] ")
SEPARATOR = "|"  # stands between topic, subject and hash in a form's value; none of them holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """Columns of a duty row with `now` beside them; a template asks it questions and never compares a status."""

    now: datetime
    marks: BandMarks
    gets_enhanced_time: bool
    id: str
    case_id: str
    participant_id: str
    topic: str
    subject: str
    value: Mapping[str, Any]
    value_hash: str
    told_value: Mapping[str, Any] | None
    rule: str
    explanation: tuple[str, ...]
    hearing_id: str | None
    priority: int
    clock_start: datetime
    due_at: datetime
    opened_at: datetime
    officer_id: str | None = None
    closed_at: datetime | None = None
    closed_reason: str | None = None
    closed_by: str | None = None
    hearing_starts_at: datetime | None = None
    hearing_date_kind: str | None = None
    hearing_weeks: int | None = None
    attempts: int = 0
    last_attempt_at: datetime | None = None
    offences: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at < self.now

    @property
    def band(self) -> DueBand | None:
        """How it stands with its time; None when it is closed."""
        return band_of(self.due_at, self.marks, is_short=self.has_short_time) if self.is_open else None

    @property
    def band_words(self) -> str:
        """ "Not due yet", "Due soon", "Overdue", "Critically overdue"; empty when it is closed."""
        return wording.DUE_BANDS[self.band] if self.band else ""

    @property
    def is_critical(self) -> bool:
        return self.band is DueBand.CRITICALLY_OVERDUE

    @property
    def has_short_time(self) -> bool:
        """Whether it is critically overdue sooner than other work."""
        return self.marks.policy.is_short(self.rule, priority=self.priority, gets_enhanced_time=self.gets_enhanced_time)

    @property
    def soon_from(self) -> datetime:
        """When the reminder comes: from then on it is due soon."""
        return soon_from(self.due_at, self.marks.policy, unit_calendar())

    @property
    def critical_from(self) -> datetime:
        """When it goes to a supervisor: from then on it is critically overdue."""
        return critical_from(self.due_at, self.marks.policy, unit_calendar(), is_short=self.has_short_time)

    @property
    def is_due_today(self) -> bool:
        return self.is_open and not self.is_overdue and dates.is_today(self.due_at, self.now)

    @property
    def is_for_today(self) -> bool:
        """Whether it belongs to today's work: someone may travel, or it is due before tomorrow."""
        return self.priority == 0 or self.due_at < end_of_today(self.now)

    @property
    def lateness(self) -> str:
        return dates.lateness(self.due_at, self.now) if self.is_open else ""

    @property
    def beside_band(self) -> str:
        """What the band leaves open: how many working days late, or that it is due today or tomorrow."""
        return "" if self.lateness == dates.LATE else self.lateness

    @property
    def someone_may_travel(self) -> bool:
        """Whether they were told of a start that lies within a day and no longer stands as told."""
        start = values.start_told(self.told_value)
        return start is not None and bool(dates.hours_until(start, self.now))

    @property
    def hearing_in(self) -> str:
        """How soon the hearing is that this is about, or the one they still expect: "in 4 hours"."""
        starts = [at for at in (self.hearing_starts_at, values.start_told(self.told_value)) if at and at > self.now]
        return dates.hours_until(min(starts), self.now) if starts else ""

    @property
    def is_told_by_talking(self) -> bool:
        """Whether this is news to pass on; keeping in touch is done by the talk itself."""
        return self.topic in values.TOLD_TOPICS

    @property
    def is_done_with_them(self) -> bool:
        """Whether it is something to do that is done by talking with them, and ticked when it is."""
        return self.topic in tasks.TASKS and not (self.is_for_the_cps or self.has_a_page)

    @property
    def is_an_assessment(self) -> bool:
        """Whether it is done on the page of their needs: by the answers, and never by a tick."""
        return self.topic == tasks.NEEDS

    @property
    def is_the_last_talk(self) -> bool:
        """Whether it is had on the page of the last talk: by the answers, and never by a tick."""
        return self.topic == tasks.CLOSURE

    @property
    def has_a_page(self) -> bool:
        """Whether answers that are taken down on a page of its own end it, and no tick."""
        return self.is_an_assessment or self.is_the_last_talk or self.is_about_dates or self.is_a_recheck

    @property
    def is_about_dates(self) -> bool:
        """Whether it is done on the page of dates they cannot come: by the answer, and never by a tick."""
        return self.topic == tasks.DATES_TO_AVOID

    @property
    def is_a_recheck(self) -> bool:
        """Whether it is done on the page of their measures and help, line by line, and never by a tick."""
        return self.topic == tasks.RECHECK

    @property
    def is_for_the_cps(self) -> bool:
        """Whether it is done by asking the CPS, not the person."""
        return self.topic == tasks.SPECIAL_MEASURES_CHASE

    @property
    def is_a_task(self) -> bool:
        """Whether it is something to do rather than news to pass on."""
        return tasks.is_task(self.topic)

    @property
    def is_settled_by_talking(self) -> bool:
        """Whether the talk itself is what is owed."""
        return self.topic == values.KEEP_IN_TOUCH

    @property
    def is_an_offer(self) -> bool:
        """Whether an answer about support or a visit ends it: it is recorded on a page of its own."""
        return self.topic in (tasks.PRE_TRIAL_VISIT, tasks.WITNESS_SERVICE)

    @property
    def is_a_referral(self) -> bool:
        """Whether it is done on the page of the Victim Contact Scheme."""
        return self.topic == referral.TOPIC

    @property
    def to_tell(self) -> str:
        return wording.to_tell(self.topic, self.value, self.told_value)

    @property
    def what(self) -> str:
        return wording.what(self.topic, self.value, self.offences)

    @property
    def meanings(self) -> list[str]:
        """What the sentences that are to be told mean, and what follows from them (right 9); else nothing."""
        return judgement_words.meanings(self.value) if self.topic == values.SENTENCE else []

    @property
    def details(self) -> str:
        """What stands beside `to_tell` in a row."""
        return wording.details(self.topic, self.value, self.offences)

    @property
    def last_told(self) -> str:
        return wording.last_told(self.topic, self.told_value, self.offences)

    @property
    def still_expects(self) -> str:
        """What somebody who may travel still believes: shown in the row itself, not only under "Why"."""
        return self.last_told if self.priority == 0 and values.start_told(self.told_value) else ""

    @property
    def has_been_told(self) -> str:
        """What they were last told, in full; empty when it was nothing."""
        return wording.what(self.topic, self.told_value, self.offences) if self.told_value else ""

    @property
    def shown(self) -> str:
        """What the form sends back: which value stood on the screen."""
        return SEPARATOR.join((self.topic, self.subject, self.value_hash))

    @property
    def ticks(self) -> tuple[tuple[str, str, str], ...]:
        """What is ticked when it is done with them: what the form sends back, its words, and what it is about.

        Each question of an introduction is a tick of its own.
        """
        if self.topic != tasks.INTRODUCTION:
            return ((self.shown, self.to_tell, self.what),)
        victim = bool(self.value.get("rights"))
        return tuple(
            (
                SEPARATOR.join((self.shown, part)),
                f"{self.to_tell}: {task_words.part_words(part, is_victim=victim)}",
                "",
            )
            for part in tasks.parts_of(self.value)
        )

    @property
    def found_rule(self) -> Rule | None:
        """The rule this duty runs under; None when its pack is not shipped any more."""
        return find_rule(self.rule, london_date(self.clock_start))

    @property
    def rule_in_words(self) -> dict[str, str]:
        """The rule as the page shows it; empty when its pack is not shipped any more."""
        rule = self.found_rule
        return rule_in_words(rule) if rule else {}

    @property
    def ended_as(self) -> str:
        """How it ended, in words; only of a closed one."""
        return wording.closed(self.topic, self.closed_reason)

    @property
    def rule_basis(self) -> str:
        """ "Victims' Code" or "unit policy"."""
        rule = self.found_rule
        return wording.basis(rule.basis) if rule else self.rule

    @property
    def rule_title(self) -> str:
        rule = self.found_rule
        return rule.title if rule else ""


def rule_in_words(rule: Rule) -> dict[str, str]:
    """What a page says of a rule, line by line: which it is, where it is written, and how far that was checked."""
    lines = {
        "Rule": f"{rule.title} ({rule.id})",
        "Kind": wording.sentence(wording.basis(rule.basis)),
        "Written in": rule.source,
        "Pack": rule.pack,
        "Checked": wording.sentence(rule.checked_in_words or CHECKED.get(rule.evidence, "yes, against its source")),
    }
    days = rule.days_reference
    if days.basis != rule.basis:
        source = BEGINS_WITH_ITS_BASIS.sub("", days.source)
        lines["Number of days"] = f"{wording.sentence(wording.basis(days.basis))}: {source}"
    return lines


def end_of_today(now: datetime) -> datetime:
    """The first instant (UTC) that is tomorrow in London."""
    return instant_of(days_later(london_date(now), 1), time(0))
