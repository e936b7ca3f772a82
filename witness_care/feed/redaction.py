"""Shows the shape of a court message without anybody in it: keys, ids, dates, codes and numbers; every text is hidden.

A message that nobody could match has no unit yet, so whoever looks at it must not learn who it is about.
"""

from __future__ import annotations

import json
import re
from typing import Any

from witness_care.strict_json import strict_loads

# What may be shown of a value, whatever its key: ids, dates and times, numbers as text, and codes.
_SHOWN = re.compile(
    r"""
    [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}          # an id
    | [0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?  # a date, or a date and a time
    | [0-9]{1,6}                                        # a small number
    | [A-Z]{1,4}[0-9][A-Z0-9]{0,12}                     # a code with a figure in it: B01LY00, TH68023A
    | [0-9]{2}[A-Z]{1,2}[A-Z0-9]{5,9}                   # a URN
    | (public|private)(\.[a-z0-9-]+)+                   # a type of message
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Words of the formats themselves, in capitals with an underscore or from a short list.
_CODE_WORD = re.compile(r"[A-Z]+(_[A-Z]+)+|FINAL|INTERMEDIARY|ANCILLARY|CROWN|MAGISTRATES|GUILTY|ENGLISH|WELSH")
# Keys whose values say who somebody is, even where a value looks like a code or a date.
_ABOUT_A_PERSON = re.compile(
    r"name|birth|dob|address|postcode|phone|mobile|email|gender|nationality|national|insurance|pnc|cro|asn|arrest|"
    r"title|occupation|ethnic|initials|note|remark|text|comment|driver|licence",
    re.IGNORECASE,
)
_LONGEST = 60_000


def shape_of(body: str | bytes) -> str:
    """Give a message as indented JSON with its texts hidden. What is not JSON is hidden as a whole."""
    data = body.encode() if isinstance(body, str) else body
    try:
        value = strict_loads(data, max_depth=64)
    except ValueError:
        return f"(not JSON, {len(data)} bytes)"
    return json.dumps(_redacted(value, ""), indent=2, ensure_ascii=False)[:_LONGEST]


def _redacted(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _redacted(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_redacted(inner, key) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    if _tells_who(key, text) or not (_SHOWN.fullmatch(text) or _CODE_WORD.fullmatch(text)):
        return f"(hidden, {len(text)} characters)"
    return value


def _tells_who(key: str, text: str) -> bool:
    if key == "name" and text.startswith(("public.", "private.")):
        return False
    return bool(_ABOUT_A_PERSON.search(key))
