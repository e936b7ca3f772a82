"""Works out what may be written to one person now: which ways the gate allows, and which approved words fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import wording
from witness_care.accounts.models import AppUser, Unit
from witness_care.cases.models import CourtCase
from witness_care.contacts.duty_view import DutyView
from witness_care.notifications import placeholders, signposts, template_queries
from witness_care.notifications.models import CHANNELS, EMAIL, LETTER, TEXT, MessageTemplate
from witness_care.notifications.rendering import ENGLISH, WELSH, CannotRender, Rendered, Value, render_all
from witness_care.people import reach
from workflows.safe_contact import KINDS_OF_CHANNEL, Delay, Refuse
from workflows.working_days import london_date

SENT_AS = {TEXT: "Text message", EMAIL: "E-mail", LETTER: "Letter"}
CHANNEL_OF_KIND = {kind: channel for channel in CHANNELS for kind in KINDS_OF_CHANNEL[channel]}
READS_WELSH = "Welsh"
NO_WELSH = "They read Welsh, and these words await an approved translation. Ring them instead."


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to write to a person: whether a neutral and a naming message may go, and what the gate says of it."""

    point_id: str
    channel: str
    shown: str  # the number or address; never that of a way that may not be used
    may_name_us: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One message that could be sent: approved words by one way, the news it tells, and exactly how it would read."""

    way: Way
    template: MessageTemplate
    tells: tuple[DutyView, ...]
    parts: tuple[Rendered, ...]

    @property
    def key(self) -> str:
        return f"{self.template.id}|{self.way.point_id}"

    @property
    def topics(self) -> tuple[tuple[str, str], ...]:
        return tuple((duty.topic, duty.subject) for duty in self.tells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All that may be written to one person now, and in words what may not."""

    choices: tuple[Choice, ...]
    forbidden: tuple[str, ...]
    left_out: tuple[str, ...]
    languages: str

    def chosen(self, key: str | None) -> Choice | None:
        return next((choice for choice in self.choices if choice.key == key), None)


# Which words are offered first, where several would do; a reminder is never the first to tell a date.
FIRST_NEWS, NEWER_NEWS = "hearing_date", "new_date"
SUGGESTED = ("date_off_with_reason", "date_off", "not_needed", "week_of_hearing", "special_measures")


def suggested(choices: Sequence[Choice], chosen: str = "") -> Choice | None:
    """Give the message to begin with: by the way they chose, telling most, in the words that fit; None for none."""

    def rank(choice: Choice) -> tuple[Any, ...]:
        told_before = any(duty.told_value for duty in choice.tells)
        order = (NEWER_NEWS if told_before else FIRST_NEWS, *SUGGESTED)
        place = order.index(choice.template.key) if choice.template.key in order else len(order)
        channel = CHANNELS.index(choice.way.channel)
        return (choice.way.channel != chosen, channel, -len(choice.tells), place, choice.key)

    return min((choice for choice in choices if choice.tells), key=rank, default=None)


def languages_of(person: Any) -> str:
    """Give the languages of a message: whoever reads Welsh gets the Welsh first, and the English with it."""
    return f"{WELSH},{ENGLISH}" if person.language == READS_WELSH else ENGLISH


def offer(
    session: Session,
    person: Any,
    points: Sequence[Any],
    duties: Sequence[DutyView],
    templates: Sequence[MessageTemplate],
    about: Mapping[str, Mapping[str, Value]],
    *,
    now: datetime,
) -> Offer:
    """Give what may be written to `person` now. `about` are the values by language that no news gives.

    A way that the gate refuses is not there; why stands in `forbidden`. Words that cannot be filled in are not there.
    """
    ways, forbidden = ways_of(person, points, now)
    today = london_date(now)
    duties = [each for each in duties if not placeholders.is_over(each.topic, each.value, each.told_value, today)]
    languages = languages_of(person)
    left_out: list[str] = []
    choices = []
    for way in ways:
        for template in templates:
            if template.channel != way.channel or not (template.neutral or way.may_name_us):
                continue
            choice = _choice(way, template, duties, languages, about)
            if isinstance(choice, Choice):
                choices.append(choice)
            elif choice and choice not in left_out:
                left_out.append(choice)
    # Words that tell something stand above those that only ask to ring.
    choices.sort(key=lambda choice: (CHANNELS.index(choice.way.channel), not choice.tells, choice.template.title))
    return Offer(choices=tuple(choices), forbidden=forbidden, left_out=tuple(left_out), languages=languages)


