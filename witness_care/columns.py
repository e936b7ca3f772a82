"""The kinds of column our tables use: instants, choices, documents, ids, and text that is sealed."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from witness_care.sealing import Plain, Sealed, seal

# SQL NULL for None: a document is there or it is not.
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

LONGEST_CHOICE = 40


def new_id() -> str:
    """A new random id. The application makes it before the row exists, since sealed values are bound to it."""
    return str(uuid.uuid4())


def identifier() -> MappedColumn[str]:
    """The primary key of a row: a text UUID."""
    return mapped_column(sa.String(36), primary_key=True)


def one_of(choices: type[Enum]) -> sa.Enum:
    """A column that holds the value of one member of `choices`, and that the database itself checks."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", choices.__name__).lower()
    return sa.Enum(
        choices,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=LONGEST_CHOICE,
        values_callable=lambda members: [member.value for member in members],
    )


class Instant(TypeDecorator[datetime]):
    """A point in time: aware, in UTC, to the microsecond.

    SQLite keeps no zones, so there it is text of fixed width that sorts as time does.
    """

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, datetime) or value.utcoffset() is None:
            raise ValueError("Expected an instant with an offset; received one without. Give it a zone first.")
        instant = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return instant
        return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(UTC)


class SealedColumn(TypeDecorator[Any]):
    """Text or bytes that only `Sealed.open(row_id)` reads. `key` is `table.column`, and part of what is sealed.

    A column type cannot see the id of its row, so it accepts nothing but a `Plain`, which carries it.
    """

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key

    def process_bind_param(self, value: Plain | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Plain):
            raise TypeError(
                f"Expected a Plain for {self.key}; received {type(value).__name__}. Wrap it: Plain(text, row_id)."
            )
        return seal(self.key, value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:
        return None if value is None else Sealed(self.key, bytes(value))

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        raise TypeError(f"{self.key} is sealed and cannot be compared. Compare its blind index.")
