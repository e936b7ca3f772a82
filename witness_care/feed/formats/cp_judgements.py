"""Reads a plea, a verdict and the length of a sentence, and says when verdict and result cannot both be true."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from witness_care.feed.formats.cp_hearings import Data, listed
from witness_care.feed.formats.result_kinds import AT_LIBERTY, CUSTODIAL, ENDINGS, ResultWords, kind_of
from witness_care.feed.formats.translated import NamedDefendant
from workflows.events import ResultKind

GUILTY, ALTERNATIVE, NOT_GUILTY, NO_VERDICT = "guilty", "guilty_of_alternative", "not_guilty", "no_verdict"
CONVICTIONS = frozenset({GUILTY, ALTERNATIVE})
FINAL = "FINAL"

_PLEAS = {
    **dict.fromkeys(("GUILTY", "MCA_GUILTY", "ADMITS"), "guilty"),
    **dict.fromkeys(
        (
            "CHANGE_TO_GUILTY_AFTER_SWORN_IN",
            "CHANGE_TO_GUILTY_NO_SWORN_IN",
            "CHANGE_TO_GUILTY_MAGISTRATES_COURT",
        ),
        "guilty",
    ),
    **dict.fromkeys(("NOT_GUILTY", "CHANGE_TO_NOT_GUILTY", "DENIES"), "not_guilty"),
    **dict.fromkeys(
        (
            *("AUTREFOIS_ACQUIT", "AUTREFOIS_CONVICT", "PARDON", "NO_PLEA", "UNFIT_TO_PLEAD", "CONSENTS", "OPPOSES"),
            *("GUILTY_TO_AN_ALTERNATIVE_OFFENCE", "GUILTY_LESSER_OFFENCE_NAMELY"),
            "GUILTY_TO_AN_ALTERNATIVE_OFFENCE_NOT_CHARGED_NAMELY",
        ),
        "other",
    ),
}
_CJS_VERDICTS = {"G": GUILTY, "A": ALTERNATIVE, "NA": ALTERNATIVE, "N": NOT_GUILTY, "NG": NOT_GUILTY, "O": NO_VERDICT}
_UNITS = {"Y": "Y", "M": "M", "W": "W", "D": "D", "H": "H"}
_TERM = re.compile(r"(\d{1,4})\s*(year|month|week|day|hour)s?\b", re.IGNORECASE)
_TOTAL = re.compile(r"total (custodial|detention|suspended)", re.IGNORECASE)
_PERIOD = re.compile(
    r"(imprisonment|detention|custod|sentence|suspended|order|discharge).*period|period of", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` is None when no field of the verdict is one we know."""

    value: str | None
    contradictory: bool = False


def defendant_named(defendant: str | None) -> tuple[NamedDefendant, ...]:
    return (NamedDefendant(defendant),) if defendant else ()


def plea_of(value: str) -> str:
    """Give a plea as guilty, not_guilty or other; a plea we do not know is other."""
    return _PLEAS.get(_name(value), "other")


def is_known_plea(value: str) -> bool:
    return _name(value) in _PLEAS


def verdict_of(verdict: Data, charged: str = "") -> Verdict:
    """Judge a verdict by all its fields together; where they disagree nothing may be derived (feeds.md section 15).

    A lesser or alternative offence that is not the one `charged` (its code) makes it guilty of an alternative.
    """
    kind = verdict["verdictType"]
    if not kind:
        return Verdict(None)
    said = {
        value
        for value in (
            _spelt(kind["category"]),
            _spelt(kind["categoryType"]),
            _CJS_VERDICTS.get(kind["cjsVerdictCode"].upper()),
        )
        if value
    }
    if len(said & CONVICTIONS) == len(said) > 0:  # "guilty" beside "guilty of a lesser offence" says the same, less
        return Verdict(ALTERNATIVE if ALTERNATIVE in said or _other_offence(verdict, charged) else GUILTY)
    if len(said) > 1:
        return Verdict(None, contradictory=True)
    return Verdict(said.pop() if said else None)


