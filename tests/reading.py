"""Reads an HTML answer as somebody would: its words on one line, and where its links and forms lead."""

from __future__ import annotations

import html
import re
from typing import Any

_UNSEEN = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def text_of(answer: Any) -> str:
    """The words of a page, without tags, on one line."""
    return words_in(answer.text)


def words_in(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", markup))).split())


def link_with_text(answer: Any, words: str) -> str | None:
    """The address of the first link whose words hold these; None when there is none."""
    for address, inside in re.findall(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', answer.text, re.DOTALL):
        if words in words_in(inside):
            return html.unescape(address)
    return None


def form_values(answer: Any, action: str) -> dict[str, list[str]]:
    """What the form that goes to `action` would send as it stands: its inputs, ticks and choices by name."""
    form = re.search(rf'<form\b[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', answer.text, re.DOTALL)
    assert form is not None, f"There should be a form that goes to {action}."
    values: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", form[1]):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = re.search(r"\schecked\b", tag) is not None
        if attributes.get("type") in ("radio", "checkbox") and not ticked:
            continue
        if "name" in attributes:
            values.setdefault(attributes["name"], []).append(html.unescape(attributes.get("value", "")))
    for name, inside in re.findall(r'<textarea\b[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form[1], re.DOTALL):
        values.setdefault(name, []).append(html.unescape(inside))
    return values
