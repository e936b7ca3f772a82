"""The directory of local services: loading a file of it, and finding a service by need, crime type, place, language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.database import writing
from witness_care.support.directory_file import CAPACITY, CRIME_TYPES, NEEDS, Directory, Service, from_document
from witness_care.support.models import SupportService
from workflows import support

OLD_AFTER_DAYS = 90  # what was not checked for longer may not be true any more


class OtherAreaError(ValueError):
    """A key of the file belongs to a service of another area; its message names both."""


class OtherKindError(ValueError):
    """A key of the file belongs to a service of another kind; its message names both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; empty means whatever it is."""

    need: str = ""
    crime_type: str = ""
    place: str = ""
    language: str = ""

    def finds(self, service: Service) -> bool:
        """Say whether a service is for this. One that names no crime type is for any."""
        return (
            (not self.need or self.need in service.needs)
            and (not self.crime_type or not service.crime_types or self.crime_type in service.crime_types)
            and (not self.place or self.place in service.places)
            and (not self.language or self.language in service.languages)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A service as a page shows it on a day."""

    service: Service
    area: str
    today: date

    @property
    def kind_words(self) -> str:
        return support.KINDS[self.service.kind]

    @property
    def needs_words(self) -> tuple[str, ...]:
        return tuple(NEEDS[each] for each in self.service.needs)

    @property
    def crime_words(self) -> tuple[str, ...]:
        return tuple(CRIME_TYPES[each] for each in self.service.crime_types)

    @property
    def capacity_words(self) -> str:
        """Say whether it takes people on, and how long they wait."""
        weeks = self.service.weeks_of_wait
        wait = f", about {weeks} week{'' if weeks == 1 else 's'} of wait" if weeks else ""
        return f"{CAPACITY[self.service.capacity]}{wait}"

    @property
    def is_full(self) -> bool:
        return self.service.capacity == "full"

    @property
    def days_since_check(self) -> int:
        return (self.today - self.service.last_checked).days

    @property
    def is_old(self) -> bool:
        """Whether nobody has checked it for so long that it may not be true any more."""
        return self.days_since_check > OLD_AFTER_DAYS


def load(directory: Directory, *, now: datetime) -> Loaded:
    """Let the services of an area be those of its file. What the file leaves out is offered to nobody from now on.

    Raises OtherAreaError or OtherKindError when a key is that of another area or kind of service: keys stand in
    journals, so that one means one service for good.
    """
    with writing() as session:
        held = {row.key: row for row in session.scalars(sa.select(SupportService))}
        for service in directory.services:
            row = held.get(service.key)
            if row is not None and row.area != directory.area:
                raise OtherAreaError(
                    f'{service.key}: expected a key of the area "{directory.area}", but it belongs to "{row.area}". '
                    "Give the service another key."
                )
            if row is not None and row.kind != service.kind:
                raise OtherKindError(
                    f'{service.key}: expected the kind "{row.kind}", which the service of this key has, received '
                    f'"{service.kind}". Give the other service another key.'
                )
        counted = {"added": 0, "changed": 0, "unchanged": 0}
        for service in directory.services:
            counted[_keep(session, held.get(service.key), service, directory.area, now)] += 1
        gone = {row.key for row in held.values() if row.area == directory.area and row.removed_at is None}
        gone -= {service.key for service in directory.services}
        for key in gone:
            held[key].removed_at = now
        return Loaded(**counted, removed=len(gone))


def _keep(session: Session, row: SupportService | None, service: Service, area: str, now: datetime) -> str:
    said: dict[str, Any] = {"kind": service.kind, "name": service.name, "entry": service.document()}
    if row is None:
        session.add(SupportService(key=service.key, area=area, loaded_at=now, **said))
        return "added"
    if row.removed_at is None and all(getattr(row, name) == value for name, value in said.items()):
        return "unchanged"
    for name, value in said.items():
        setattr(row, name, value)
    row.loaded_at, row.removed_at = now, None
    return "changed"


# --- reading ------------------------------------------------------------------------------------------------------


def offers(session: Session, today: date) -> tuple[Offer, ...]:
    """Read every service that is offered on a day, by area and name; a directory has some hundreds at most."""
    rows = session.execute(
        sa.select(SupportService.area, SupportService.entry)
        .where(SupportService.removed_at.is_(None))
        .order_by(SupportService.area, SupportService.name, SupportService.key)
    )
    found = (Offer(service=from_document(row.entry), area=row.area, today=today) for row in rows)
    return tuple(each for each in found if _is_valid(each.service, today))


def is_loaded(session: Session) -> bool:
    """Say whether there is a directory at all, also when every entry of it is out of its time."""
    return session.scalar(sa.select(SupportService.key).limit(1)) is not None


def is_offered(session: Session, key: str, today: date) -> bool:
    """Say whether the directory has a service by this key on a day: it was not taken off, and is in its time."""
    entry = session.scalar(
        sa.select(SupportService.entry).where(SupportService.key == key, SupportService.removed_at.is_(None))
    )
    return entry is not None and _is_valid(from_document(entry), today)


def _is_valid(service: Service, today: date) -> bool:
    return service.valid_from <= today and (service.valid_to is None or today <= service.valid_to)


def search(found: Iterable[Offer], wanted: Wanted) -> tuple[Offer, ...]:
    """Give those that are for what is looked for: those that take people on first, the full ones last."""
    fitting = (each for each in found if wanted.finds(each.service))
    return tuple(sorted(fitting, key=lambda each: (each.is_full, each.service.weeks_of_wait or 0)))


def choices(found: Sequence[Offer]) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """Give what there is to choose from, each with its words: places and languages are those of the directory."""
    places = sorted({place for each in found for place in each.service.places})
    languages = sorted({language for each in found for language in each.service.languages})
    return {
        "need": _options(NEEDS.items()),
        "crime": _options(CRIME_TYPES.items()),
        "place": _options((place, place) for place in places),
        "language": _options((language, language) for language in languages),
    }


def _options(pairs: Iterable[tuple[str, str]]) -> Sequence[Mapping[str, str]]:
    any_of_them = {"value": "", "text": "Any"}
    return [any_of_them, *({"value": value, "text": text[:1].upper() + text[1:]} for value, text in pairs)]


def names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Name services by their keys, also those that are not offered any more."""
    wanted = sorted(set(keys) - {""})
    if not wanted:
        return {}
    rows = session.execute(sa.select(SupportService.key, SupportService.name).where(SupportService.key.in_(wanted)))
    return {row.key: row.name for row in rows}


def kind_of(session: Session, key: str) -> str | None:
    """Give the kind of a service of the directory; None when there is none by this key."""
    return session.scalar(sa.select(SupportService.kind).where(SupportService.key == key))
