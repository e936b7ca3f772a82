"""Suggests the grounds on which a victim may have enhanced rights, from offences and flags. A person decides.

Nothing grants enhanced rights by itself, and nothing takes them away (domain.md section 3). While something that was
suggested waits for a decision, the shorter times count: undecided is worked as enhanced.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from workflows import charges, events, needs_pack, offence_classes, strict_toml, truth, values
from workflows.events import VictimKind
from workflows.offence_classes import OffenceClasses
from workflows.rule_file import EVIDENCE
from workflows.snapshot import NeedsStanding, Person
from workflows.values import CaseTruth
from workflows.working_days import london_date

if TYPE_CHECKING:
    from workflows.fold import Fold

_FILE = "enhanced_rights.toml"
UNDER_18, SAFETY_CONCERN, VICTIM_BEFORE = "under_18", "safety_concern", "victim_before"
FLAGS = (UNDER_18, SAFETY_CONCERN, VICTIM_BEFORE)
ADULT = 18  # years
ATTEMPT = "A"  # the letter that a CJS code of seven characters has more when it is an attempt
LENGTH_OF_A_CODE = 7

_FILE_KEYS = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "effective_from": strict_toml.day(),
        "grounds": strict_toml.rows(),
    }
)
_GROUND = MappingProxyType(
    {
        "ground": strict_toml.text(),
        "words": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "offence_parts": strict_toml.some_of(*offence_classes.PARTS, default=()),
        "offence_classes": strict_toml.some_of(default=()),
        "offence_contexts": strict_toml.some_of(*offence_classes.CONTEXTS, default=()),
        "offence_codes": strict_toml.some_of(default=()),
        "not_attempts": strict_toml.flag(default=False),
        "flags": strict_toml.some_of(*FLAGS, default=()),
        "needs": strict_toml.some_of(default=()),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One ground for enhanced rights: its key ("SEXUAL"), in words, and what makes the service ask about it."""

    ground: str
    words: str
    evidence: str
    verified: bool
    offence_parts: tuple[str, ...]
    offence_classes: tuple[str, ...]
    offence_contexts: tuple[str, ...]
    offence_codes: tuple[str, ...]
    not_attempts: bool
    flags: tuple[str, ...]
    needs: tuple[str, ...]  # questions of the needs assessment: a yes to one of them asks

    def is_asked_by(self, cjs_code: str, classes: OffenceClasses) -> bool:
        """Say whether an offence with this CJS code is one that makes the service ask. A code of no class is none."""
        code = cjs_code.strip().upper()
        if code in self.offence_codes:
            return True
        of = classes.of(code)
        if of is None or (self.not_attempts and len(code) > LENGTH_OF_A_CODE and code.endswith(ATTEMPT)):
            return False
        return of.name in self.offence_classes or of.part in self.offence_parts or of.context in self.offence_contexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The whole file: where it is from, and each ground by its key. News before `effective_from` suggests nothing."""

    title: str
    source: str
    evidence: str
    verified: bool
    effective_from: date
    by_key: Mapping[str, Ground]


def load(text: str, classes: OffenceClasses | None = None) -> Grounds:
    """Read the grounds from TOML. A repeated ground and a class nobody knows are refused, as is anything unknown."""
    table = strict_toml.read(strict_toml.parse(text, _FILE), _FILE_KEYS, _FILE)
    known = {each.name for each in (classes or offence_classes.shipped()).classes}
    found: dict[str, Ground] = {}
    for row in table.pop("grounds"):
        where = f"{_FILE}, {row.get('ground', 'a ground without a key')}"
        ground = Ground(**strict_toml.read(row, _GROUND, where))
        if ground.ground in found:
            raise strict_toml.RuleFileError(f"{where}: expected it once, found it twice. Remove one row.")
        for name in ground.offence_classes:
            if name not in known:
                hint = strict_toml.did_you_mean(name, known)
                raise strict_toml.RuleFileError(f'{where}: "offence_classes": there is no class "{name}". {hint}')
        for key in ground.needs:
            if needs_pack.shipped().question(key) is None:
                hint = strict_toml.did_you_mean(key, (each.key for each in needs_pack.shipped().questions))
                raise strict_toml.RuleFileError(f'{where}: "needs": there is no question "{key}". {hint}')
        found[ground.ground] = ground
    return Grounds(by_key=MappingProxyType(found), **table)


@functools.cache
def shipped() -> Grounds:
    """The grounds that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", _FILE).read_text(encoding="utf-8"))


