"""One file a rule, in golden/: why each duty of the unit's is due then, word for word as the service gives it.

The stories go through the fold as the write path plays them. What a page says of a duty ("Why this is due") is put into
lines and compared exactly; `GOLDEN=rewrite` writes the files anew, to be read before they are kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.workflows.case_play import CasePlay
from tests.workflows.conftest import BANK_HOLIDAYS
from tests.workflows.golden_stories import KEEPS_ITS_RULE, NEWER_PACK, OLD_AND_NEW, PEOPLE, STORIES, Story
from tests.workflows.scenario_file import CASE, Scenario, scenario_of
from witness_care import wording
from witness_care.contacts.duty_view import rule_in_words
from workflows import tasks, values
from workflows.duty_rows import SOMEONE_MAY_TRAVEL, DutyRecord
from workflows.entitlement import Rules
from workflows.rulebook import Rule, Rulebook, default_rulebook, load
from workflows.working_days import day_in_words, instant_in_words, london_date

pytestmark = [pytest.mark.feature("C2"), pytest.mark.feature("E2")]

FOLDER = Path(__file__).parent / "golden"
REWRITES = os.environ.get("GOLDEN") == "rewrite"
HOW = (
    "If the change is meant, write the files anew with `GOLDEN=rewrite .venv/bin/python -m pytest "
    "tests/workflows/test_golden.py`, read what changed against docs/domain.md, and keep it with the change."
)
TIMES = {"no": "standard time", "yes": "enhanced rights"}


def rules_of_the_unit() -> dict[str, Rule]:
    """The rules in force that make a duty or a task; what others owe, or is only shown, makes none."""
    duties = (*values.TOLD_TOPICS, *tasks.TASKS, *tasks.OTHER_TASKS)
    return {
        rule.id: rule
        for rule in default_rulebook().rules
        if rule.owed_by == "unit" and any(topic in duties for topic in rule.topics)
    }


RULES = rules_of_the_unit()
FILES = {path.stem for path in FOLDER.glob("*.txt")}


def played(story: Story, name: str, newer: str = "") -> CasePlay:
    scenario: Scenario = scenario_of(story.source, name)
    rules = scenario.rules
    if newer:
        rules = Rules(Rulebook([*default_rulebook().packs, load(newer, "a_later_code")]), rules.calendar)
    play = CasePlay(rules=rules, case=CASE)
    for message in scenario.messages:
        play.deliver(message.events)
    return play


def records_of(play: CasePlay, rule: str) -> list[DutyRecord]:
    found = [record for record in play.records.values() if record.rule.partition("@")[0] == rule]
    order = [*PEOPLE]
    return sorted(found, key=lambda record: (record.topic, record.opened_at, order.index(record.participant)))


# --- as the service says it ----------------------------------------------------------------------------------------


def text_of(title: str, told: Iterable[tuple[Story, CasePlay, list[DutyRecord]]]) -> str:
    parts = [title, *(line for story, play, records in told for line in _story(story, play, records))]
    return "\n".join(parts) + "\n"


def _story(story: Story, play: CasePlay, records: list[DutyRecord]) -> Iterator[str]:
    yield f"\n{story.title}\n{'=' * len(story.title)}"
    for record in records:
        yield "\n" + "\n".join(_why_due_then(play, record))


def _why_due_then(play: CasePlay, record: DutyRecord) -> Iterator[str]:
    person = play.snapshot.people[record.participant]
    opened = next(event for event in play.journal if event.id == record.opened_by)
    rule = play.rules.book.rule(record.rule, london_date(record.clock_start))
    who = f"{wording.sentence(wording.ROLES[person.role.value])}, {TIMES[person.enhanced.value]}"
    yield f"{who}: {wording.to_tell(record.topic, record.value, record.told_value)}"
    yield f"  Due: {instant_in_words(record.due_at)}"
    yield f"  What it is about: {wording.what(record.topic, record.value)}"
    yield f"  News: {wording.label(wording.EVENTS, opened.kind)}"
    yield f"  Received by the unit: {instant_in_words(opened.received_at)}"
    yield f"  The clock started: {instant_in_words(record.clock_start)}"
    yield f"  Someone may travel: {'yes' if record.priority == SOMEONE_MAY_TRAVEL else 'no'}"
    yield f"  Rules that owe it: {', '.join(record.rules)}"
    yield from (f"  {key}: {words}" for key, words in rule_in_words(rule).items())
    yield "  How the due time was worked out:"
    yield from (f"    {number}. {line}" for number, line in enumerate(record.explanation, 1))
    if record.closed_at:
        yield f"  Closed: {wording.closed(record.topic, record.closed_reason)}, {instant_in_words(record.closed_at)}"


def compare(name: str, text: str) -> None:
    path = FOLDER / f"{name}.txt"
    if REWRITES:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"Expected {path.name} in {FOLDER.name}/, found none. {HOW}"
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is not what the service says now. {HOW}"


# --- the tests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", sorted(RULES.keys() | STORIES.keys() | FILES - {KEEPS_ITS_RULE}))
def test_a_duty_of_each_rule_says_why_it_is_due_then(rule: str) -> None:
    assert rule in RULES, f"{rule} makes no duty of the unit's in the packs in force: take its story and file away."
    assert rule in STORIES, f"{rule} has no story yet: add one to tests/workflows/golden_stories.py."
    told = []
    for story in STORIES[rule]:
        play = played(story, rule)
        told.append((story, play, records_of(play, rule)))

    compare(rule, text_of(f"{RULES[rule].key}: {RULES[rule].title}", told))
    _shows_enough(RULES[rule], [record for _, _, records in told for record in records])


def _shows_enough(rule: Rule, records: list[DutyRecord]) -> None:
    """A golden file that left out the difficult part would prove little."""
    assert {record.participant for record in records} == set(PEOPLE), "both times should be shown"
    assert {record.topic for record in records} == set(rule.topics), "every topic of the rule should be shown"
    capped = {any("The hearing starts" in line for line in record.explanation) for record in records}
    assert capped == ({True, False} if rule.cap else {False}), "with and without a hearing that caps it"
    holidays = [f"{day_in_words(day)} is {name}" for day, name in BANK_HOLIDAYS.items()]
    assert any(line in holidays for record in records for line in record.explanation), "a bank holiday in between"


def test_an_old_case_keeps_its_rule() -> None:
    play = played(OLD_AND_NEW, KEEPS_ITS_RULE, newer=NEWER_PACK)
    records = records_of(play, "R8-DATE")

    compare(
        KEEPS_ITS_RULE,
        text_of("An open duty keeps the rule of its own day when a newer pack starts", [(OLD_AND_NEW, play, records)]),
    )
    still_open = {record.participant: record for record in records if record.closed_at is None}
    assert still_open["standard"].rule == "R8-DATE@victims_code_2021"
    assert still_open["enhanced"].rule == "R8-DATE@a_later_code"
    assert {record.rule for record in records if record.closed_at} == {"R8-DATE@victims_code_2021"}


def test_every_due_time_in_the_files_is_that_of_the_working() -> None:
    """The last but for the reasons beside it: a due time that its own working does not end in would be no proof."""
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("\n\n"):
            due = next((line.removeprefix("  Due: ") for line in part.splitlines() if line.startswith("  Due: ")), None)
            if due is not None:
                assert any(line.endswith(f". Due {due}") for line in part.splitlines()), f"{path.name}: {due}"
