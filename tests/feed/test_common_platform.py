"""What the Common Platform's messages about hearings are read as: a parsed body in, facts in the court's ids out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from tests.feed import payloads as court
from witness_care.feed.formats.common_platform import named_type, translate, type_of
from witness_care.feed.formats.cp_hearings import hearing_class
from witness_care.feed.formats.translated import FeedRefusal, Parked, Part, Rejected, Translated
from workflows.events import (
    DateKind,
    DateRemoved,
    HearingAdjourned,
    HearingClass,
    HearingConfirmed,
    HearingDay,
    HearingDaysCancelled,
    HearingListed,
    HearingMarkedDuplicate,
    HearingMoved,
    HearingWithdrawn,
    PleaRecorded,
    TrialUnvacated,
    TrialVacated,
    VerdictRecorded,
)

RECEIVED = datetime(2026, 1, 13, 9, tzinfo=UTC)


def read(body: dict[str, Any], **headers: str) -> Translated:
    return translate(body, {name.replace("_", "-"): text for name, text in headers.items()}, RECEIVED)


def only_part(body: dict[str, Any]) -> Part:
    [part] = read(body).parts
    return part


def only_fact(body: dict[str, Any]) -> Any:
    [said] = only_part(body).facts
    return said.what


def refusal_of(body: Any, **headers: str) -> FeedRefusal:
    with pytest.raises(FeedRefusal) as refused:
        read(body, **headers)
    return refused.value


# --- what each type says -----------------------------------------------------------------------------------------


def test_a_listed_hearing_teaches_the_hearing_of_each_urn():
    parts = read(court.listed("42CF7700126", "42CF7700226")).parts
    assert [(part.urn, part.hearing) for part in parts] == [
        ("42CF7700126", court.HEARING),
        ("42CF7700226", court.HEARING),
    ]
    assert isinstance(parts[0].facts[0].what, HearingListed)
    assert parts[0].facts[0].what.about.hearing_class is HearingClass.TRIAL


def test_both_spellings_of_the_urn_key_are_read():
    body = court.listed()
    body["caseUrns"] = [{"caseUrn": "42CF7700126"}]
    assert only_part(body).urn == "42CF7700126"


def test_a_confirmed_hearing_names_case_people_court_and_days_in_london_time():
    message = court.confirmed("2026-03-09T10:30:00Z", "2026-03-10T10:30:00Z", seeded_from=court.an_id("plea hearing"))
    part = only_part(message)
    fact = part.facts[0].what
    assert isinstance(fact, HearingConfirmed)
    assert (part.case, part.hearing, part.urn) == (court.CASE, court.HEARING, "")
    assert [defendant.id for defendant in part.defendants] == [court.DEFENDANT]
    assert fact.when.days == (HearingDay(date(2026, 3, 9), time(10, 30)), HearingDay(date(2026, 3, 10), time(10, 30)))
    assert (fact.where.court, fact.where.court_code, fact.where.room) == (
        "Northbridge Crown Court",
        "C42NB00",
        "Court 4",
    )
    assert fact.about.defendants == (court.DEFENDANT,)
    assert fact.about.seeded_from == (court.an_id("plea hearing"),)


def test_a_day_that_is_null_cancelled_stands():
    body = court.confirmed("2026-03-09T10:30:00Z")
    body["confirmedHearing"]["hearingDays"][0]["isCancelled"] = None
    assert only_fact(body).when.days == (HearingDay(date(2026, 3, 9), time(10, 30), cancelled=False),)


def test_two_sittings_of_a_day_are_one_also_where_one_is_null_cancelled():
    body = court.days_cancelled("2026-03-09T10:30:00Z", cancelled=["2026-03-09T14:00:00Z"])
    body["hearingDays"][0]["isCancelled"] = None
    assert only_fact(body).days == (HearingDay(date(2026, 3, 9), time(10, 30), cancelled=False),)


def test_a_hearing_of_two_cases_is_two_parts_each_with_its_own_people():
    body = court.confirmed("2026-03-09T10:30:00Z")
    other = court.a_hearing("2026-03-09T10:30:00Z", case="other case", defendants=["somebody else"])
    body["confirmedHearing"]["prosecutionCases"] += other["prosecutionCases"]
    first, second = read(body).parts
    assert first.facts[0].what.about.defendants == (court.DEFENDANT,)
    assert second.facts[0].what.about.defendants == ("somebody else",)


def test_a_hearing_of_applications_only_belongs_to_the_case_they_are_linked_to():
    body = court.confirmed("2026-03-09T10:30:00Z")
    del body["confirmedHearing"]["prosecutionCases"]
    linked = {"prosecutionCaseId": court.CASE, "prosecutionCaseIdentifier": {"caseURN": court.URN}}
    body["confirmedHearing"]["courtApplications"] = [{"courtApplicationCases": [linked]}]
    part = only_part(body)
    assert (part.case, part.urn) == (court.CASE, court.URN)


def test_an_update_is_a_move():
    fact = only_fact(court.updated("2026-03-16T10:30:00Z"))
    assert isinstance(fact, HearingMoved)


def test_changed_days_move_the_hearing_and_say_nothing_of_court_or_people():
    fact = only_fact(court.days_changed("2026-03-16T10:30:00Z"))
    assert isinstance(fact, HearingMoved)
    assert (fact.where, fact.about) == (None, None)


def test_the_new_day_of_a_next_hearing_is_a_move():
    fact = only_fact(court.next_day_changed("2026-06-15T09:30:00Z"))
    assert isinstance(fact, HearingMoved)
    assert fact.when.days == (HearingDay(date(2026, 6, 15), time(10, 30)),)
    assert fact.about is None


@pytest.mark.feature("A4")
def test_a_new_day_nobody_should_believe_is_parked():
    part = only_part(court.next_day_changed("2046-06-15T09:30:00Z"))
    assert (part.parked, part.where) == (Parked.SUSPICIOUS_DATE, "/hearingStartDate")


@pytest.mark.feature("A3")
def test_an_unallocated_hearing_lost_its_date():
    assert only_fact(court.unallocated()) == DateRemoved(hearing=court.HEARING)


def test_a_deleted_hearing_is_withdrawn():
    assert only_fact(court.deleted()) == HearingWithdrawn(hearing=court.HEARING)


def test_a_duplicate_is_told_to_each_case_it_names():
    parts = read(court.marked_as_duplicate(court.CASE, "other case")).parts
    assert [part.case for part in parts] == [court.CASE, "other case"]
    assert {part.facts[0].what for part in parts} == {HearingMarkedDuplicate(hearing=court.HEARING)}


def test_a_duplicate_that_names_no_case_is_for_every_case_of_the_hearing():
    body = court.marked_as_duplicate()
    del body["prosecutionCaseIds"]
    part = only_part(body)
    assert (part.case, part.hearing) == ("", court.HEARING)


def test_a_case_that_is_updated_after_results_only_repeats_them():
    name = "public.progression.hearing-resulted-case-updated"
    said = read(court.with_metadata({"prosecutionCase": {"id": court.CASE, "caseStatus": "CLOSED"}}, name))
    assert (said.is_poke, said.parts, said.unknown_fields) == (True, (), ())


def test_cancelled_days_are_named_with_those_that_stand():
    fact = only_fact(court.days_cancelled("2026-03-09T10:30:00Z", cancelled=["2026-03-10T10:30:00Z"]))
    assert isinstance(fact, HearingDaysCancelled)
    assert [(day.on.day, day.cancelled) for day in fact.days] == [(9, False), (10, True)]


def test_a_trial_is_vacated_for_the_reason_sent_even_one_nobody_knows():
    part = only_part(court.vacated(reason="never heard of"))
    assert part.facts[0].what == TrialVacated(hearing=court.HEARING, reason="never heard of")
    assert (part.urn, part.case) == (court.URN, court.CASE)


@pytest.mark.parametrize("reason", [None, ""])
def test_a_vacation_without_a_reason_means_that_the_trial_stands_again(reason):
    assert only_fact(court.vacated(reason=reason)) == TrialUnvacated(hearing=court.HEARING)


def test_listing_says_by_a_flag_whether_a_trial_is_vacated():
    assert isinstance(only_fact(court.vacated_by_listing(is_vacated=True)), TrialVacated)
    assert only_fact(court.vacated_by_listing(is_vacated=False)) == TrialUnvacated(hearing=court.HEARING)


def test_listing_and_hearing_are_two_contexts_whose_versions_are_never_compared():
    assert read(court.vacated()).context == "hearing"
    assert read(court.vacated_by_listing()).context == "listing"


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ("GUILTY", "guilty"),
        ("CHANGE_TO_GUILTY_AFTER_SWORN_IN", "guilty"),
        ("NOT_GUILTY", "not_guilty"),
        ("AUTREFOIS_ACQUIT", "other"),
        ("GUILTY_TO_AN_ALTERNATIVE_OFFENCE", "other"),
        ("SOMETHING_NEW", "other"),
    ],
)
def test_a_plea_is_guilty_not_guilty_or_other(sent, read_as):
    fact = only_fact(court.plea(sent))
    assert isinstance(fact, PleaRecorded)
    assert (fact.plea, fact.defendant, fact.on) == (read_as, court.DEFENDANT, date(2026, 1, 12))


def test_a_message_about_a_plea_without_one_says_nothing():
    body = court.plea()
    del body["pleaModel"]["plea"]
    assert only_part(body).facts == ()


@pytest.mark.parametrize(
    ("category", "category_type", "read_as"),
    [
        ("Guilty", "GUILTY", "guilty"),
        ("Guilty", "GUILTY_BY_JURY_CONVICTED", "guilty"),
        ("Guilty", "GUILTY_BUT_OF_LESSER_OFFENCE", "guilty_of_alternative"),
        ("Not Guilty", "NOT_GUILTY", "not_guilty"),
        ("No verdict", "NO_VERDICT", "no_verdict"),
    ],
)
def test_a_verdict_is_judged_by_all_its_fields(category, category_type, read_as):
    fact = only_fact(court.verdict(category, category_type))
    assert isinstance(fact, VerdictRecorded)
    assert (fact.verdict, fact.defendant) == (read_as, "")


@pytest.mark.feature("A4")
def test_a_verdict_that_contradicts_itself_derives_nothing():
    part = only_part(court.verdict("Guilty", "NOT_GUILTY"))
    assert (part.parked, part.facts) == (Parked.CONTRADICTORY, ())


def test_a_verdict_nobody_understands_goes_to_a_person_and_is_counted():
    said = read(court.verdict("Perhaps", "PERHAPS"))
    assert said.parts[0].parked is Parked.NEEDS_PERSON
    assert said.unknown_fields == ("/verdict/verdictType/category (value)",)


def test_an_adjournment_names_the_next_hearing_with_whom_it_concerns():
    part = only_part(court.adjourned(court.next_hearing(hearing=court.SENTENCE, concerning=True)))
    adjourned, confirmed = [said.what for said in part.facts]
    assert adjourned == HearingAdjourned(
        hearing=court.HEARING, next_kind=DateKind.FIXED, next_hearings=(court.SENTENCE,)
    )
    assert isinstance(confirmed, HearingConfirmed)
    assert confirmed.about.defendants == (court.DEFENDANT,)
    assert confirmed.about.seeded_from == (court.HEARING,)
    assert [said.context for said in part.facts] == ["hearing", "results"]


def test_a_next_hearing_without_an_id_gets_a_placeholder_of_court_day_and_class():
    _, confirmed = only_part(court.adjourned(court.next_hearing("2026-03-02T10:00:00Z", concerning=True))).facts
    assert confirmed.what.hearing == "inferred:C42NB:2026-03-02:sentence:0"


def test_two_next_hearings_alike_but_for_their_time_are_two():
    facts = only_part(
        court.adjourned(court.next_hearing("2026-03-02T10:00:00Z"), court.next_hearing("2026-03-02T14:00:00Z"))
    ).facts
    assert facts[0].what.next_hearings == (
        "inferred:C42NB:2026-03-02:sentence:0",
        "inferred:C42NB:2026-03-02:sentence:1",
    )


@pytest.mark.feature("A3")
def test_a_week_is_never_read_as_a_day():
    facts = only_part(court.adjourned(court.next_hearing(None, week="2026-03-09"))).facts
    assert facts[0].what.next_kind is DateKind.WEEK_COMMENCING
    when = facts[1].what.when
    assert (when.kind, when.week_commencing, when.days) == (DateKind.WEEK_COMMENCING, date(2026, 3, 9), ())


def test_a_date_to_be_fixed_makes_no_hearing():
    [adjourned] = only_part(court.adjourned(court.next_hearing(None, to_be_fixed=True))).facts
    assert (adjourned.what.next_kind, adjourned.what.next_hearings) == (DateKind.TO_BE_FIXED, ())


def test_not_to_be_fixed_says_nothing_beside_a_date():
    facts = only_part(court.adjourned(court.next_hearing(to_be_fixed=False))).facts
    assert facts[0].what.next_kind is DateKind.FIXED


def test_two_kinds_of_date_for_one_hearing_park_the_date_and_keep_the_adjournment():
    applied, parked = read(court.adjourned(court.next_hearing(week="2026-03-09"))).parts
    assert [type(said.what) for said in applied.facts] == [HearingAdjourned]
    assert applied.facts[0].what.next_kind is None
    assert (parked.parked, parked.where) == (Parked.CONTRADICTORY, "/nextHearings")


def test_the_courts_words_on_an_adjournment_stay_out_of_the_facts():
    part = only_part(court.adjourned(court.next_hearing(reason="The witness was not well")))
    assert [(note.hearing, note.text) for note in part.notes] == [(court.HEARING, "The witness was not well")]
    assert "not well" not in repr(part)


# --- times and dates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "day", "at"),
    [
        ("2026-06-15T09:30:00.000Z", date(2026, 6, 15), time(10, 30)),
        ("2026-06-15T10:30:00+01:00", date(2026, 6, 15), time(10, 30)),
        ("2026-01-12T10:30:00Z", date(2026, 1, 12), time(10, 30)),
        ("2026-01-12T09:01:01.001Z", date(2026, 1, 12), None),
        ("2026-01-12T10:00:12Z", date(2026, 1, 12), None),
        ("2026-01-12T06:42:00Z", date(2026, 1, 12), None),
        ("2026-01-12T20:30:00Z", date(2026, 1, 12), None),
        ("2026-06-15T23:30:00Z", date(2026, 6, 16), None),
    ],
)
def test_a_sitting_time_is_courts_time_or_to_be_confirmed(sent, day, at):
    assert only_fact(court.updated(sent)).when.days == (HearingDay(day, at),)


def test_one_day_with_two_sittings_is_one_day():
    body = court.updated("2026-03-09T10:30:00Z", "2026-03-09T14:00:00Z", "2026-03-10T10:30:00Z")
    assert [day.on.day for day in only_fact(body).when.days] == [9, 10]


@pytest.mark.feature("A4")
@pytest.mark.parametrize(
    "days",
    [["2040-09-06T09:30:00Z"], ["2026-03-10T10:30:00Z", "2026-03-09T10:30:00Z"], ["0001-01-01T00:00:00Z"]],
)
def test_a_date_nobody_should_believe_is_parked(days):
    part = only_part(court.updated(*days))
    assert (part.parked, part.facts) == (Parked.SUSPICIOUS_DATE, ())


def test_past_days_are_applied():
    assert only_part(court.updated("2018-09-28T12:00:00Z")).parked is None


def test_an_event_cannot_happen_over_a_day_after_it_came():
    assert read(court.vacated(created="2026-01-20T09:00:00Z")).occurred_at == RECEIVED
    assert read(court.vacated(created="2026-01-12T09:00:00Z")).occurred_at == datetime(2026, 1, 12, 9, tzinfo=UTC)


def test_without_an_envelope_the_header_says_when_it_happened():
    body = court.vacated()
    del body["_metadata"]
    said = read(body, x_message_type="public.hearing.trial-vacated", x_source_time="2026-01-11T08:00:00Z")
    assert said.occurred_at == datetime(2026, 1, 11, 8, tzinfo=UTC)


# --- which type --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("public.listing.hearing-confirmed", ("listing", "hearing-confirmed")),
        ("public.events.hearing.hearing-resulted", ("hearing", "hearing-resulted")),
        ("public.hearing.hearing-resulted", ("hearing", "hearing-resulted")),
        ("hearing-resulted", ("hearing", "hearing-resulted")),
        ("public.hearing.adjourned", ("hearing", "adjourned")),
        ("public.progression.hearing-adjourned", ("progression", "hearing-adjourned")),
        ("public.somewhere.something-new", ("somewhere", "something-new")),
    ],
)
def test_a_type_is_named_with_or_without_its_prefix(stated, kind):
    assert named_type(stated) == kind


def test_the_type_comes_from_envelope_header_media_type_or_shape_in_this_order():
    body = {"confirmedHearing": {}, "_metadata": {"name": "public.hearing.trial-vacated"}}
    header = {"x-message-type": "public.listing.hearing-listed"}
    media = {"content-type": "application/vnd.public.listing.hearing-updated+json; charset=utf-8"}
    assert type_of(body, header | media) == ("hearing", "trial-vacated")
    del body["_metadata"]
    assert type_of(body, header | media) == ("listing", "hearing-listed")
    assert type_of(body, media) == ("listing", "hearing-updated")
    assert type_of(body, {}) == ("listing", "hearing-confirmed")


@pytest.mark.parametrize(
    "body",
    [
        {"hearingId": "one"},
        {"hearingId": "one", "hearingDays": []},
        {"hearing": {"id": "one"}},
        {"confirmedHearing": {}, "updatedHearing": {}},
        {},
    ],
)
def test_a_shape_that_fits_several_types_or_none_is_refused(body):
    assert refusal_of(body).reason is Rejected.TYPE_MISSING


def test_a_type_we_do_not_build_from_yet_is_parked_and_not_refused():
    said = read({"hearingId": "one", "_metadata": {"name": "public.events.listing.something-new"}})
    assert [part.parked for part in said.parts] == [Parked.UNSUPPORTED_TYPE]
    assert said.message_type == "listing.something-new"


@pytest.mark.parametrize(
    "name",
    ["public.progression.hearing-adjourned", "public.listing.hearing-changes-saved", "public.notification-sent"],
)
def test_what_only_announces_something_has_no_parts(name):
    said = read({"hearingId": "one", "_metadata": {"name": name}})
    assert said.is_poke
    assert said.parts == ()


# --- ids and envelope --------------------------------------------------------------------------------------------


def test_the_envelope_gives_id_stream_and_version():
    said = read(court.vacated(message_id="m1", version=7))
    assert (said.message_id, said.stream, said.version) == ("m1", court.HEARING, 7)


def test_an_envelope_of_odd_parts_is_read_as_far_as_it_goes():
    body = court.vacated()
    body["_metadata"] |= {"stream": "odd", "createdAt": 5, "id": None}
    said = read(body, x_message_id="from the header")
    assert (said.message_id, said.stream, said.version) == ("from the header", "", None)


def test_results_without_an_id_are_known_by_hearing_day_and_time_of_sharing():
    first, again, later = (
        court.resulted(court.an_offence()),
        court.resulted(court.an_offence()),
        court.resulted(court.an_offence(), shared="2026-01-12T16:00:00.000Z"),
    )
    ids = []
    for body in (first, again, later):
        del body["_metadata"]["id"]
        ids.append(read(body).message_id)
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"hearingId": None}, "/hearingId"),
        ({"hearingId": ""}, "/hearingId"),
        ({"hearingId": 12}, "/hearingId"),
        ({"hearingId": "x" * 65}, "/hearingId"),
        ({"isVacated": "yes"}, "/isVacated"),
    ],
)
def test_a_message_without_what_it_must_say_is_refused_with_the_place(change, where):
    refused = refusal_of(court.vacated_by_listing() | change)
    assert (refused.reason, refused.where) == (Rejected.SCHEMA, where)


@pytest.mark.parametrize("days", [[], None, [{"sittingDay": "2026-03-09"}], [{"sittingDay": "2026-03-09T10:00:00"}]])
def test_a_hearing_needs_days_with_an_offset(days):
    body = court.updated("2026-03-09T10:00:00Z")
    body["updatedHearing"]["hearingDays"] = days
    assert refusal_of(body).where.startswith("/updatedHearing/hearingDays")


def test_a_refusal_repeats_dates_but_nobodys_details():
    body = court.updated("2026-03-09")
    assert refusal_of(body).received == "2026-03-09"
    body["updatedHearing"]["hearingDays"][0]["sittingDay"] = "Testy Testperson"
    refused = refusal_of(body)
    assert "Testy" not in refused.received + refused.expected + refused.do


# --- drift -------------------------------------------------------------------------------------------------------


def test_fields_nobody_has_seen_are_counted_by_path_and_change_nothing():
    body = court.confirmed("2026-03-09T10:30:00Z")
    before = read(body)
    body["confirmedHearing"]["prosecutionCases"][0]["defendants"][0]["favouriteColour"] = "blue"
    body["confirmedHearing"]["courtCentre"]["mood"] = {"today": "calm"}
    after = read(body)
    assert set(after.unknown_fields) == {
        "/confirmedHearing/prosecutionCases[]/defendants[]/favouriteColour",
        "/confirmedHearing/courtCentre/mood",
    }
    assert replace(after, unknown_fields=()) == before


def test_a_key_that_is_not_a_name_is_not_repeated():
    body = court.vacated() | {"Testy Testperson lives here": 1}
    assert read(body).unknown_fields == ("/?",)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Trial", HearingClass.TRIAL),
        ("Trial (Backer)", HearingClass.TRIAL),
        ("Trial of Issue", HearingClass.TRIAL),
        ("Retrial", HearingClass.TRIAL),
        ("Plea and Trial Preparation", HearingClass.PLEA),
        ("PTPH", HearingClass.PLEA),
        ("PTP", HearingClass.PLEA),
        ("Sentence", HearingClass.SENTENCE),
        ("SENTENCING", HearingClass.SENTENCE),
        ("Committal for Sentence", HearingClass.SENTENCE),
        ("First hearing", HearingClass.FIRST),
        ("Appeal against Conviction", HearingClass.APPEAL),
        ("Pre-Trial Review", HearingClass.OTHER),
        ("Application to vacate trial date", HearingClass.OTHER),
        ("Mention", HearingClass.OTHER),
        ("", HearingClass.OTHER),
    ],
)
def test_a_hearings_type_has_a_class(words, kind):
    assert hearing_class(words) is kind
