"""Sealed columns: what they keep shut, and how equal values are found all the same."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from witness_care import create_app, sealing
from witness_care.columns import SealedColumn
from witness_care.sealing import Plain, Sealed, SealError

COLUMN = "contact_point.sealed_value"
NUMBER = "07700 900123"


@pytest.fixture
def app(tmp_path: object) -> Flask:
    return create_app({"TESTING": True, "WC_INSTANCE": tmp_path})


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def sealed(text: str | bytes = NUMBER, *, row: str = "row-1", column: str = COLUMN) -> Sealed:
    return Sealed(column, sealing.seal(column, Plain(text, row)))


@pytest.mark.proves("SEC-28")
@pytest.mark.usefixtures("context")
def test_a_sealed_value_opens_in_its_own_row_only() -> None:
    assert sealed().open("row-1") == NUMBER
    with pytest.raises(SealError):
        sealed().open("row-2")


@pytest.mark.proves("SEC-28")
@pytest.mark.usefixtures("context")
def test_a_sealed_value_moved_to_another_column_does_not_open() -> None:
    moved = Sealed("contact.note", sealed().blob)
    with pytest.raises(SealError):
        moved.open("row-1")


@pytest.mark.proves("SEC-28")
@pytest.mark.usefixtures("context")
def test_a_sealed_value_with_one_bit_changed_does_not_open() -> None:
    blob = sealed().blob
    for position in range(len(blob)):
        altered = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        with pytest.raises(SealError):
            Sealed(COLUMN, altered).open("row-1")


@pytest.mark.usefixtures("context")
def test_equal_values_are_sealed_differently_and_bytes_come_back_as_they_were() -> None:
    assert sealed().blob != sealed().blob
    assert sealed(b"\x00\xff").open_bytes("row-1") == b"\x00\xff"


@pytest.mark.proves("SEC-28")
@pytest.mark.usefixtures("context")
def test_neither_form_shows_its_value_when_printed() -> None:
    assert NUMBER not in repr(Plain(NUMBER, "row-1"))
    assert repr(sealed()) == "<sealed>"
    assert NUMBER.encode() not in sealed().blob


@pytest.mark.proves("SEC-28")
@pytest.mark.usefixtures("context")
def test_a_sealed_column_takes_nothing_but_a_plain_with_its_row() -> None:
    column = SealedColumn(COLUMN)
    with pytest.raises(TypeError, match="Expected a Plain"):
        column.process_bind_param(NUMBER, None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cannot be compared"):
        sa.column("sealed_value", column) == NUMBER  # noqa: B015


@pytest.mark.proves("SEC-28")
def test_an_old_key_still_opens_and_the_newest_one_seals(tmp_path: object) -> None:
    old, new = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    before = create_app({"WC_INSTANCE": tmp_path, "WC_FIELD_KEYS": f"1:{old}"})
    after = create_app({"WC_INSTANCE": tmp_path, "WC_FIELD_KEYS": f"2:{new},1:{old}"})
    later = create_app({"WC_INSTANCE": tmp_path, "WC_FIELD_KEYS": f"2:{new}"})
    with before.app_context():
        kept = sealed()
    with after.app_context():
        assert kept.open("row-1") == NUMBER
        assert sealed().blob[1] == 2
    with later.app_context(), pytest.raises(SealError, match="Configure that key"):
        kept.open("row-1")


@pytest.mark.proves("SEC-28")
@pytest.mark.usefixtures("context")
def test_each_opening_is_reported(app: Flask) -> None:
    reported = []
    sealing.when_opened(app, lambda column, row: reported.append((column, row)))
    sealed().open("row-1")
    assert reported == [(COLUMN, "row-1")]


@pytest.mark.proves("SEC-29")
@pytest.mark.usefixtures("context")
def test_a_blind_index_finds_equal_values_within_one_column_only() -> None:
    assert sealing.blind_index("contact_point.phone", "+447700900123") == sealing.blind_index(
        "contact_point.phone", "+447700900123"
    )
    assert sealing.blind_index("contact_point.phone", "x") != sealing.blind_index("contact_point.email", "x")
    assert sealing.blind_index("contact_point.phone", "x") != sealing.trace_of("contact_point.phone", "x")


@pytest.mark.proves("SEC-29")
def test_a_blind_index_does_not_depend_on_the_keys_of_the_fields(tmp_path: object) -> None:
    indexes = set()
    for number in (1, 2):
        key = base64.b64encode(bytes([number]) * 32).decode()
        with create_app({"WC_INSTANCE": tmp_path, "WC_FIELD_KEYS": f"1:{key}"}).app_context():
            indexes.add(sealing.blind_index("contact_point.phone", "+447700900123"))
    assert len(indexes) == 1
