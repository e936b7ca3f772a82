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
    """How the messages of one feed are read. `translate` is pure: body, headers and time of receipt in."""

    translate: Callable[[Any, Mapping[str, str], datetime], Translated]
    media_types: tuple[str, ...]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {"common-platform": Format(translate=common_platform.translate, media_types=common_platform.MEDIA_TYPES)}
)
