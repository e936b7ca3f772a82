"""Puts the made-up world together: units, sign-ins, and cases in every state. Same seed, same moment, same world."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from random import Random
from typing import Any

from witness_care.demo import stories
from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import FIRST, TRIAL, CourtVoice
from witness_care.demo.moments import Moments
from witness_care.demo.steps import Message, Step
from witness_care.demo.stories import listing
from witness_care.demo.words import EASTERN_COURTS, WESTERN_COURTS, Court, Names

PASSWORD = "a-demo-for-everyone"  # noqa: S105  # of every demo sign-in: made-up data only
FORCES = ("98", "99")  # no police force has these
PEOPLE_IN_TWO_CASES = 4
UNMATCHED = 6


@dataclass(frozen=True, slots=True)
class SignIn:
    name: str
    email: str
    role: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoUnit:
    code: str
    name: str
    courts: tuple[Court, ...]
    share: float  # of the cases


UNITS = (
    DemoUnit("EAST", "Eastmere Witness Care Unit", EASTERN_COURTS, 0.7),
    DemoUnit("WEST", "Westmarch Witness Care Unit", WESTERN_COURTS, 0.3),
)
SIGN_INS = (
    SignIn("Olivia Brambleby", "olivia@eastmere.example", "officer", ("EAST",)),
    SignIn("Owen Nettlecroft", "owen@eastmere.example", "officer", ("EAST",)),
    SignIn("Orla Pepperfield", "orla@eastmere.example", "officer", ("EAST",)),
    SignIn("Sam Kettleworth", "sam@eastmere.example", "supervisor", ("EAST",)),
    SignIn("Noor Damsonley", "noor@westmarch.example", "officer", ("WEST",)),
    SignIn("Ned Otterwick", "ned@westmarch.example", "officer", ("WEST",)),
    SignIn("Stella Foxham", "stella@westmarch.example", "supervisor", ("WEST",)),
    SignIn("Ada Lanternmore", "ada@witness-care.example", "administrator", ()),
    SignIn("Amos Ferrybridge", "amos@witness-care.example", "administrator", ()),
    SignIn("Audra Quillgate", "audra@witness-care.example", "auditor", ()),
)
UNIT_SETTINGS = {
    "working_day_ends": "17:00",
    "allocation": {"otherwise": "fewest_open_duties"},
    "ring_us": {"phone": "01632 960100", "opens": "09:00", "closes": "17:00"},
}
# Who put the templates in use: nobody approves what they submitted.
TEMPLATES_SUBMITTED_BY, TEMPLATES_APPROVED_BY = "ada@witness-care.example", "amos@witness-care.example"
SHOW_CASE = "99ZZ0000126"  # the case that the printed command moves


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is to be played, case by case, and the court messages that match no case."""

    files: tuple[CaseFile, ...]
    loose: tuple[Step, ...]

    @property
    def fingerprint(self) -> str:
        """Give a hash of all that will be said, by which two worlds are known to be the same."""
        said: list[Any] = [[file.urn, [asdict(step) for step in file.in_order()]] for file in self.files]
        said.append([asdict(step) for step in self.loose])
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def make_world(seed: int, now: datetime, *, cases: int | None = None) -> World:
    """Make the world for one moment (UTC). `cases` keeps only the first so many, for a quick look."""
    random = Random(seed)  # noqa: S311  # nothing secret comes of it
    moments = Moments(now)
    names = Names(random)
    files = list(_files(random, moments, names))[:cases]
    return World(files=tuple(files), loose=tuple(_loose(random, moments)))


def _files(random: Random, moments: Moments, names: Names) -> Iterator[CaseFile]:
    show = _file(SHOW_CASE, UNITS[0], "olivia@eastmere.example", EASTERN_COURTS[0], random, moments, names)
    show.story = listing.to_be_moved_by_hand.__name__
    listing.to_be_moved_by_hand(show)
    yield show
    told = [story for story, count in stories.STORIES.items() for _ in range(count)]
    random.shuffle(told)
    earlier: list[dict[str, Any]] = []
    reused = 0
    for n, story in enumerate(told, 1):
        unit = UNITS[0] if random.random() < UNITS[0].share else UNITS[1]
        file = _file(
            f"{FORCES[UNITS.index(unit)]}{random.choice('ABCDEFGH')}{random.choice('KLMNPRST')}{n:05d}26",
            unit,
            None,
            unit.courts[0] if random.random() < 0.75 else unit.courts[1],
            random,
            moments,
            names,
        )
        if unit is UNITS[0] and len(earlier) >= 12 and reused < min(n // 17, PEOPLE_IN_TWO_CASES):
            file.person_to_reuse = earlier[reused]
            reused += 1
        file.story = story.__name__
        story(file)
        if unit is UNITS[0] and file.person_to_reuse is None:
            earlier.append(_victim_of(file))
        yield file


def _file(
    urn: str,
    unit: DemoUnit,
    officer: str | None,
    court: Court,
    random: Random,
    moments: Moments,
    names: Names,
) -> CaseFile:
    return CaseFile(
        urn=urn,
        unit=unit.code,
        officer=officer,
        moments=moments,
        random=random,
        names=names,
        court=court,
        colleagues=tuple(each.email for each in SIGN_INS if each.role == "officer" and unit.code in each.units),
    )


def _victim_of(file: CaseFile) -> dict[str, Any]:
    for step in file.steps:
        for participant in getattr(step, "document", {}).get("participants", ()):
            if "person" in participant:
                person: dict[str, Any] = participant["person"]
                return person
    raise ValueError(f"Expected a person in {file.urn}; there is none.")


def _loose(random: Random, moments: Moments) -> Iterator[Step]:
    """Messages about cases that nobody has registered, one of a kind we do not read yet, and one that is refused."""
    for n in range(UNMATCHED):
        urn = f"99QQ{n + 1:05d}26"
        voice = CourtVoice(urn, urn, "", random.choice(EASTERN_COURTS), "Courtroom 2", ())
        voice.case = voice.id("case")
        at = moments.before(random.randint(0, 7), 9 + n % 3, 25)
        hearing = voice.id("hearing")
        kind = FIRST if n % 2 else TRIAL
        yield Message(at, voice.listed(at, hearing, kind))
        yield Message(at, voice.confirmed(at, hearing, kind, moments.after(random.randint(8, 30))))
    at = moments.before(1, 17, 10)
    voice = CourtVoice("odd", "99QQ0009926", "", EASTERN_COURTS[0], "Courtroom 1", ())
    body = voice.listed(at, voice.id("hearing"), TRIAL)
    body["_metadata"]["name"] = "public.listing.hearing-unallocated"
    yield Message(at, {"_metadata": body["_metadata"], "hearingId": body["hearingId"]})
    nameless = voice.listed(at, "", TRIAL)
    yield Message(at, nameless)
