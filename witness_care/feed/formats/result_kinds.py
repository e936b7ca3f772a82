"""Says what one court result means: custody, fine, withdrawn …, from its code, its label and its length together.

Written by hand from the codes the rules name (feeds.md section 15, domain.md section 7). A code alone is not believed
about custody, because courts' systems reuse codes: where code and label disagree, the kind is left open and a person
sees the label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workflows.events import ResultKind

K = ResultKind

_CODES: dict[ResultKind, tuple[str, ...]] = {
    K.CUSTODY: ("1002", "1003", "1007", "1022", "1024", "1056", "1080", "1081", "1114", "1126", "1162"),
    K.LIFE: ("1073", "1121"),  # without limit of time; the minimum term of an indeterminate sentence
    K.SUSPENDED: ("1115", "1134"),
    K.ACTIVATED: ("1507",),
    K.HOSPITAL: ("1008", "1088"),
    K.COMMUNITY: (
        "1010",
        "1011",
        "1012",
        "1052",
        "1083",
        "1086",
        "1097",
        "1098",
        "1099",
        "1116",
        "1141",
        "1142",
        "1143",
    ),
    K.FINE: ("1015",),
    K.DISCHARGE: ("1017", "1018"),
    K.ORDER: (
        *("1004", "1014", "1016", "1085", "1177", "1178", "1179", "1181"),
        *("3011", "3012", "3047", "3052", "3053", "3081", "3117", "3132", "3260", "3307", "4582"),
    ),
    K.OTHER_SENTENCE: ("1020", "1021", "1057", "1087", "1509", "1510"),
    K.WITHDRAWN: ("2051", "2063", "2073", "2094", "4010"),
    K.DISMISSED: ("2004", "2005", "2006", "2050", "2064", "2075", "2076", "2091"),
    K.DISCONTINUED: ("2008", "2023", "2053", "2061", "2065", "2103", "2503"),
    K.ADJOURNED: ("2007", "4506"),
}
KIND_OF_CODE: Mapping[str, ResultKind] = MappingProxyType(
    {code: kind for kind, codes in _CODES.items() for code in codes}
)

ADJOURNED_WITHOUT_DATE = "2007"

# The first pattern that the label fits; the special forms stand above the plain word they contain.
_LABELS: tuple[tuple[ResultKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (K.OTHER_SENTENCE, r"in default|in absence|remand|recall|return to|varied|amended|revoked|quashed"),
        (K.ACTIVATED,      r"suspended sentence.*(activated|implemented)"),
        (K.SUSPENDED,      r"\bsuspended\b"),
        (K.HOSPITAL,       r"^hospital (order|direction|and limitation|& limitation)"),
        (K.LIFE,           r"\blife (imprisonment|sentence)|(imprisonment|custody|detention) for life|indeterminate|"
                           r"public protection|majesty'?s pleasure"),
        (K.CUSTODY,        r"imprisonment|\b(detention|detained)\b|young offender|special custodial|extended sentence"),
        (K.COMMUNITY,      r"\bcommunity order|youth rehabilitation|referral order|reparation order"),
        (K.DISCHARGE,      r"\b(absolute|conditional) discharge"),
        (K.FINE,           r"^fine\b"),
        (K.WITHDRAWN,      r"\bwithdrawn\b"),
        (K.DISMISSED,      r"\bdismissed\b|no evidence offered|no case to answer|\bacquitted\b"),
        (K.DISCONTINUED,   r"\bdiscontinu|proceedings stayed|remain on file|defendant has died"),
    )
)  # fmt: skip

AT_LIBERTY = frozenset({K.SUSPENDED, K.COMMUNITY, K.FINE, K.DISCHARGE})
CUSTODIAL = frozenset({K.CUSTODY, K.LIFE, K.ACTIVATED, K.HOSPITAL})
SENTENCES = CUSTODIAL | AT_LIBERTY | {K.OTHER_SENTENCE}
ENDINGS = frozenset({K.WITHDRAWN, K.DISMISSED, K.DISCONTINUED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWords:
    """What a result says about its kind. `length` is as ordered ("11 M", "life"); empty when none is given."""

    code: str = ""
    label: str = ""
    length: str = ""
    is_adjournment: bool = False
    is_final: bool = False
    convicted: bool = False


def kind_of(said: ResultWords) -> ResultKind:
    """Judge one result. Unknown is OTHER, or OTHER_SENTENCE when it is final and follows a conviction."""
    if said.is_adjournment:
        return K.ADJOURNED
    by_code, by_label = KIND_OF_CODE.get(said.code), _kind_of_label(said.label)
    left_open = K.OTHER_SENTENCE if said.is_final and said.convicted else K.OTHER
    if by_code is None:
        return _kind_without_a_known_code(said, by_label, left_open)
    if by_code in CUSTODIAL | AT_LIBERTY:
        return _sentence(by_code, by_label, said.length) or left_open
    return by_code


def _kind_of_label(label: str) -> ResultKind | None:
    text = label.casefold()
    return next((kind for kind, pattern in _LABELS if pattern.search(text)), None)


def _sentence(by_code: ResultKind, by_label: ResultKind | None, length: str) -> ResultKind | None:
    """Give the sentence both name, or None when they disagree. Life may stand in the label or the length alone."""
    if by_code in (K.CUSTODY, K.LIFE) and by_label in (K.CUSTODY, K.LIFE, None):
        return K.LIFE if K.LIFE in (by_code, by_label) or length == "life" else K.CUSTODY
    if by_label in (by_code, None):
        return by_code
    return None


def _kind_without_a_known_code(said: ResultWords, by_label: ResultKind | None, left_open: ResultKind) -> ResultKind:
    # A sentence needs its code and its label; what ends an offence, or a label a court spells out, does not.
    if by_label in ENDINGS and said.is_final:
        return by_label
    return left_open