def is_under_age(born_on: date, on: date) -> bool:
    """Say whether somebody born on this day is under 18 on that London date. Born on 29 February: 18 on 1 March."""
    return (on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))) < ADULT


# --- what waits for a decision ----------------------------------------------------------------------------------------


def note_suggestions(fold: Fold, received_at: datetime) -> frozenset[str]:
    """Keep with every victim the grounds that wait for a decision; give those for whom a first one came.

    What came before the file was in force (by the London date of `received_at`) suggests nothing: what was owed then
    keeps the time it had.
    """
    asked: set[str] = set()
    if london_date(received_at) < shipped().effective_from:
        return frozenset()
    for participant, person in fold.people.items():
        needed = _needed(fold.needs.get(participant))
        suggested = tuple(sorted(_waiting(participant, person, fold.truth, fold.registers, needed)))
        if suggested == person.suggested:
            continue
        if not person.suggested:
            asked.add(participant)
        fold.people[participant] = replace(person, suggested=suggested)
    return frozenset(asked)


def _needed(standing: NeedsStanding | None) -> frozenset[str]:
    answers = standing.answers if standing is not None else ()
    return grounds_of_needs(each.question for each in answers if each.answer is events.Said.YES)


def grounds_of_needs(questions: Iterable[str]) -> frozenset[str]:
    """Give the grounds about which a yes to one of these questions of a needs assessment asks."""
    answered = frozenset(questions)
    return frozenset(ground.ground for ground in shipped().by_key.values() if answered & set(ground.needs))


def _waiting(
    participant: str, person: Person, now: CaseTruth, registers: truth.Registers, needed: frozenset[str]
) -> Iterator[str]:
    # A parent and a bereaved relative have enhanced rights, a business has none, whoever is gone needs none.
    if not person.is_victim or person.victim_kind is not VictimKind.PERSON or person.left or person.died:
        return
    by_offence = _by_offence(person, now, registers)
    for ground in {*by_offence, *_flagged(), *needed} - person.grounds:
        said = _said(registers, participant, ground)
        asks = ground in by_offence or ground in needed or said == events.SUGGESTED
        if not asks and SAFETY_CONCERN in flags_that_ask(ground):
            asks = person.safety_concern_since is not None
        if asks and said != events.DECLINED:
            yield ground


@functools.cache
def _flagged() -> tuple[str, ...]:
    return tuple(each.ground for each in shipped().by_key.values() if each.flags)


def _said(registers: truth.Registers, participant: str, ground: str) -> str:
    """Give whether a ground was suggested or declined last, by an entry of its own; empty when neither."""
    stands = truth.standing(registers, f"ground:{participant}:{ground}")
    return stands.said.answer if stands and isinstance(stands.said, events.EnhancedGroundNoted) else ""


def _by_offence(person: Person, now: CaseTruth, registers: truth.Registers) -> frozenset[str]:
    question = ("grounds", person.defendants, person.offences)
    return now.remember(
        question, lambda: frozenset(ground for ground, _ in grounds_of_offences(person, now, registers))
    )


def grounds_of_offences(person: Person, now: CaseTruth, registers: truth.Registers) -> Iterator[tuple[str, str]]:
    """Give each ground with the offence that makes the service ask; without own offences, all that matter to them."""
    codes: Mapping[str, str] = now.remember("codes", lambda: charges.offence_codes(registers))
    for defendant in sorted(values.relevant_defendants(person, now)):
        for offence in values.relevant_offences(person, now, defendant):
            if code := codes.get(offence, ""):
                yield from ((ground, offence) for ground in _asked_by(code))


@functools.lru_cache(maxsize=1024)
def _asked_by(code: str) -> tuple[str, ...]:
    classes = offence_classes.shipped()
    return tuple(each.ground for each in shipped().by_key.values() if each.is_asked_by(code, classes))


def flags_that_ask(ground: str) -> tuple[str, ...]:
    """Give the flags that make the service ask about a ground ("under_18")."""
    return shipped().by_key[ground].flags


def words_of(grounds: Iterable[str]) -> tuple[str, ...]:
    """Give grounds in words, in the order of the file; what no file knows stands as it came."""
    held = set(grounds)
    known = shipped().by_key
    return (*(each.words for key, each in known.items() if key in held), *sorted(held - known.keys()))
