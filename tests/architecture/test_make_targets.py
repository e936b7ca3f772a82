"""Every command of the project is a make target with a few words, and continuous integration runs nothing else.

It is right to change the expected list here when a target joins or leaves the public interface.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^([a-z][a-z-]*):", MAKEFILE, flags=re.MULTILINE)


def test_make_alone_prints_every_target_with_a_few_words():
    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make (\S+) +\S+", printed, flags=re.MULTILINE) == TARGETS


def test_the_targets_people_rely_on_are_there():
    assert {"help", "run", "test", "bench", "lint", "docs", "assets", "demo", "lock"} <= set(TARGETS)


def test_no_target_is_mistaken_for_a_file():
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert phony
    assert phony[1].split() == TARGETS


def test_the_service_is_started_on_this_machine_only():
    assert "0.0.0.0" not in MAKEFILE
    assert "--host" not in MAKEFILE, "The default address is this machine; nothing in make may widen it."


def test_continuous_integration_runs_the_same_targets_as_everyone():
    script = (ROOT / ".ci" / "run").read_text()
    commands = re.findall(r"^(make \w+)", script, flags=re.MULTILINE)
    assert commands == ["make lint", "make test"]
