"""What a template may ask for, and what each name stands for in one message, in English and in Welsh.

There is no placeholder for an address, a defendant or an offence, and there must never be one (SEC-23). A value that
two of the news in one message give differently stands for neither, so that nothing is sent with the wrong date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import dates, judgement_words, wording
from witness_care.notifications.rendering import ENGLISH, WELSH, Value
from witness_care.people.models import Participant, Person
from workflows import rulebook, tasks, values

ASK_BY_LINK = "ask_by_link"  # the key of the template that carries a one-time link
LINK = "link"
RING_US = "ring_us"  # the unit's setting: {"phone": "01632 960100", "opens": "09:00", "closes": "17:00"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One name: its words for whoever writes a template, an example, and the topic it comes from.

    `naming`: it tells who somebody is, or that there is a case: never in a neutral message.
    `personal`: never in a text. `only_in`: the one template, by its key, that may hold it.
    """

    words: str
    example: str
    topic: str = ""
    naming: bool = True
    personal: bool = False
    only_in: str = ""


ALLOWED: Mapping[str, Placeholder] = MappingProxyType(
    {
        "phone": Placeholder(words="the number on which people ring the unit", example="01632 960100", naming=False),
        "hours": Placeholder(words="when that number is answered", example="9am to 5pm", naming=False),
        LINK: Placeholder(
            words="the link by which they answer", example="(their own link)", naming=False, only_in=ASK_BY_LINK
        ),
        "unit_name": Placeholder(words="the name of the unit", example="Eastmere Witness Care Unit"),
        "name": Placeholder(words="the person's own name", example="Leah Jones", personal=True),
        "officer_name": Placeholder(words="the name of their officer", example="Olivia Hart", personal=True),
        "hearing_kind": Placeholder(words="what kind of hearing it is", example="trial", topic=values.WHEN_WHERE),
        "hearing_date": Placeholder(
            words="the first day of the hearing", example="Monday 14 December 2026", topic=values.WHEN_WHERE
        ),
        "hearing_time": Placeholder(words="the time it begins", example="10am", topic=values.WHEN_WHERE),
        "hearing_days": Placeholder(words="how many days it is to last", example="3 days", topic=values.WHEN_WHERE),
        "hearing_week": Placeholder(
            words="the week in which it may begin", example="14 December 2026", topic=values.WHEN_WHERE
        ),
        "court": Placeholder(words="the court", example="Chelmsford Crown Court", topic=values.WHEN_WHERE),
        "off_reason": Placeholder(
            words="why the hearing is off: a sentence",
            example="The court did not have enough time for the trial.",
            topic=values.WHEN_WHERE,
            personal=True,  # it may say that somebody pleaded guilty: a result
        ),
        "measures": Placeholder(
            words="which special measures the court decided on",
            example="Screens: granted",
            topic=values.SPECIAL_MEASURES,
        ),
        "support_line": Placeholder(
            words="one national service for everybody, and its number", example="Victim Support, 08 08 16 89 111"
        ),
        "support_links": Placeholder(
            words="services for people like them, one a line; they tell what kind of crime it was",
            example="Victim Support, for anybody who was hurt by a crime: 08 08 16 89 111, or victimsupport.org.uk",
            personal=True,
        ),
    }
)

# What a template may say it tells of, beyond the topic: `topic:state`.
STATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        values.WHEN_WHERE: ("on", "off", "off_not_theirs"),
        values.ATTENDANCE: ("required", "not_required"),
        values.SPECIAL_MEASURES: ("decided",),
        tasks.INTRODUCTION: ("rights",),
    }
)

# What can be told in writing: news, and who we are.
WRITTEN_TOPICS = (*values.TOLD_TOPICS, tasks.INTRODUCTION)

# What has words in English alone until a translation of them is approved.
ENGLISH_ONLY = frozenset(("hearing_kind", "hearing_days", "off_reason", "measures", "support_line", "support_links"))

