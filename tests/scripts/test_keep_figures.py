"""What a release check reached is added up, kept beside what other checks reached, and never typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import keep_figures
from scripts.docs_from import figures as table_of_figures
from tests import figures


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """An empty place for what a run writes, and for what is kept."""
    monkeypatch.setattr(keep_figures, "FOLDER", tmp_path / "run")
    monkeypatch.setattr(figures, "FOLDER", tmp_path / "run")
    monkeypatch.setattr(keep_figures, "ROOT", tmp_path)
    monkeypatch.setattr(keep_figures, "KEPT", tmp_path / "figures.json")
    monkeypatch.setattr(table_of_figures, "KEPT", tmp_path / "figures.json")
    monkeypatch.setattr(keep_figures, "this_run", lambda: {"on": "2026-11-27", "commit": "abc", "cores": 2})
    return tmp_path


def kept(folder: Path) -> dict:
    return json.loads((folder / "figures.json").read_text())


def test_counts_of_one_part_are_added_up_over_all_processes(folder, monkeypatch):
    monkeypatch.setattr(figures, "IS_PROOF", True)
    figures.reached("G5", "in the core", examples=300, orders=900)
    figures.reached("G5", "in the core", examples=200, orders=600)
    figures.reached("G5", "what stands", examples=7)

    assert keep_figures.main(["make proof"]) == 0

    assert kept(folder)["G5"]["parts"] == {
        "in the core": {"examples": 500, "orders": 1500},
        "what stands": {"examples": 7},
    }
    assert kept(folder)["G5"]["run"]["command"] == "make proof"


def test_a_run_of_one_figure_leaves_the_others_as_they_were(folder, monkeypatch):
    monkeypatch.setattr(figures, "IS_PROOF", True)
    (folder / "figures.json").write_text(json.dumps({"G1": {"parts": {"old": {"inputs": 3}}, "run": {}}}))
    figures.reached("G6", "in the core", lives=2)

    keep_figures.main(['make proof TESTS="tests/stateful"'])

    assert set(kept(folder)) == {"G1", "G6"}
    assert kept(folder)["G1"]["parts"] == {"old": {"inputs": 3}}


def test_an_ordinary_run_keeps_nothing(folder, monkeypatch, capsys):
    monkeypatch.setattr(figures, "IS_PROOF", False)
    figures.reached("G5", "in the core", examples=500)

    assert "G5, in the core: examples 500" in capsys.readouterr().out
    assert keep_figures.main([]) == 1
    assert not (folder / "figures.json").exists()


def test_what_did_not_run_reads_as_not_run(folder, monkeypatch):
    monkeypatch.setattr(figures, "IS_PROOF", True)
    figures.reached("G6", "in the core", lives=2000, steps=100_000)
    keep_figures.main(["make proof"])

    rows = {line.split("|")[1].strip(): line for line in table_of_figures.figures().splitlines() if "| G" in line}

    assert "2,000 lives, 100,000 steps" in rows["G6"]
    assert "`make proof` on 2026-11-27 at abc, 2 cores" in rows["G6"]
    assert rows["G5"].count("not run") == 2
