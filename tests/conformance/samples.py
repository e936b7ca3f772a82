"""Finds sample messages of the real formats outside this repository, and fills their placeholders.

They are looked for in FEED_SAMPLES, else in `shared/feeds` beside the repository. None of them is ever copied here.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from pathlib import Path
from typing import Any

BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[3] / "shared" / "feeds"
HOW = "Set FEED_SAMPLES to a folder of sample messages, or put one at ../shared/feeds, and run this suite again."

# Words that stand for a fresh value; the longest first, so that none is taken for the beginning of another.
_PLACEHOLDERS = re.compile(
    r"%[A-Z_]+%|<[A-Z_]+>|\b(?:REPORTING_RESTRICTION_ID|EXTERNAL_CORRELATION_ID|PROSECUTION_CASE_ID|COURT_CENTRE_NAME"
    r"|COURT_CENTRE_ID|DEFENDANT_ID_1|DEFENDANT_ID_2|ORDERED_DATE|DEFENDANT_ID|OFFENCE_ID|HEARING_ID|REASON_ID"
    r"|START_DATE|CASE_URN|CASE_ID|LAA-APP-REF)\b"
)
_FIXED = {
    "CASE_URN": "42CF7700926",
    "ORDERED_DATE": "2021-03-29",
    "START_DATE": "2021-03-29",
    "COURT_CENTRE_NAME": "Northbridge Crown Court",
    "HEARING_TYPE": "Trial",
    "LAA-APP-REF": "reference",
}


def folder() -> Path | None:
    """Where the samples are; None when there are none."""
    chosen = Path(os.environ.get("FEED_SAMPLES") or BESIDE_THE_REPOSITORY)
    return chosen if chosen.is_dir() else None


def sample(path: Path) -> Any:
    """Read one sample with its placeholders filled; the same word in one file gets the same value."""

    def value_of(found: re.Match[str]) -> str:
        word = found[0].strip("%<>")
        return _FIXED.get(word) or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path.name}/{word}"))

    return json.loads(_PLACEHOLDERS.sub(value_of, path.read_text(encoding="utf-8")))
