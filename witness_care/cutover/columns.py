"""The columns of the two kinds of file, and how a row becomes what `PUT` of a case would say of one person.

Cells are checked by the very schemas of the API; a complaint of theirs is given to the column it is about.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Any

from marshmallow import ValidationError

from witness_care.cases.document import ParticipantGiven, ToldGiven
from witness_care.cases.schemas import CarriedOverSchema, ParticipantSchema
from witness_care.cases.told_values import ABOUT_A_HEARING
from witness_care.cases.urn import normalise_urn
from witness_care.cutover.csv_file import CsvRow, Refusal
from witness_care.problems import EXPECTED, first_problem
from witness_care.schemas import SafeString
from witness_care.strict_json import JSONNotReadableError, strict_loads
from workflows import values
from workflows.working_days import instant_of

THE_ONLY_ONE = "*"  # the hearing, where the case has no other
NOON = time(12)
YES_NO = {"yes": True, "no": False}


class Kind(StrEnum):
    """What a file holds."""

    PARTICIPANTS = "participants"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, in words for the page and the manual."""

    name: str
    words: str
    example: str
    needed: bool = False


PARTICIPANT_COLUMNS = (
    Column("urn", "number of the case, which must be here already", "42CF1234525", needed=True),
    Column("participant", "your id of the person's part in this case", "P1", needed=True),
    Column("person", "your id of the person, the same in all their cases", "leah"),
    Column("name", "full name; needed for somebody new", "Leah Jones"),
    Column("role", "victim, witness or both; needed for somebody new", "victim"),
    Column("witness_kind", "civilian, police, professional or expert", "civilian"),
    Column("victim_kind", "person, parent, bereaved_relative or business", "person"),
    Column("date_of_birth", "a date", "1990-03-27"),
    Column("language", "the language they prefer", "Welsh"),
    Column("chosen_channel", "how they want to be told: call, text, email, letter or not_asked", "letter"),
    Column("enhanced", "enhanced rights: yes, no or not_asked", "yes"),
    Column("enhanced_basis", "why, as in the API", "DOMESTIC_ABUSE"),
    Column("defendants", "ids of the defendants who matter to them", "d1; d2"),
    Column("offences", "ids of the offences that matter to them", "o1"),
    Column("required", "whether the CPS requires them at the trial: yes or no", "yes"),
    Column("required_days", "for which days of it, by number; empty is every day", "1; 2"),
    Column("required_session", "morning or afternoon", "morning"),
    Column("required_mode", "in_person, live_link or remote", "in_person"),
    Column("mobile", "a mobile number", "07700 900123"),
    Column("mobile_allowed", "may we ring it: yes, no or not_asked", "yes"),
    Column("mobile_voicemail", "may we leave a voicemail there", "no"),
    Column("mobile_may_identify_us", "may we say who we are", "not_asked"),
    Column("landline", "another number", "01632 960123"),
    Column("landline_allowed", "may we ring it", "yes"),
    Column("landline_voicemail", "may we leave a voicemail there", "no"),
    Column("landline_may_identify_us", "may we say who we are", "not_asked"),
    Column("email", "an e-mail address", "leah@post.example"),
    Column("email_allowed", "may we write to it", "yes"),
    Column("address", "an address with a postcode", "1 High Street, CF10 1AA"),
    Column("address_allowed", "may we write to it", "not_asked"),
    Column("safe_contact_note", "what makes contact safe or unsafe", "Never after six"),
    Column("safe_word", "the word by which they know that it is us", "lighthouse"),
    Column("opted_out", "topics they do not want to hear of", "hearing.outcome"),
)
TOLD_COLUMNS = (
    Column("urn", "number of the case", "42CF1234525", needed=True),
    Column("participant", "id of the person's part in this case", "P1", needed=True),
    Column("topic", f"one of {', '.join(values.TOLD_TOPICS)}", "hearing.when_where", needed=True),
    Column("told_at", "when they were told: a London time, or a day, which counts as noon", "2026-11-20", needed=True),
    Column("hearing", "the court's id of the hearing; may be empty where the case has one", "5f0c7a3e…"),
    Column("defendant", "id of the defendant, for a verdict or sentence", "d1"),
    Column("state", "on or off; empty is on", "on"),
    Column("class", "kind of hearing; empty is trial", "trial"),
    Column("date", "the days they were told", "2027-03-09; 2027-03-10"),
    Column("time", "the time, or one for each day; empty is to be confirmed", "10:00"),
    Column("week", "instead of days: the first day of the week they were told", "2027-03-08"),
    Column("weeks", "how many weeks", "1"),
    Column("court", "the court, as written on the case", "Northbridge Crown Court"),
    Column("why", "why it is off: vacated, adjourned, date_removed, withdrawn or days_cancelled", "vacated"),
    Column("reason", "the code of the reason", "M1"),
    Column("next", "what comes next, if it is off: to_be_fixed or none", "to_be_fixed"),
    Column("required", "attendance: whether they must come, yes or no", "yes"),
    Column("days", "attendance: for which days, by number", "1"),
    Column("session", "attendance: morning or afternoon", "morning"),
    Column("mode", "attendance: in_person, live_link or remote", "in_person"),
    Column("outcome", "of a hearing: adjourned, ineffective or cracked", "adjourned"),
    Column("value", "instead of the columns before: the value as JSON, as in the API", '{"required": true}'),
)
COLUMNS: Mapping[Kind, tuple[Column, ...]] = {Kind.PARTICIPANTS: PARTICIPANT_COLUMNS, Kind.TOLD: TOLD_COLUMNS}
POINTS = ("mobile", "landline", "email", "address")
POINT_ANSWERS = ("allowed", "voicemail", "may_identify_us")


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it can be imported: of which case and whom, and which column each part of it came from."""

    number: int
    urn: str
    participant: str
    given: ParticipantGiven
    column_of: Mapping[str, str]
    key: tuple[str, ...]

    def refused(self, where: str, expected: str, do: str) -> Refusal:
        """Say why this row is not imported; `where` is a place in what `PUT` would have said."""
        return Refusal(self.number, column_at(where, self.column_of), expected, do)


class _CellError(Exception):
    def __init__(self, column: str, expected: str) -> None:
        super().__init__(column)
        self.column, self.expected = column, expected


def guess_kind(names: list[str]) -> Kind:
    """Tell from the names of its columns what a file holds."""
    return Kind.TOLD if "topic" in names or "told_at" in names else Kind.PARTICIPANTS


def names_of(kind: Kind) -> list[str]:
    return [column.name for column in COLUMNS[kind]]


def needed_of(kind: Kind) -> list[str]:
    return [column.name for column in COLUMNS[kind] if column.needed]


def line_of(kind: Kind, row: CsvRow) -> Line | Refusal:
    """Read one row; what is wrong with it is said, and never what stands in it."""
    build = BUILDERS[kind]
    column_of: dict[str, str] = {"/urn": "urn", "/id": "participant"}
    try:
        urn, participant = _ids(row.cells)
        document = build(row.cells, column_of)
        loaded = _schema(kind).load(document)
    except _CellError as wrong:
        return Refusal(row.line, wrong.column, wrong.expected, DO)
    except ValidationError as problem:
        first = first_problem(problem.messages, document)
        return Refusal(row.line, column_at(first.where, column_of), _expected(first.expected), DO)
    if isinstance(loaded, ToldGiven):
        given = ParticipantGiven(id=participant, told=(loaded,))
        key: tuple[str, ...] = (urn, participant, loaded.topic, loaded.hearing, loaded.defendant, loaded.at.isoformat())
    else:
        given, key = loaded, (urn, participant)
    return Line(row.line, urn, participant, given, column_of, key)


def about(kind: Kind, cells: Mapping[str, str]) -> tuple[str, ...]:
    """Say whom and what a row is about, as far as its ids can be read; nothing when they cannot."""
    try:
        ids = _ids(cells)
    except _CellError:
        return ()
    more = ("topic", "hearing", "defendant") if kind is Kind.TOLD else ()
    return (*ids, *(cells.get(name, "").strip() for name in more))


DO = "Correct the cell, and import the row again."


def column_at(where: str, column_of: Mapping[str, str]) -> str:
    """Give the column a place in the document came from: the longest that leads there; "" when there is none."""
    while where:
        if where in column_of:
            return column_of[where]
        where = where.rpartition("/")[0]
    return ""


def _expected(words: str) -> str:
    """Turn what a schema expected into what a report says of a cell."""
    if words == EXPECTED["Missing data for required field."]:
        return "a cell that is not empty"
    words = words.removeprefix("Must be ")
    return words[:1].lower() + words[1:]


def _ids(cells: Mapping[str, str]) -> tuple[str, str]:
    urn = normalise_urn(cells.get("urn", ""))
    if urn is None:
        raise _CellError("urn", "the number of a case, 5 to 20 letters and digits")
    try:
        return urn, SafeString(longest=64).deserialize(cells.get("participant", ""))
    except ValidationError:
        raise _CellError(
            "participant", "an id of your own, of at most 64 characters, for their part in the case"
        ) from None


# --- participants --------------------------------------------------------------------------------------------------


def _participant(cells: Mapping[str, str], column_of: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {"id": cells["participant"]}

    def put(column: str, *path: str, read: Callable[[str, str], Any] = lambda _column, text: text.strip()) -> None:
        column_of["/" + "/".join(path)] = column
        if column in cells:
            place = document
            for key in path[:-1]:
                place = place.setdefault(key, {})
            place[path[-1]] = read(column, cells[column])

    put("role", "role", read=_word)
    put("witness_kind", "witness_kind", read=_word)
    put("victim_kind", "victim_kind", read=_word)
    put("enhanced", "enhanced", read=_word)
    put("enhanced_basis", "enhanced_basis", read=lambda column, text: [each.upper() for each in _list(column, text)])
    put("defendants", "defendants", read=_list)
    put("offences", "offences", read=_list)
    put("opted_out", "opted_out", read=_list)
    put("required", "requirement", "required", read=_yes_no)
    put("required_days", "requirement", "days", read=_numbers)
    put("required_session", "requirement", "session", read=_word)
    put("required_mode", "requirement", "mode", read=_word)
    put("person", "person", "id")
    put("name", "person", "name")
    put("date_of_birth", "person", "date_of_birth", read=_day)
    put("language", "person", "language")
    put("chosen_channel", "person", "chosen_channel", read=_word)
    put("safe_contact_note", "person", "safe_contact", "note")
    put("safe_word", "person", "safe_contact", "safe_word")
    points = list(_points(cells, column_of))
    if points:
        document.setdefault("person", {})["contact_points"] = points
    return document


def _points(cells: Mapping[str, str], column_of: dict[str, str]) -> Iterator[dict[str, str]]:
    position = 0
    for kind in POINTS:
        answers = {name: f"{kind}_{name}" for name in POINT_ANSWERS if f"{kind}_{name}" in cells}
        if kind not in cells:
            if answers:
                raise _CellError(kind, "the detail that the cells beside it speak of")
            continue
        place = f"/person/contact_points/{position}"
        column_of[place] = column_of[f"{place}/value"] = kind
        column_of |= {f"{place}/{name}": column for name, column in answers.items()}
        position += 1
        yield {"kind": kind, "value": cells[kind]} | {name: _word("", cells[at]) for name, at in answers.items()}


# --- what they were told -------------------------------------------------------------------------------------------


def _told(cells: Mapping[str, str], column_of: dict[str, str]) -> dict[str, Any]:
    topic = _word("topic", cells.get("topic", ""))
    if topic not in values.TOLD_TOPICS:
        raise _CellError("topic", f"one of {', '.join(values.TOLD_TOPICS)}")
    column_of |= {f"/{name}": name for name in ("topic", "hearing", "defendant", "value")}
    column_of["/at"] = "told_at"
    document: dict[str, Any] = {"topic": topic, "at": _instant(cells)}
    for name in ("hearing", "defendant"):
        if name in cells:
            document[name] = cells[name]
    if topic in ABOUT_A_HEARING:
        document.setdefault("hearing", THE_ONLY_ONE)
    document["value"] = _json(cells["value"]) if "value" in cells else _value(topic, cells, column_of)
    return document


def _value(topic: str, cells: Mapping[str, str], column_of: dict[str, str]) -> dict[str, Any]:
    if topic == values.WHEN_WHERE:
        return _when_where(cells, column_of)
    named: dict[str, tuple[str, Callable[[str, str], Any]]]
    if topic == values.ATTENDANCE:
        named = {"required": ("required", _yes_no), "days": ("days", _numbers)}
        named |= {"session": ("session", _word), "mode": ("mode", _word)}
    elif topic == values.OUTCOME:
        named = {"outcome": ("outcome", _word), "class": ("class", _word), "reason": ("reason", _stripped)}
    else:
        raise _CellError("value", "the value as JSON, as the API has it, for this topic")
    column_of |= {f"/value/{key}": column for key, (column, _) in named.items()}
    found = {key: read(column, cells[column]) for key, (column, read) in named.items() if column in cells}
    return {"class": "trial", **found} if topic == values.OUTCOME else found


def _when_where(cells: Mapping[str, str], column_of: dict[str, str]) -> dict[str, Any]:
    hearing_class = _word("class", cells.get("class", "trial"))
    column_of |= {"/value/class": "class", "/value/state": "state", "/value/why": "why", "/value/next": "next"}
    column_of |= {"/value/reason": "reason", "/value/hearings": "date"}
    state = _word("state", cells.get("state", "on"))
    if state != "on":
        said = {name: cells[name].strip() for name in ("why", "reason", "next") if name in cells}
        return {"state": state, "class": hearing_class, **said}
    place = "/value/hearings/0"
    column_of |= {f"{place}/class": "class", f"{place}/court": "court", f"{place}/days": "date"}
    column_of |= {f"{place}/week": "week", f"{place}/weeks": "weeks"}
    hearing: dict[str, Any] = {"class": hearing_class, "court": cells.get("court", "")}
    if "week" in cells:
        hearing |= {"kind": "week_commencing", "week": _day("week", cells["week"])}
        if "weeks" in cells:
            hearing["weeks"] = _number("weeks", cells["weeks"])
    elif "date" in cells:
        hearing |= {"kind": "fixed", "days": _days(cells)}
    else:
        raise _CellError("date", "the day or days that they were told, or a week")
    return {"state": "on", "class": hearing_class, "hearings": [hearing]}


def _days(cells: Mapping[str, str]) -> list[list[str | None]]:
    days = [_day("date", day) for day in _list("date", cells["date"])]
    times: list[str | None] = [_clock(each) for each in _list("time", cells.get("time", ""))] or [None]
    if len(times) == 1:
        times *= len(days)
    if len(times) != len(days):
        raise _CellError("time", "one time, or one for each day")
    return [[day, at] for day, at in zip(days, times, strict=True)]


def _instant(cells: Mapping[str, str]) -> str:
    """Read when they were told: a London time, one with an offset, or a day."""
    text = cells.get("told_at", "").strip()
    day, _, clock = text.replace("T", " ").partition(" ")
    if any(mark in clock for mark in ("Z", "+", "-")):
        return text.replace(" ", "T", 1)
    at = time.fromisoformat(_clock(clock, "told_at")) if clock else NOON
    return instant_of(date.fromisoformat(_day("told_at", day)), at).isoformat()


# --- cells ---------------------------------------------------------------------------------------------------------


def _stripped(_column: str, text: str) -> str:
    return text.strip()


def _word(_column: str, text: str) -> str:
    """Read a word of a fixed list, however it is written: "Not asked" is not_asked."""
    return "_".join(text.strip().casefold().split())


def _list(_column: str, text: str) -> list[str]:
    return [each.strip() for each in text.split(";") if each.strip()]


def _yes_no(column: str, text: str) -> bool:
    try:
        return YES_NO[text.strip().casefold()]
    except KeyError:
        raise _CellError(column, "yes or no") from None


def _number(column: str, text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text.strip()) > 4:
        raise _CellError(column, "a whole number")
    return int(text)


def _numbers(column: str, text: str) -> list[int]:
    return [_number(column, each) for each in _list(column, text)]


def _day(column: str, text: str) -> str:
    """Read a day as 2026-03-27, or as spreadsheets here write it, 27/03/2026."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    raise _CellError(column, "a date, for example 2026-03-27 or 27/03/2026")


def _clock(text: str, column: str = "time") -> str:
    try:
        return time.fromisoformat(text.strip().zfill(5)).isoformat("minutes")
    except ValueError:
        raise _CellError(column, "a time, for example 10:00") from None


def _json(text: str) -> Any:
    try:
        return strict_loads(text)
    except (JSONNotReadableError, json.JSONDecodeError):
        raise _CellError("value", "JSON, as the API has it") from None


BUILDERS: Mapping[Kind, Callable[[Mapping[str, str], dict[str, str]], dict[str, Any]]] = {
    Kind.PARTICIPANTS: _participant,
    Kind.TOLD: _told,
}


@cache
def _schema(kind: Kind) -> Any:
    """Make each schema once: that takes longer than to read a row by it."""
    return ParticipantSchema() if kind is Kind.PARTICIPANTS else CarriedOverSchema()
