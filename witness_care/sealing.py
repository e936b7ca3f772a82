"""Seals what tells how to reach someone, so that a stolen database or backup shows nothing.

A sealed value is `version, key id, nonce, ciphertext`. Table, column and row are bound into it: moved to another row or
column, it does not open. Equal values are found by a blind index, whose key is another one for every column.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
HEADER_BYTES = 2


class SealError(Exception):
    """A sealed value does not belong to this row and column, was altered, or its key is gone."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key that may still open something, by its id (1 to 255); new values are sealed with `current`."""

    current: int
    keys: Mapping[int, bytes]
    index_secret: bytes

    def __repr__(self) -> str:
        return f"<key ring {sorted(self.keys)}, current {self.current}>"


@dataclass(frozen=True, slots=True, repr=False)
class Plain:
    """A readable value on its way into a sealed column, with the id of its row."""

    text: str | bytes
    row_id: str

    def __repr__(self) -> str:
        return "<plain>"


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A value as it stands in the database. Opening it is reported to the personal-data log of the request."""

    column: str
    blob: bytes

    def __repr__(self) -> str:
        return "<sealed>"

    def open(self, row_id: str) -> str:
        return self.open_bytes(row_id).decode("utf-8")

    def opens(self, row_id: str) -> bool:
        """Say whether it would open in this row. Nobody sees what it says, so nothing is reported."""
        try:
            _decrypt(_ring(), self.column, row_id, self.blob)
        except (SealError, IndexError, ValueError):  # cut short, it is no sealed value at all
            return False
        return True

    def open_bytes(self, row_id: str) -> bytes:
        plain = _decrypt(_ring(), self.column, row_id, self.blob)
        for report in current_app.extensions["sealing_reports"]:
            report(self.column, row_id)
        return plain

    def holds(self, text: str, row_id: str) -> bool:
        """Say whether this is what is sealed here. It shows nobody anything, so no log hears of it."""
        return hmac.compare_digest(_decrypt(_ring(), self.column, row_id, self.blob), text.encode("utf-8"))


def init_app(app: Flask) -> None:
    app.extensions["sealing"] = KeyRing(
        current=app.config["FIELD_KEYS"][0][0],
        keys=dict(app.config["FIELD_KEYS"]),
        index_secret=app.config["INDEX_KEY"],
    )
    app.extensions["sealing_reports"] = []


def when_opened(app: Flask, report: Callable[[str, str], None]) -> None:
    """Have `report(column, row_id)` called for each value that is opened."""
    app.extensions["sealing_reports"].append(report)


def seal(column: str, plain: Plain) -> bytes:
    """Seal one value for one row of one `table.column`."""
    ring = _ring()
    nonce = secrets.token_bytes(NONCE_BYTES)
    content = plain.text.encode("utf-8") if isinstance(plain.text, str) else plain.text
    ciphertext = AESGCM(ring.keys[ring.current]).encrypt(nonce, content, _bound_to(column, plain.row_id))
    return bytes([VERSION, ring.current]) + nonce + ciphertext


def blind_index(column: str, normalised: str) -> str:
    """A keyed hash by which equal values of one `table.column` are found without reading them."""
    return _keyed_hash("blind-index", column, normalised)


def trace_of(kind: str, value: str) -> str:
    """A keyed hash of what must be recognised again but never be read: a search term, a typed account name."""
    return _keyed_hash("trace", kind, value)


def _keyed_hash(purpose: str, name: str, value: str) -> str:
    key = hmac.digest(_ring().index_secret, f"{purpose}:{name}".encode(), hashlib.sha256)
    return hmac.new(key, value.encode("utf-8"), hashlib.sha256).hexdigest()


def _decrypt(ring: KeyRing, column: str, row_id: str, blob: bytes) -> bytes:
    version, key_id = blob[0], blob[1]
    key = ring.keys.get(key_id)
    if version != VERSION or key is None:
        raise SealError(f"{column} was sealed by version {version} with key {key_id}. Configure that key.")
    nonce, ciphertext = blob[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], blob[HEADER_BYTES + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _bound_to(column, row_id))
    except InvalidTag:
        raise SealError(f"{column} does not open in row {row_id}: it was altered or belongs to another row.") from None


def _bound_to(column: str, row_id: str) -> bytes:
    return f"{column.replace('.', ':')}:{row_id}".encode()


def _ring() -> KeyRing:
    return current_app.extensions["sealing"]
