"""Who is eligible as a case goes on: the referral, its duty and its clock, inside the fold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.workflows.case_play import CasePlay
from tests.workflows.test_decide_properties import RULES
from workflows import events, referral, referring
from workflows.events import Answer, CaseEvent, OffenceResult, ResultKind
from workflows.referral import Referral
from workflows.snapshot import ReferralStanding

pytestmark = pytest.mark.feature("I2")

SENTENCED_ON = date(2026, 11, 20)
RECEIVED = datetime(2026, 11, 20, 16, tzinfo=UTC)
KEY = (("leah", referral.TOPIC, "dan"), "leah|dan")
PERSON, SENT = "leah", RECEIVED + timedelta(days=3)


def said(fact, at=RECEIVED, context="results", **more) -> tuple[CaseEvent, ...]:
    name = f"{type(fact).__name__} {at.isoformat()}"
    return (
        CaseEvent(
            id=name, case_id="case", what=fact, received_at=at, occurred_at=at, context=context, message_id=name,
            actor="feed:test", **more,
        ),
    )  # fmt: skip


def shared(length: str, at=RECEIVED, kind=ResultKind.CUSTODY, day=SENTENCED_ON):
    result = OffenceResult(defendant="dan", offence="robbery", kind=kind, length=length, final=True)
    return said(events.ResultsShared(hearing="sentence", day=day, shared_at=at, results=(result,)), at)


def a_case(*more, code="TH68023") -> CasePlay:
    registered = RECEIVED - timedelta(days=60)
    opening = [
        said(events.CaseRegistered(), registered, registration=True),
        said(events.DefendantCharged(defendant="dan", offences=("robbery",)), registered),
        said(events.OffenceDescribed(defendant="dan", offence="robbery", cjs_code=code), registered),
        said(
            events.ParticipantRecorded(
                participant=PERSON, role=events.Role.VICTIM, defendants=("dan",), offences=("robbery",)
            ),
            registered,
        ),
        said(
            events.VerdictRecorded(defendant="dan", offence="robbery", verdict="guilty"), RECEIVED - timedelta(days=20)
        ),
    ]
    return CasePlay(rules=RULES).play([*opening, *more])


def standing(play: CasePlay) -> ReferralStanding:
    return play.snapshot.referrals.get(KEY[1], ReferralStanding())


def open_duty(play: CasePlay):
    topic = play.snapshot.topics.get(KEY[0])
    return topic.duty if topic else None


def entry(fact_type, moment=SENT, /, **more):
    return said(fact_type(participant=PERSON, defendant="dan", **more), moment, context="officer")


def sent(at=SENT):
    return entry(events.ReferralSent, at, at=at)


def holds(play: CasePlay) -> CasePlay:
    assert play.refolded().snapshot == play.snapshot, "Folding the whole journal gives another state"
    return play


def test_a_sentence_opens_a_duty_due_ten_working_days_from_the_day_of_the_sentence():
    play = holds(a_case(shared("4 Y")))

    assert standing(play).state is Referral.DUE
    assert open_duty(play).due == datetime(2026, 12, 4, 17, tzinfo=UTC)
    assert open_duty(play).rule == "R11-VCS@victims_code_2021"


def test_a_result_that_comes_after_the_time_is_born_overdue():
    play = holds(a_case(shared("4 Y", RECEIVED + timedelta(days=30))))

    duty = open_duty(play)
    assert duty.due == datetime(2026, 12, 4, 17, tzinfo=UTC)
    assert duty.opened_at > duty.due


def test_before_anything_has_ended_nothing_is_asked():
    assert a_case().snapshot.referrals == {}


def test_a_reshare_that_raises_the_sentence_makes_the_referral_due():
    play = a_case(shared("11 M"))
    assert (standing(play).state, standing(play).result) == (Referral.NONE, "not_eligible")

    play = holds(play.play([shared("4 Y", RECEIVED + timedelta(days=1))]))

    assert standing(play).state is Referral.DUE


def test_sending_closes_the_duty_as_done_and_in_time():
    play = holds(a_case(shared("4 Y"), sent()))

    assert (standing(play).state, standing(play).sent_at) == (Referral.SENT, SENT)
    assert open_duty(play) is None
    (record,) = (record for record in play.records.values() if record.topic == referral.TOPIC)
    assert (record.closed_reason, record.met) == ("done", True)


@pytest.mark.parametrize(
    "lowered",
    [
        pytest.param(shared("9 M", SENT + timedelta(days=9), day=date(2026, 12, 2)), id="appeal lowers it"),
        pytest.param(
            said(
                events.VerdictRecorded(defendant="dan", offence="robbery", verdict="not_guilty"),
                SENT + timedelta(days=9),
            ),
            id="quashed",
        ),
        pytest.param(
            said(events.AppealDecided(defendant="dan", result="conviction_quashed"), SENT + timedelta(days=9)),
            id="quashed on appeal, and nothing else is said",
        ),
        pytest.param(
            said(events.AppealDecided(defendant="dan", result="retrial_ordered"), SENT + timedelta(days=9)),
            id="to be tried again",
        ),
    ],
)
def test_a_sent_referral_is_never_withdrawn_by_itself_but_somebody_is_asked(lowered):
    play = holds(a_case(shared("4 Y"), sent(), lowered))

    assert standing(play).state is Referral.SENT
    asked = [move.flag for move in play.moves if move.machine == "referral" and move.flag]
    assert asked in (["referral_no_longer_eligible"], ["referral_no_longer_certain"])


def test_a_sentence_after_a_retrial_makes_the_referral_due_anew():
    ordered = said(events.AppealDecided(defendant="dan", result="retrial_ordered"), SENT + timedelta(days=9))
    again = shared("4 Y", SENT + timedelta(days=90), day=date(2027, 2, 22))

    play = holds(a_case(shared("4 Y"), ordered, again))

    assert (standing(play).state, standing(play).result) == (Referral.DUE, "eligible")
    assert standing(play).sentenced_on == date(2027, 2, 22)


def test_of_whoever_turns_out_to_be_a_witness_only_somebody_is_asked():
    witness = events.ParticipantRecorded(
        participant=PERSON, role=events.Role.WITNESS, defendants=("dan",), offences=("robbery",)
    )

    play = holds(a_case(shared("4 Y"), said(witness, SENT)))

    assert (standing(play).state, standing(play).result) == (Referral.DUE, "not_eligible")
    assert [move.flag for move in play.moves if move.machine == "referral" and move.flag]


def test_an_activated_sentence_is_asked_about_again():
    play = a_case(shared("18 M", kind=ResultKind.SUSPENDED))
    assert standing(play).result == "not_eligible"

    later = shared("18 M", RECEIVED + timedelta(days=90), kind=ResultKind.ACTIVATED, day=date(2027, 2, 18))
    play = holds(play.play([later]))

    assert (standing(play).state, standing(play).sentenced_on) == (Referral.DUE, date(2027, 2, 18))


def test_a_hospital_order_makes_it_due():
    assert standing(holds(a_case(shared("", kind=ResultKind.HOSPITAL)))).state is Referral.DUE


def test_a_change_of_offence_or_of_the_link_is_asked_about_again():
    play = a_case(shared("4 Y"), code="TH68010")
    assert standing(play).result == "not_eligible"
    at = RECEIVED + timedelta(days=1)

    play = play.play([said(events.OffenceDescribed(defendant="dan", offence="robbery", cjs_code="TH68023"), at)])
    assert standing(play).state is Referral.DUE

    part = events.ParticipantRecorded(participant=PERSON, role=events.Role.VICTIM, defendants=("dan",))
    play = holds(play.play([said(part, at + timedelta(days=1))]))
    assert (standing(play).state, standing(play).result) == (Referral.DUE, "insufficient")


def test_a_rejected_referral_sent_again_keeps_its_first_time_limit():
    rejected = entry(
        events.ReferralRejected, SENT + timedelta(days=1), at=SENT + timedelta(days=1), reason="details_missing"
    )
    again = entry(events.ReferralDecided, SENT + timedelta(days=2), refer=True)
    play = holds(a_case(shared("4 Y"), sent(), rejected, again))

    assert standing(play).state is Referral.DUE
    assert open_duty(play).due == datetime(2026, 12, 4, 17, tzinfo=UTC)

    play = holds(play.play([sent(SENT + timedelta(days=3))]))
    assert standing(play).state is Referral.SENT


def test_a_decision_not_to_refer_holds_until_there_is_another_sentence():
    refused = entry(events.ReferralDecided, refer=False, reason="already_referred")
    play = a_case(shared("4 Y"), refused, shared("4 Y", SENT + timedelta(days=1)))
    assert (standing(play).state, standing(play).reason) == (Referral.NOT_REFERRED, "already_referred")
    assert open_duty(play) is None

    play = holds(play.play([shared("6 Y", SENT + timedelta(days=2))]))

    assert standing(play).state is Referral.DUE


def test_what_the_victim_said_of_the_referral_is_kept_and_an_objection_outlives_a_second_sending():
    objected = entry(events.ReferralSent, at=SENT, told=Answer.YES, objects=Answer.YES)
    rejected = entry(
        events.ReferralRejected, SENT + timedelta(days=1), at=SENT + timedelta(days=1), reason="details_missing"
    )
    play = holds(a_case(shared("4 Y"), objected, rejected, sent(SENT + timedelta(days=2))))
    assert (standing(play).told, standing(play).objects) == (Answer.YES, Answer.YES)

    undone = said(events.EntryUndone(message=objected[0].message_id), SENT + timedelta(days=3), context="officer")
    play = holds(play.play([undone]))
    assert (standing(play).told, standing(play).objects) == (Answer.NOT_ASKED, Answer.NOT_ASKED)


def test_an_entry_about_a_referral_that_is_undone_counts_no_more():
    message = sent()
    undone = said(events.EntryUndone(message=message[0].message_id), SENT + timedelta(days=1), context="officer")

    play = holds(a_case(shared("4 Y"), message, undone))

    assert (standing(play).state, standing(play).sent_at) == (Referral.DUE, None)
    assert open_duty(play) is not None


def test_results_taken_back_leave_no_referral_that_nobody_had_touched():
    results = shared("4 Y")
    undone = said(events.EntryUndone(message=results[0].message_id), SENT, context="officer")

    play = holds(a_case(results, undone))

    assert standing(play).state is Referral.NONE
    assert open_duty(play) is None


def test_a_referral_that_was_sent_outlives_results_taken_back():
    results = shared("4 Y")
    undone = said(events.EntryUndone(message=results[0].message_id), SENT + timedelta(days=1), context="officer")

    play = holds(a_case(results, sent(), undone))

    assert standing(play).state is Referral.SENT


def test_a_case_is_not_closed_for_somebody_whose_referral_waits():
    closed = said(events.JourneyClosed(participant=PERSON), SENT + timedelta(days=1), context="officer")
    sentence = replace(shared("4 Y")[0])

    play = a_case((sentence,), sent(), closed)

    assert play.snapshot.people[PERSON].journey.value != "closed"


def test_nobody_is_owed_a_referral_who_has_died_or_left():
    died = said(events.ParticipantDied(participant=PERSON), SENT, context="officer")

    assert open_duty(holds(a_case(shared("4 Y"), died))) is None


def test_the_row_of_a_referral_has_one_id_for_ever():
    assert referring.referral_id("leah", "dan") == referring.referral_id("leah", "dan")
    assert referring.pair_of(KEY[1]) == ("leah", "dan")
