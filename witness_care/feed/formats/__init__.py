"""Translators: one for each format a feed may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from witness_care.feed.formats import common_platform
from witness_care.feed.formats.translated import Translated


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How the messages of one feed are read. `translate` is pure: body, headers and time of receipt in.

    `type_said` gives the type that a message names, also one that cannot be taken; "" for none.
    """

    translate: Callable[[Any, Mapping[str, str], datetime], Translated]
    type_said: Callable[[Any, Mapping[str, str]], str]
    media_types: tuple[str, ...]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "common-platform": Format(
            translate=common_platform.translate,
            type_said=common_platform.type_said,
            media_types=common_platform.MEDIA_TYPES,
        )
    }
)
