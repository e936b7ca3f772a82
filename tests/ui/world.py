"""The unit that the page tests look at: every state of every page is somewhere in it, and everybody is made up.

It is Monday 30 November 2026, 9:42am. `a_busy_unit` has all that a page can show, `a_new_unit` nothing but its people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from importlib import resources

import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast, cast_of
from tests.factories import (
    WEEKDAYS_10_TO_2,
    MadeCase,
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    at,
    attempted,
    convicted,
    entered,
    moved,
    open_duties,
    sentenced,
    set_clock,
    told_everything,
    vacated,
)
from tests.ui.message_world import messages_in_every_state
from tests.ui.unit_world import a_search_without_results, a_unit_with_late_work
from witness_care import database
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases.linking import link
from witness_care.cases.merging import merge
from witness_care.cases.models import CaseCombination, CaseLink
from witness_care.cases.splitting import split
from witness_care.cases.undoing import undo
from witness_care.cases.urn_correction import correct_urn
from witness_care.columns import new_id
from witness_care.contacts.models import Contact
from witness_care.engagement import service as concerns
from witness_care.people.models import ContactPoint, Participant, SafetyChange
from witness_care.support import directory
from witness_care.support.directory_file import read as read_directory
from workflows.events import ContactOutcome, CourtVisitStated, PersonConfirmed, SupportStated, TrialVacated

MONDAY = "2026-11-30 09:42"
LEAH = {"person_id": "leah"}  # one person, in two cases


@dataclass(frozen=True, slots=True)
class World:
    """The application, its cast, and the ids that the addresses of pages are made of, by plain names."""

    app: Flask
    cast: Cast
    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


def a_new_unit(app: Flask) -> World:
    """A unit on its first day: its people, one case that is quite new, and nothing else."""
    set_clock(app, MONDAY)
    with app.app_context():
        cast = cast_of(app)
        case = a_case(a_victim("Ivy Marsh", phones=[]), now="2026-11-30 09:00", officer="Olivia")
        ids = {"person": case["Ivy Marsh"], "urn": case.urn, "case": case.id}
        ids["duty"] = open_duties(case["Ivy Marsh"])[0].id
        ids["hearing"] = a_trial(case, "2027-03-15 10:00", now="2026-11-30 09:01")
        ids |= a_search_without_results(cast)
        database.session().rollback()
    return World(app, cast, ids)


def a_busy_unit(app: Flask) -> World:
    """A unit in the middle of its work."""
    set_clock(app, MONDAY)
    with app.app_context():
        cast = cast_of(app)
        ids = _the_trial_of_today(cast) | _the_moved_trial(cast) | _the_verdict(cast) | _nobodys_case()
        ids |= _the_sentence()
        ids |= _support(cast)
        ids |= messages_in_every_state(cast)
        ids |= _cases_that_belong_together(cast)
        ids |= a_unit_with_late_work(app, cast)
        database.session().rollback()
    return World(app, cast, ids)


def _the_trial_of_today(cast: Cast) -> dict[str, str]:
    """A trial of this afternoon is vacated while people may be on their way; Leah is hard to reach safely."""
    phones = [
        a_mobile(hours=[{"weekdays": [0, 1, 2, 3, 4], "starts": "09:00", "ends": "14:00"}]),
        a_mobile("07700 900222", allowed="no"),
        a_mobile("07700 900333", unsafe=True),
    ]
    case = a_case(
        a_victim(
            "Leah Jones", enhanced=True, phones=phones, safe_word="lighthouse", note="Her brother may answer.", **LEAH
        ),
        a_witness("Nadia Ahmed", required=True, language="Welsh", phones=[a_mobile("07700 900456", voicemail="yes")]),
        now="2026-10-20 09:00",
    )
    hearing = a_trial(case, "2026-11-30 14:00", now="2026-10-21 09:00", days=3)
    for name in case.people:
        contact = told_everything(case[name], now="2026-10-21 11:00", by=cast.olivia)
    vacated(case, hearing, now="2026-11-30 09:30")
    attempted(case["Leah Jones"], ContactOutcome.NO_ANSWER, now="2026-11-30 09:35", by=cast.olivia)
    _somebody_drifts_away(case, cast)
    return {
        "urn": case.urn,
        "case": case.id,
        "defendant": case.defendants["Aaron Smith"],
        "hearing": hearing,
        "person": case["Leah Jones"],
        "witness": case["Nadia Ahmed"],
        "duty": open_duties(case["Leah Jones"])[0].id,
        "witness_duty": open_duties(case["Nadia Ahmed"])[0].id,
        "contact": contact,
        **_safety(case, cast),
    }


def _safety(case: MadeCase, cast: Cast) -> dict[str, str]:
    """Of Nadia, who withdrew in fear, a further address waits for Sam; a talk with her was not safe."""
    attempted(case["Nadia Ahmed"], ContactOutcome.UNSAFE, now="2026-11-30 09:20", by=cast.olivia)
    person = sa.select(Participant.person_id).where(Participant.id == case["Nadia Ahmed"])
    with database.writing() as writer:
        change = SafetyChange(
            id=new_id(),
            unit_id=cast.unit,
            person_id=writer.scalars(person).one(),
            kind="email",
            reaches="email",
            blind_index="",
            wanted={"allowed": "yes", "windows": []},
            widens=["new"],
            proposed_by=f"user:{cast.olivia}",
            proposed_at=at("2026-11-30 09:25"),
        )
        writer.add(change)
        made = change.id
    session = database.session()
    unsafe = sa.select(Contact.id).where(Contact.outcome == ContactOutcome.UNSAFE.value)
    points = sa.select(ContactPoint.id).where(ContactPoint.person_id.in_(person))
    return {
        "change": made,
        "override": session.scalars(unsafe).one(),
        "point": session.scalars(points).first() or "",
    }


def _somebody_drifts_away(case: MadeCase, cast: Cast) -> None:
    """Leah is afraid, and what is to be done is on the list; Nadia withdrew, and Olivia sees it otherwise."""
    olivia = Actor(kind=USER, id=cast.olivia, role=Role.OFFICER, unit_ids=(cast.unit,))
    leah, nadia = case["Leah Jones"], case["Nadia Ahmed"]
    concerns.record(leah, concerns.AFRAID, submission="leah", actor=olivia, now=at("2026-11-30 09:36"))
    accepted = at("2026-11-30 09:37")
    concerns.accept(leah, action="safety_review", submission="leah", actor=olivia, now=accepted)
    concerns.record(
        nadia, concerns.WITHDREW, reason="delay", submission="nadia", actor=olivia, now=at("2026-11-30 09:38")
    )
    concerns.override(
        nadia,
        band="raised",
        until=at("2026-12-14 00:00"),
        reason="She may come back once the trial has a date.",
        submission="nadia",
        actor=olivia,
        now=at("2026-11-30 09:39"),
    )


def _the_moved_trial(cast: Cast) -> dict[str, str]:
    """A trial moved last week; a long name, two defendants, and a number that may not be rung before ten."""
    case = a_case(
        a_victim(
            "Margaret Featherstonehaugh-Cholmondeley", phones=[a_mobile("07700 900555", hours=[WEEKDAYS_10_TO_2])]
        ),
        a_victim("Priya Okonkwo", phones=[a_mobile("07700 900556")]),
        defendants=("Aaron Smith", "Bo Lee"),
    )
    hearing = a_trial(case, "2026-12-02 10:00", now="2026-11-10 10:00")
    for name in case.people:
        told_everything(case[name], now="2026-11-10 12:00", by=cast.olivia)
    moved(case, hearing, "2026-12-14 10:00", now="2026-11-26 16:00")
    entry = entered(case, TrialVacated(hearing=hearing), now="2026-11-27 09:00", by=cast.olivia)
    undo(
        entry,
        "It was said of another case.",
        actor=Actor(kind=USER, id=cast.olivia, role=Role.OFFICER, unit_ids=(cast.unit,)),
        now=at("2026-11-27 09:05"),
    )
    wrong = entered(case, PersonConfirmed(participant=case["Priya Okonkwo"]), now="2026-11-27 10:00", by=cast.olivia)
    guarded = case["Margaret Featherstonehaugh-Cholmondeley"]
    return {
        "moved_urn": case.urn,
        "moved_hearing": hearing,
        "entry": wrong,
        "guarded": guarded,
        "guarded_duty": open_duties(guarded)[0].id,
        "waiting": case["Priya Okonkwo"],
        "waiting_duty": open_duties(case["Priya Okonkwo"])[0].id,
    }


def _the_verdict(cast: Cast) -> dict[str, str]:
    case = a_case(a_victim("Tom Baker", phones=[a_mobile("07700 900557")]))
    hearing = a_trial(case, "2026-11-27 10:00", now="2026-11-10 10:00")
    told_everything(case["Tom Baker"], now="2026-11-10 12:00", by=cast.olivia)
    convicted(case, hearing, now="2026-11-27 15:00")
    return {"verdict_duty": open_duties(case["Tom Baker"])[0].id}


def _the_sentence() -> dict[str, str]:
    """A robbery with two victims and four years, to be referred; custody for an offence nobody is linked to."""
    against = {"offences": ("theft by Aaron Smith",)}
    case = a_case(
        a_victim("Yara Holt", phones=[a_mobile("07700 900563")], **against),
        a_victim("Zena Croft", phones=[a_mobile("07700 900564")], **against),
        code="TH68023",
    )
    sentenced(case, now="2026-11-26 15:00")
    nobody = a_case(a_witness("Rhys Vale", phones=[a_mobile("07700 900565")]), code="OF61016", defendants=("Cy Roe",))
    sentenced(nobody, now="2026-11-26 15:00")
    return {"referred": case["Yara Holt"], "referred_because_of": case.defendants["Aaron Smith"]}


def _support(cast: Cast) -> dict[str, str]:
    """One victim waits for a service, was turned away by another and is to visit the court; the next has nobody."""
    for area in ("eastmere", "westmarch"):
        file = resources.files("witness_care").joinpath("demo", "directories", f"{area}.toml")
        found = read_directory(file.read_text(encoding="utf-8"), area, today=date(2026, 11, 30))
        directory.load(found, now=at("2026-11-24 09:00"))
    basis = {"enhanced": True, "enhanced_basis": ("DOMESTIC_ABUSE",)}
    case = a_case(
        a_victim("Esme Rowntree", phones=[a_mobile("07700 900566")], **basis),
        a_victim("Freya Underhill", phones=[a_mobile("07700 900567")], **basis),
        now="2026-11-24 09:00",
        officer="Olivia",
    )
    supported, olivia = case["Esme Rowntree"], cast.olivia
    for minute, (kind, service, step) in enumerate(
        (
            ("idva", "quillbrook-advisers", "referred"),
            ("counselling", "saltwick-table", "full"),
            ("witness_service", "", "accepted"),
        )
    ):
        said = SupportStated(participant=supported, kind=kind, service=service, step=step)
        entered(case, said, now=f"2026-11-25 10:0{minute}", by=olivia)
    arranged = CourtVisitStated(participant=supported, step="arranged", on=date(2026, 12, 4))
    entered(case, arranged, now="2026-11-25 10:05", by=olivia)
    return {"supported": supported}


def _cases_that_belong_together(cast: Cast) -> dict[str, str]:
    """One case whose number was wrong, with another linked to it and a third that became part of it."""
    sam = Actor(kind=USER, id=cast.sam, role=Role.SUPERVISOR, unit_ids=(cast.unit,))
    first, second, third = (
        a_case(a_victim(name, phones=[a_mobile(phone)]), now="2026-11-23 09:00", officer="Olivia")
        for name, phone in (
            ("Una Winter", "07700 900559"),
            ("Viola Summer", "07700 900560"),
            ("Wyn Autumn", "07700 900561"),
        )
    )
    right = f"{first.urn[:-1]}X"
    correct_urn(first.urn, right, "A slip of the pen.", actor=sam, now=at("2026-11-24 09:00"))
    link(right, second.urn, "same_incident", "One evening in one street.", actor=sam, now=at("2026-11-24 09:05"))
    merge(right, third.urn, "It was charged twice.", actor=sam, now=at("2026-11-24 09:10"))
    session = database.session()
    return {
        "corrected_urn": right,
        "link": session.scalars(sa.select(CaseLink.id)).one(),
        "merge": session.scalars(sa.select(CaseCombination.id)).one(),
        **_a_case_that_was_split(sam),
    }


def _a_case_that_was_split(sam: Actor) -> dict[str, str]:
    """One of three defendants has a case of their own; another could have."""
    case = a_case(
        a_victim("Xenia Spring", phones=[a_mobile("07700 900562")]),
        now="2026-11-23 09:00",
        officer="Olivia",
        defendants=("Abe Long", "Ben Short", "Cal Wide"),
    )
    going = [case.defendants["Abe Long"]]
    split(case.urn, going, "77CD7654326", "The indictment was severed.", actor=sam, now=at("2026-11-24 09:20"))
    query = sa.select(CaseCombination.id).where(CaseCombination.kind == "split")
    return {
        "to_split_urn": case.urn,
        "to_split": case.defendants["Ben Short"],
        "split": database.session().scalars(query).one(),
    }


def _nobodys_case() -> dict[str, str]:
    """Nobody holds it yet; Leah, whom Olivia knows from another case, saw something here."""
    people = (a_victim("Owen Price", phones=[a_mobile("07700 900558")]), a_witness("Leah Jones", phones=[], **LEAH))
    case = a_case(*people, officer=None, now="2026-11-20 09:00")
    a_trial(case, "2027-03-01 10:00", now="2026-11-24 10:00")
    return {"unallocated_case": case.id, "unallocated_urn": case.urn}
