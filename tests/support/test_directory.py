"""The directory of local services is data: a file for an area, read strictly, searched, and another area beside it."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.desk import Desk
from tests.factories import a_case, a_victim, at
from tests.reading import text_of
from witness_care.database import session
from witness_care.support import directory
from witness_care.support.directory import Wanted
from witness_care.support.directory_file import read
from witness_care.support.models import Support, SupportService
from workflows.strict_toml import RuleFileError

# A directory is one small table, read as a whole: what it finds no database decides.
pytestmark = pytest.mark.sqlite_only

TODAY = date(2026, 11, 30)
EAST, WEST = (
    resources.files("witness_care").joinpath("demo", "directories", f"{area}.toml").read_text(encoding="utf-8")
    for area in ("eastmere", "westmarch")
)
MONDAY = at("2026-11-30 09:42")


def load(text: str) -> directory.Loaded:
    return directory.load(read(text, "services.toml", today=TODAY), now=MONDAY)


def found(**wanted: str) -> list[str]:
    return [offer.service.name for offer in directory.search(directory.offers(session(), TODAY), Wanted(**wanted))]


@pytest.mark.feature("S11")
def test_a_service_is_found_by_need_crime_type_place_and_language_and_the_full_ones_come_last(desk: Desk):
    load(EAST)

    assert found(crime_type="domestic_abuse", language="Polish") == [
        "Eastmere Helping Hand",
        "Small Steps Eastmere",
        "Quillbrook Advisers",
    ]
    assert found(need="health") == ["The Saltwick Table", "Merefen Listening Room"]
    assert found(need="health", place="Eastmere", crime_type="domestic_abuse") == []
    assert len(found()) == 6


@pytest.mark.feature("S11")
def test_the_page_says_who_it_is_for_how_to_reach_it_when_it_was_checked_and_warns_when_that_is_long_ago(desk: Desk):
    assert "No directory of local services is loaded" in text_of(desk.as_("olivia").get("/support-services"))
    load(EAST)

    words = text_of(desk.as_("olivia").get("/support-services?need=emotional&place=Saltwick&language=Urdu"))

    assert "2 services" in words
    assert "Who it is for Adults who live in Saltwick" in words
    assert "They ring 01632 960130 themselves, in the evening too" in words
    assert "Has a waiting list, about 6 weeks of wait Last checked Monday 2 March 2026" in words
    assert words.count("Not checked for 273 days") == 1  # the other one was checked this month
    nothing = text_of(desk.as_("olivia").get("/support-services?need=legal"))
    assert "0 services" in nothing
    assert "No service fits all of this" in nothing


@pytest.mark.feature("S12")
def test_a_second_area_is_data_only_the_same_victim_is_offered_other_services_elsewhere(desk: Desk):
    case = a_case(a_victim("Leah Jones", enhanced=True, enhanced_basis=("DOMESTIC_ABUSE",)), now="2026-11-24 09:00")
    page = f"/participants/{case['Leah Jones']}/support/services"
    load(EAST)
    # Her crime type is looked for; it never stands in the address beside her id.
    words = text_of(desk.as_("olivia").get(page))
    assert "Quillbrook Advisers" in words
    assert "Merefen Listening Room" not in words
    assert 'name="crime"' not in desk.as_("olivia").get(page).text
    assert "Merefen Listening Room" in text_of(desk.as_("olivia").get(f"{page}?any_crime=1"))

    load(WEST)

    here = text_of(desk.as_("olivia").get(f"{page}?place=Eastmere"))
    there = text_of(desk.as_("olivia").get(f"{page}?place=Mockton"))
    assert "Quillbrook Advisers" in here
    assert "Westmarch Doorway" not in here
    assert "Westmarch Doorway" in there
    assert "Quillbrook Advisers" not in there
    entry = f"/participants/{case['Leah Jones']}/support/entry?service=westmarch-doorway"
    assert "Westmarch Doorway, independent domestic violence adviser (IDVA)" in text_of(desk.as_("olivia").get(entry))
    day = {"happened_on-day": "30", "happened_on-month": "11", "happened_on-year": "2026"}
    assert desk.as_("olivia").post(entry, data={"token": "one", "step": "offered", **day}).status_code == 303
    assert session().execute(sa.select(Support.kind, Support.service)).all() == [("idva", "westmarch-doorway")]


def test_a_file_that_is_loaded_again_changes_what_differs_and_takes_off_what_it_leaves_out(desk: Desk):
    first = load(EAST)
    assert (first.added, first.changed, first.removed, first.unchanged) == (6, 0, 0, 0)
    again = load(EAST)
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 6)
    without = EAST[: EAST.index('[[services]]\nkey           = "small-steps-eastmere"')].replace(
        "weeks_of_wait = 14", "weeks_of_wait = 2"
    )

    later = load(without)

    assert (later.added, later.changed, later.removed, later.unchanged) == (0, 1, 1, 4)
    assert "Small Steps Eastmere" not in found()
    assert directory.names(session(), ["small-steps-eastmere"]) == {"small-steps-eastmere": "Small Steps Eastmere"}
    assert load(EAST).changed == 2


def test_a_key_of_another_area_and_a_service_out_of_its_time_are_not_taken(desk: Desk):
    load(EAST)
    with pytest.raises(directory.OtherAreaError, match='quillbrook-advisers: expected a key of the area "westmarch"'):
        load(WEST.replace("westmarch-doorway", "quillbrook-advisers"))
    with pytest.raises(directory.OtherKindError, match='quillbrook-advisers: expected the kind "idva"'):
        load(EAST.replace('kind          = "idva"', 'kind          = "isva"', 1))
    load(WEST.replace("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to   = 2026-11-29"))
    assert "Westmarch Doorway" not in found()
    assert len(session().scalars(sa.select(SupportService.key)).all()) == 9


def test_a_service_that_is_not_offered_any_more_is_begun_with_nobody_and_goes_on_with_whom_it_began(desk: Desk):
    case = a_case(a_victim("Leah Jones"), a_victim("Mo Khan"), now="2026-11-24 09:00")
    day = {"happened_on-day": "30", "happened_on-month": "11", "happened_on-year": "2026"}
    load(WEST)

    def entry(name: str, step: str) -> tuple[int, str]:
        page = f"/participants/{case[name]}/support/entry?service=westmarch-doorway"
        answer = desk.as_("olivia").post(page, data={"token": f"{name} {step}", "step": step, **day})
        return answer.status_code, text_of(answer)

    assert entry("Mo Khan", "accepted")[0] == 303
    load(WEST.replace("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to   = 2026-11-29"))

    code, words = entry("Leah Jones", "offered")

    assert (code, "This service is not in the directory any more" in words) == (409, True)
    assert entry("Mo Khan", "referred")[0] == 303
    page = text_of(desk.as_("olivia").get("/support-services"))
    assert "Every entry of the directory of local services is out of its time" in page


def changed(before: str, after: str) -> str:
    assert before in EAST
    return EAST.replace(before, after, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("area = ", "services.toml: expected TOML"),
        (changed('kind          = "idva"', 'kind          = "idva2"'), 'quillbrook-advisers: "kind": expected one of'),
        (changed("for_whom ", "for_hwom "), 'quillbrook-advisers: unknown key "for_hwom". Did you mean "for_whom"?'),
        (changed('["safety", "emotional", "court", "housing"]', '["safty"]'), 'Did you mean "safety"?'),
        (changed('places        = ["Eastmere", "Saltwick"]', "places        = []"), '"places": expected at least one'),
        (
            changed("last_checked  = 2026-10-19", "last_checked  = 2026-12-01"),
            '"last_checked": expected a day that has',
        ),
        (changed('area       = "eastmere"', 'area       = "East Mere"'), '"area": expected small letters, digits'),
        (changed('"merefen-listening-room"', '"quillbrook-advisers"'), "expected it once, found it twice"),
        (changed('capacity      = "waiting_list"', 'capacity      = "open"'), '"weeks_of_wait": expected none where'),
        (changed("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2025-01-01"), '"valid_to" is before'),
        (changed("valid_from = 2026-01-01", "valid_from = 2026-12-01"), '"valid_from": expected a day that has come'),
        (changed('"Quillbrook Advisers"', '"Quillbrook\\u0000Advisers"'), '"name": expected one line without control'),
        (changed('"Saltwick"]', '"Saltwick\\u0007"]'), '"places": expected one line without control'),
        (changed('"Polish"]', f'"{"P" * 61}"]'), '"languages": expected at most 60 characters each, received 61'),
        (changed("weeks_of_wait = 3", "weeks_of_wait = -3"), '"weeks_of_wait": expected a whole number of 0 or more'),
    ],
)
def test_a_file_that_is_not_understood_is_refused_with_the_place_and_what_to_do(text: str, said: str):
    with pytest.raises(RuleFileError) as refused:
        read(text, "services.toml", today=TODAY)
    assert said in str(refused.value)


def test_the_command_loads_a_file_and_says_what_is_wrong_with_one(app: Flask, tmp_path):
    good, bad = tmp_path / "east.toml", tmp_path / "bad.toml"
    good.write_text(EAST.replace("2026-11-0", "2026-05-0"), encoding="utf-8")
    bad.write_text(EAST.replace("title ", "titel "), encoding="utf-8")
    run = app.test_cli_runner().invoke

    answer = run(args=["load-directory", str(good)])
    assert (answer.exit_code, answer.output) == (
        0,
        "Services in and around Eastmere: 6 added, 0 changed, 0 removed, 0 as they were.\n",
    )
    answer = run(args=["load-directory", str(bad)])
    assert (answer.exit_code, 'bad.toml: unknown key "titel". Did you mean "title"?' in answer.output) == (1, True)
