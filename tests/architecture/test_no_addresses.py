"""Pinned packages are named by version and hash alone, so that any registry or mirror can serve them.

An address in a lock file ties every installation to one server, and may tell others how ours is reached. When one of
these fails, run `make lock`, which writes none. It is right to change a test here only when a tool changes its form.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK_FILES = sorted((ROOT / "requirements").glob("*.txt"))
ADDRESSES = re.compile(r"://|--index-url|--extra-index-url|--find-links|--trusted-host")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)")


def test_no_requirement_file_holds_an_address():
    found = [
        f"{path.name}:{number}: {line}"
        for path in LOCK_FILES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if ADDRESSES.search(line)
    ]
    assert found == [], "Lock files hold names, versions and hashes only. Run: make lock"


@pytest.mark.proves("SEC-45")
def test_every_pinned_package_has_a_hash():
    for path in LOCK_FILES:
        entries = path.read_text().replace("\\\n", " ").splitlines()
        without = [entry for entry in entries if entry and "--hash=sha256:" not in entry]
        assert without == [], f"{path.name}: every line names one version and its hashes. Run: make lock"


def test_the_same_package_has_the_same_version_in_every_file():
    versions: dict[str, set[str]] = {}
    for path in LOCK_FILES:
        for line in path.read_text().splitlines():
            if pin := PIN.match(line):
                versions.setdefault(pin[1], set()).add(pin[2])
    differing = {name: found for name, found in versions.items() if len(found) > 1}
    assert differing == {}, "One environment serves running and testing. Run: make lock"


def test_the_npm_lock_names_no_address_but_those_of_donations():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    found = [
        (name, key)
        for name, package in lock["packages"].items()
        for key, value in package.items()
        if key == "resolved" or (key != "funding" and "://" in json.dumps(value))
    ]
    assert found == [], "Keep .npmrc's omit-lockfile-registry-resolved=true, and run: make lock"


@pytest.mark.proves("SEC-45")
def test_every_npm_package_has_an_integrity_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_no_lock_format_that_holds_addresses_is_tracked():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    forbidden = {"uv.lock", "pylock.toml", "poetry.lock", "yarn.lock", "pnpm-lock.yaml"}
    assert [path for path in tracked if Path(path).name in forbidden] == []
