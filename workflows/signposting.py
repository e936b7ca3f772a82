"""Says which links to support go to somebody: a set for each kind of crime against them, and the general ones.

A list of links tells what kind of crime it was. So this module only says which links there are for a person; where
they may be written is for the templates and the safe-contact gate (docs/adr/0037).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from types import MappingProxyType
from typing import Any

from workflows import charges, enhanced_rights, offence_classes, strict_toml, values
from workflows.rule_file import EVIDENCE
from workflows.snapshot import Snapshot
from workflows.strict_toml import RuleFileError
from workflows.values import CaseTruth

FILE = "signposting.toml"

_PACK = MappingProxyType(
    {
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "evidence": strict_toml.one_of(*EVIDENCE),
        "verified": strict_toml.flag(),
        "sets": strict_toml.rows(),
        "links": strict_toml.rows(),
    }
)
_SET = MappingProxyType(
    {
        "key": strict_toml.text(),
        "title": strict_toml.text(),
        "grounds": strict_toml.some_of(default=()),
        "offence_contexts": strict_toml.some_of(*filter(None, offence_classes.CONTEXTS), default=()),
        "offence_classes": strict_toml.some_of(default=()),
        "code_prefixes": strict_toml.some_of(default=()),
    }
)
_LINK = MappingProxyType(
    {
        "key": strict_toml.text(),
        "sets": strict_toml.some_of(),
        "name": strict_toml.text(),
        "for_whom": strict_toml.text(),
        "phone": strict_toml.text(required=False),
        "site": strict_toml.text(required=False),
        "in_a_text": strict_toml.flag(default=False),
        "last_checked": strict_toml.day(required=False),
        "verified": strict_toml.flag(),
    }
)
_PHONE = re.compile(r"[0-9](?: ?[0-9]){2,14}")
_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[a-z0-9/-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSet:
    """Links for one kind of crime, and what makes them apply. One without any condition is for everybody."""

    key: str
    title: str
    grounds: tuple[str, ...]
    offence_contexts: tuple[str, ...]
    offence_classes: tuple[str, ...]
    code_prefixes: tuple[str, ...]

    @property
    def is_general(self) -> bool:
        """Whether it is for everybody."""
        return not (self.grounds or self.offence_contexts or self.offence_classes or self.code_prefixes)

    def is_for_code(self, cjs_code: str) -> bool:
        """Say whether an offence with this CJS code makes the set apply. A code of no class is told by its letters."""
        code = cjs_code.strip().upper()
        if any(code.startswith(prefix) for prefix in self.code_prefixes):
            return True
        classes = offence_classes.shipped()
        if any(enhanced_rights.shipped().by_key[ground].is_asked_by(code, classes) for ground in self.grounds):
            return True
        of = classes.of(code)
        return of is not None and (of.name in self.offence_classes or of.context in self.offence_contexts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One service: whom it is for and how it is reached. Without `last_checked` nobody has checked it yet.

    `in_a_text`: the one of the general set that a text message carries.
    """

    key: str
    sets: tuple[str, ...]
    name: str
    for_whom: str
    phone: str
    site: str
    in_a_text: bool
    last_checked: date | None
    verified: bool

    @property
    def reached(self) -> str:
        """How it is reached: "0808 2000 247, or nationaldahelpline.org.uk"."""
        return ", or ".join(filter(None, (self.phone, self.site)))

    @property
    def line(self) -> str:
        """The whole link as it stands in a message."""
        return f"{self.name}, for {self.for_whom}: {self.reached}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signposts:
    """The whole file. The general set is the last one."""

    title: str
    source: str
    evidence: str
    verified: bool
    sets: tuple[LinkSet, ...]
    links: tuple[Link, ...]

    def sets_for(self, codes: Iterable[str], grounds: Iterable[str]) -> tuple[LinkSet, ...]:
        """Give the sets for somebody: of each offence against them and each recorded ground, then the general one."""
        codes, held = tuple(codes), frozenset(grounds)
        return tuple(
            each
            for each in self.sets
            if each.is_general or held & set(each.grounds) or any(each.is_for_code(code) for code in codes)
        )

    def links_of(self, sets: Iterable[LinkSet]) -> tuple[Link, ...]:
        """Give the links of these sets, set after set; one that is in several of them comes once."""
        found: dict[str, Link] = {}
        for each in sets:
            found |= {link.key: link for link in self.links if each.key in link.sets and link.key not in found}
        return tuple(found.values())

    @property
    def for_a_text(self) -> Link:
        """The one link that a text message carries, whatever the crime."""
        return next(link for link in self.links if link.in_a_text)


