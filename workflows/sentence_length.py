"""Reads how long a sentence is from what the court ordered ("11 M", "1 Y 6 M", "52 W"), for the 12-month question."""

from __future__ import annotations

import re
from dataclasses import dataclass

TWELVE_MONTHS = 365  # days
A_YEAR = TWELVE_MONTHS * 12  # twelfths of a day
JUST_BELOW = 7  # days: 52 weeks are a day short of twelve months

_TERM = re.compile(r"(\d{1,3})\s*([YMWD])(?:EARS?|ONTHS?|EEKS?|AYS?)?", re.IGNORECASE)
_WHOLE = re.compile(rf"\s*(?:{_TERM.pattern}\s*,?\s*)+\Z", re.IGNORECASE)
_WORDS = {"Y": "year", "M": "month", "W": "week", "D": "day"}


@dataclass(frozen=True, slots=True)
class Length:
    """A term of custody. Months and years are counted as months, so that twelve of them are twelve in any year."""

    months: int
    days: int
    words: str

    @property
    def twelfths(self) -> int:
        """Give the length in twelfths of a day, a twelfth of a year to the month: whole numbers can be added up."""
        return self.months * TWELVE_MONTHS + self.days * 12

    @property
    def is_a_year_or_more(self) -> bool:
        return self.twelfths >= A_YEAR

    @property
    def is_just_below_a_year(self) -> bool:
        return A_YEAR - JUST_BELOW * 12 <= self.twelfths < A_YEAR


def length_of(text: str) -> Length | None:
    """Read a length as ordered. None for a text that gives none, or that is not understood as a whole."""
    if not _WHOLE.match(text):
        return None
    months = days = 0
    words = []
    for number, unit in ((int(number), unit.upper()) for number, unit in _TERM.findall(text)):
        months += {"Y": 12, "M": 1}.get(unit, 0) * number
        days += {"W": 7, "D": 1}.get(unit, 0) * number
        words.append(f"{number} {_WORDS[unit]}{'' if number == 1 else 's'}")
    return Length(months=months, days=days, words=" ".join(words)) if months or days else None
