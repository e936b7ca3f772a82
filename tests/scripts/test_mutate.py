"""How bends of the rules are counted: what nobody noticed, or what nobody knows, never counts as noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import mutate
from tests import figures


def test_what_is_not_known_counts_as_not_noticed():
    counted = mutate.count({"a": 1, "b": 0, "c": 33, "d": None, "e": 36, "f": -11})

    assert counted == {"noticed": 1, "survived": 2, "without_tests": 1, "never_ended": 1}


def test_every_module_that_is_bent_and_every_test_that_looks_is_there():
    for name in mutate.MODULES:
        assert (mutate.ROOT / "workflows" / f"{name}.py").exists()
    for name in mutate.TESTS:
        assert (mutate.ROOT / "tests" / "workflows" / f"test_{name}.py").exists()


@pytest.fixture
def bends(tmp_path: Path, monkeypatch) -> list[list[str]]:
    """Forty bends of which every fourth survives; gives what was asked to run."""
    asked: list[list[str]] = []
    notes = tmp_path / "mutants" / "workflows" / "referral.py.meta"
    codes = {f"workflows.referral.x_{n:02}": 0 if n % 4 == 0 else 1 for n in range(40)}

    def run(names, *, seconds):
        asked.append(list(names))
        notes.parent.mkdir(parents=True, exist_ok=True)
        notes.write_text(json.dumps({"exit_code_by_key": codes}))
        return 0

    monkeypatch.setattr(mutate, "COPY", tmp_path)
    monkeypatch.setattr(mutate, "make_copy", lambda: None)
    monkeypatch.setattr(mutate, "run", run)
    monkeypatch.setattr(mutate, "write_survivors", lambda names: None)
    monkeypatch.setattr(figures, "FOLDER", tmp_path / "figures")
    return asked


def test_a_seed_draws_the_same_bends_and_the_score_is_of_those_that_were_drawn(bends, tmp_path, capsys):
    assert mutate.main(["--sample", "20", "--seed", "5"]) == 0
    assert mutate.main(["--sample", "20", "--seed", "5"]) == 0

    assert bends[1] == bends[3]
    assert len(set(bends[1])) == 20
    kept = [json.loads(path.read_text()) for path in (tmp_path / "figures").glob("*.json")]
    of_the_rules = [line["counts"] for line in kept if line["part"] == "the rules and the calendar"]
    survived = sum(int(name[-2:]) % 4 == 0 for name in bends[1])
    assert of_the_rules[0] == {"drawn": 20, "of": 40, "seed": 5, "tried": 20, "noticed": 20 - survived}


def test_one_module_alone_is_bent_on_request_and_makes_no_figure(bends, tmp_path):
    assert mutate.main(["--sample", "7", "--only", "workflows/referral.py"]) == 0
    assert mutate.main(["--sample", "7", "--only", "workflows/tasks.py"]) == 1  # there is no bend of it here

    assert len(bends[1]) == 7
    assert not list((tmp_path / "figures").glob("*.json"))
    with pytest.raises(SystemExit):
        mutate.main(["--only", "workflows/events.py"])


def test_tests_that_fail_without_any_bend_give_no_score(monkeypatch, capsys):
    monkeypatch.setattr(mutate, "make_copy", lambda: None)
    monkeypatch.setattr(mutate, "run", lambda names, *, seconds: 1)

    assert mutate.main([]) == 1
    assert "pass as they stand" in capsys.readouterr().err
