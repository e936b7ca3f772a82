"""Documents as another system sends them, to build tests from. Every person is made up."""

from __future__ import annotations

import copy
from typing import Any

URN = "99AB1234526"


def a_document(**changes: Any) -> dict[str, Any]:
    """A case with one defendant, one offence, a victim and a witness whom the CPS requires."""
    document = {
        "unit": "ESX",
        "identifiers": [{"namespace": "cp", "id": "court-case-1"}],
        "defendants": [
            {
                "id": "D1",
                "name": "Dexter Marrowby",
                "identifiers": [{"namespace": "cp", "id": "court-defendant-1"}],
                "offences": [
                    {
                        "id": "O1",
                        "cjs_code": "OF61102",
                        "title": "Assault",
                        "identifiers": [{"namespace": "cp", "id": "court-offence-1"}],
                    }
                ],
            }
        ],
        "participants": [a_victim(), a_witness()],
    }
    return copy.deepcopy(document | changes)


def a_victim(**changes: Any) -> dict[str, Any]:
    victim = {
        "id": "P1",
        "role": "victim",
        "person": {"id": "person-1", "name": "Vera Thistleham", "contact_points": [a_mobile()]},
        "defendants": ["D1"],
        "offences": ["O1"],
    }
    return victim | changes


def a_witness(**changes: Any) -> dict[str, Any]:
    witness = {
        "id": "P2",
        "role": "witness",
        "person": {"id": "person-2", "name": "Wilf Otterstock", "contact_points": [a_mobile("07700 900456")]},
        "defendants": ["D1"],
        "requirement": {"required": True},
    }
    return witness | changes


def a_mobile(value: str = "07700 900123", **changes: Any) -> dict[str, Any]:
    return {"kind": "mobile", "value": value, "allowed": "yes", "voicemail": "no"} | changes
