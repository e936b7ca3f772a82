"""Says which class an offence belongs to, so that it is known which victims the Victim Contact Scheme is for."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

from workflows import strict_toml
from workflows.rule_file import EVIDENCE

_FILE = "offence_classes.toml"
PARTS = ("murder", "violent", "sexual", "terrorism", "none")
CONTEXTS = ("", "harassment", "stalking", "coercive_control", "order_breach")

_FILE_KEYS = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "interim_order_codes": strict_toml.some_of(),
        "never_custody_codes": strict_toml.some_of(),
        "limbs": strict_toml.rows(),
        "classes": strict_toml.rows(),
    }
)
_LIMB = MappingProxyType(
    {
        "limb": strict_toml.one_of("a", "b", "c"),
        "words": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
    }
)
_CLASS = MappingProxyType(
    {
        "class": strict_toml.text(),
        "part": strict_toml.one_of(*PARTS),
        "title": strict_toml.text(),
        "act": strict_toml.text(),
        "section": strict_toml.text(),
        "aliases": strict_toml.some_of(default=()),
        "cjs_codes": strict_toml.some_of(),
        "notification": strict_toml.one_of("yes", "no", "depends", default="no"),
        "child": strict_toml.one_of("yes", "no", "if_child", "unclear", default="no"),
        "context": strict_toml.one_of(*CONTEXTS, default=""),
        "source": strict_toml.text(),
        "verified": strict_toml.flag(),
    }
)
# An attempt, aiding, conspiracy, encouragement or incitement has the code of the offence and one letter more.
_LENGTH_OF_A_CODE = 7
_INCHOATE = frozenset("ABCEI")


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceClass:
    """One class of offence and where it is written.

    `notification` says whether it makes the offender subject to sexual offence notification; `child` whether it is an
    offence against a child ("if_child": when the victim is one; "unclear": not checked). `context` is what kind of
    abuse it is by itself.
    """

    name: str
    part: str
    title: str
    act: str
    section: str
    aliases: tuple[str, ...]
    cjs_codes: tuple[str, ...]
    notification: str
    child: str
    context: str
    source: str
    verified: bool

    @property
    def is_listed(self) -> bool:
        """Whether it is murder, or in the schedule of violent, sexual and terrorism offences."""
        return self.part != "none"

    @property
    def in_words(self) -> str:
        """The offence with its Act: "Robbery or assault with intent to rob (Theft Act 1968, section 8)"."""
        if self.act == "Common law":
            return f"{self.title} (common law)"
        sections = "sections" if any(mark in self.section for mark in (" to ", ",", " and ")) else "section"
        return f"{self.title} ({self.act}, {sections} {self.section})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limb:
    """One limb of section 45(2) of the Domestic Violence, Crime and Victims Act 2004."""

    limb: str
    words: str
    source: str
    evidence: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceClasses:
    """The whole file: the classes by CJS code, the limbs, and what some results of a court are."""

    title: str
    source: str
    evidence: str
    verified: bool
    classes: tuple[OffenceClass, ...]
    limbs: Mapping[str, Limb]
    interim_order_codes: frozenset[str]
    never_custody_codes: frozenset[str]
    by_code: Mapping[str, OffenceClass]

    def of(self, cjs_code: str) -> OffenceClass | None:
        """The class of a CJS code, in any case of letters. None: not known, which is never "not listed"."""
        code = cjs_code.strip().upper()
        found = self.by_code.get(code)
        if found is None and len(code) == _LENGTH_OF_A_CODE + 1 and code[-1] in _INCHOATE:
            found = self.by_code.get(code[:-1])
        return found


def load(text: str) -> OffenceClasses:
    """Read the classes from TOML. A repeated class, limb or code is refused, as is anything unknown."""
    table = strict_toml.read(strict_toml.parse(text, _FILE), _FILE_KEYS, _FILE)
    classes = tuple(_class(row) for row in table["classes"])
    limbs = tuple(
        Limb(**strict_toml.read(row, _LIMB, f"{_FILE}, limb {row.get('limb', 'without a letter')}"))
        for row in table["limbs"]
    )
    _refuse_repeats(each.name for each in classes)
    _refuse_repeats(code for each in classes for code in each.cjs_codes)
    _refuse_repeats(each.limb for each in limbs)
    if {each.limb for each in limbs} != {"a", "b", "c"}:
        raise strict_toml.RuleFileError(
            f"{_FILE}: expected the limbs a, b and c of section 45(2). Add what is missing."
        )
    return OffenceClasses(
        title=table["title"],
        source=table["source"],
        evidence=table["evidence"],
        verified=table["verified"],
        classes=classes,
        limbs=MappingProxyType({each.limb: each for each in limbs}),
        interim_order_codes=frozenset(table["interim_order_codes"]),
        never_custody_codes=frozenset(table["never_custody_codes"]),
        by_code=MappingProxyType({code: each for each in classes for code in each.cjs_codes}),
    )


@functools.cache
def shipped() -> OffenceClasses:
    """The classes that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", _FILE).read_text(encoding="utf-8"))


def _class(row: Mapping[str, Any]) -> OffenceClass:
    where = f"{_FILE}, {row.get('class', 'a class without a name')}"
    values = strict_toml.read(row, _CLASS, where)
    if not values["cjs_codes"]:
        raise strict_toml.RuleFileError(f'{where}: expected at least one code in "cjs_codes", found none. Add one.')
    return OffenceClass(name=values.pop("class"), **values)


def _refuse_repeats(found: Iterable[str]) -> None:
    known: set[str] = set()
    for name in found:
        if name in known:
            raise strict_toml.RuleFileError(f'{_FILE}: expected "{name}" once, found it twice. Remove one.')
        known.add(name)
