"""Writes a case's unique reference number (URN) in one form, whoever types or sends it."""

from __future__ import annotations

import re

_STRIPPED = re.compile(r"[\s/\-]+")
_FORM = re.compile(r"[A-Z0-9]{5,20}")


def normalise_urn(text: str) -> str | None:
    """Give a URN as we keep it: upper case, without spaces, slashes or hyphens; None when it cannot be one.

    Usually 11 characters; anything of 5 to 20 letters and digits is accepted (feeds.md section 4).
    """
    urn = _STRIPPED.sub("", text).upper()
    return urn if _FORM.fullmatch(urn) else None
