"""Reads a CSV file as spreadsheets write it: UTF-8, a row of column names, then a row for each line (RFC 4180).

What is wrong with the whole file is said at once; what is wrong with a row is said of that row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS, MOST_ROWS_ON_A_PAGE = 5000, 1000  # a page has to answer before the web server gives up
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class FileRefusedError(Exception):
    """The file as a whole cannot be read: what was expected, and what to do. It never holds what a cell says."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one row is not imported. `column` is "" where it is about the row as a whole."""

    line: int
    column: str
    expected: str
    do: str


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its line in the file, and its cells by column, without those that are empty."""

    line: int
    cells: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<row of line {self.line}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFile:
    """A file that could be read, and the rows in it that could not."""

    rows: tuple[CsvRow, ...]
    refused: tuple[Refusal, ...]


def header_of(content: bytes) -> list[str]:
    """Read the names of the columns. Raises FileRefusedError."""
    return _names(next(_records(_text(content)), None))


def read(content: bytes, *, known: Collection[str], needed: Collection[str], most: int = MOST_ROWS) -> CsvFile:
    """Read a file with columns among `known`, of which `needed` must be there. Raises FileRefusedError."""
    records = _records(_text(content))
    names = _names(next(records, None))
    _refuse_columns(names, known, needed)
    rows: list[CsvRow] = []
    refused: list[Refusal] = []
    for line, record in records:
        if isinstance(record, str):
            refused.append(Refusal(line, "", record, "Correct the quotation marks of the row."))
        elif len(record) != len(names) and any(record):
            expected = f"{len(names)} cells, as in the first row; this one has {len(record)}"
            refused.append(Refusal(line, "", expected, "Put text that holds a comma between quotation marks."))
        elif any(cell.strip() for cell in record):
            cells = {name: cell for name, cell in zip(names, record, strict=True) if cell.strip()}
            rows.append(CsvRow(line, cells))
        if len(rows) + len(refused) > most:
            raise FileRefusedError(f"Expected at most {most:,} rows; there are more. Import it in parts.")
    return CsvFile(rows=tuple(rows), refused=tuple(refused))


def _text(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise FileRefusedError("Expected at most 5 MB; the file is larger. Import it in parts.")
    if content.startswith(UTF_16):
        raise FileRefusedError("Expected UTF-8; this file is UTF-16. Save it as “CSV UTF-8”.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise FileRefusedError(f"Expected UTF-8; line {line} is not. Save the file as “CSV UTF-8”.") from None


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Give each record with the line it begins on; a record that cannot be read is what was expected, in words."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            if "unexpected end" in str(problem):
                raise FileRefusedError(
                    f"Expected each quotation mark to be closed; the one opened on line {line} is not. Close it."
                ) from None
            yield line, "a row of cells with closed quotation marks"


def _names(first: tuple[int, list[str] | str] | None) -> list[str]:
    if first is None or isinstance(first[1], str) or not any(first[1]):
        raise FileRefusedError("Expected the names of the columns in the first row; there are none. Add them.")
    names = ["_".join(name.strip().casefold().split()) for name in first[1]]
    if len(names) == 1 and any(mark in names[0] for mark in (";", "\t")):
        raise FileRefusedError("Expected commas between the cells; this file has other marks. Save it as CSV.")
    return names


def _refuse_columns(names: list[str], known: Collection[str], needed: Collection[str]) -> None:
    unknown = [name for name in names if name not in known]
    missing = [name for name in needed if name not in names]
    if unknown:
        said = [_unknown(name, known) for name in unknown[:5]]
        raise FileRefusedError(" ".join([*said, *_missing(missing)]))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileRefusedError(f"Expected each column once; “{twice[0]}” comes twice. Take one of them out.")
    if missing:
        raise FileRefusedError(" ".join(_missing(missing)))


def _missing(names: Sequence[str]) -> Iterator[str]:
    if len(names) == 1:
        yield f"Expected the column “{names[0]}”; it is not there. Add it."
    elif names:
        marked = [f"“{name}”" for name in names]
        yield f"Expected the columns {', '.join(marked[:-1])} and {marked[-1]}; they are not there. Add them."


def _unknown(name: str, known: Collection[str]) -> str:
    """Name a column that we do not know; a long one is rather a cell of somebody's, and is not echoed."""
    if not name or len(name) > 40 or not name.replace("_", "").isalnum():
        return "A column has no name that we know. Is the first row there, with the names of the columns?"
    close = get_close_matches(name, sorted(known), n=1)
    hint = f" Did you mean “{close[0]}”?" if close else " Take it out."
    return f"The column “{name}” is not known.{hint}"
