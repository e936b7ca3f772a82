"""The page of the state machines: what it shows is what the tables say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workflows import attendance, diagram, journey, proceedings
from workflows.flags import FLAGS


def test_the_page_in_docs_shows_the_tables_as_they_are():
    assert diagram.main(["--check"]) == 0, "docs/state-machines.md is stale. Run make docs."


def test_a_changed_table_makes_the_page_stale(tmp_path, monkeypatch, capsys):
    page = tmp_path / "state-machines.md"
    assert diagram.main(["--page", str(page)]) == 0
    assert diagram.main(["--page", str(page), "--check"]) == 0

    drawn = diagram.DRAWN[0]
    rows = [*drawn.table[:-2], replace(drawn.table[-2], target=journey.Journey.OUTCOME), drawn.table[-1]]
    monkeypatch.setattr(diagram, "DRAWN", (replace(drawn, table=rows), *diagram.DRAWN[1:]))

    assert diagram.main(["--page", str(page), "--check"]) == 1
    assert "Run make docs." in capsys.readouterr().err


def test_a_missing_page_is_stale(tmp_path):
    assert diagram.main(["--page", str(tmp_path / "none.md"), "--check"]) == 1


@pytest.mark.feature("C1")
def test_the_page_names_every_state_event_and_flag():
    page = diagram.page()

    for module in (journey, attendance):
        for event, words in module.EVENTS.items():
            assert f"{words} (`{event}`)" in page
    for standing in proceedings.Proceedings:
        assert standing.replace("_", " ") in page
    for flag, words in FLAGS.items():
        assert f"| `{flag}` | {words} |" in page


def test_the_picture_leads_every_event_that_depends_on_the_facts_through_one_question():
    page = diagram.page()

    assert "listing --> facts_1: hearing_listed, proceedings_changed, hearing_put_off, trial_started" in page
    assert "facts_1 --> outcome: only if every relevant proceeding is concluded" in page
    assert "facts_1 --> charge: otherwise" in page
    assert "closed --> facts_1: hearing_listed, proceedings_changed" in page


def test_the_table_says_what_one_event_does_in_one_state():
    lines = [line.split(" | ") for line in diagram.page().splitlines() if "(`put_off`)" in line]

    assert [cell.strip(" |") for cell in lines[0][1:]] == ["stays", "stays", *["**de-warned**"] * 3, *["stays"] * 3]
