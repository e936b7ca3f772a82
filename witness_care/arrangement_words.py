"""Says in words for which trial something was granted or arranged, and which trial there is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from witness_care import dates, judgement_words
from workflows import needs_pack, occasions, recheck
from workflows.occasions import Occasion
from workflows.recheck import ToConfirm

STANDS = {"granted": "granted", "applied": "applied for", "arranged": "arranged"}


def name(what: str) -> str:
    """Name a measure or a kind of help: "live link", "travel to and from court"."""
    key = what.partition(":")[2]
    if recheck.kind_of(what) == recheck.MEASURE:
        return judgement_words.MEASURES.get(key, key)
    question = needs_pack.shipped().question(key)
    return question.label.lower() if question else key


def reason(line: ToConfirm) -> str:
    """Say why it is to be confirmed: "granted for A on Monday 9 March; the trial is now at B on Monday 16 March"."""
    in_a_room = occasions.ROOM in line.because
    was, now = (recheck.trial_in(trial, room=in_a_room) for trial in (line.was, line.now))
    return f"{_was(line.stands, was)}; the trial is now {_at(now)}"


def place(trial: Occasion) -> str:
    """Name a trial: "Eastmere Crown Court on Monday 9 March 2026"; empty when nothing is known of it."""
    return _where_and_when(recheck.trial_in(trial))


def to_confirm(value: Mapping[str, object]) -> str:
    """Say of a task what is to be confirmed, each with what it was for."""
    confirm = value.get("confirm", {})
    now = {key: str(word) for key, word in value.items() if key != "confirm"}
    if not isinstance(confirm, Mapping):
        return ""
    lines = [f"{name(what)} {_was(was['stands'], was)}" for what, was in sorted(confirm.items())]
    words = f"{'; '.join(lines)}. The trial is now {_at(now)}"
    return words[:1].upper() + words[1:]


def names(whats: Iterable[str]) -> str:
    """Name several, in the order of their names: "screens; travel"."""
    return "; ".join(name(what) for what in sorted(whats))


def _was(stands: str, was: Mapping[str, str]) -> str:
    return f"{STANDS.get(stands, stands)} for {_where_and_when(was) or 'a trial without a date'}"


def _at(now: Mapping[str, str]) -> str:
    return f"at {_where_and_when(now)}" if now.get("court") else _where_and_when(now)


def _where_and_when(about: Mapping[str, str]) -> str:
    court, room = about.get("court", ""), about.get("room", "")
    day = ""
    if about.get("trial"):
        on = dates.full_date(date.fromisoformat(about["trial"]))
        day = f"in the week of {on}" if about.get("week") else f"on {on}"
    return " ".join(part for part in (court, day) if part) + (f", {room}" if room else "")
