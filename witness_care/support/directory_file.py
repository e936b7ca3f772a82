"""Reads a directory of local services from its file, and refuses whatever is not understood, saying where and why.

The file is TOML; docs/support.md describes every key. Another area is another file: no code knows a place or a service.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from workflows import strict_toml, support
from workflows.strict_toml import RuleFileError

NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "safety": "safety",
        "emotional": "somebody to talk to",
        "court": "going to court",
        "practical": "practical help",
        "health": "health",
        "housing": "a place to live",
        "money": "money and compensation",
        "children": "children and family",
        "legal": "legal advice",
    }
)
# Crime types are the grounds and contexts by which the service knows a case; a service that names none is for any.
CRIME_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "domestic_abuse": "domestic abuse",
        "sexual": "sexual offences",
        "stalking": "stalking and harassment",
        "hate": "hate crime",
        "homicide": "a death by crime",
        "violence": "violence",
        "slavery": "trafficking and modern slavery",
        "terrorism": "terrorism",
        "burglary": "burglary and robbery",
        "fraud": "fraud",
        "other": "other crime",
    }
)
OF_A_GROUND: Mapping[str, str] = MappingProxyType(
    {
        "DOMESTIC_ABUSE": "domestic_abuse",
        "SEXUAL": "sexual",
        "PERSISTENT_TARGET": "stalking",
        "HATE": "hate",
        "BEREAVED": "homicide",
        "ATTEMPTED_MURDER": "violence",
        "GBH_INTENT": "violence",
        "KIDNAP": "violence",
        "TRAFFICKING": "slavery",
        "MODERN_SLAVERY": "slavery",
        "TERRORISM": "terrorism",
    }
)
CAPACITY: Mapping[str, str] = MappingProxyType(
    {"open": "takes people on", "waiting_list": "has a waiting list", "full": "is full"}
)
MOST_SERVICES = 2000
LONGEST_KEY, LONGEST_NAME, LONGEST_TEXT = 60, 200, 600
LONGEST_WORD = 60  # of a place or a language: what is looked for is no longer
LISTS = ("needs", "crime_types", "places", "languages")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_FILE_KEYS = MappingProxyType(
    {
        "area": strict_toml.text(),
        "title": strict_toml.text(),
        "source": strict_toml.text(),
        "valid_from": strict_toml.day(),
        "valid_to": strict_toml.day(required=False),
        "services": strict_toml.rows(),
    }
)
_SERVICE_KEYS = MappingProxyType(
    {
        "key": strict_toml.text(),
        "name": strict_toml.text(),
        "kind": strict_toml.one_of(*support.KINDS),
        "needs": strict_toml.some_of(*NEEDS),
        "crime_types": strict_toml.some_of(*CRIME_TYPES, default=()),
        "places": strict_toml.some_of(),
        "languages": strict_toml.some_of(),
        "for_whom": strict_toml.text(),
        "reach": strict_toml.text(),
        "capacity": strict_toml.one_of(*CAPACITY),
        "weeks_of_wait": strict_toml.number(required=False),
        "last_checked": strict_toml.day(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One local service. No crime types means any; `weeks_of_wait` None means that the service does not say."""

    key: str
    name: str
    kind: str
    needs: tuple[str, ...]
    crime_types: tuple[str, ...]
    places: tuple[str, ...]
    languages: tuple[str, ...]
    for_whom: str
    reach: str
    capacity: str
    weeks_of_wait: int | None
    last_checked: date
    valid_from: date
    valid_to: date | None

    def document(self) -> dict[str, Any]:
        """Give it as plain JSON, as it is stored."""
        lists = {name: list(getattr(self, name)) for name in LISTS}
        return (
            asdict(self)
            | lists
            | {
                "last_checked": self.last_checked.isoformat(),
                "valid_from": self.valid_from.isoformat(),
                "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    area: str
    title: str
    source: str
    services: tuple[Service, ...]


def from_document(entry: Mapping[str, Any]) -> Service:
    """Read a service as it is stored."""
    days = ("last_checked", "valid_from", "valid_to")
    values: dict[str, Any] = {name: tuple(value) if name in LISTS else value for name, value in entry.items()}
    return Service(**(values | {name: _day(entry[name]) for name in days}))


def read(text: str, file: str, *, today: date) -> Directory:
    """Read a directory. Raises RuleFileError naming file, service and key; `today` is the London date."""
    table = strict_toml.read(strict_toml.parse(text, file), _FILE_KEYS, file)
    _refuse_key(table["area"], f'{file}: "area"')
    if table["valid_to"] and table["valid_to"] < table["valid_from"]:
        raise RuleFileError(f'{file}: "valid_to" is before "valid_from". Correct one of the two.')
    for name in ("title", "source"):
        _refuse_control(table[name], f'{file}: "{name}"')
    if table["valid_from"] > today:
        # Loading it would take away what is offered today.
        raise RuleFileError(
            f'{file}: "valid_from": expected a day that has come, received {table["valid_from"]}. Load it on that day.'
        )
    if not 0 < len(table["services"]) <= MOST_SERVICES:
        found = len(table["services"])
        raise RuleFileError(f"{file}: expected between 1 and {MOST_SERVICES} services, found {found}.")
    valid = {"valid_from": table["valid_from"], "valid_to": table["valid_to"]}
    services: dict[str, Service] = {}
    for row in table["services"]:
        where = f"{file}, {row.get('key', 'a service without a key')}"
        service = Service(**strict_toml.read(row, _SERVICE_KEYS, where), **valid)
        _check(service, where, today)
        if service.key in services:
            raise RuleFileError(f"{where}: expected it once, found it twice. Remove one of the two.")
        services[service.key] = service
    return Directory(
        area=table["area"], title=table["title"], source=table["source"], services=tuple(services.values())
    )


def _check(service: Service, where: str, today: date) -> None:
    _refuse_key(service.key, f'{where}: "key"')
    for name in ("needs", "places", "languages"):
        if not getattr(service, name):
            raise RuleFileError(f'{where}: "{name}": expected at least one, received none. Add it.')
    for name in ("places", "languages"):
        if any(not word.strip() or word != word.strip() for word in getattr(service, name)):
            raise RuleFileError(f'{where}: "{name}": expected names without spaces around them. Correct it.')
        for word in getattr(service, name):
            _refuse_control(word, f'{where}: "{name}"')
            if len(word) > LONGEST_WORD:
                raise RuleFileError(
                    f'{where}: "{name}": expected at most {LONGEST_WORD} characters each, received {len(word)}. '
                    "Shorten it."
                )
    for name in ("name", "for_whom", "reach"):
        _refuse_control(getattr(service, name), f'{where}: "{name}"')
        if len(getattr(service, name)) > (LONGEST_NAME if name == "name" else LONGEST_TEXT):
            raise RuleFileError(f'{where}: "{name}" is too long. Shorten it.')
    if service.last_checked > today:
        raise RuleFileError(
            f'{where}: "last_checked": expected a day that has come, received {service.last_checked}. Correct it.'
        )
    if service.capacity == "open" and service.weeks_of_wait:
        raise RuleFileError(f'{where}: "weeks_of_wait": expected none where "capacity" is "open". Leave it out.')


def _refuse_key(key: str, where: str) -> None:
    if not _KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        raise RuleFileError(
            f"{where}: expected small letters, digits and single hyphens, at most {LONGEST_KEY}, received {key!r}."
        )


def _refuse_control(text: str, where: str) -> None:
    """Refuse line ends and characters that are none: a database may not keep them, and a page cannot show them."""
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise RuleFileError(f"{where}: expected one line without control characters, received {text!r}. Correct it.")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
