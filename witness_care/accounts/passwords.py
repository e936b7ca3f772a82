"""Keeps passwords as argon2id, and refuses those that others guess first."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

import argon2
from flask import current_app

SHORTEST = 15
LONGEST = 200


class PasswordRefusedError(ValueError):
    """A new password is too weak; the message says what to do."""


def hash_of(password: str) -> str:
    """The form in which a password is kept; refuse one that is short, common, or a repetition of something common."""
    prepared = _prepare(password)
    if len(prepared) < SHORTEST:
        raise PasswordRefusedError(f"Use at least {SHORTEST} characters, for example three or four random words.")
    if len(prepared) > LONGEST:
        raise PasswordRefusedError(f"Use at most {LONGEST} characters.")
    if is_common(prepared):
        raise PasswordRefusedError("This password is easy to guess. Use three or four random words.")
    return _hasher().hash(prepared)


def matches(password: str, kept: str | None) -> bool:
    """Whether the password is the one that is kept. With none kept it takes the same time, and is False."""
    try:
        return _hasher().verify(kept or _of_nobody(_hasher()), _prepare(password)[: LONGEST + 1]) and kept is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def needs_new_hash(kept: str) -> bool:
    """Whether the password was kept with older settings than today's."""
    return _hasher().check_needs_rehash(kept)


def hash_again(password: str) -> str:
    """Keep a password that was just verified with today's settings."""
    return _hasher().hash(_prepare(password))


def is_common(password: str) -> bool:
    """Whether a password is on the list of common ones, or made of them, of one character, or of a keyboard's rows."""
    folded = password.casefold()
    bare = re.sub(r"[^a-z0-9]", "", folded)
    words = _common()
    if folded in words or bare in words or len(set(bare)) <= 3:
        return True
    return _is_made_of(re.sub(r"[0-9]+$", "", bare) or bare, words)


def _is_made_of(text: str, words: frozenset[str]) -> bool:
    """Whether the text is a chain of at most two different common words, so that their repetitions are caught."""
    reached: dict[int, frozenset[str]] = {0: frozenset()}
    for start in range(len(text)):
        if start not in reached:
            continue
        for end in range(start + 4, len(text) + 1):
            used = reached[start] | {text[start:end]}
            if text[start:end] in words and len(used) <= 2:
                reached.setdefault(end, used)
    return len(text) in reached


@cache
def _common() -> frozenset[str]:
    text = files("witness_care.accounts").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def _of_nobody(hasher: argon2.PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def _prepare(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _hasher() -> argon2.PasswordHasher:
    return current_app.config["PASSWORD_HASHER"]
