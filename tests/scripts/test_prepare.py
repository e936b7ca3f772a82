"""Set-up: each step runs once, again when what it reads has changed, and says in words what is missing."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def prepare(monkeypatch, tmp_path) -> ModuleType:
    """The set-up program, at work in an empty folder."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    specification = importlib.util.spec_from_file_location("prepare", SCRIPTS / "prepare.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / ".venv" / "stamps")
    return module


def stand_in(folder: Path, name: str, script: str) -> Path:
    """A program that answers as a test wants."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_step_runs_again_only_when_what_it_reads_has_changed(prepare, tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("one")
    runs = []
    for _ in range(2):
        prepare.once("packages", inputs=[lock], action=lambda: runs.append(lock.read_text()))
    lock.write_text("two")
    prepare.once("packages", inputs=[lock], action=lambda: runs.append(lock.read_text()))
    assert runs == ["one", "two"]


def test_a_step_runs_again_when_what_it_made_has_gone(prepare, tmp_path):
    runs = []
    for _ in range(2):
        prepare.once("assets", inputs=[], made=tmp_path / "made", action=lambda: runs.append("run"))
    assert runs == ["run", "run"]


def test_a_step_that_failed_is_tried_again(prepare):
    def fail() -> None:
        raise prepare.CannotPrepare("no disk")

    runs = []
    prepare.once("packages", inputs=[], action=lambda: runs.append("first"))
    prepare.STAMPS.joinpath("packages").write_text("of other inputs")
    with pytest.raises(prepare.CannotPrepare):
        prepare.once("packages", inputs=[], action=fail)
    prepare.once("packages", inputs=[], action=lambda: runs.append("again"))
    assert runs == ["first", "again"]


def test_without_chromium_and_without_rights_it_says_what_an_administrator_must_do(prepare, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(prepare.CannotPrepare, match=r"As root: apt-get install .*chromium fonts-liberation"):
        prepare.chromium()


def test_a_chromium_that_is_not_there_is_named_back(prepare, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(prepare.CannotPrepare, match="CHROMIUM names /nowhere/chromium"):
        prepare.chromium()


def test_an_unsupported_python_is_refused_with_what_to_install(tmp_path):
    old = stand_in(tmp_path / "bin", "python3", 'case "$*" in *--version*) echo Python 3.9.18;; *) exit 1;; esac')
    refused = start_with(old)
    assert refused.returncode == 1
    assert "Expected Python 3.11, 3.12 or 3.13. Found: Python 3.9.18" in refused.stderr


def test_a_python_without_venv_is_refused_with_the_package_to_install(tmp_path):
    script = f'case "$*" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac'
    refused = start_with(stand_in(tmp_path / "bin", "python3", script))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert refused.returncode == 1
    assert f"apt-get install python{version}-venv" in refused.stderr


def start_with(python: Path) -> subprocess.CompletedProcess[str]:
    """Start set-up with PYTHON naming one program."""
    shell = shutil.which("sh")
    assert shell
    environment = {**os.environ, "PYTHON": str(python)}
    return subprocess.run(
        [shell, SCRIPTS / "prepare", "check"], env=environment, capture_output=True, text=True, check=False
    )
