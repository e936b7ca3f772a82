"""One made-up case in the making: what the police, the court and the officers say of it, each with its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from witness_care.calendars import unit_calendar
from witness_care.demo.court_messages import ChargedOffence, CourtVoice, Day
from witness_care.demo.moments import Moments
from witness_care.demo.steps import Document, Filled, Message, Put, Referred, Standing, Step, Talk
from witness_care.demo.words import CHARGES, MISSED_NOTES, NOTES, ROOMS, Charge, Court, Names
from workflows import closing_pack, needs_pack
from workflows.events import Role
from workflows.working_days import instant_of, local_time, london_date, next_working_day

# How a person may be reached, and how often that is so in a hundred.
WAYS = (
    ("mobile", 38),
    ("no_voicemail", 18),
    ("mornings_only", 12),
    ("not_asked", 12),
    ("email_and_mobile", 8),
    ("nothing", 6),
    ("unsafe_landline", 4),
    ("shared_with_defendant", 2),
)
POLICE_SHARE = 0.12
OFTEN, SELDOM = 9, 18  # working days between two calls
MORNING_BEGINS, MORNING_CALL, MORNING_ENDS = time(9), time(9, 40), time(13)


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody in the case: `id` is the part's, `person` the person's."""

    id: str
    person: str
    role: str
    police: bool
    enhanced: bool = False
    mornings_only: bool = False

    def moment_to_ring(self, at: datetime, moments: Moments) -> datetime | None:
        """Give `at`, or for somebody who agreed to mornings the next one; None when that has not come yet."""
        latest = moments.minutes_ago(1)
        if not self.mornings_only or MORNING_BEGINS <= local_time(at).time() < MORNING_ENDS:
            return min(at, latest)
        following = instant_of(next_working_day(london_date(at), unit_calendar()), MORNING_CALL)
        return following if following <= latest else None


