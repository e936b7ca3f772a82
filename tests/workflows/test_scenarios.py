"""Every file of tests/scenarios, played as written, delivered twice, shuffled, and both stepped and refolded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.case_play import CasePlay
from tests.workflows.scenario_file import CASE, Message, Scenario, read_scenario, scenario_of, utc
from tests.workflows.scenario_form import A_VALUE, CLOSED, DUTY, EVERY_ENTRY, FILE, HEARING, PERSON, THEN
from tests.workflows.scenario_words import as_said, in_words
from workflows import values
from workflows.duty_rows import DutyRecord
from workflows.strict_toml import RuleFileError
from workflows.tasks import TASKS, is_task
from workflows.working_days import instant_in_words, london_date

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))


def each_scenario() -> Iterator[Any]:
    for path in FILES:
        scenario = read_scenario(path)
        marks = [pytest.mark.feature(row) for row in scenario.shows]
        yield pytest.param(scenario, id=path.stem, marks=marks)


SCENARIOS = list(each_scenario())


def played(scenario: Scenario) -> CasePlay:
    return CasePlay(rules=scenario.rules, case=CASE).play(message.events for message in scenario.messages)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_ends_as_its_file_says(scenario):
    play = CasePlay(rules=scenario.rules, case=CASE)
    for n, message in enumerate(scenario.messages, 1):
        answers = play.deliver(message.events)
        if message.answer:
            assert message.answer in answers, f"message {n}: its sender hears {answers}"
    assert differences(scenario, play) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_message_delivered_twice_changes_nothing(scenario):
    once, twice = played(scenario), CasePlay(rules=scenario.rules, case=CASE)
    for message in scenario.messages:
        twice.deliver(message.events)
        assert set(twice.deliver(message.events)) == {"repeat"}
        if not message.from_a_person:
            twice.deliver(_sent_again(message))
    assert twice.state_hash == once.state_hash
    assert differences(scenario, twice) == []


def _sent_again(message: Message) -> list[Any]:
    """The same message under a new id, as a system sends it that never keeps ids. It is no first registration."""
    return [
        replace(event, id=f"{event.id}-again", message_id=f"{event.message_id}-again", registration=False)
        for event in message.events
        if not event.registration
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_order_of_processing_does_not_matter(scenario):
    expected = played(scenario).state_hash
    for seed in range(3):
        shuffled = list(scenario.messages)
        random.Random(seed).shuffle(shuffled)
        play = CasePlay(rules=scenario.rules, case=CASE).play(message.events for message in shuffled)
        assert play.state_hash == expected, f"shuffled with seed {seed}"
        assert differences(scenario, play) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_stepping_and_refolding_are_equal(scenario):
    stepped = CasePlay(rules=scenario.rules, case=CASE)
    for message in sorted(scenario.messages, key=lambda message: message.events[0].fold_key):
        stepped.deliver(message.events)
        refolded = stepped.refolded()
        assert stepped.snapshot == refolded.snapshot
        assert stepped.records == refolded.duties
    undone = sum(event.kind == "EntryUndone" for message in scenario.messages for event in message.events)
    assert stepped.refolds == undone


# --- what a file says must follow ----------------------------------------------------------------------------------


def differences(scenario: Scenario, play: CasePlay) -> list[str]:
    """Give a sentence for everything that is not as the file says."""
    then = scenario.then
    found = list(_states(then, play))
    open_rows = [record for record in play.records.values() if record.closed_at is None]
    closed = [record for record in play.records.values() if record.closed_at is not None]
    tellings = [record for record in open_rows if not is_task(record.topic)]
    found += _compare("open duty", then["duties"], tellings, _duty_differs)
    if then["tasks"] is not None:
        in_touch = [record for record in open_rows if record.topic == values.KEEP_IN_TOUCH]
        found += _compare("open task", then["tasks"], in_touch, _duty_differs)
    if then["to_do"] is not None:
        to_do = [record for record in open_rows if record.topic in TASKS]
        found += _compare("to be done", then["to_do"], to_do, _duty_differs)
    if then["closed"] is not None:
        counted = (*values.TOLD_TOPICS, *(TASKS if then["to_do"] is not None else ()))
        ended = [record for record in closed if record.topic in counted]
        found += _compare("closed duty", then["closed"], ended, _closed_differs)
    found += [
        f"{record.topic} of {record.participant} is due {record.due_at}, but its working says {record.explanation}"
        for record in play.records.values()
        if not any(sentence == f"Due {instant_in_words(record.due_at)}" for sentence in record.explanation)
    ]
    return found


def _states(then: Any, play: CasePlay) -> Iterator[str]:
    people, defendants = play.snapshot.people, play.snapshot.defendants
    shown = {
        "journey": {name: person.journey.value for name, person in people.items()},
        "attendance": {name: person.attendance.value for name, person in people.items()},
        "proceedings": {name: standing.value for name, standing in defendants.items()},
        "journey_steps": {name: _steps(play, name) for name in people},
    }
    for what, actual in shown.items():
        for name, expected in then[what].items():
            if actual.get(name) != expected:
                yield f"{what} of {name}: expected {expected}, found {actual.get(name)}"
    flags = sorted(move.flag for move in play.moves if move.flag)
    if flags != sorted(then["flags"]):
        yield f"flags: expected {sorted(then['flags'])}, found {flags}"


def _steps(play: CasePlay, name: str) -> list[str]:
    return [
        move.after
        for move in play.moves
        if move.machine == "journey" and move.subject == name and move.before != move.after
    ]


def _compare(kind: str, expected: list[Any], actual: list[DutyRecord], differs: Any) -> Iterator[str]:
    left = list(actual)
    for row in expected:
        near = [record for record in left if (record.participant, record.topic) == (row["owed_to"], row["topic"])]
        if not near:
            yield f"{kind}: expected {row['topic']} for {row['owed_to']}, found none"
            continue
        best = min(near, key=lambda record: len(list(differs(row, record))))
        left.remove(best)
        yield from (f"{kind}, {row['topic']} of {row['owed_to']}: {words}" for words in differs(row, best))
    yield from (
        f"{kind}: one too many, {record.topic} of {record.participant}: {in_words(record.topic, record.value)}"
        f" ({record.rule}, due {record.due_at}, {record.closed_reason})"
        for record in left
    )


def _duty_differs(row: Any, record: DutyRecord) -> Iterator[str]:
    yield from _value_differs(row, record)
    actual = {
        "rule": record.rule.partition("@")[0],
        "due": record.due_at,
        "counted_from": record.clock_start,
        "urgent": record.priority == 0,
    }
    for key in ("due", "counted_from"):
        row = row | {key: utc(row[key])}
    for key, value in actual.items():
        if row[key] is not None and row[key] != value:
            yield f"{key}: expected {row[key]}, found {value}"
    rules = sorted(rule.partition("@")[0] for rule in record.rules)
    if row["rules"] and sorted(row["rules"]) != rules:
        yield f"rules: expected {sorted(row['rules'])}, found {rules}"
    for words in row["says"]:
        if not any(words in sentence for sentence in record.explanation):
            yield f"expected the working to say {words!r}, it says {record.explanation}"


def _closed_differs(row: Any, record: DutyRecord) -> Iterator[str]:
    yield from _value_differs(row, record)
    if record.closed_reason != row["reason"]:
        yield f"reason: expected {row['reason']}, found {record.closed_reason}"
    if row["met"] is not None and record.met is not row["met"]:
        yield f"met: expected {row['met']}, found {record.met}"


def _value_differs(row: Any, record: DutyRecord) -> Iterator[str]:
    if row["subject"] and record.subject != row["subject"]:
        yield f"subject: expected {row['subject']}, found {record.subject}"
    if row["tell"] is not None and as_said(row["tell"]) != in_words(record.topic, record.value):
        yield f"tell: expected {as_said(row['tell'])}, found {in_words(record.topic, record.value)}"
    if row.get("court"):
        courts = {hearing["court"] for hearing in record.value.get("hearings", ())}
        if courts != {row["court"]}:
            yield f"court: expected {row['court']}, found {courts}"
    if row["due_on"] is not None and london_date(record.due_at) != row["due_on"]:
        yield f"due_on: expected {row['due_on']}, found {london_date(record.due_at)}"


# --- the form of the files -----------------------------------------------------------------------------------------

SMALLEST = """
name = "A case with one victim and nothing to tell"
rules = ["victims_code_2021"]
[people.victim]
role = "victim"
"""


def test_the_story_in_the_readme_is_true():
    written = (FOLDER / "README.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    story = scenario_of(written, "README.md")
    assert differences(story, played(story)) == []


def test_the_readme_names_every_word_a_file_may_use():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    words = {word for keys in (FILE, PERSON, HEARING, EVERY_ENTRY, A_VALUE, THEN, DUTY, CLOSED) for word in keys}
    assert sorted(word for word in words if word not in readme) == []


def test_every_scenario_has_a_name_of_its_own():
    names = [read_scenario(path).name for path in FILES]
    assert len(names) == len(set(names)) >= 25


def test_the_smallest_file_is_a_scenario():
    assert differences(scenario_of(SMALLEST, "smallest.toml"), played(scenario_of(SMALLEST, "smallest.toml"))) == []


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('weather = "rain"\n' + SMALLEST, 'smallest.toml: unknown key "weather"'),
        (SMALLEST + 'age = "old"\n', 'people.victim: unknown key "age"'),
        (
            SMALLEST + '[[given]]\nevent = "HearingMove"\nreceived = 2026-03-02T09:00:00Z\n',
            'Did you mean "HearingMoved"',
        ),
        (
            SMALLEST + '[[given]]\nevent = "CpsRequires"\nreceived = 2026-03-02T09:00:00Z\nperson = "wittness"\n',
            'nobody is called "wittness"',
        ),
        (
            SMALLEST + '[[given]]\nevent = "HearingMoved"\nreceived = 2026-03-02T09:00:00Z\nhearing = "trial-1"\n',
            "expected starts, days, week or to_be_fixed",
        ),
        (SMALLEST + '[[then.duties]]\nowed_to = "victim"\ntopic = "verdcit"\n', 'Did you mean "verdict"'),
    ],
)
def test_what_is_not_understood_is_refused_with_where_and_what_to_do(written, words):
    with pytest.raises(RuleFileError, match=words.replace("(", r"\(")):
        scenario_of(written, "smallest.toml")


def test_a_duty_too_many_a_wrong_day_and_a_wrong_value_are_found():
    story = (
        SMALLEST
        + '[[given]]\nevent = "HearingConfirmed"\nreceived = 2026-03-02T09:00:00Z\nhearing = "trial-1"\n'
        + "starts = 2026-03-16T10:00:00\n"
    )
    silent = scenario_of(story, "story.toml")
    assert [words for words in differences(silent, played(silent)) if "one too many" in words]
    wrong = scenario_of(
        story
        + '[[then.duties]]\nowed_to = "victim"\ntopic = "hearing.when_where"\n'
        + "tell = 2026-03-17T10:00:00\ndue_on = 2026-03-04\n",
        "story.toml",
    )
    assert len(differences(wrong, played(wrong))) == 2
