"""Two units at work, each with one of everything that an address can name: for tests that ask for what is not theirs.

Everybody's name and number is unlike any other text, so that a test can look for them in whatever is answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.cast import PASSWORD, Cast, a_key, cast_of, email_of
from tests.factories import (
    MadeCase,
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    at,
    attempted,
    moved,
    open_duties,
    said,
    sentenced,
    set_clock,
    told_everything,
)
from tests.feed import payloads
from witness_care import clock, database
from witness_care.accounts import api_clients
from witness_care.accounts import service as accounts
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import ApiKey, AppUser, Role
from witness_care.accounts.permissions import SCOPES
from witness_care.agencies import service as agencies
from witness_care.agencies.models import Agency, Direction
from witness_care.agencies.models import Kind as KindOfQuestion
from witness_care.agencies.service import Asked
from witness_care.availability import service as availability
from witness_care.cases.linking import link
from witness_care.cases.merging import merge
from witness_care.cases.models import CaseCombination, CaseLink, CourtMatch
from witness_care.cases.splitting import split
from witness_care.casework.models import JournalEvent, Transition
from witness_care.closing import service as closing
from witness_care.columns import new_id
from witness_care.contacts.models import Contact
from witness_care.cutover import service as imports
from witness_care.cutover.columns import Kind
from witness_care.engagement import service as concerns
from witness_care.engagement.models import ConcernDecision
from witness_care.feed.models import FeedPart
from witness_care.feed.unmatched import match
from witness_care.feed.unmatched_queries import waiting_part
from witness_care.links import service as links
from witness_care.links.models import LinkReply
from witness_care.needs import service as needs
from witness_care.notifications import queue as messages
from witness_care.notifications import template_service
from witness_care.notifications.models import MessageTemplate
from witness_care.people import finding
from witness_care.people.document import ContactPointGiven
from witness_care.people.models import ContactPoint, Participant, SafetyChange
from witness_care.supervision import service as supervision
from workflows.events import ContactOutcome, PersonConfirmed, Said

MONDAY = "2026-11-30 09:42"
FEED = "common-platform"
FEED_ADDRESS = f"/api/v1/feeds/{FEED}/messages"

# What stands for "there is no such thing" keeps the form of the id.
NO_ID = "00000000-0000-4000-8000-000000000000"
NOT_THERE = {"urn": "99ZZ9999926", "feed": FEED}

# What an address can name that belongs to no unit: what is said of a referral, formats,
# pages of the API's description, accounts.
OF_NO_UNIT = frozenset(
    {
        *("section", "part", "question", "answer", "entry", "kind"),
        *("feed", "operation_id", "user_id", "client_id", "prefix"),
        *("template_id", "link_token"),
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody whose name is looked for in answers. `id` is what the personal-data log calls them."""

    name: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is unlike any other text about the people of one unit."""

    victim: str
    witness: str
    defendant: str
    waiting_victim: str
    waiting_defendant: str
    merged_victim: str
    merged_defendant: str
    other_defendant: str  # still to be tried when the first one is sentenced
    phone: str

    @property
    def note(self) -> str:
        return f"never while {self.defendant.split()[0]} is at home"

    @property
    def view(self) -> str:
        return f"the talk number {self.phone[-3:]} went well"

    @property
    def need(self) -> str:
        return f"lift number {self.phone[-3:]} from the station"

    @property
    def worry(self) -> str:
        return f"somebody waits at door number {self.phone[-3:]}"

    @property
    def away(self) -> str:
        return f"wedding number {self.phone[-3:]} in Sligo"

    @property
    def reply(self) -> str:
        return f"ring me after bus number {self.phone[-3:]}"

    @property
    def safe_word(self) -> str:
        return f"{self.victim.split()[1]} lantern"


EAST = Words(
    victim="Quilla Ashgrove",
    witness="Wendell Brackwater",
    defendant="Dorian Fenwickshaw",
    waiting_victim="Isolde Thornbury",
    waiting_defendant="Caspian Rookhope",
    merged_victim="Tabitha Quennell",
    merged_defendant="Ambrose Fairhurst",
    other_defendant="Evander Millthorpe",
    phone="07700 900111",
)
WEST = Words(
    victim="Ottoline Marchbanks",
    witness="Percival Duckworthy",
    defendant="Lucius Hartlepond",
    waiting_victim="Saffron Wetherel",
    waiting_defendant="Jocelyn Pumphrey",
    merged_victim="Rosamund Ickleford",
    merged_defendant="Barnaby Stallybrass",
    other_defendant="Horatio Sandwick",
    phone="07700 900222",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One unit: who works there, its program, and an example of each thing that an address can name.

    `owners` says of the things that one person began, and nobody else may see, whose they are.
    """

    unit: str
    words: Words
    officer: str
    supervisor: str
    program: str
    key: dict[str, str]
    examples: Mapping[str, str]
    owners: Mapping[str, str]
    people: tuple[Shown, ...]

    @property
    def traces(self) -> tuple[str, ...]:
        """What must stand in no answer to anybody of the other unit: names, numbers, notes, URNs and ids."""
        ids = [value for name, value in self.examples.items() if name not in OF_NO_UNIT]
        words = (
            self.words.phone,
            self.words.note,
            self.words.safe_word,
            self.words.view,
            self.words.need,
            self.words.worry,
            self.words.away,
            self.words.reply,
        )
        return (*(somebody.name for somebody in self.people), *words, *ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoUnits:
    """Eastshire is Olivia's and Sam's, Westshire is Noor's and Stella's.

    Dana was an officer of Eastshire and is switched off; `no_scope` is a program of Eastshire that may do nothing.
    """

    app: Flask
    cast: Cast
    east: Side
    west: Side
    dana: str
    no_scope: dict[str, str]

    @property
    def absent(self) -> dict[str, str]:
        """For each thing that an address can name, an id that nothing has."""
        return {name: NOT_THERE.get(name, NO_ID) for name in self.east.examples}


def two_units(app: Flask) -> TwoUnits:
    """Fill the database of a test; it is Monday 30 November 2026, 9:42am."""
    set_clock(app, MONDAY)
    cast = cast_of(app)
    with app.app_context(), database.writing() as session:
        stella = a_user("Stella", Role.SUPERVISOR, cast.other_unit)
        dana = a_user("Dana", Role.OFFICER, cast.unit)
        # Not by the service, which would also end her sessions: each request must look for itself.
        session.execute(sa.update(AppUser).where(AppUser.id == dana).values(disabled_at=clock.now()))
    return TwoUnits(
        app=app,
        cast=cast,
        east=_side(app, EAST, unit=cast.unit, code="ESX", officer=("Olivia", cast.olivia), supervisor=cast.sam),
        west=_side(app, WEST, unit=cast.other_unit, code="WSX", officer=("Noor", cast.noor), supervisor=stella),
        dana=dana,
        no_scope=a_key(app, unit_ids=[cast.unit], scopes=[], name="May do nothing"),
    )


def a_user(name: str, role: Role, *unit_ids: str) -> str:
    """Add somebody beyond the cast. Runs inside the caller's unit of work."""
    return accounts.create_user(
        sign_in_name=email_of(name),
        display_name=name,
        password=PASSWORD,
        role=role,
        unit_ids=unit_ids,
        now=clock.now(),
    )


def _side(app: Flask, words: Words, *, unit: str, code: str, officer: tuple[str, str], supervisor: str) -> Side:
    key = a_key(app, unit_ids=[unit], scopes=[*SCOPES, f"feed:{FEED}"], name=f"Systems of {code}")
    with app.app_context():
        case = _a_busy_case(words, code, *officer)
        waiting = a_case(a_victim(words.waiting_victim), officer=None, unit=code, defendants=(words.waiting_defendant,))
        a_trial(waiting, "2026-12-02 10:00", now="2026-11-10 10:00")
        merged = a_case(a_victim(words.merged_victim), officer=None, unit=code, defendants=(words.merged_defendant,))
        program = _program_of(key)
        examples = {
            "urn": case.urn,
            "participant_id": case[words.victim],
            "defendant_id": case.defendants[words.defendant],
            "entry": "sent",
            "kind": "bail",
            "feed": FEED,
            **_rows_of(case, words),
            **_together(case, waiting, merged, supervisor, unit, code),
            "reassignment_id": _a_selection(supervisor, unit, case[words.witness]),
            "token": _a_search(officer[1], unit, words),
            "user_id": _a_spare_user(code, unit),
            **_a_spare_program(code, unit),
            "operation_id": "get-api-v1-duties",
            "import_id": _a_file_that_waits(officer[1], unit, case, words),
            "query_id": _a_question(officer[1], unit, case, words),
            "unit_id": unit,
            **_a_letter_to(case[words.victim], officer[1], supervisor, unit),
            **_safety(waiting, case[words.victim], words, officer[1], unit),
        }
    examples["message_row_id"], examples["part_id"] = _a_message_that_waits(app, key, words)
    with app.app_context():
        examples["decision_id"] = _a_concern(case[words.witness], words, officer[1], unit)
        examples["section"] = _a_need(case[words.victim], words, officer[1], unit)
        examples |= _a_last_talk(case[words.victim], words, officer[1], unit)
        _dates_away(case[words.victim], words, officer[1], unit)
        examples |= _a_reply(case[words.victim], words, officer[1], unit)
    examples["match_id"] = _a_match(app, key, words, case, supervisor, unit)
    return Side(
        unit=unit,
        words=words,
        officer=officer[1],
        supervisor=supervisor,
        program=program,
        key=key,
        examples=examples,
        owners={"reassignment_id": supervisor, "token": officer[1]},
        people=tuple(
            Shown(name, row_id)
            for made in (case, waiting, merged)
            for name, row_id in (*made.people.items(), *made.defendants.items())
        ),
    )


def _a_letter_to(participant_id: str, officer_id: str, supervisor: str, unit: str) -> dict[str, str]:
    """A letter that asks somebody to ring, approved and not sent, and the template it is made from."""
    template_service.load_shipped(now=clock.now(), submitted_by="user:one", approved_by="user:another")
    template_service.set_ring_us(unit, phone="01632 960100", opens="09:00", closes="17:00")
    session = database.session()
    template = session.scalars(
        sa.select(MessageTemplate.id).where(MessageTemplate.key == "please_ring", MessageTemplate.channel == "letter")
    ).one()
    person = sa.select(Participant.person_id).where(Participant.id == participant_id).scalar_subquery()
    at_home = sa.and_(ContactPoint.person_id == person, ContactPoint.kind == "address")
    point = session.scalars(sa.select(ContactPoint.id).where(at_home)).one()
    asked = messages.NewMessage(
        participant_id=participant_id,
        contact_point_id=point,
        channel="letter",
        template_id=template,
        topics=(),
        token=new_id(),
    )
    made = messages.draft(asked, actor=f"user:{officer_id}", now=clock.now())
    if not isinstance(made, messages.Drafted):
        raise AssertionError(f"The message should be a draft, and it is {made}.")
    messages.approve(made.id, seen_hashes=[], actor=f"user:{supervisor}", now=clock.now())
    return {"message_id": made.id, "template_id": template}


def _program_of(key: Mapping[str, str]) -> str:
    # The secret may hold an underscore itself: the prefix is what stands before the second one.
    prefix = "_".join(key["Authorization"].removeprefix("Bearer ").split("_")[:2])
    return database.session().scalars(sa.select(ApiKey.client_id).where(ApiKey.prefix == prefix)).one()


def _a_home(words: Words) -> ContactPointGiven:
    address = f"{words.phone[-3:]} Invented Row"
    return ContactPointGiven(kind="address", value=address, allowed="yes", may_identify_us="yes")


def _a_busy_case(words: Words, code: str, officer: str, officer_id: str) -> MadeCase:
    """A trial that was told and then moved, an attempt since, and an answer that raised a question."""
    case = a_case(
        a_victim(
            words.victim,
            phones=(a_mobile(words.phone), _a_home(words)),
            note=words.note,
            safe_word=words.safe_word,
            enhanced=True,
            offences=(f"theft by {words.defendant}",),
        ),
        a_witness(words.witness, required=True, phones=(a_mobile(f"{words.phone[:-1]}9"),)),
        officer=officer,
        unit=code,
        defendants=(words.defendant, words.other_defendant),
        code="TH68023",
    )
    hearing = a_trial(case, "2026-12-14 10:00", now="2026-11-10 10:00")
    told_everything(case[words.victim], now="2026-11-10 11:00", by=officer_id)
    moved(case, hearing, "2026-12-16 10:00", now="2026-11-26 10:00")
    attempted(case[words.victim], ContactOutcome.NO_ANSWER, now="2026-11-26 15:00", by=officer_id)
    said(case, PersonConfirmed(participant=case[words.witness]), now="2026-11-26 16:00")
    sentenced(case, whom=words.defendant, now="2026-11-27 15:00")
    return case


def _rows_of(case: MadeCase, words: Words) -> dict[str, str]:
    duty = open_duties(case[words.victim])[0]
    session = database.session()
    contacts = sa.select(Contact.id).where(Contact.case_id == case.id).order_by(Contact.happened_at)
    questions = sa.select(Transition.id).where(Transition.case_id == case.id, Transition.flag.is_not(None))
    entries = sa.select(JournalEvent.id).where(
        JournalEvent.case_id == case.id, JournalEvent.kind == PersonConfirmed.__name__
    )
    hearing = next(duty.hearing_id for duty in open_duties(case[words.victim]) if duty.hearing_id)
    return {
        "hearing_id": hearing,
        "duty_id": duty.id,
        "contact_id": session.scalars(contacts).first() or "",
        "question_id": session.scalars(questions).one(),
        "event_id": session.scalars(entries).one(),
    }


def _together(
    case: MadeCase, linked: MadeCase, merged: MadeCase, supervisor: str, unit: str, unit_code: str
) -> dict[str, str]:
    """One case that is linked to another, and that a third became part of."""
    actor = Actor(kind=USER, id=supervisor, role=Role.SUPERVISOR, unit_ids=(unit,))
    link(case.urn, linked.urn, "other", "They know each other.", actor=actor, now=clock.now())
    merge(case.urn, merged.urn, "It was charged twice.", actor=actor, now=clock.now())
    divided = a_case(
        a_victim("Wilhelmina Oakapple" if unit_code == "ESX" else "Clementina Ashdowne"),
        officer=None,
        unit=unit_code,
        defendants=("Peregrine Loam", "Lancelot Marl"),
    )
    going = [divided.defendants["Peregrine Loam"]]
    split(divided.urn, going, f"77{unit_code[:2]}7654326", "Severed.", actor=actor, now=clock.now())
    session = database.session()
    return {
        "split_id": session.scalars(sa.select(CaseCombination.id).where(CaseCombination.case_id == divided.id)).one(),
        "link_id": session.scalars(sa.select(CaseLink.id).where(CaseLink.case_id == case.id)).one(),
        "combination_id": session.scalars(
            sa.select(CaseCombination.id).where(CaseCombination.case_id == case.id)
        ).one(),
    }


def _a_selection(supervisor: str, unit: str, participant: str) -> str:
    """A hand-over that a supervisor began and did not confirm."""
    actor = Actor(kind=USER, id=supervisor, role=Role.SUPERVISOR, unit_ids=(unit,))
    made = supervision.freeze(actor, supervision.DUTY, [duty.id for duty in open_duties(participant)], clock.now())
    assert made is not None
    return made


def _a_file_that_waits(officer: str, unit: str, case: MadeCase, words: Words) -> str:
    """A file that nobody confirmed yet: it would note the language of a witness who is there."""
    content = f"urn,participant,language\n{case.urn},{case[words.witness]},Welsh\n".encode()
    actor = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
    with database.writing() as session:
        return imports.take_on(session, content, Kind.PARTICIPANTS, unit_id=unit, actor=actor, now=clock.now())


def _a_question(officer: str, unit: str, case: MadeCase, words: Words) -> str:
    """A question to the police about a victim."""
    actor = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
    asked = Asked(
        agency=Agency.POLICE,
        direction=Direction.ASKED,
        kind=KindOfQuestion.QUESTION,
        subject="bail",
        text=f"May {words.victim} be told?",
        on=date(2026, 11, 27),
        submission=f"question of {words.phone}",
        participant_id=case[words.victim],
    )
    return agencies.ask(case.id, asked, actor=actor, now=clock.now())


def _a_concern(participant: str, words: Words, officer: str, unit: str) -> str:
    """The witness is afraid; an officer sees the concern otherwise, in words, and an action stands on the list."""
    olivia = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
    now = clock.now()
    concerns.record(participant, concerns.AFRAID, submission="afraid", actor=olivia, now=now)
    tomorrow = at("2026-12-01 09:00")
    concerns.override(
        participant, band="high", until=tomorrow, reason=words.view, submission="otherwise", actor=olivia, now=now
    )
    concerns.accept(participant, action="safety_review", submission="accept", actor=olivia, now=now)
    taken_up = sa.select(ConcernDecision.id).where(
        ConcernDecision.participant_id == participant, ConcernDecision.kind == concerns.ACCEPTED
    )
    return database.session().scalars(taken_up).one()


def _a_need(participant: str, words: Words, officer: str, unit: str) -> str:
    """The victim needs help to travel, in words; gives the section in which that was asked."""
    olivia = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
    said, section = {"travel": Said.YES}, "practical"
    needs.save_section(
        participant, section, said, words.need, seen="", submission="need", actor=olivia, now=clock.now()
    )
    return section


def _a_last_talk(participant: str, words: Words, officer: str, unit: str) -> dict[str, str]:
    """The victim is worried, in words; gives the section in which that was asked, the question and the answer."""
    olivia = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
    said, part = {"worry": closing.Chosen(answer="yes")}, "safeguarding"
    closing.save_section(
        participant, part, said, words.worry, seen="", submission="worry", actor=olivia, now=clock.now()
    )
    return {"part": part, "question": "worry", "answer": "yes"}


def _dates_away(participant: str, words: Words, officer: str, unit: str) -> None:
    """The victim cannot come on a day, in words."""
    olivia = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
    day = date(2027, 1, 4)
    availability.add(
        *(participant, (day, day), "other"),
        words=words.away,
        may_be_shared=False,
        seen="",
        submission="away",
        actor=olivia,
        now=clock.now(),
    )


def _a_reply(participant: str, words: Words, officer: str, unit: str) -> dict[str, str]:
    """The victim answered one link, in words, and has another one that still works."""
    olivia = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
    first = links.make(participant, actor=olivia, now=clock.now())
    said = first.code or "3103"
    given_pass = links.confirm(first.token, said, address="", now=clock.now())
    links.answer(first.token, given_pass or "", links.Given(coming="no", message=words.reply), now=clock.now())
    reply = database.session().scalars(sa.select(LinkReply.id).where(LinkReply.participant_id == participant)).one()
    return {"reply_id": reply, "link_token": links.make(participant, actor=olivia, now=clock.now()).token}


def _safety(case: MadeCase, reached: str, words: Words, officer: str, unit: str) -> dict[str, str]:
    """A number, a change of an e-mail address that waits for a second person, and a talk that was not safe."""
    victim, session = case[words.waiting_victim], database.session()
    attempted(victim, ContactOutcome.UNSAFE, now="2026-11-10 11:00", by=officer)
    person = sa.select(Participant.person_id).where(Participant.id == victim)
    with database.writing() as writer:
        change = SafetyChange(
            id=new_id(),
            unit_id=unit,
            person_id=writer.scalars(person).one(),
            kind="email",
            reaches="email",
            blind_index="",
            wanted={"allowed": "yes"},
            widens=["new"],
            proposed_by=f"user:{officer}",
            proposed_at=clock.now(),
        )
        writer.add(change)
        made = change.id
    theirs = sa.select(Participant.person_id).where(Participant.id == reached)
    points = sa.select(ContactPoint.id).where(ContactPoint.person_id.in_(theirs))
    return {
        "point_id": session.scalars(points).first() or "",
        "change_id": made,
        "override_id": session.scalars(sa.select(Contact.id).where(Contact.participant_id == victim)).one(),
    }


def _a_search(officer: str, unit: str, words: Words) -> str:
    with database.writing() as session:
        actor = Actor(kind=USER, id=officer, role=Role.OFFICER, unit_ids=(unit,))
        return finding.remember(session, actor, words.victim, clock.now())


def _a_spare_user(code: str, unit: str) -> str:
    """Somebody whom a test may switch off without losing a reader of its own."""
    with database.writing():
        return a_user(f"Spare-{code}", Role.OFFICER, unit)


def _a_spare_program(code: str, unit: str) -> dict[str, str]:
    with database.writing():
        program = api_clients.create_client(name=f"Spare {code}", unit_ids=[unit], scopes=[], now=clock.now())
        key = api_clients.create_key(program, now=clock.now())
    return {"client_id": program, "prefix": key.rpartition("_")[0]}


def _a_match(app: Flask, key: Mapping[str, str], words: Words, case: MadeCase, supervisor: str, unit: str) -> str:
    """A court message that the supervisor took for one about the busy case."""
    body: dict[str, Any] = payloads.vacated_by_listing(hearing=payloads.an_id(f"of {words.phone}"))
    headers = {**key, "Content-Type": "application/json"}
    sent = app.test_client().post(FEED_ADDRESS, data=json.dumps(body), headers=headers)
    actor = Actor(kind=USER, id=supervisor, role=Role.SUPERVISOR, unit_ids=(unit,))
    with app.app_context():
        session = database.session()
        part = session.scalars(sa.select(FeedPart.id).where(FeedPart.message_row_id == str(sent.json["id"]))).one()
        waiting = waiting_part(actor, part)
        assert waiting is not None
        match(waiting, case.id, None, actor=actor, now=clock.now())
        return session.scalars(sa.select(CourtMatch.id).where(CourtMatch.part_id == part)).one()


def _a_message_that_waits(app: Flask, key: Mapping[str, str], words: Words) -> tuple[str, str]:
    """A court message, and its one part, about a case that nobody has registered; it names a victim's defendant."""
    body: dict[str, Any] = payloads.vacated(urn=f"99QQ{words.phone[-4:]}26", hearing=payloads.an_id(words.phone))
    body["caseDetails"][0]["defendantDetails"][0]["defendantLastName"] = words.defendant
    answer = app.test_client().post(
        FEED_ADDRESS, data=json.dumps(body), headers={**key, "Content-Type": "application/json"}
    )
    assert answer.json["state"] == "parked", answer.text
    message = str(answer.json["id"])
    with app.app_context():
        part = database.session().scalar(sa.select(FeedPart.id).where(FeedPart.message_row_id == message))
    return message, str(part)
