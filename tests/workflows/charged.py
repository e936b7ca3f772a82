"""Offences as they stand of which somebody was found guilty, for tests of the Victim Contact Scheme."""

from __future__ import annotations

from datetime import date

from workflows.events import OffenceResult, ResultKind
from workflows.victim_contact_scheme import Charged

ABH, GBH, ROBBERY, THEFT, MURDER, RAPE = "OF61102", "OF61131", "TH68023", "TH68010", "COML025", "SX03002"
COERCIVE, WITH_INTENT, AFFRAY, ORDER_BREACH = "SC15004", "OF61016", "PU86003", "PH97005"
CHILD, CLASS_A, EXTREME = "CH84001", "MD71131", "CJ08001"
SENTENCED = date(2026, 11, 27)


def guilty(code: str, kind: ResultKind | None = ResultKind.CUSTODY, length: str = "", **more) -> Charged:
    """Give an offence with a verdict of guilty and one final result; `kind` None: no result."""
    served, result_code, label = (more.pop(name, "") for name in ("served", "result_code", "label"))
    final = more.pop("final", True)
    results = ()
    if kind is not None:
        results = (
            OffenceResult(
                defendant="d", offence=more.get("offence", "o1"), kind=kind, length=length, final=final,
                served=served, code=result_code, label=label,
            ),
        )  # fmt: skip
    given = {"offence": "o1", "code": code, "verdict": "guilty", "results": results, "sentenced_on": SENTENCED}
    return Charged(**(given | more))
