"""What is installed elsewhere is whole: every page, rule and style sheet travels with the code.

It is right to change the exceptions here when a file in a package is needed to build it and never to run it.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("workflows", "witness_care")
ONLY_TO_BUILD = ("witness_care/static/src/",)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy so that no earlier build can lend it a file, and unpacked."""
    work = tmp_path_factory.mktemp("wheel")
    source = work / "source"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", work, source], check=True)
    unpacked = work / "unpacked"
    with zipfile.ZipFile(next(work.glob("witness_care-*.whl"))) as archive:
        archive.extractall(unpacked)
    return unpacked


def test_the_wheel_holds_every_file_of_both_packages(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    present = [path for path in tracked if (ROOT / path).exists() and not path.startswith(ONLY_TO_BUILD)]
    assert [path for path in present if not (wheel / path).exists()] == [], "Name it in pyproject.toml, package-data"


def test_the_wheel_holds_the_built_style_sheet_and_the_licences_of_others(wheel):
    assert (wheel / "witness_care/static/build/manifest.json").exists()
    assert list(wheel.glob("witness_care/static/build/*/witness-care.css.gz"))
    assert list(wheel.glob("*.dist-info/licenses/**/third-party-licences.txt"))


def test_a_page_opens_from_the_wheel_alone(wheel, tmp_path):
    program = (
        "from witness_care import create_app\n"
        "app = create_app()\n"
        "page = app.test_client().get('/sign-in')\n"
        "assert page.status_code == 200, page.status\n"
        "style = next(part for part in page.text.split('\"') if part.endswith('.css'))\n"
        "answer = app.test_client().get(style, buffered=True)\n"
        "assert answer.status_code == 200, answer.status\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(wheel), "WC_INSTANCE": str(tmp_path), "WC_ENV": "demo"}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
