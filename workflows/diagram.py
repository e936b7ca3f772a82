"""Writes the page that shows every state machine as a picture and in words: docs/state-machines.md.

`python -m workflows.diagram` writes it; with `--check` it only says whether the page still tells what the tables say.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from workflows import attendance, court_visit, journey, outbox, proceedings, referral, support
from workflows.flags import FLAGS
from workflows.machines import STAY, Row
from workflows.proceedings import Proceedings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "state-machines.md"

OPENING = """\
# State machines

What may happen to a person and to a defendant in a case, as the service decides it. This page is written from the
tables in `workflows/` by `make docs`: change a table, not this page.

An event that does not fit is kept and changes no state; where a cell says *asks*, it is also shown to a person with
the words given. Overdue, reluctant or enhanced are facts about a person, not states.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One machine as the page shows it."""

    title: str
    about: str
    states: Sequence[StrEnum]  # the first is where everyone begins
    events: Mapping[str, str]
    table: Sequence[Row[Any]]

    def rows_of(self, event: str, state: StrEnum) -> list[Row[Any]]:
        """Give the rows that answer `event` in `state`, in the order they are tried."""
        return [row for row in self.table if row.event == event and state in row.sources]


DRAWN = (
    Drawn(
        title="Where a person stands in a case",
        about=journey.__doc__ or "",
        states=tuple(journey.Journey),
        events=journey.EVENTS,
        table=journey.TABLE,
    ),
    Drawn(
        title="Whether a person is needed at court",
        about=attendance.__doc__ or "",
        states=tuple(attendance.Attendance),
        events=attendance.EVENTS,
        table=attendance.TABLE,
    ),
    Drawn(
        title="How far a referral to the Victim Contact Scheme has come",
        about=referral.__doc__ or "",
        states=tuple(referral.Referral),
        events=referral.EVENTS,
        table=referral.TABLE,
    ),
    Drawn(
        title="How far support by a service has come",
        about=support.__doc__ or "",
        states=tuple(support.Support),
        events=support.EVENTS,
        table=support.TABLE,
    ),
    Drawn(
        title="How far a visit to the court has come",
        about=court_visit.__doc__ or "",
        states=tuple(court_visit.CourtVisit),
        events=court_visit.EVENTS,
        table=court_visit.TABLE,
    ),
    Drawn(
        title="How far a written message has come",
        about=outbox.__doc__ or "",
        states=tuple(outbox.Outbox),
        events=outbox.EVENTS,
        table=outbox.TABLE,
    ),
)


def page() -> str:
    """Give the whole page as Markdown. The same tables always give the same text."""
    return "\n".join([OPENING, *_proceedings_section(), *(line for drawn in DRAWN for line in _machine_section(drawn))])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or with `--check` compare it; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workflows.diagram", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is not what the tables say")
    parser.add_argument("--page", type=Path, default=PAGE, help="the file to write or to check")
    asked = parser.parse_args(arguments)
    if not asked.check:
        asked.page.parent.mkdir(parents=True, exist_ok=True)
        asked.page.write_text(page(), encoding="utf-8")
        print(f"Wrote {asked.page.name}.")
        return 0
    if asked.page.exists() and asked.page.read_text(encoding="utf-8") == page():
        return 0
    print(f"Expected {asked.page.name} to show the tables in workflows/; it does not. Run make docs.", file=sys.stderr)
    return 1


# --- a machine --------------------------------------------------------------------------------------------------


def _machine_section(drawn: Drawn) -> Iterator[str]:
    yield from (f"## {drawn.title}", "", drawn.about.strip(), "", "```mermaid", *_picture(drawn), "```", "")
    choices = _choices(drawn)
    yield from _grid(
        "When",
        drawn.states,
        ((f"{words} (`{event}`)", [_cell(drawn, event, state, choices) for state in drawn.states])
         for event, words in drawn.events.items()),
    )  # fmt: skip
    yield from ("", "Where a number stands, the facts decide; the first that holds is taken:", "")
    yield from (f"{number}. {words}" for words, number in choices.items())
    flags = dict.fromkeys(row.flag for row in drawn.table if row.flag)
    yield from ("", *_asked(flags), "")


def _picture(drawn: Drawn) -> Iterator[str]:
    """Draw what moves. Where the facts choose between several targets, a diamond stands for the question."""
    yield "stateDiagram-v2"
    yield from (f'    state "{_words(state)}" as {state}' for state in drawn.states)
    yield f"    [*] --> {drawn.states[0]}"
    diamonds: dict[tuple[tuple[str, str], ...], str] = {}
    arrows: dict[tuple[str, str], list[str]] = {}
    for state in drawn.states:
        for event in drawn.events:
            targets = _targets(drawn, event, state)
            if any(target != state for target, _ in targets):
                to = targets[0][0] if len(targets) == 1 else diamonds.setdefault(targets, f"facts_{len(diamonds) + 1}")
                arrows.setdefault((state, to), []).append(event)
    for targets, diamond in diamonds.items():
        yield f"    state {diamond} <<choice>>"
        yield from (f"    {diamond} --> {target}: {condition}" for target, condition in targets)
    yield from (f"    {source} --> {to}: {', '.join(events)}" for (source, to), events in arrows.items())


def _targets(drawn: Drawn, event: str, state: StrEnum) -> tuple[tuple[str, str], ...]:
    rows = drawn.rows_of(event, state)
    return tuple((str(row.target), row.condition or "otherwise") for row in rows if row.target is not STAY)


def _choices(drawn: Drawn) -> dict[str, int]:
    """Number every different set of guarded rows, in the order in which the table first has it."""
    found = (drawn.rows_of(event, state) for event in drawn.events for state in drawn.states)
    return {words: number for number, words in enumerate(dict.fromkeys(_choice(rows) for rows in found if rows[1:]), 1)}


def _choice(rows: Sequence[Row[Any]]) -> str:
    return "; ".join(f"{_target(row)} {row.condition or 'otherwise'}" for row in rows)


def _cell(drawn: Drawn, event: str, state: StrEnum, choices: Mapping[str, int]) -> str:
    rows = drawn.rows_of(event, state)
    if rows[1:]:
        return f"({choices[_choice(rows)]})"
    return "stays" if rows[0].target is state else _target(rows[0])


def _target(row: Row[Any]) -> str:
    words = "stays" if row.target is STAY else f"**{_words(row.target)}**"
    return f"{words}, *asks* `{row.flag}`" if row.flag else words


# --- the proceedings --------------------------------------------------------------------------------------------


def _proceedings_section() -> Iterator[str]:
    yield from ("## Where a defendant stands", "", (proceedings.__doc__ or "").strip(), "")
    yield from ("After every change the first of these that holds is taken:", "")
    for number, (guard, standing) in enumerate(proceedings.SETTLED_BY, 1):
        yield f"{number}. **{_words(standing)}** if {_words(guard.__name__)}"
    yield f"{len(proceedings.SETTLED_BY) + 1}. **{_words(proceedings.OTHERWISE)}** otherwise"
    yield from ("", "News that does not fit where the defendant stood before it asks a person:", "")
    yield from _grid(
        "When",
        tuple(Proceedings),
        ((f"`{event}`", [_flag_cell(event, standing) for standing in Proceedings]) for event in proceedings.EVENTS),
    )
    yield from ("", *_asked(dict.fromkeys(proceedings.FLAG_TABLE.values())), "")


def _flag_cell(event: str, standing: Proceedings) -> str:
    flag = proceedings.flag_for(event, standing)
    return f"*asks* `{flag}`" if flag else "fits"


# --- Markdown ---------------------------------------------------------------------------------------------------


def _grid(corner: str, states: Iterable[StrEnum], lines: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    headings = [corner, *map(_words, states)]
    yield from (_line(headings), _line(["---"] * len(headings)))
    yield from (_line([first, *cells]) for first, cells in lines)


def _asked(flags: Iterable[str]) -> Iterator[str]:
    yield from (_line(["Flag", "What a person is asked"]), _line(["---", "---"]))
    yield from (_line([f"`{flag}`", FLAGS[flag]]) for flag in flags)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _words(name: str) -> str:
    return name.replace("de_warned", "de-warned").replace("_", " ")


if __name__ == "__main__":
    sys.exit(main())
