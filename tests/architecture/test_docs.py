"""What the documents say is what the code does: a page that drifts is worse than none.

Generated parts are mended by `make docs`; the rest by hand. It is right to change a test here when a page moves or a
new kind of thing must be described.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound

from scripts import write_docs
from scripts.docs_from import tests as marks
from scripts.docs_from.commands import our_commands
from scripts.docs_from.service import application
from witness_care import config
from witness_care.cases.schemas import CaseSchema
from witness_care.checks.every import CHECKS
from witness_care.contacts.schemas import ContactSchema
from witness_care.database import Base
from witness_care.feed.formats.translated import Parked, Rejected
from witness_care.feed.states import Reason, State
from workflows import diagram, tasks, values

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
SOURCES = [
    path
    for folder in ("workflows", "witness_care", "tests", "scripts", "migrations")
    for kind in ("*.py", "*.toml", "*.html", "*.scss", "*.js")
    for path in sorted((ROOT / folder).rglob(kind))
    if "build" not in path.parts
]

OF_FLASK = {"db"}
OF_TESTS = {"WC_TEST_DATABASE_URL"}
STALE = "This page does not say what the code says. Run make docs."


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- generated parts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", sorted({page for page, _ in write_docs.PARTS}))
def test_what_is_generated_in_a_page_is_fresh(page: str) -> None:
    assert text_of(page) == write_docs.pages(ROOT)[page], STALE


def test_the_page_of_the_state_machines_is_fresh() -> None:
    assert diagram.main(["--check"]) == 0, STALE


def test_a_stale_part_is_noticed_and_says_what_to_do(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setattr(write_docs, "PARTS", {("docs/rules.md", "packs"): lambda: "| Another |"})

    assert write_docs.main(["--check"]) == 1
    assert "docs/rules.md. Run make docs." in capsys.readouterr().err


def test_a_page_without_the_place_for_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one part between"):
        write_docs.with_part("# A page", "packs", "", page="docs/rules.md")


# --- links, pages, decisions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in anchors_of(linked)):
            broken.append(target)
    assert broken == []


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_stands_in_the_reading_order() -> None:
    listed = set(re.findall(r"\]\(([^)#]+\.md)\)", text_of("docs/index.md")))
    missing = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - listed - {"index.md"}
    assert missing == set(), "Add the page to docs/index.md where it is to be read."


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_context_decision_and_consequences_on_one_page(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(decision.name[:4])}. ")
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert re.search(r"^(Accepted|Superseded by \[.*\]\(.*\)), \d{1,2} \w+ \d{4}\.$", text, flags=re.MULTILINE)
    assert len(text.split()) < 500


def test_every_package_that_runs_in_production_stands_in_a_decision() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["production"]]
    names = [re.split(r"[\[<>=]", entry)[0] for entry in declared]
    decisions = " ".join(path.read_text(encoding="utf-8").lower() for path in DECISIONS)
    assert [name for name in names if name.lower() not in decisions] == [], "Write down why we depend on it."


# --- what the code names has a home ---------------------------------------------------------------------------------

CITED = re.compile(r"\b([a-z]+)\.md(?: (rule|section)s?)? (\d+(?:\.\d+)?)(?:(?: to | and )(\d+))?")


def test_every_rule_and_section_that_the_code_names_is_written_down() -> None:
    homeless = set()
    for source in SOURCES:
        text = re.sub(r"\s*\n\s*(?:#\s*)?", " ", source.read_text(encoding="utf-8"))
        for page, kind, *numbers in CITED.findall(text):
            homeless |= {
                (named(source), page, kind or "section", number)
                for number in numbers
                if number and not stands_in(page, kind, number)
            }
    assert homeless == set(), "Write the rule down under its number, or correct the number in the code."


def stands_in(page: str, kind: str, number: str) -> bool:
    path = DOCS / f"{page}.md"
    if not path.exists():
        return False
    start = rf"^{number}\. \*\*" if kind == "rule" else rf"^##+ {re.escape(number)}\.? "
    return bool(re.search(start, path.read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_every_page_that_the_code_names_is_there() -> None:
    cited = {
        (named(source), page)
        for source in SOURCES
        for page in re.findall(r"\bdocs/([a-z-]+\.md)\b", source.read_text(encoding="utf-8"))
    }
    assert {(source, page) for source, page in cited if not (DOCS / page).exists()} == set()


@pytest.mark.parametrize(("kind", "page"), [("feature", "docs/features.md"), ("proves", "docs/security.md")])
def test_what_a_test_is_marked_with_is_written_down(kind: str, page: str) -> None:
    first_cells = re.findall(r"^\| ([A-Z][A-Z0-9, -]*) \|", text_of(page), flags=re.MULTILINE)
    written = {name for cell in first_cells for name in cell.split(", ")}
    unknown = {
        name: sorted(paths)
        for name, paths in marks.marked()[kind].items()
        if name not in written and not name.startswith("ASVS-")
    }
    assert unknown == {}, f"A mark names a row of {page}. Correct the mark, or add the row."


def test_a_feature_that_is_shown_by_a_test_is_not_said_to_be_absent() -> None:
    absent = set(
        re.findall(r"^\| ([A-Z][0-9]+) \| .* \| all of it \|$", text_of("docs/features.md"), flags=re.MULTILINE)
    )
    shown = set(marks.marked()["feature"])
    assert absent & shown == set(), "Say in docs/features.md what of it is not there yet."


def test_a_control_that_is_proven_by_a_test_is_not_said_to_be_absent() -> None:
    absent = re.findall(
        r"^\| (SEC-[0-9, SEC-]+) \| .* \| not built\b.* \|$", text_of("docs/security.md"), flags=re.MULTILINE
    )
    assert {name for cell in absent for name in cell.split(", ")} & set(marks.marked()["proves"]) == set()


def test_the_invariants_that_are_checked_are_those_marked_as_checked() -> None:
    marked = re.findall(r"^\| (I\d+) \| .* \| F\b.* \|$", text_of("docs/reliability.md"), flags=re.MULTILINE)
    assert marked == list(CHECKS)


def test_the_topics_that_are_built_are_those_described() -> None:
    section = text_of("docs/core.md").split("Built topics:")[1].split("**Not built:**")[0]
    described = re.findall(r"^ +\| `([a-z_.]+)` \|", section, flags=re.MULTILINE)
    assert described == [*values.TOLD_TOPICS, *tasks.TASKS, values.KEEP_IN_TOUCH]


def test_every_state_and_reason_of_a_message_is_described() -> None:
    section = text_of("docs/feeds.md").split("## 3.")[1].split("## 4.")[0]
    said = set(re.findall(r"`([a-z-]+)`", section))
    assert {each.value for kind in (State, Parked, Rejected) for each in kind} - said == set()
    assert {each.value for each in Reason if not each.value.startswith("older")} - said == set()


@pytest.mark.parametrize("package", ["workflows", "witness_care"])
def test_every_module_and_capability_has_its_line_in_the_architecture(package: str) -> None:
    said = set(re.findall(r"`([a-z_]+(?:\.py|/)?)`", text_of("docs/architecture.md")))
    found = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / package).iterdir()
        if not path.name.startswith("_") and (path.is_dir() or (package == "workflows" and path.suffix == ".py"))
    }
    assert found - said == set(), "Say in docs/architecture.md what it holds."


def test_every_table_is_described() -> None:
    said = set(re.findall(r"`([a-z_]+)`", text_of("docs/architecture.md").split("## The tables")[1]))
    application()  # brings every capability's tables
    assert set(Base.metadata.tables) - said == set(), "Say in docs/architecture.md what a row of it is."


# --- what the pages tell people to type -----------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_is_there_with_its_options(page: Path) -> None:
    known = dict(our_commands())
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"flask --app wsgi ([a-z][^`\n#]*)", text):
        name, *rest = line.split()
        assert name in known or name in OF_FLASK, f"flask {name}"
        if name in known:
            options = {option for parameter in known[name].params for option in parameter.opts}
            assert {word for word in rest if word.startswith("--")} <= options, f"flask {line}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), flags=re.MULTILINE))
    named_here = re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(named_here) <= targets


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_setting_is_one_that_is_read(page: Path) -> None:
    found = set(re.findall(r"\bWC_[A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8")))
    known = config.NAMES | OF_TESTS | {f"{name}_FILE" for name in config.NAMES}
    assert found <= known


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_address_of_the_service_has_a_route(page: Path) -> None:
    routes = application().url_map.bind("")
    addresses = set(
        re.findall(r"(?:127\.0\.0\.1:5000|[ `])(/[a-z][A-Za-z0-9/<>._-]*)", page.read_text(encoding="utf-8"))
    )
    for address in addresses:
        if address.startswith(("/run/", "/etc/")):
            continue
        filled = re.sub(r"<[a-z_: ]+>", "5c0a2a5e-8a53-4d4c-9d2f-9f1f3c6b7d10", address)
        try:
            routes.match(filled, method="GET")
        except MethodNotAllowed:
            continue
        except NotFound:
            assert any(rule.rule.startswith(address) for rule in application().url_map.iter_rules()), address


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    paths = re.findall(
        r"`((?:workflows|witness_care|tests|scripts|migrations|docs|requirements)/[A-Za-z0-9_./-]*)`",
        page.read_text(encoding="utf-8"),
    )
    assert [path for path in paths if not (ROOT / path).exists()] == []


# --- the examples work ----------------------------------------------------------------------------------------------


def test_the_example_of_a_case_is_accepted() -> None:
    example = text_of("docs/api.md").split("<<'EOF'\n")[1].split("\nEOF")[0]
    CaseSchema().load(json.loads(example))


def test_the_example_of_a_contact_is_accepted() -> None:
    example = re.search(r'\{"message_id": "call-17".*?\}\]\}', text_of("docs/api.md"), flags=re.DOTALL)
    assert example
    ContactSchema().load(json.loads(example[0]))


def test_the_errors_shown_have_the_fields_of_an_error() -> None:
    example = re.search(r'\{"error".*\}', text_of("docs/api.md"))
    assert example
    assert list(json.loads(example[0])) == ["error", "where", "expected", "received", "do"]
