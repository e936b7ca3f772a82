"""Lists of people are imported: what is right goes in, what is not is named by line and reason, and nothing twice."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cutover.files import PEOPLE, TOLD, a_file, a_person
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_trial, a_victim, a_witness, open_duties
from tests.reading import text_of
from witness_care import clock, database
from witness_care.accounts.current import SYSTEM
from witness_care.audit.models import PersonalDataEntry
from witness_care.casework.models import JournalEvent
from witness_care.contacts.models import Duty
from witness_care.cutover import columns, service
from witness_care.cutover.csv_file import FileRefusedError, Refusal
from witness_care.cutover.models import ImportFile, ImportRefusal
from witness_care.cutover.views import refused_as_csv
from witness_care.people.models import ContactPoint, Participant, Person
from workflows import values

KEPT = (Person, Participant, ContactPoint, JournalEvent, Duty)


def counts() -> dict[str, int]:
    session = database.session()
    session.rollback()
    return {model.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(model)) or 0 for model in KEPT}


def uploaded(desk: Desk, content: bytes, who: str = "olivia") -> str:
    """Choose a file and send it; gives the address of the page that shows what would change."""
    answer = desk.as_(who).post(
        "/imports", data={"file": (io.BytesIO(content), "people.csv")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, text_of(answer)
    return answer.location.split("#")[0]


def imported(desk: Desk, content: bytes) -> Any:
    """Import a file and give its row."""
    address = uploaded(desk, content)
    assert desk.as_("olivia").post(address).status_code == 303
    database.session().rollback()
    return database.session().get(ImportFile, address.rpartition("/")[2])


def refusals(kept: Any) -> list[tuple[int, str]]:
    query = sa.select(ImportRefusal.line, ImportRefusal.column_name).where(ImportRefusal.import_id == kept.id)
    return [(row.line, row.column_name) for row in database.session().execute(query.order_by(ImportRefusal.line))]


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    return a_case(a_victim("Leah Jones"))


# --- A6 ------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("A6")
def test_of_five_hundred_people_three_bad_lines_are_named_and_importing_again_doubles_nothing(desk: Desk):
    cases = [a_case(a_victim(f"First {number}")) for number in range(25)]
    rows = [a_person(number, cases[number % 25].urn) for number in range(500)]
    rows[9] |= {"role": "bystander"}
    rows[99] |= {"mobile": "not a number"}
    rows[499] |= {"urn": "99ZZ9999926"}
    before = counts()

    first = imported(desk, a_file(rows, PEOPLE))

    assert (first.rows, first.added, first.changed, first.unchanged, first.refused) == (500, 497, 0, 0, 3)
    assert refusals(first) == [(11, "role"), (101, "mobile"), (501, "urn")]
    after = counts()
    added = {name: after[name] - before[name] for name in after}
    assert {name: added[name] for name in ("person", "participant", "contact_point")} == dict.fromkeys(
        ("person", "participant", "contact_point"), 497
    )

    again = imported(desk, a_file(rows, PEOPLE))

    assert (again.added, again.changed, again.unchanged, again.refused) == (0, 0, 497, 3)
    assert counts() == after


@pytest.mark.feature("A6")
def test_a_preview_says_what_would_change_and_writes_nothing(desk: Desk, case: MadeCase):
    a_trial(case, "2027-03-09 10:00", now="2026-11-10 09:00")
    before = counts()
    state = hash_of(case)
    rows = [a_person(1, case.urn), a_person(2, case.urn, required="yes"), a_person(3, "99ZZ9999926")]

    page = text_of(desk.as_("olivia").get(uploaded(desk, a_file(rows, PEOPLE))))

    assert "Added 2 rows" in page
    assert "Refused 1 row" in page
    assert "Line 4, urn" in page
    assert "Import 2 rows" in page
    assert "Made-up" not in page, "The page needs no name."
    assert counts() == before
    assert hash_of(case) == state


def hash_of(case: MadeCase) -> str:
    from witness_care.cases.models import CourtCase

    return database.session().scalars(sa.select(CourtCase.state_hash).where(CourtCase.id == case.id)).one()


def test_a_preview_counts_the_duties_that_would_open(desk: Desk, case: MadeCase):
    a_trial(case, "2027-03-09 10:00", now="2026-11-10 09:00")
    before = database.session().scalar(sa.select(sa.func.count(Duty.id)).where(Duty.closed_at.is_(None)))
    address = uploaded(desk, a_file([a_person(1, case.urn), a_person(2, case.urn, required="yes")], PEOPLE))
    database.session().rollback()
    kept = database.session().execute(sa.select(ImportFile)).scalars().one()

    seen = service.preview(kept, actor=SYSTEM, now=clock.now())
    desk.as_("olivia").post(address)

    database.session().rollback()
    after = database.session().scalar(sa.select(sa.func.count(Duty.id)).where(Duty.closed_at.is_(None)))
    assert sum(number for (what, _), number in seen.duties.items() if what == "opens") == after - before
    assert seen.duties["opens", values.WHEN_WHERE] == 2
    assert seen.duties["opens", values.ATTENDANCE] == 1


# --- rows ----------------------------------------------------------------------------------------------------------


BAD_CELLS = (
    ({"urn": "4"}, "urn"),
    ({"participant": ""}, "participant"),
    ({"name": ""}, "name"),
    ({"name": "Zero\x00Width"}, "name"),
    ({"role": ""}, "role"),
    ({"required": "perhaps"}, "required"),
    ({"mobile": "", "mobile_allowed": "yes"}, "mobile"),
    ({"mobile_allowed": "sometimes"}, "mobile_allowed"),
    ({"name": "x" * 201}, "name"),
)


@pytest.mark.sqlite_only
def test_a_bad_row_is_named_by_line_and_column_and_fails_nobody_else(desk: Desk, case: MadeCase):
    bad = [a_person(number, case.urn) | cells for number, (cells, _) in enumerate(BAD_CELLS, 2)]

    kept = imported(desk, a_file([a_person(1, case.urn), *bad, a_person(99, case.urn)], PEOPLE))

    assert kept.added == 2
    assert refusals(kept) == [(line, column) for line, (_, column) in enumerate(BAD_CELLS, 3)]
    for said in database.session().execute(sa.select(ImportRefusal.expected, ImportRefusal.advice)):
        assert said.expected
        assert said.advice
        assert not [mark for mark in ("Made-up Person", "900", "xxx", "sometimes") if mark in f"{said}"]


def test_a_case_of_another_unit_answers_as_one_that_is_not_there(desk: Desk):
    theirs = a_case(a_victim("Noors Person"), unit="WSX", officer="Noor")

    kept = imported(desk, a_file([a_person(1, theirs.urn), a_person(2, "99ZZ9999926")], PEOPLE))

    session = database.session()
    said = session.execute(sa.select(ImportRefusal.column_name, ImportRefusal.expected, ImportRefusal.advice)).all()
    assert kept.refused == 2
    assert said[0] == said[1]


def test_somebody_in_two_cases_is_one_person_and_the_same_row_twice_is_refused(desk: Desk, case: MadeCase):
    other = a_case(a_victim("Else"))
    rows = [a_person(1, case.urn), a_person(1, other.urn), a_person(1, case.urn, name="Another Name")]

    kept = imported(desk, a_file(rows, PEOPLE))

    assert (kept.added, refusals(kept)) == (2, [(4, "")])
    parts = database.session().execute(
        sa.select(Participant.person_id)
        .join(Person, Person.id == Participant.person_id)
        .where(Person.name == "Made-up Person 1")
    )
    assert len({row.person_id for row in parts}) == 1


def test_a_row_that_says_something_new_changes_only_that(desk: Desk, case: MadeCase):
    imported(desk, a_file([a_person(1, case.urn, safe_contact_note="Never after six")], PEOPLE))
    same = imported(desk, a_file([a_person(1, case.urn, safe_contact_note="Never after six")], PEOPLE))

    kept = imported(desk, a_file([{"urn": case.urn, "participant": "P1", "safe_contact_note": "Only noon"}], PEOPLE))

    assert (same.changed, same.unchanged) == (0, 1)
    assert (kept.changed, kept.refused) == (1, 0)
    person = database.session().execute(sa.select(Person).where(Person.name == "Made-up Person 1")).scalars().one()
    assert person.safe_contact_note.open(person.id) == "Only noon"


def test_an_id_that_another_system_gave_to_somebody_on_the_case_is_not_guessed_to_mean_them(desk: Desk, case: MadeCase):
    row = a_person(1, case.urn, participant="Leah Jones")  # as the case system of the tests calls her

    kept = imported(desk, a_file([row], PEOPLE))

    assert refusals(kept) == [(2, "participant")]
    kept = imported(desk, a_file([row | {"participant": case["Leah Jones"], "person": ""}], PEOPLE))
    assert (kept.changed, kept.refused) == (1, 0)


def test_a_refused_row_waits_until_it_is_mended_or_somebody_says_so(desk: Desk, case: MadeCase):
    bad = imported(desk, a_file([a_person(1, case.urn, role="bystander"), a_person(2, "")], PEOPLE))
    browser = desk.as_("olivia")
    assert "2 are still to be mended" in text_of(browser.get(f"/imports/{bad.id}"))

    imported(desk, a_file([a_person(1, case.urn)], PEOPLE))

    assert "1 is still to be mended" in text_of(browser.get(f"/imports/{bad.id}"))
    browser.post(f"/imports/{bad.id}/settled")
    assert "All of them were mended or dealt with" in text_of(browser.get(f"/imports/{bad.id}"))


# --- what they were told -------------------------------------------------------------------------------------------


@pytest.mark.feature("A6")
def test_what_people_were_told_is_imported_and_is_not_owed_again(desk: Desk):
    case = a_case(a_victim("Leah Jones"), a_witness("Nadia Ahmed", required=True))
    a_trial(case, "2027-03-09 10:00", now="2026-11-10 09:00")
    told = {
        "urn": case.urn,
        "topic": values.WHEN_WHERE,
        "told_at": "20/11/2026",
        "date": "2027-03-09",
        "time": "10:00",
        "court": "Northbridge Crown Court",
    }
    rows = [told | {"participant": case[name]} for name in ("Leah Jones", "Nadia Ahmed")]
    rows.append(rows[0] | {"participant": "nobody"})
    rows.append(rows[0] | {"told_at": "2027-01-01", "topic": values.WHEN_WHERE})

    kept = imported(desk, a_file(rows, TOLD))

    assert (kept.added, refusals(kept)) == (2, [(4, "participant"), (5, "told_at")])
    for name in ("Leah Jones", "Nadia Ahmed"):
        assert {duty.topic for duty in open_duties(case[name])} == {values.KEEP_IN_TOUCH}
    again = imported(desk, a_file(rows, TOLD))
    assert (again.added, again.unchanged) == (0, 2)


BAD_TELLINGS = (
    ({"topic": "gossip"}, "topic"),
    ({"told_at": "yesterday"}, "told_at"),
    ({"date": ""}, "date"),
    ({"date": "32/01/2027"}, "date"),
    ({"class": "party"}, "class"),
    ({"hearing": "no-such-hearing"}, "hearing"),
    ({"topic": "verdict", "date": ""}, "value"),
)


@pytest.mark.sqlite_only
def test_a_bad_row_of_what_was_told_is_named_by_column(desk: Desk, case: MadeCase):
    a_trial(case, "2027-03-09 10:00", now="2026-11-10 09:00")
    row = {"urn": case.urn, "participant": "Leah Jones", "topic": values.WHEN_WHERE}
    row |= {"told_at": "2026-11-20 09:30", "date": "2027-03-09"}

    kept = imported(desk, a_file([row | cells for cells, _ in BAD_TELLINGS], TOLD))

    assert refusals(kept) == [(line, column) for line, (_, column) in enumerate(BAD_TELLINGS, 2)]


# --- files ---------------------------------------------------------------------------------------------------------


UNREADABLE = (
    (b"", "Choose a CSV file"),
    ("urn,participant\n42CF1234525,Zoë\n".encode("latin-1"), "Expected UTF-8; line 2 is not"),
    ("urn,participant".encode("utf-16"), "this file is UTF-16"),
    (b"urn,partisipant\n", "Did you mean “participant”?"),
    (b"urn;participant\n", "Expected commas"),
    (b"urn,partisipant\n", "Expected the column “participant”; it is not there. Add it."),
    (b"colour,name\n", "The column “colour” is not known. Take it out. Expected the columns “urn” and “participant”"),
    (b"urn\n", "Expected the column “participant”"),
    (b"urn,topic\n", "Expected the columns “participant” and “told_at”; they are not there. Add them."),
    (b"urn,participant,urn\n", "“urn” comes twice"),
    (b'urn,participant\n42CF1234525,"P1\n', "the one opened on line 2 is not"),
    (b"urn,participant\n" + b"42CF1234525,P1\n" * 1001, "Expected at most 1,000 rows"),
)


@pytest.mark.sqlite_only
def test_a_file_that_cannot_be_read_is_refused_in_words_and_not_kept(desk: Desk):
    olivia = desk.as_("olivia")
    for content, words in UNREADABLE:
        answer = olivia.post(
            "/imports", data={"file": (io.BytesIO(content), "people.csv")}, content_type="multipart/form-data"
        )

        assert answer.status_code == 400
        assert words in text_of(answer)
    assert database.session().scalar(sa.select(sa.func.count(ImportFile.id))) == 0


@pytest.mark.sqlite_only
@pytest.mark.proves("SEC-19")
def test_a_file_of_more_than_five_megabytes_is_not_read(desk: Desk):
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    body = head + b"urn,participant\n" + b" " * (6 * 1024 * 1024) + b"\r\n--cut--\r\n"

    answer = desk.as_("olivia").post("/imports", data=body, content_type="multipart/form-data; boundary=cut")

    assert answer.status_code == 413


@pytest.mark.sqlite_only
def test_quoted_cells_line_breaks_and_rows_of_another_length_are_read_as_spreadsheets_write_them(
    desk: Desk, case: MadeCase
):
    content = (
        "urn,participant,name,role,safe_contact_note\r\n"
        f'{case.urn},P1,"Made-up, Person",victim,"one line\r\nand ""another"""\r\n'
        "\r\n"
        f"{case.urn},P2,Too,many,cells,here\r\n"
        f"{case.urn},P3,Made-up Third,victim,\r\n"
    )

    kept = imported(desk, content.encode())

    assert (kept.added, refusals(kept)) == (2, [(5, "")])