def ways_of(person: Any, points: Sequence[Any], now: datetime) -> tuple[list[Way], tuple[str, ...]]:
    """Ask the gate about each way to write to somebody: those that may be used, and a line for each that may not."""
    ways, forbidden = [], []
    for point in points:
        channel = CHANNEL_OF_KIND.get(point.kind)
        if channel is None or point.withdrawn_at is not None:
            continue
        neutral = reach.ask(person, point, channel, now, neutral=True)
        if isinstance(neutral, Refuse):
            forbidden.append(
                f"{SENT_AS[channel]} ({wording.label(wording.CONTACT_POINTS, point.kind)}): {neutral.words}"
            )
            continue
        naming = reach.ask(person, point, channel, now, neutral=False)
        notes = [neutral.words] if isinstance(neutral, Delay) else []
        if isinstance(naming, Refuse):
            notes.append(naming.words)
        ways.append(
            Way(
                point_id=point.id,
                channel=channel,
                shown=point.sealed_value.open(point.id) if channel != LETTER else "their recorded address",
                may_name_us=not isinstance(naming, Refuse),
                note=" ".join(notes),
            )
        )
    return ways, tuple(forbidden)


def values_about(session: Session, who: Any, templates: Sequence[MessageTemplate] = ()) -> dict[str, dict[str, Value]]:
    """Give, by language, the values that no news gives: the person's name, their officer, and who is rung.

    The links to support only where one of these templates asks for them.
    """
    texts = [template.body_en for template in templates]
    unit = session.execute(
        sa.select(Unit.name, Unit.settings, AppUser.display_name)
        .select_from(CourtCase)
        .join(Unit, Unit.id == CourtCase.unit_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(CourtCase.id == who.case_id)
    ).one()
    names = {"name": who.name, "officer_name": unit.display_name or ""}
    return {
        language: names
        | placeholders.unit_words(unit.name, unit.settings or {}, language)
        | signposts.values_for(session, who.id, language, *texts)
        for language in (ENGLISH, WELSH)
    }


def templates_for(session: Session, points: Sequence[Any]) -> Sequence[MessageTemplate]:
    """Read the approved words for every way that a person has at all."""
    channels = {CHANNEL_OF_KIND[point.kind] for point in points if point.kind in CHANNEL_OF_KIND}
    # One that carries a link is sent from the page that makes the link.
    return [each for each in template_queries.in_use(session, channels) if each.key != placeholders.ASK_BY_LINK]


def news(duty: DutyView) -> dict[str, Any]:
    """Give what is owed as a message holds it."""
    return {"topic": duty.topic, "subject": duty.subject, "value": duty.value, "value_hash": duty.value_hash}


def _choice(
    way: Way,
    template: MessageTemplate,
    duties: Sequence[DutyView],
    languages: str,
    about: Mapping[str, Mapping[str, Value]],
) -> Choice | str | None:
    """Give the message that these words would make; words why not; or None where they are not about this at all."""
    topics = template.topics or ()
    tells = tuple(duty for duty in duties if topics and placeholders.can_tell(topics, [news(duty)]))
    if topics and not tells:
        return None
    if WELSH in languages and not template.body_cy:
        return NO_WELSH
    telling = [news(duty) for duty in tells]
    values = {language: placeholders.in_words(telling, language, about[language]) for language in languages.split(",")}
    try:
        parts = render_all(template, values, languages)
    except CannotRender as problem:
        return f"{template.title}: {problem.words}"
    return Choice(way=way, template=template, tells=tells, parts=parts)