@dataclass(slots=True)
class CaseFile:
    urn: str
    unit: str
    officer: str | None  # a sign-in name; "" leaves the case unallocated
    moments: Moments
    random: Random
    names: Names
    court: Court
    colleagues: tuple[str, ...] = ()  # the sign-in names of the officers of the unit
    voice: CourtVoice = field(init=False)
    steps: list[Step] = field(default_factory=list)
    people: list[Who] = field(default_factory=list)
    defendants: list[Document] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    person_to_reuse: Document | None = None
    victim_role: str = ""  # victim, or both; else either
    victim_way: str = ""  # the way to reach the victim, of WAYS; else any
    said_of_victim: Document = field(default_factory=dict)  # beside the usual: as what they are a victim, their birth
    others: list[Document] = field(default_factory=list)  # people of a kind of their own
    story: str = ""

    def __post_init__(self) -> None:
        self.voice = CourtVoice(
            name=self.urn,
            urn=self.urn,
            case="",
            court=self.court,
            room=self.random.choice(ROOMS),
            offences=(),
        )
        self.voice.case = self.voice.id("case")

    # --- who is in it -------------------------------------------------------------------------------------------

    def charge(self, defendants: int = 1, offences: int = 1, *, which: str = "", of: Charge | None = None) -> None:
        """Charge so many defendants with so many offences each: `of` this, or `which` has this CJS code, else any."""
        charged = []
        for n in range(defendants):
            theirs = []
            for m in range(offences):
                charge = of or self.random.choice([each for each in CHARGES if which in ("", each.code)])
                self.charges.append(charge)
                offence = ChargedOffence(
                    self.voice.id(f"offence {n} {m}"), self.voice.id(f"defendant {n}"), charge.code, charge.title
                )
                charged.append(offence)
                theirs.append(
                    {
                        "id": f"{self.urn}-O{n + 1}{m + 1}",
                        "cjs_code": charge.code,
                        "title": charge.title,
                        "identifiers": [{"namespace": "cp", "id": offence.id}],
                    }
                )
            self.defendants.append(
                {
                    "id": f"{self.urn}-D{n + 1}",
                    "name": self.names.person(),
                    "identifiers": [{"namespace": "cp", "id": self.voice.id(f"defendant {n}")}],
                    "offences": theirs,
                    "contact_points": [{"kind": "mobile", "value": self.names.mobile()}],
                }
            )
        self.voice.offences = charged

    def take_on(
        self,
        at: datetime,
        *,
        witnesses: int | None = None,
        required: bool = False,
        told: Sequence[Day] = (),
        spoken_before: datetime | None = None,
    ) -> None:
        """Register the case with its people.

        `required` says at once that the CPS wants the witnesses at the trial; `told` are the days of the trial that
        everybody had been told of before this service took the case on, `spoken_before` when they had been rung then.
        """
        if not self.defendants:
            self.charge()
        count = self.random.choice((1, 1, 2, 2, 3)) if witnesses is None else witnesses
        people = [self._victim()] + [self._witness(n) for n in range(count)] + self.others
        for person in people:
            if required and person["role"] != "victim":
                person["requirement"] = {"required": True}
            if told:
                person["told"] = self._told_before(at, told, required=required and person["role"] != "victim")
            if spoken_before is not None:
                call = {"id": f"{person['id']}-call", "at": spoken_before.isoformat(), "channel": "call"}
                person["contacts"] = [call | {"outcome": "reached", "note": self.random.choice(NOTES)}]
        document: Document = {
            "unit": self.unit,
            "court_code": self.court.code[:5],
            "identifiers": [{"namespace": "cp", "id": self.voice.case}],
            "defendants": self.defendants,
            "participants": people,
        }
        if self.officer is not None:
            document["officer"] = self.officer or None
        self.steps.append(Put(at, document))

    def _told_before(self, at: datetime, days: Sequence[Day], *, required: bool) -> list[Document]:
        told_at = (at - timedelta(hours=20)).isoformat()
        hearing = {
            "kind": "fixed",
            "class": "trial",
            "court": self.court.name,
            "days": [[day.isoformat(), start.isoformat("minutes")] for day, start in days],
        }
        told: list[Document] = [
            {
                "topic": "hearing.when_where",
                "at": told_at,
                "hearing": self.voice.id("trial"),
                "value": {"state": "on", "class": "trial", "hearings": [hearing]},
            }
        ]
        if required:
            needed = {"required": True, "days": [], "session": "", "mode": "in_person"}
            told.append({"topic": "attendance", "at": told_at, "value": needed})
        return told

    def _victim(self) -> Document:
        basis = sorted({charge.basis for charge in self.charges if charge.basis})
        role = "both" if self.random.random() < 0.6 else "victim"
        role = self.victim_role or role
        enhanced = "yes" if basis else self.random.choice(("no", "no", "no", "not_asked"))
        reused = None if self.victim_way else self.person_to_reuse
        person = reused or self._person("V1", way=self.victim_way, safety="DOMESTIC_ABUSE" in basis)
        self.people.append(
            Who(
                id=f"{self.urn}-V1",
                person=person["id"],
                role=role,
                police=False,
                enhanced=enhanced != "no",
                mornings_only=_mornings(person),
            )
        )
        return {
            "id": f"{self.urn}-V1",
            "role": role,
            "person": person,
            "enhanced": enhanced,
            "enhanced_basis": basis,
            "defendants": [defendant["id"] for defendant in self.defendants],
            "offences": [self.defendants[0]["offences"][0]["id"]],
        } | {key: person | said if key == "person" else said for key, said in self.said_of_victim.items()}

    def bring_parent(self, name: str = "P1") -> str:
        """Let a parent or guardian of the victim be on the case too, before it is taken on; give their name."""
        person = self._person(name)
        self.people.append(Who(f"{self.urn}-{name}", person["id"], "victim", False, mornings_only=_mornings(person)))
        self.others.append(
            {"id": f"{self.urn}-{name}", "role": "victim", "victim_kind": "parent", "person": person, "enhanced": "no"}
        )
        return str(person["name"])

    def _witness(self, n: int) -> Document:
        police = self.random.random() < POLICE_SHARE
        name = f"W{n + 1}"
        person = self._person(name, police=police)
        self.people.append(Who(f"{self.urn}-{name}", person["id"], "witness", police, mornings_only=_mornings(person)))
        return {
            "id": f"{self.urn}-{name}",
            "role": "witness",
            "witness_kind": "police" if police else "civilian",
            "person": person,
            "defendants": [defendant["id"] for defendant in self.defendants],
        }

    def _person(self, name: str, *, police: bool = False, safety: bool = False, way: str = "") -> Document:
        full_name = self.names.person()
        ways, weights = zip(*WAYS, strict=True)
        any_way = "email_and_mobile" if police else self.random.choices(ways, weights)[0]
        way = way or any_way
        person: Document = {
            "id": f"{self.urn}-{name}",
            "name": full_name,
            "contact_points": self._contact_points(way, full_name),
        }
        if self.random.random() < 0.06:
            person["language"] = self.random.choice(("Welsh", "Polish", "Urdu", "Punjabi"))
        if safety:
            person["safe_contact"] = {
                "note": "Ring the mobile only. Never leave word with anybody else at home.",
                "safe_word": self.random.choice(("marigold", "lighthouse", "teacup", "windmill")),
                "confirmed_at": self.moments.before(20).isoformat(),
            }
        elif way in ("mobile", "no_voicemail", "mornings_only"):
            person["safe_contact"] = {"confirmed_at": self.moments.before(30).isoformat()}
        return person

    def _contact_points(self, way: str, name: str) -> list[Document]:
        mobile = {"kind": "mobile", "value": self.names.mobile(), "allowed": "yes"}
        if way == "mobile":
            return [mobile | {"voicemail": "yes", "may_identify_us": "yes"}]
        if way == "no_voicemail":
            return [mobile | {"voicemail": "no", "may_identify_us": "no"}]
        if way == "mornings_only":
            weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
            return [
                mobile | {"voicemail": "no", "windows": [{"weekdays": weekdays, "starts": "09:00", "ends": "13:00"}]}
            ]
        if way == "not_asked":
            return [{"kind": "mobile", "value": self.names.mobile()}]
        if way == "email_and_mobile":
            post = {
                "kind": "address",
                "value": f"{mobile['value'][-3:]} Invented Row, Eastmere, ZZ99 3WZ",
                "allowed": "yes",
            }
            return [
                mobile | {"voicemail": "yes"},
                {"kind": "email", "value": self.names.email(name), "allowed": "yes"},
                post,
            ]
        if way == "unsafe_landline":
            return [mobile, {"kind": "landline", "value": self.names.landline(), "allowed": "no", "unsafe": True}]
        if way == "shared_with_defendant":
            return [{"kind": "mobile", "value": self.defendants[0]["contact_points"][0]["value"]}]
        return []

    # --- what is said -------------------------------------------------------------------------------------------

    def say(self, at: datetime, body: Document) -> None:
        self.steps.append(Message(at, body))

    def change(self, at: datetime, participants: Sequence[Document]) -> None:
        self.steps.append(Put(at, {"participants": list(participants)}))

    def require(self, at: datetime, *, who: Sequence[Who] | None = None, required: bool = True) -> None:
        """The CPS says whether these people (else everybody) must come to the trial."""
        chosen = [each for each in (self.people if who is None else who) if each.role != "victim"]
        self.change(at, [{"id": each.id, "requirement": {"required": required}} for each in chosen])

    def hand_over(self, at: datetime, officer: str) -> None:
        """The case goes to another officer, by sign-in name."""
        self.steps.append(Put(at, {"unit": self.unit, "officer": officer}))

    def talk(self, at: datetime, *, who: Sequence[Who] | None = None, says: str = "") -> None:
        """Somebody reaches these people (else everybody), one after the other, and tells them all that is open."""
        for n, each in enumerate(self.people if who is None else who):
            moment = each.moment_to_ring(at + timedelta(minutes=7 * n), self.moments)
            if moment is not None:
                self.steps.append(Talk(moment, each.id, "reached", self.random.choice(NOTES), says))

    def check_in(self, at: datetime) -> None:
        """Ring those who are to be rung often; there is no news."""
        self.talk(at, who=[each for each in self.people if each.enhanced])

    def stay_in_touch(self, since: int, until: int) -> None:
        """Ring everybody as often as was agreed, from so many working days ago to so many."""
        for each in self.people:
            for ago in range(since, until, -(OFTEN if each.enhanced else SELDOM)):
                self.talk(self.moments.before(ago, self.random.randint(10, 15)), who=[each])

    def miss(self, at: datetime, who: Who) -> None:
        """Somebody rings and is not answered."""
        moment = who.moment_to_ring(at, self.moments)
        if moment is not None:
            self.steps.append(Talk(moment, who.id, "no_answer", self.random.choice(MISSED_NOTES)))

    def stand(self, said: str, *, who: Sequence[Who] | None = None) -> None:
        """An officer says how these people (else everybody) stand, last of all: a page is filled in as of now."""
        self.steps += [Standing(self.moments.now, each.id, said) for each in (self.people if who is None else who)]

    def says(self, said: str, *, who: Who, reason: str = "") -> None:
        """An officer writes down what somebody says of going on with the case, as of now."""
        self.steps.append(Standing(self.moments.now, who.id, said, page="concern/say", reason=reason))

    def fill_in(
        self,
        page: str,
        entries: dict[str, str],
        *,
        who: Who | None = None,
        topic: str = "",
        sent_to: str = "",
        by_supervisor: bool = False,
    ) -> None:
        """Somebody fills in a form, last of all: as of now."""
        self.steps.append(Filled(self.moments.now, page, entries, who.id if who else "", topic, sent_to, by_supervisor))

    def hears(self, kind: str, **entries: str) -> None:
        """An officer enters news of the first defendant that no feed brings: bail, a warrant, a decision, an appeal."""
        self.fill_in(f"/defendants/{{defendant}}/news/{kind}", {"offence": "{offence}"} | entries)

    def measure(self, who: Who, measure: str, decision: str) -> None:
        """An officer enters where a special measure stands."""
        said = {"measure": measure, "decision": decision}
        self.fill_in("/participants/{participant}/special-measures", said, who=who)

    def ask_needs(self, who: Who, *sections: str, **needed: str) -> None:
        """An officer asks somebody the questions of these sections (else of all): no, but for what is `needed`."""
        pack, today = needs_pack.shipped(), london_date(self.moments.now)
        for section in pack.sections_of(Role(who.role), today):
            if section.key in sections or not sections:
                asked = {question.key: "no" for question in pack.asked_of(Role(who.role), today, section.key)}
                said = asked | {key: answer for key, answer in needed.items() if key in asked}
                self.fill_in(f"/participants/{{participant}}/needs/{section.key}", said, who=who)

    def last_talk(self, who: Who, *, reason: str = "", **said: str) -> None:
        """An officer has the last talk: what is `said`, else the first answer there is, and no worry; it is ended."""
        pack, today, role = closing_pack.shipped(), london_date(self.moments.now), Role(who.role)
        for section in pack.sections:
            asked = {each.key: next(iter(each.words)) for each in pack.asked_of(role, today, section.key)}
            entries = {
                key: said.get(key, closing_pack.NO if answer == "yes" and key != "feedback" else answer)
                for key, answer in asked.items()
            }
            if "reasons" in entries:
                entries |= {"reasons": "given", "reasons_codes": reason} if reason else {"reasons": "no"}
            self.fill_in(f"/participants/{{participant}}/feedback/{section.key}", entries, who=who)
        self.end_talk(who, "done")

    def end_talk(self, who: Who, how: str) -> None:
        """An officer says that the last talk was had, or that they did not want it."""
        page = "/participants/{participant}/feedback"
        self.fill_in(page, {"how": how}, who=who, sent_to=f"{page}-ended")

    def refer(self, *entries: str, by_supervisor: bool = False, **said: str) -> None:
        """Somebody says these things about the referral of each victim, one after another, last of all."""
        today = london_date(self.moments.now)
        boxes = {f"happened_on-{box}": str(getattr(today, box)) for box in ("day", "month", "year")}
        answers = {"told": "yes", "objects": "no"}
        for entry in entries:
            self.steps += [
                Referred(self.moments.now, each.id, entry, boxes | answers | said, by_supervisor)
                for each in self.people
                if each.role in ("victim", "both")
            ]

    def in_order(self) -> list[Step]:
        """Give the steps by time; what happens at one moment stays in the order in which it was written."""
        return sorted(self.steps, key=lambda step: step.at)


def _mornings(person: Document) -> bool:
    return any("windows" in point for point in person["contact_points"])
