"""Puts questions to and from agencies into the words staff read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from witness_care.agencies.models import Agency, Direction, Kind

AGENCIES: Mapping[str, str] = MappingProxyType(
    {
        Agency.POLICE: "Police",
        Agency.CPS: "CPS",
        Agency.COURT: "Court",
        Agency.PROBATION: "Probation",
        Agency.OTHER: "Another agency",
    }
)
DIRECTIONS: Mapping[str, str] = MappingProxyType(
    {
        Direction.ASKED: "We ask them",
        Direction.RECEIVED: "They ask us",
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        Kind.QUESTION: "Question",
        Kind.EARLY_ADVICE: "Early advice from a CPS lawyer",
        Kind.FILE_GAP: "Something the case file lacks",
        Kind.STOP_REVIEW: "Review of a decision to stop or not to prosecute",
    }
)
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "contact_details": "Contact details",
        "safe_contact": "Safe contact",
        "requirement": "Who is needed at court",
        "availability": "Dates to avoid",
        "needs": "Needs",
        "special_measures": "Special measures",
        "date_of_birth": "Dates of birth",
        "enhanced_rights": "Enhanced rights",
        "offences": "Which offence concerns whom",
        "charge": "The charge",
        "hearing": "A hearing",
        "result": "What happened in court",
        "bail": "Bail and its conditions",
        "sentence": "The sentence",
        "decision": "A decision and its reasons",
        "withdrawal": "A withdrawal",
        "property": "Property",
        "expenses": "Expenses",
        "something_else": "Something else",
    }
)
ANSWERED, NOT_NEEDED = "answered", "not_needed"
CLOSED: Mapping[str, str] = MappingProxyType(
    {
        ANSWERED: "answered",
        NOT_NEEDED: "not needed any more",
        "asked_elsewhere": "found out in another way",
        "no_answer": "no answer is expected any more",
        "by_mistake": "logged by mistake",
    }
)
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "asked": "Logged",
        "chased": "Chased",
        "handed_over": "Handed over",
        "answered": "Answered",
        "closed": "Closed without an answer",
    }
)


def title(agency: str, direction: str, kind: str, subject: str) -> str:
    """Say in one line what it is: "To the police: safe contact", "From CPS: a hearing"."""
    to = "From" if direction == Direction.RECEIVED else "To"
    name = AGENCIES.get(agency, agency)
    whom = name if agency == Agency.CPS else f"the {name.lower()}" if agency != Agency.OTHER else "another agency"
    about = SUBJECTS.get(subject, subject).lower()
    before = "early advice, " if kind == Kind.EARLY_ADVICE else "review, " if kind == Kind.STOP_REVIEW else ""
    return f"{to} {whom}: {before}{about}"
