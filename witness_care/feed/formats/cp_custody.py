"""Reads where a defendant waits after a hearing day (bail or custody), and whether a warrant is out for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from witness_care.feed.formats.cp_hearings import Data, listed
from workflows.events import BailDecided, WarrantStated

# The codes of the list of remand statuses, by its one-letter column. "Not applicable" says nothing of bail.
_STATUS_OF_CODE: Mapping[str, str] = MappingProxyType(
    {"U": "bail", "B": "conditional_bail", "C": "custody", "P": "custody", "S": "custody", "L": "custody"}
)
NOT_APPLICABLE = "A"

# Warrants for the defendant's arrest, with bail or without; one for a parent or a witness is another thing.
_WARRANTS = frozenset({"4575", "4576", "4577"})


def bail_of(case: Data, hearing: str, day: date, odd: list[str]) -> Iterator[BailDecided]:
    """Give the bail status of each defendant of a case that the message states.

    The words of conditions are not read: they may name an address or a person. An officer enters their kinds.
    """
    for defendant in listed(case, "defendants"):
        person = defendant["personDefendant"]
        code = person["bailStatus"]["code"] if person and person["bailStatus"] else ""
        if not code or code == NOT_APPLICABLE:
            continue
        status = _STATUS_OF_CODE.get(code)
        if status is None:
            odd.append("/hearing/prosecutionCases/defendants/personDefendant/bailStatus/code (value)")
            continue
        yield BailDecided(defendant=defendant["id"], status=status, hearing=hearing, day=day)


def warrants_of(results: Iterable[tuple[str, Data]], hearing: str, day: date) -> Iterator[WarrantStated]:
    """Give one warrant for each defendant with a result that says so; `results` are (defendant, result)."""
    wanted = {defendant for defendant, result in results if defendant and result["cjsCode"] in _WARRANTS}
    for defendant in sorted(wanted):
        yield WarrantStated(defendant=defendant, status="issued", hearing=hearing, day=day)
