"""Every kind of fact that can be in a journal is said in the random stories: no property overlooks one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings

from tests.workflows import random_facts
from tests.workflows.random_cases import Writer, anything, with_late_joiners, with_undoing, written
from tests.workflows.test_decide_properties import RULES, examples
from workflows import events

NEEDS_TWO_CASES = {kind.__name__ for kind in random_facts.SAID_OF_TWO_CASES}


def test_every_kind_of_fact_is_in_one_table():
    tables = [
        *random_facts.SAID_ANYHOW,
        *random_facts.SAID_AT_THE_BEGINNING,
        *random_facts.SAID_AS_THE_CASE_STANDS,
        *random_facts.SAID_OF_TWO_CASES,
    ]
    missing = set(events.KINDS.values()) - set(tables)
    assert not missing, f"Add a line for each of {sorted(kind.__name__ for kind in missing)} to random_facts."
    assert set(tables) == set(events.KINDS.values())
    assert max(Counter(tables).values()) == 1


@pytest.mark.parametrize("kind", random_facts.SAID_ANYHOW, ids=lambda kind: kind.__name__)
def test_a_line_of_the_tables_says_what_it_is_the_line_of(kind: type[Any]):
    @examples(5)
    @given(random_facts.SAID_ANYHOW[kind])
    def says(drawn: Any) -> None:
        assert kind in {type(fact) for fact in (drawn if isinstance(drawn, tuple) else (drawn,))}

    says()


def test_the_stories_say_every_kind_of_fact_and_what_they_say_comes_back_from_the_journal():
    """What is said is only drawn here, of a case at its beginning: others play the stories."""
    said: Counter[str] = Counter(event.kind for event in written([], RULES)[1].journal)
    begun = written([], RULES)[1]

    @seed(1)
    @settings(max_examples=700, database=None, phases=[Phase.generate])
    @given(anything | with_late_joiners | with_undoing)
    def count(story: Any) -> None:
        writer = Writer(begun)
        for writer.count, step in enumerate(story, 1):
            for fact in step.write(writer):
                kind = type(fact).__name__
                said[kind] += 1
                assert events.fact_from(kind, events.payload_of(fact)) == fact

    count()
    never = events.KINDS.keys() - NEEDS_TWO_CASES - said.keys()
    assert not never, f"No story says {sorted(never)}: name the table of random_facts it is in among the stories."