@pytest.mark.proves("SEC-28")
def test_what_the_file_says_is_sealed_while_it_waits_and_gone_after(desk: Desk, case: MadeCase):
    address = uploaded(desk, a_file([a_person(1, case.urn)], PEOPLE))
    session = database.session()
    session.rollback()
    stored = session.execute(sa.text("SELECT body FROM import_file")).scalar_one()
    assert b"Made-up" not in bytes(stored)

    desk.as_("olivia").post(address)
    desk.as_("olivia").post(address)  # pressed twice

    session.rollback()
    kept = session.execute(sa.select(ImportFile)).scalars().one()
    assert (kept.body, kept.added, kept.unchanged) == (None, 1, 0)


def test_a_file_that_nobody_confirms_is_gone_after_a_day(desk: Desk, case: MadeCase):
    uploaded(desk, a_file([a_person(1, case.urn)], PEOPLE))
    desk.clock("2026-12-01 09:43")

    with database.writing() as session:
        assert service.forget_old(session, clock.now()) == 1
        assert session.scalar(sa.select(sa.func.count(ImportFile.id))) == 0


@pytest.mark.sqlite_only
@pytest.mark.proves("SEC-39")
def test_a_cell_of_the_report_that_looks_like_a_formula_is_guarded(desk: Desk, case: MadeCase):
    report = refused_as_csv([Refusal(3, "=cmd", "+expected", "@do")])
    read = list(csv.reader(io.StringIO(report.removeprefix("\ufeff"))))
    assert read[1] == ["3", "'=cmd", "'+expected", "'@do"]

    bad = imported(desk, a_file([a_person(1, case.urn, role="=1+1")], PEOPLE))
    answer = desk.as_("olivia").get(f"/imports/{bad.id}/refused.csv")

    assert answer.mimetype == "text/csv"
    assert "1+1" not in answer.text
    assert list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))[1][:2] == ["2", "role"]