# Days and months as the Unicode locale data give them; everything else in Welsh is a translator's.
WELSH_DAYS = (
    *("dydd Llun", "dydd Mawrth", "dydd Mercher", "dydd Iau", "dydd Gwener"),
    *("dydd Sadwrn", "dydd Sul"),
)
WELSH_MONTHS = (
    *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf"),
    *("Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
)


def states_of(topic: str, value: Mapping[str, Any]) -> frozenset[str]:
    """Say which states one piece of news is in: "on", "off", and "off_not_theirs" when no witness had to do with it."""
    if topic == values.WHEN_WHERE:
        if value.get("state") != "off":
            return frozenset(("on",))
        known = rulebook.trial_outcome_reason(str(value.get("reason") or ""))
        return frozenset(("off", "off_not_theirs") if known and known.reassurance else ("off",))
    if topic == values.ATTENDANCE:
        return frozenset(("required" if value.get("required") else "not_required",))
    if topic == values.SPECIAL_MEASURES:
        return frozenset(("decided",) if value.get("measures") else ())
    if topic == tasks.INTRODUCTION:
        return frozenset(("rights",) if value.get("rights") else ())
    return frozenset()


def is_over(topic: str, value: Mapping[str, Any], told: Mapping[str, Any] | None, today: date) -> bool:
    """Say whether news of a hearing is about days that are past on this London date: no message, only a talk.

    That a hearing is off matters while the day they have is ahead. What names no day is never over.
    """
    if topic != values.WHEN_WHERE:
        return False
    known = (told or {}) if value.get("state") == "off" else value
    try:
        days = [day[0] for hearing in known.get("hearings") or () for day in hearing.get("days") or () if day[0]]
        return bool(days) and date.fromisoformat(max(days)) < today
    except (AttributeError, IndexError, TypeError, ValueError):
        return False  # what another system had told may be in its own words, and names no day of ours


def can_tell(template_topics: Sequence[str], telling: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a template that names these topics has words for every piece of this news.

    One that names none tells nothing, and may be sent beside anything.
    """
    return not template_topics or all(_has_words(template_topics, news["topic"], news["value"]) for news in telling)


def tells_anything(template_topics: Sequence[str]) -> bool:
    """Whether a delivered message from this template tells a piece of news; "please ring us" tells none."""
    return bool(template_topics)


def topics_in(template_topics: Sequence[str]) -> frozenset[str]:
    """Give the topics themselves, without their states."""
    return frozenset(named.partition(":")[0] for named in template_topics)


def _has_words(template_topics: Sequence[str], topic: str, value: Mapping[str, Any]) -> bool:
    wanted = [named.partition(":")[2] for named in template_topics if named.partition(":")[0] == topic]
    return any(not state or state in states_of(topic, value) for state in wanted)


def values_for(
    session: Session, participant_id: str, telling: Sequence[Mapping[str, Any]], language: str, unit: Any
) -> Mapping[str, Value]:
    """Give the values of one message to one person in one language, as they stand now.

    `telling` holds topic, subject and value of each piece of news; `unit` the unit's row (its name and settings).
    """
    from witness_care.accounts.models import AppUser
    from witness_care.cases.models import CourtCase

    found = session.execute(
        sa.select(Person.name, AppUser.display_name.label("officer"))
        .select_from(Participant)
        .join(Person, Person.id == Participant.person_id)
        .join(CourtCase, CourtCase.id == Participant.case_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(Participant.id == participant_id)
    ).one_or_none()
    about = {"name": found.name, "officer_name": found.officer or ""} if found else {}
    return in_words(telling, language, about | unit_words(unit.name, unit.settings or {}, language))


def in_words(
    telling: Sequence[Mapping[str, Any]], language: str = ENGLISH, about: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """Put news into values by name; `about` are those that need no words: names and numbers."""
    found: dict[str, Value] = dict(about or {})
    doubtful: set[str] = set()
    for news in telling:
        for name, value in _of(news["topic"], news["value"], language).items():
            if found.setdefault(name, value) != value:
                doubtful.add(name)
    return {name: value for name, value in found.items() if value and name not in doubtful}


def unit_words(name: str, settings: Mapping[str, Any], language: str = ENGLISH) -> dict[str, str]:
    """Give who is rung, and when; nothing where the unit has not said so yet."""
    ring = settings.get(RING_US) or {}
    opens, closes = ring.get("opens"), ring.get("closes")
    hours = ""
    if opens and closes:
        starts, ends = time.fromisoformat(opens), time.fromisoformat(closes)
        hours = dates.time_range(starts, ends) if language == ENGLISH else f"{opens}-{closes}"
    return {"unit_name": name, "phone": str(ring.get("phone") or ""), "hours": hours}


# --- one piece of news ----------------------------------------------------------------------------------------------


def _of(topic: str, value: Mapping[str, Any], language: str) -> dict[str, str]:
    if topic == values.WHEN_WHERE:
        return _off(value, language) if value.get("state") == "off" else _on(value, language)
    if topic == values.SPECIAL_MEASURES and language == ENGLISH:
        return {"measures": judgement_words.measures(value)}
    return {}


def _on(value: Mapping[str, Any], language: str) -> dict[str, str]:
    hearings = tuple(value.get("hearings") or ())
    if len(hearings) != 1:
        return _kind(value, language)  # two dates at once are for a talk
    hearing = hearings[0]
    found = _kind(hearing, language) | {"court": hearing.get("court") or ""}
    if hearing.get("kind") == "week_commencing":
        if hearing.get("weeks", 1) == 1:
            found["hearing_week"] = _day(date.fromisoformat(hearing["week"]), language, weekday=False)
        return found
    return found | _days(hearing.get("days") or (), language)


def _days(days: Sequence[Sequence[str | None]], language: str) -> dict[str, str]:
    if not days or not days[0][0]:
        return {}
    first, at = days[0]
    found = {"hearing_date": _day(date.fromisoformat(str(first)), language)}
    if at:
        found["hearing_time"] = dates.clock_time(time.fromisoformat(at)) if language == ENGLISH else at
    if language == ENGLISH:
        found["hearing_days"] = "1 day" if len(days) == 1 else f"{len(days)} days"
    return found


def _off(value: Mapping[str, Any], language: str) -> dict[str, str]:
    known = rulebook.trial_outcome_reason(str(value.get("reason") or ""))
    if language != ENGLISH or known is None or known.ask_who:
        return _kind(value, language)
    return _kind(value, language) | {"off_reason": known.words}


def _kind(value: Mapping[str, Any], language: str) -> dict[str, str]:
    if language != ENGLISH:
        return {}
    return {"hearing_kind": wording.label(wording.HEARING_CLASSES, value.get("class", "other"))}


def _day(day: date, language: str, *, weekday: bool = True) -> str:
    if language == WELSH:
        words = f"{day.day} {WELSH_MONTHS[day.month - 1]} {day.year}"
        return f"{WELSH_DAYS[day.weekday()]} {words}" if weekday else words
    return dates.full_date(day) if weekday else dates.full_date(day).split(" ", 1)[1]
