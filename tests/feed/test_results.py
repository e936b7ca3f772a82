"""What one day of shared results is read as: pleas, verdicts, how the trial went, what follows, and every result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.feed import payloads as court
from witness_care.feed.formats import common_platform
from witness_care.feed.formats.result_kinds import ResultWords, kind_of
from witness_care.feed.formats.translated import FeedRefusal, Parked, Part
from workflows.events import (
    DateKind,
    HearingAdjourned,
    HearingConfirmed,
    OffenceDescribed,
    OffenceResult,
    PleaRecorded,
    ResultKind,
    ResultsShared,
    TrialCracked,
    TrialIneffective,
    VerdictRecorded,
)

RECEIVED = datetime(2026, 1, 13, 9, tzinfo=UTC)
DAY = date(2026, 1, 12)
GUILTY_PLEA = {"plea": {"pleaValue": "GUILTY", "pleaDate": "2026-01-12"}}


def translate(body: dict[str, Any], headers: dict[str, str], received_at: datetime) -> Any:
    """What a message says, without the codes of its offences: they come last, and have a test of their own."""
    said = common_platform.translate(body, headers, received_at)
    without_codes = tuple(
        replace(part, facts=tuple(fact for fact in part.facts if not isinstance(fact.what, OffenceDescribed)))
        for part in said.parts
    )
    return replace(said, parts=without_codes)


def test_the_code_of_each_offence_comes_after_its_results():
    said = common_platform.translate(court.resulted(court.an_offence(court.a_result())), {}, RECEIVED)

    last = said.parts[0].facts[-1].what
    assert isinstance(last, OffenceDescribed)
    assert (last.defendant, last.offence) == (court.DEFENDANT, court.OFFENCE)
    assert last.cjs_code


def parts(body: dict[str, Any]) -> tuple[Part, ...]:
    return translate(body, {}, RECEIVED).parts


def facts(body: dict[str, Any]) -> list[Any]:
    return [said.what for said in parts(body)[0].facts]


def results(body: dict[str, Any]) -> tuple[OffenceResult, ...]:
    [shared] = [fact for fact in facts(body) if isinstance(fact, ResultsShared)]
    return shared.results


def only_result(*given: dict[str, Any], **offence: Any) -> OffenceResult:
    [result] = results(court.resulted(court.an_offence(*given, **offence)))
    return result


def test_the_facts_of_a_day_come_in_one_order():
    body = court.resulted(
        court.an_offence(
            court.a_result("4028", "Remanded in custody", category="INTERMEDIARY", goes_on=court.next_hearing()),
            plea={"pleaValue": "NOT_GUILTY", "pleaDate": "2026-01-12"},
            verdict=court.a_verdict(),
        ),
        ended={"id": "reason", "code": "A", "type": "Cracked"},
    )
    assert [type(fact) for fact in facts(body)] == [
        PleaRecorded,
        VerdictRecorded,
        TrialCracked,
        HearingAdjourned,
        HearingConfirmed,
        ResultsShared,
    ]


def test_pleas_and_verdicts_carry_the_hearing_and_the_day():
    plea, verdict, _ = facts(court.resulted(court.an_offence(verdict=court.a_verdict(), **GUILTY_PLEA)))
    assert (plea.plea, plea.hearing, plea.day, plea.defendant) == ("guilty", court.HEARING, DAY, court.DEFENDANT)
    assert (verdict.verdict, verdict.hearing, verdict.day) == ("guilty", court.HEARING, DAY)


def test_a_share_says_when_it_was_shared_and_which_day_it_replaces():
    [shared] = facts(court.resulted(court.an_offence(court.a_result()), shared="2026-01-12T15:00:00.000Z"))
    assert (shared.day, shared.shared_at) == (DAY, datetime(2026, 1, 12, 15, tzinfo=UTC))


def test_without_a_time_of_sharing_the_time_it_happened_counts():
    body = court.resulted(court.an_offence(court.a_result()), shared=None)
    assert facts(body)[0].shared_at == datetime(2026, 1, 12, 15, tzinfo=UTC)


def test_without_a_day_the_only_sitting_day_counts_and_of_two_neither():
    body = court.resulted(court.an_offence(court.a_result()))
    del body["hearingDay"]
    assert facts(body)[0].day == DAY
    body["hearing"]["hearingDays"].append({"sittingDay": "2026-01-13T10:00:00Z"})
    with pytest.raises(FeedRefusal):
        translate(body, {}, RECEIVED)


def test_deleted_results_are_passed_over():
    assert results(court.resulted(court.an_offence(court.a_result(isDeleted=True)))) == ()


@pytest.mark.parametrize(
    ("kind", "fact"), [("Ineffective", TrialIneffective), ("CRACKED", TrialCracked), ("Cracked", TrialCracked)]
)
def test_a_trial_that_did_not_happen_keeps_its_reason(kind, fact):
    said = facts(court.resulted(court.an_offence(), ended={"id": "reason", "code": "A", "type": kind}))[0]
    assert said == fact(hearing=court.HEARING, day=DAY, reason="reason")


def test_a_reason_without_an_id_is_named_by_type_jurisdiction_and_code():
    said = facts(court.resulted(court.an_offence(), ended={"code": "M1", "type": "Ineffective"}))[0]
    assert said.reason == "Ineffective:CROWN:M1"


def test_an_end_of_a_kind_we_do_not_know_is_counted_and_says_nothing():
    body = court.resulted(court.an_offence(), ended={"id": "reason", "type": "Vacated"})
    said = translate(body, {}, RECEIVED)
    assert [type(each.what) for each in said.parts[0].facts] == [ResultsShared]
    assert "/hearing/crackedIneffectiveTrial/type (value)" in said.unknown_fields


# --- where it goes on --------------------------------------------------------------------------------------------


def test_an_adjournment_names_the_hearing_that_follows_for_those_it_concerns():
    body = court.resulted(
        court.an_offence(court.a_result("4028", "Remanded", category="INTERMEDIARY",
                                        goes_on=court.next_hearing(hearing=court.SENTENCE, reason="For a report"))),
        court.an_offence(court.a_result("2063", "Withdrawn"), offence=court.SECOND_OFFENCE),
    )  # fmt: skip
    adjourned, confirmed, _ = facts(body)
    assert adjourned == HearingAdjourned(
        hearing=court.HEARING, day=DAY, next_kind=DateKind.FIXED, next_hearings=(court.SENTENCE,)
    )
    assert (confirmed.about.defendants, confirmed.about.offences) == ((court.DEFENDANT,), (court.OFFENCE,))
    assert [note.text for note in parts(body)[0].notes] == ["For a report"]


def test_one_next_hearing_named_by_two_offences_is_one():
    def goes_on() -> dict[str, Any]:
        return court.a_result("4028", "Remanded", category="INTERMEDIARY", goes_on=court.next_hearing())

    body = court.resulted(court.an_offence(goes_on()), court.an_offence(goes_on(), offence=court.SECOND_OFFENCE))
    adjourned, confirmed, _ = facts(body)
    assert adjourned.next_hearings == (confirmed.hearing,)
    assert confirmed.about.offences == (court.OFFENCE, court.SECOND_OFFENCE)


def test_adjourned_without_a_day_has_its_date_to_be_fixed():
    adjourned, _ = facts(court.resulted(court.an_offence(court.a_result("2007", "Adjourned", category="INTERMEDIARY"))))
    assert (adjourned.next_kind, adjourned.next_hearings) == (DateKind.TO_BE_FIXED, ())


def test_a_next_date_nobody_should_believe_is_parked_beside_the_rest():
    goes_on = court.next_hearing("2040-01-01T10:00:00Z")
    body = court.resulted(court.an_offence(court.a_result("4028", "Remanded", goes_on=goes_on)))
    applied, parked = parts(body)
    assert [type(said.what) for said in applied.facts] == [HearingAdjourned, ResultsShared]
    assert parked.parked is Parked.SUSPICIOUS_DATE


def test_a_final_result_beside_a_next_hearing_is_not_an_end():
    later = court.a_result("4506", "Adjourned", category="ANCILLARY", goes_on=court.next_hearing())
    body = court.resulted(court.an_offence(court.a_result(length=(11, "M")), later))
    assert [(result.kind, result.final) for result in results(body)] == [
        (ResultKind.CUSTODY, False),
        (ResultKind.ADJOURNED, False),
    ]


# --- every level -------------------------------------------------------------------------------------------------


def test_a_result_that_names_its_offence_belongs_to_it_wherever_it_stands():
    fine = court.a_result("1015", "Fine", offenceId=court.SECOND_OFFENCE)
    body = court.resulted(
        court.an_offence(court.a_result("2063", "Withdrawn")),
        court.an_offence(offence=court.SECOND_OFFENCE),
        defendantJudicialResults=[{"masterDefendantId": court.DEFENDANT, "judicialResult": fine}],
    )
    assert [(result.offence, result.kind, result.final) for result in results(body)] == [
        (court.OFFENCE, ResultKind.WITHDRAWN, True),
        (court.SECOND_OFFENCE, ResultKind.FINE, True),
    ]


def test_an_order_on_the_defendant_is_shown_with_each_offence_and_ends_none():
    order = court.a_result("3047", "Restraining order for period", length=(5, "Y"))
    body = court.resulted(
        court.an_offence(**GUILTY_PLEA),
        court.an_offence(offence=court.SECOND_OFFENCE),
        defendant={"judicialResults": [order]},
    )
    assert [(result.offence, result.kind, result.final) for result in results(body)] == [
        (court.OFFENCE, ResultKind.ORDER, False),
        (court.SECOND_OFFENCE, ResultKind.ORDER, False),
    ]


def test_the_death_of_a_defendant_ends_each_of_their_offences():
    died = court.a_result("2065", "Defendant has died")
    body = court.resulted(
        court.an_offence(), court.an_offence(offence=court.SECOND_OFFENCE), defendant={"judicialResults": [died]}
    )
    assert [(result.kind, result.final) for result in results(body)] == [(ResultKind.DISCONTINUED, True)] * 2


def test_a_sentence_on_a_defendant_of_several_offences_is_given_to_none_of_them():
    custody = court.a_result(length=(4, "Y"))
    body = court.resulted(
        court.an_offence(), court.an_offence(offence=court.SECOND_OFFENCE), defendant={"judicialResults": [custody]}
    )
    said = parts(body)
    assert said[0].facts[-1].what.results == ()
    assert [part.parked for part in said] == [None, Parked.NEEDS_PERSON]


def test_a_sentence_on_a_defendant_of_one_offence_is_for_that_offence():
    body = court.resulted(
        court.an_offence(**GUILTY_PLEA), defendant={"judicialResults": [court.a_result(length=(4, "Y"))]}
    )
    [result] = results(body)
    assert (result.kind, result.length, result.final) == (ResultKind.CUSTODY, "4 Y", True)


def test_results_of_a_case_and_of_an_application_are_read_too():
    body = court.resulted(court.an_offence(**GUILTY_PLEA))
    body["hearing"]["prosecutionCases"][0]["judicialResults"] = [court.a_result("2053", "Discontinued")]
    of_order = court.an_offence(court.a_result("1507", "Suspended sentence activated", length=(8, "M")), offence="old")
    body["hearing"]["courtApplications"] = [
        {"courtOrder": {"courtOrderOffences": [{"prosecutionCaseId": court.CASE, "offence": of_order}]}}
    ]
    assert [(result.offence, result.defendant, result.kind) for result in results(body)] == [
        (court.OFFENCE, court.DEFENDANT, ResultKind.DISCONTINUED),
        ("old", "", ResultKind.ACTIVATED),
    ]


def an_application(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "application", "judicialResults": list(results)} | more


def test_an_application_alone_is_put_off_in_the_case_it_is_linked_to():
    put_off = court.a_result("4506", "Adjourned", goes_on=court.next_hearing(), category="INTERMEDIARY")
    body = court.resulted(courtApplications=[an_application(put_off, linkedCaseId=court.CASE)])
    del body["hearing"]["prosecutionCases"]
    [part] = parts(body)
    assert part.case == court.CASE
    assert [type(said.what) for said in part.facts] == [HearingAdjourned, HearingConfirmed]


def test_an_application_alone_of_no_case_is_matched_by_its_hearing():
    put_off = court.a_result("4506", "Adjourned", goes_on=court.next_hearing())
    body = court.resulted(courtApplications=[an_application(put_off)])
    del body["hearing"]["prosecutionCases"]
    [part] = parts(body)
    assert (part.case, part.urn, part.hearing) == ("", "", court.HEARING)
    assert [type(said.what) for said in part.facts] == [HearingAdjourned, HearingConfirmed]


def test_an_application_that_is_put_off_beside_a_case_puts_no_trial_off():
    put_off = court.a_result("4506", "Adjourned", goes_on=court.next_hearing())
    of_the_case = an_application(put_off, courtApplicationCases=[{"prosecutionCaseId": court.CASE}])
    body = court.resulted(court.an_offence(**GUILTY_PLEA), courtApplications=[of_the_case])
    assert not any(isinstance(fact, HearingAdjourned) for fact in facts(body))


def test_two_defendants_in_one_share_have_each_their_own_outcome():
    body = court.resulted(court.an_offence(court.a_result(length=(4, "Y")), **GUILTY_PLEA))
    other = court.an_offence(
        court.a_result("2004", "Dismissed"), offence="other", verdict=court.a_verdict("Not Guilty", "NOT_GUILTY")
    )
    body["hearing"]["prosecutionCases"][0]["defendants"].append({"id": "second", "offences": [other]})
    assert [(result.defendant, result.kind) for result in results(body)] == [
        (court.DEFENDANT, ResultKind.CUSTODY),
        ("second", ResultKind.DISMISSED),
    ]
    [verdict] = [fact for fact in facts(body) if isinstance(fact, VerdictRecorded)]
    assert (verdict.defendant, verdict.verdict) == ("second", "not_guilty")


# --- contradictions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "given"),
    [
        (("Guilty", "NOT_GUILTY"), ("1015", "Fine")),
        (("Not Guilty", "NOT_GUILTY"), ("1002", "Imprisonment")),
        (("No verdict", "NO_VERDICT"), ("1017", "Absolute discharge")),
        (("Guilty", "GUILTY"), ("2006", "Dismissed")),
    ],
)
def test_a_verdict_that_cannot_stand_beside_its_result_derives_nothing_and_waits_for_a_person(verdict, given):
    body = court.resulted(
        court.an_offence(court.a_result(*given), verdict=court.a_verdict(*verdict)),
        court.an_offence(court.a_result("2063", "Withdrawn"), offence=court.SECOND_OFFENCE),
    )
    applied, parked = parts(body)
    assert [result.offence for result in applied.facts[-1].what.results] == [court.SECOND_OFFENCE]
    assert not any(isinstance(said.what, VerdictRecorded) for said in applied.facts)
    assert parked.parked is Parked.CONTRADICTORY


def test_a_restraining_order_on_acquittal_is_no_contradiction():
    body = court.resulted(
        court.an_offence(
            court.a_result("3260", "Restraining order on acquittal"),
            verdict=court.a_verdict("Not Guilty", "NOT_GUILTY"),
        )
    )
    assert [part.parked for part in parts(body)] == [None]


def test_no_verdict_after_a_guilty_plea_is_no_contradiction():
    offence = court.an_offence(court.a_result(), verdict=court.a_verdict("No verdict", "NO_VERDICT"), **GUILTY_PLEA)
    assert [part.parked for part in parts(court.resulted(offence))] == [None]


def test_guilty_of_another_offence_than_the_one_charged_is_guilty_of_an_alternative():
    verdict = court.a_verdict() | {"lesserOrAlternativeOffence": {"offenceCode": "OF61017"}}
    [said, _] = facts(court.resulted(court.an_offence(verdict=verdict)))
    assert said.verdict == "guilty_of_alternative"


# --- kinds and lengths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "label", "length", "kind"),
    [
        ("1002", "Imprisonment", "11 M", ResultKind.CUSTODY),
        ("1002", "", "", ResultKind.CUSTODY),
        ("1002", "Extended sentence of imprisonment for violent or sexual offence", "4 Y", ResultKind.CUSTODY),
        ("1002", "Life imprisonment for serious offence", "", ResultKind.LIFE),
        ("1002", "Imprisonment", "life", ResultKind.LIFE),
        ("1003", "Detained at His Majesty's pleasure", "", ResultKind.LIFE),
        ("1024", "Committed to young offender institution", "6 M", ResultKind.CUSTODY),
        ("1024", "Custody for life", "life", ResultKind.LIFE),
        ("1081", "Detention and training order", "12 M", ResultKind.CUSTODY),
        ("1115", "Suspended sentence order - imprisonment", "8 M", ResultKind.SUSPENDED),
        ("1134", "Suspended sentence order - detention in a young offender institution", "", ResultKind.SUSPENDED),
        ("1507", "Suspended sentence of imprisonment activated unaltered", "8 M", ResultKind.ACTIVATED),
        ("1008", "Hospital order", "", ResultKind.HOSPITAL),
        ("1088", "Hospital direction and limitation direction", "", ResultKind.HOSPITAL),
        ("3132", "Interim hospital order", "", ResultKind.ORDER),
        ("1116", "Community order England / Wales", "12 M", ResultKind.COMMUNITY),
        ("1015", "Fine", "", ResultKind.FINE),
        ("1018", "Conditional discharge", "2 Y", ResultKind.DISCHARGE),
        ("1057", "No separate penalty", "", ResultKind.OTHER_SENTENCE),
        ("2063", "Withdrawn", "", ResultKind.WITHDRAWN),
        ("2006", "Dismissed", "", ResultKind.DISMISSED),
        ("2050", "No evidence offered - verdict of not guilty by order of Judge", "", ResultKind.DISMISSED),
        ("2053", "Discontinued", "", ResultKind.DISCONTINUED),
        ("", "Withdrawn", "", ResultKind.WITHDRAWN),
        # a code and a label that say different things are left open
        ("1002", "Suspended sentence order", "8 M", ResultKind.OTHER_SENTENCE),
        ("1115", "Imprisonment", "8 M", ResultKind.OTHER_SENTENCE),
        ("1002", "Warrant of arrest on sentence of imprisonment in absence", "", ResultKind.OTHER_SENTENCE),
        ("", "Imprisonment", "3 Y", ResultKind.OTHER_SENTENCE),
        ("9876", "Something new", "", ResultKind.OTHER_SENTENCE),
    ],
)
def test_a_final_result_after_a_conviction_has_a_kind(code, label, length, kind):
    said = ResultWords(code=code, label=label, length=length, is_final=True, convicted=True)
    assert kind_of(said) is kind


def test_an_unknown_result_without_a_conviction_is_no_sentence():
    assert kind_of(ResultWords(code="9876", label="Something new", is_final=True)) is ResultKind.OTHER
    assert kind_of(ResultWords(code="9876", label="Something new", convicted=True)) is ResultKind.OTHER


def test_a_direction_of_the_court_is_final_in_name_only():
    result = only_result(court.a_result("", "Special measures direction: a screen"))
    assert (result.kind, result.final) == (ResultKind.OTHER, False)


@pytest.mark.parametrize(
    ("given", "length"),
    [
        ({"length": (11, "M")}, "11 M"),
        (
            {
                "durationElement": {
                    "primaryDurationValue": 1,
                    "primaryDurationUnit": "Y",
                    "secondaryDurationValue": 6,
                    "secondaryDurationUnit": "M",
                }
            },
            "1 Y 6 M",
        ),
        ({"lifeDuration": True}, "life"),
        ({"durationElement": {"primaryDurationValue": 1, "primaryDurationUnit": "L"}}, "life"),
        ({"judicialResultPrompts": [{"label": "Imprisonment Period", "value": "2 Years"}]}, "2 Y"),
        (
            {
                "judicialResultPrompts": [
                    {"label": "Imprisonment Period", "value": "8 Months"},
                    {"label": "Total custodial period", "value": "1 Years 2 Months"},
                ]
            },
            "1 Y 2 M",
        ),
        ({"judicialResultPrompts": [{"label": "Prison", "value": "1614"}]}, ""),
        ({}, ""),
    ],
)
def test_a_length_is_kept_as_ordered_and_never_added_up(given, length):
    assert only_result(court.a_result(**given), **GUILTY_PLEA).length == length