def contradicts(offence: Data, kinds: Iterable[ResultKind]) -> bool:
    """Say whether the verdict on an offence disagrees with itself, or with the results of the offence.

    An order alone (a restraining order on acquittal) does not contradict, nor does a sentence after a guilty plea
    with "no verdict".
    """
    if not offence["verdict"]:
        return False
    judged, kinds = verdict_of(offence["verdict"], offence["offenceCode"]), frozenset(kinds)
    if judged.contradictory:
        return True
    sentenced = bool(kinds & (CUSTODIAL | AT_LIBERTY))
    if judged.value == NOT_GUILTY:
        return sentenced
    if judged.value == NO_VERDICT:
        return sentenced and not is_convicted(offence)
    return judged.value in CONVICTIONS and bool(kinds & ENDINGS)


def is_convicted(offence: Data) -> bool:
    """Say whether an offence stands proved: by a verdict, a guilty plea, a conviction date or a result that says so."""
    verdict, plea = offence["verdict"], offence["plea"]
    return bool(
        (verdict and verdict_of(verdict).value in CONVICTIONS)
        or (plea and plea_of(plea["pleaValue"]) == "guilty")
        or offence["convictionDate"]
        or any(result["isConvictedResult"] for result in listed(offence, "judicialResults"))
    )


def kind_of_result(result: Data, *, convicted: bool) -> ResultKind:
    return kind_of(
        ResultWords(
            code=result["cjsCode"],
            label=result["label"],
            length=length_of(result),
            is_adjournment=result["isAdjournmentResult"] or bool(result["nextHearing"]),
            is_final=is_final(result),
            convicted=convicted or result["isConvictedResult"],
        )
    )


def is_final(result: Data) -> bool:
    return bool(result["category"].upper() == FINAL)


def length_of(result: Data) -> str:
    """Give the length as ordered, "11 M" or "1 Y 6 M" or "life"; never added up (feeds.md section 15).

    From the duration element, else a prompt that states a total, else a prompt that states the period.
    """
    duration = result["durationElement"]
    if result["lifeDuration"] or (duration and duration["primaryDurationUnit"].upper() == "L"):
        return "life"
    if duration:
        terms = [
            f"{duration[f'{rank}DurationValue']} {_UNITS[duration[f'{rank}DurationUnit'].upper()]}"
            for rank in ("primary", "secondary", "tertiary")
            if duration[f"{rank}DurationValue"] and duration[f"{rank}DurationUnit"].upper() in _UNITS
        ]
        if terms:
            return " ".join(terms)[:40]
    prompts = listed(result, "judicialResultPrompts")
    for wanted in (_TOTAL, _PERIOD):
        for prompt in prompts:
            found = _TERM.findall(prompt["value"]) if wanted.search(prompt["label"]) else ()
            if found:
                return " ".join(f"{int(number)} {unit[0].upper()}" for number, unit in found)[:40]
    return ""


def _other_offence(verdict: Data, charged: str) -> bool:
    other = verdict["lesserOrAlternativeOffence"]
    return bool(other and other["offenceCode"] and other["offenceCode"] != charged)


def _spelt(text: str) -> str | None:
    name = _name(text)
    if name.startswith("NO_VERDICT"):
        return NO_VERDICT
    if name.startswith(("NOT_GUILTY", "FOUND_NOT_GUILTY")):
        return ALTERNATIVE if "BUT_GUILTY" in name else NOT_GUILTY
    if name.startswith(("GUILTY", "FOUND_GUILTY", "PROVED")):
        return ALTERNATIVE if "LESSER" in name or "ALTERNATIVE" in name else GUILTY
    return None


def _name(text: str) -> str:
    return re.sub(r"[^A-Z]+", "_", text.upper()).strip("_")