def sets_of(case: Snapshot, participant: str, truth: CaseTruth, pack: Signposts | None = None) -> tuple[LinkSet, ...]:
    """Give the sets for one person of a case. Offences are against a victim only; whoever is none gets the general set.

    A victim of whom no own offence is recorded is given those that matter to them, but only where they are the one
    victim of the case: the links must not tell what was done to another.
    """
    pack = pack or shipped()
    person = case.people.get(participant)
    if person is None or not person.is_victim:
        return pack.sets_for((), ())
    others = any(each.is_victim and not each.left for key, each in case.people.items() if key != participant)
    known = charges.offence_codes(case.registers)
    codes = {
        known.get(offence, "")
        for defendant in values.relevant_defendants(person, truth)
        for offence in values.relevant_offences(person, truth, defendant)
        if offence in person.offences or (not person.offences and not others)
    }
    return pack.sets_for(sorted(codes - {""}), person.grounds)


# --- reading the file -----------------------------------------------------------------------------------------------


def load(text: str) -> Signposts:
    """Read the links from TOML. What nobody knows, what is there twice and what cannot be reached is refused."""
    table = strict_toml.read(strict_toml.parse(text, FILE), _PACK, FILE)
    sets = tuple(_set(row) for row in table.pop("sets"))
    known = {each.key for each in sets}
    links = tuple(_link(row, known) for row in table.pop("links"))
    _refuse_repeats("set", (each.key for each in sets))
    _refuse_repeats("link", (each.key for each in links))
    general = [each.key for each in sets if each.is_general]
    if not general or general != [sets[-1].key]:
        raise RuleFileError(
            f"{FILE}: expected one set without a condition, the last one, received {general or 'none'}. Correct it."
        )
    _check_text(links, general[0])
    for each in sets:
        if not any(each.key in link.sets for link in links):
            raise RuleFileError(f"{FILE}, {each.key}: expected at least one link, found none. Add one.")
    return Signposts(sets=sets, links=links, **table)


def _set(row: Mapping[str, Any]) -> LinkSet:
    where = f"{FILE}, {row.get('key', 'a set without a key')}"
    found = LinkSet(**strict_toml.read(row, _SET, where))
    classes = {each.name for each in offence_classes.shipped().classes}
    for key, names, known in (
        ("grounds", found.grounds, set(enhanced_rights.shipped().by_key)),
        ("offence_classes", found.offence_classes, classes),
    ):
        for name in names:
            if name not in known:
                raise RuleFileError(f'{where}: "{key}": there is no "{name}". {strict_toml.did_you_mean(name, known)}')
    return found


def _link(row: Mapping[str, Any], known: Iterable[str]) -> Link:
    where = f"{FILE}, {row.get('key', 'a link without a key')}"
    table = strict_toml.read(row, _LINK, where)
    link = Link(**table | {name: table[name] or "" for name in ("phone", "site")})
    for name in link.sets:
        if name not in known:
            raise RuleFileError(f'{where}: there is no set "{name}". {strict_toml.did_you_mean(name, known)}')
    if not link.sets or not link.reached:
        raise RuleFileError(f'{where}: expected a set, and a "phone" or a "site", found none. Add what is missing.')
    if link.phone and not _PHONE.fullmatch(link.phone):
        raise RuleFileError(f'{where}: "phone": expected figures and spaces, received "{link.phone}". Correct it.')
    if link.site and not _SITE.fullmatch(link.site):
        raise RuleFileError(
            f'{where}: "site": expected a name such as example.org.uk, received "{link.site}". Correct it.'
        )
    if link.verified and link.last_checked is None:
        raise RuleFileError(
            f'{where}: expected "last_checked" where "verified" is true, received nothing. Add the day.'
        )
    return link


def _check_text(links: Iterable[Link], general: str) -> None:
    """A text shows on a locked screen: the one link it carries is a general one, and has a number."""
    chosen = [link for link in links if link.in_a_text]
    if len(chosen) != 1 or chosen[0].sets != (general,) or not chosen[0].phone:
        raise RuleFileError(
            f'{FILE}: expected "in_a_text" on one link with a phone, of the set "{general}" alone, '
            f"found it on {', '.join(link.key for link in chosen) or 'none'}. Correct it."
        )


def _refuse_repeats(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise RuleFileError(f'{FILE}: expected each {what} once, found "{key}" twice. Give one another key.')
        seen.add(key)


@functools.cache
def shipped() -> Signposts:
    """The links that are shipped with the service."""
    return load(resources.files("workflows").joinpath("rule_packs", FILE).read_text(encoding="utf-8"))