@pytest.mark.proves("SEC-32")
def test_whoever_is_imported_stands_in_the_personal_data_log(desk: Desk, case: MadeCase):
    imported(desk, a_file([a_person(1, case.urn)], PEOPLE))

    session = database.session()
    new = session.scalars(
        sa.select(Participant.id)
        .join(Person, Person.id == Participant.person_id)
        .where(Person.name == "Made-up Person 1")
    ).one()
    rows = session.execute(sa.select(PersonalDataEntry.subjects).where(PersonalDataEntry.category == "collection"))
    assert new in {one["participant"] for row in rows for one in row.subjects}


def test_the_number_of_statements_does_not_grow_with_the_rows(desk: Desk, case: MadeCase, statements):
    def spent(rows: list[dict[str, str]]) -> int:
        content = a_file(rows, PEOPLE)
        statements()
        service.import_now(content, columns.Kind.PARTICIPANTS, unit_id=desk.cast.unit, actor=SYSTEM, now=clock.now())
        return len(statements())

    few = spent([a_person(number, case.urn) for number in range(2)])
    many = spent([a_person(number, case.urn) for number in range(2, 60)])

    assert many <= few + 2, (few, many)


# --- the command ---------------------------------------------------------------------------------------------------


@pytest.mark.feature("A6")
def test_the_command_imports_a_file_and_names_what_it_refused(desk: Desk, case: MadeCase, tmp_path: Path):
    path = tmp_path / "people.csv"
    path.write_bytes(a_file([a_person(1, case.urn), a_person(2, case.urn, role="bystander")], PEOPLE))
    run = desk.app.test_cli_runner().invoke
    before = counts()

    tried = run(args=["import-people", str(path), "--unit", "ESX", "--dry-run"])
    assert counts() == before
    done = run(args=["import-people", str(path), "--unit", "ESX"])
    again = run(args=["import-people", str(path), "--unit", "ESX", "--kind", "participants"])

    assert "2 rows: 1 would be added, 0 would be changed, 0 unchanged, 1 refused." in tried.output
    assert "2 rows: 1 added, 0 changed, 0 unchanged, 1 refused." in done.output
    assert "Line 3, column role: expected" in done.output
    assert "0 added, 0 changed, 1 unchanged, 1 refused" in again.output
    assert "Made-up" not in done.output
    assert run(args=["import-people", str(path), "--unit", "NOPE"]).exit_code == 2
    path.write_bytes(b"urn;participant")
    assert "Expected commas" in run(args=["import-people", str(path), "--unit", "ESX"]).output


def test_a_kind_is_told_by_its_columns():
    assert service.kind_of(b"urn,participant,topic,told_at\n") == "told"
    assert service.kind_of(b"urn,participant,name\n") == "participants"
    with pytest.raises(FileRefusedError):
        service.kind_of(b"")
