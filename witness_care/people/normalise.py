"""Writes a phone number, e-mail or address in one way, so that two spellings of it are seen to be the same.

What cannot be read as what it claims to be gives None.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

HOME = "GB"
POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) *([0-9][A-Z]{2})\b")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LONGEST_EMAIL = 254


def normalise_phone(text: str) -> str | None:
    """A number in E.164, for example +447700900123. A number without a country is one of the United Kingdom's.

    Only the form is judged, since the ranges kept for drama are no real numbers. An extension is left off: it reaches
    the same household.
    """
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str | None:
    """An e-mail address in lower case; some hosts tell capitals apart, but none we write to does."""
    address = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(address) > LONGEST_EMAIL or not EMAIL.fullmatch(address):
        return None
    return address


def normalise_address(text: str) -> str | None:
    """Postcode and house: "RG124ZZ|14-2". Without a postcode, or with nothing before it, None.

    The house is every number of the first two lines, with a letter that follows it, and the first line's words where it
    has no number; so "Flat 2, 14 High Street" and "14 High St, flat 2" are one address.
    """
    upper = unicodedata.normalize("NFKC", text).upper()
    postcodes = list(POSTCODE.finditer(upper))
    if not postcodes:
        return None
    postcode = "".join(postcodes[-1].groups())
    before = upper[: postcodes[-1].start()]
    lines = [line for line in re.split(r"[,\n]", before) if line.strip()]
    numbers = re.findall(r"\b[0-9]+[A-Z]?\b", " ".join(lines[:2]))
    house = "-".join(sorted(numbers)) if numbers else "".join(re.findall(r"[A-Z]+", lines[0] if lines else ""))
    return f"{postcode}|{house}" if house else None
