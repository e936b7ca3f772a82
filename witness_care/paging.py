"""One page of a list at a time, by the key of its last row: a list costs the same wherever the reader is in it.

The cursor in the address is the id of the first or last row on screen; its place in the order is read again on the
server, so no address holds a sort value. A cursor that is not in the list any more gives the first page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

Order = Sequence[sa.ColumnElement[Any] | InstrumentedAttribute[Any]]

ROWS = 50
MOST_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`before` and `after` are the cursors of the pages to either side; None where the list begins or ends."""

    rows: tuple[sa.Row, ...]
    before: str | None = None
    after: str | None = None


def page(
    session: Session,
    query: sa.Select,
    *,
    order: Order,
    descending: bool = False,
    after: str | None = None,
    before: str | None = None,
    rows: int = ROWS,
) -> Page:
    """Read one page of `query`, whose rows have an `id`, in `order`, whose last column is that id.

    No column of `order` may be NULL: wrap one that can be in COALESCE. `before` reads the page that ends just above
    that row, and wins over `after`.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise ValueError(f"Expected between 1 and {MOST_ROWS} rows on a page; received {rows}.")
    place = _place_of(session, query, order, before or after)
    backwards = place is not None and bool(before)
    downwards = descending != backwards
    if place is not None:
        query = query.where(_beyond(order, place, downwards=downwards))
    query = query.order_by(None).order_by(*(column.desc() if downwards else column.asc() for column in order))
    found = list(session.execute(query.limit(rows + 1)))
    more, found = len(found) > rows, found[:rows]
    if backwards:
        found.reverse()
    return Page(
        rows=tuple(found),
        before=found[0].id if found and (more if backwards else place is not None) else None,
        after=found[-1].id if found and (True if backwards else more) else None,
    )


def _place_of(session: Session, query: sa.Select, order: Order, cursor: str | None) -> sa.Row | None:
    """Read the sort values of the cursor's row, from within the list only: a row the reader may not see has none."""
    if not cursor:
        return None
    where_it_stands = query.order_by(None).with_only_columns(*order, maintain_column_froms=True)
    return session.execute(where_it_stands.where(order[-1] == cursor)).first()


def _beyond(order: Order, place: sa.Row, *, downwards: bool) -> sa.ColumnElement[bool]:
    values = [sa.literal(value, column.type) for value, column in zip(place, order, strict=True)]
    keys, here = sa.tuple_(*order), sa.tuple_(*values)
    return keys < here if downwards else keys > here
