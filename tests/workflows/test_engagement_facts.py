"""What a case says of one person's engagement: contacts, trials that moved, reasons given, a withdrawal undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.workflows.test_decide_properties import RULES
from tests.workflows.test_duties import MONDAY, TRIAL, Story, on
from workflows import events, values
from workflows.decide import case_truth, refold
from workflows.engagement import Band, Concern, Facts
from workflows.engagement_facts import concerns_of, facts_of
from workflows.engagement_pack import default_engagement_pack
from workflows.events import Answer, ContactOutcome, DateKind, Role, When
from workflows.journey import Journey
from workflows.knock_on import knock_ons
from workflows.snapshot import Topics
from workflows.trial_outcome_reasons import all_reasons
from workflows.uniting import Uniting

REASON = all_reasons()[0].cp_ids[0]


def facts(story: Story, participant: str = "victim") -> Facts:
    snapshot = story.play.snapshot
    since = min(person.joined_at for person in snapshot.people.values())
    topics = Topics(snapshot.topics).of(participant)
    return facts_of(participant, snapshot.people[participant], topics, RULES, since)


def concern(story: Story, hour: float, participant: str = "victim") -> Concern:
    now = MONDAY + timedelta(hours=hour)
    found = concerns_of(story.play.snapshot, [participant], RULES, default_engagement_pack(), now)
    assert found == concerns_of(story.play.refolded().snapshot, [participant], RULES, default_engagement_pack(), now)
    return found[participant]


def tried(story: Story, hour: float, outcome: ContactOutcome) -> None:
    story.say(
        hour,
        events.ContactMade(
            participant="victim", contact=f"try-{hour}", at=MONDAY + timedelta(hours=hour), outcome=outcome
        ),
    )


def test_each_change_of_a_trials_date_counts_once_also_when_it_was_off_in_between():
    story = Story()
    story.listed(1, on(13))
    assert facts(story).relists == ()
    story.listed(24, on(20))
    story.say(48, events.TrialVacated(hearing="trial-1", reason=REASON))
    story.say(50, events.TrialUnvacated(hearing="trial-1"))
    story.listed(72, on(28))
    assert facts(story).relists == tuple(MONDAY + timedelta(hours=hour) for hour in (24, 48, 72))


@pytest.mark.feature("S1")
def test_a_trial_moved_four_times_raises_the_concern_with_reasons_and_an_action():
    story = Story()
    levels = []
    for n, hour in enumerate((1, 24, 48, 72, 96)):
        story.listed(hour, on(10 + n))
        levels.append(concern(story, hour + 1).points)
    assert levels == sorted(levels)
    assert levels[-1] > levels[0]
    last = concern(story, 97)
    assert "The date of the trial changed 4 times, last on Friday 6 March 2026." in [r.words for r in last.reasons]
    assert last.suggested_action == "explain_and_ask_for_a_fixed_date"


def test_a_week_that_is_narrowed_to_a_day_in_it_and_another_time_of_day_are_no_change():
    story = Story()
    story.say(1, events.HearingMoved(hearing="trial-1", when=week(date(2026, 4, 13), 2), about=TRIAL))
    story.listed(24, on(22))
    story.listed(30, replace(on(22), days=(events.HearingDay(date(2026, 4, 22), time(14)),)))
    assert facts(story).relists == ()
    story.listed(48, on(29))
    assert len(facts(story).relists) == 1


def week(monday: date, weeks: int) -> When:
    return When(kind=DateKind.WEEK_COMMENCING, week_commencing=monday, weeks=weeks)


@pytest.mark.parametrize(
    ("told_on", "late"),
    [(datetime(2026, 4, 9, 12, tzinfo=UTC), False), (datetime(2026, 4, 10, 8, tzinfo=UTC), True)],
)
def test_news_with_less_than_two_working_days_to_go_is_late(told_on, late):
    story = Story()
    story.listed(1, on(13))  # a Monday: two working days before it is Thursday 9 April
    story.say((told_on - MONDAY) / timedelta(hours=1), events.TrialVacated(hearing="trial-1", reason=REASON))
    assert facts(story).late_change_at == (told_on if late else None)


def test_a_change_without_a_known_reason_is_unexplained_until_the_reason_comes():
    story = Story()
    story.listed(1, on(13))
    story.say(24, events.TrialVacated(hearing="trial-1"))
    assert facts(story).unexplained_change_at == MONDAY + timedelta(hours=24)
    story.say(48, events.TrialVacated(hearing="trial-1", reason=REASON))
    assert facts(story).unexplained_change_at is None


def test_a_change_is_explained_once_somebody_says_they_explained_it():
    story = Story()
    story.listed(1, on(13))
    story.listed(24, on(20))
    assert facts(story).unexplained_change_at is not None
    story.say(30, events.ChangeExplained(participant="victim"))
    assert facts(story).unexplained_change_at is None
    story.listed(48, on(27))
    assert facts(story).unexplained_change_at == MONDAY + timedelta(hours=48)


def test_each_other_officer_counts_but_not_one_whose_hand_over_was_undone():
    story = Story()
    story.listed(1, on(13))
    for hour in (24, 48):
        story.say(hour, events.OfficerChanged(participant="victim"))
    assert facts(story).officer_changes == (MONDAY + timedelta(hours=24), MONDAY + timedelta(hours=48))
    assert "Their officer changed twice" in " ".join(reason.words for reason in concern(story, 49).reasons)
    story.say(50, events.OfficerChanged(participant="victim", back=True))
    assert facts(story).officer_changes == (MONDAY + timedelta(hours=24),)


def test_who_joins_in_the_moment_of_a_hand_over_never_had_the_officer_before():
    story = Story()
    joining = events.ParticipantRecorded(participant="newcomer", role=events.Role.WITNESS)
    story.say(24, joining, *(events.OfficerChanged(participant=name) for name in ("victim", "newcomer")))
    assert facts(story).officer_changes == (MONDAY + timedelta(hours=24),)
    assert story.play.snapshot.people["newcomer"].officer_changes == ()


def test_attempts_and_silence_count_until_we_speak_and_not_for_who_opted_out():
    story = Story()
    for hour in (1, 2, 3):
        tried(story, hour, ContactOutcome.NO_ANSWER)
    found = facts(story)
    assert (found.missed_in_a_row, found.last_missed_at) == (3, MONDAY + timedelta(hours=3))
    assert (found.silent_since, found.agreed_days) == (MONDAY, 28)
    story.say(4, events.OptedOut(participant="victim", topics=(values.KEEP_IN_TOUCH,)))
    assert (facts(story).missed_in_a_row, facts(story).silent_since) == (0, None)
    story.say(5, events.OptedBackIn(participant="victim", topics=(values.KEEP_IN_TOUCH,)))
    tried(story, 6, ContactOutcome.REACHED)
    found = facts(story)
    assert (found.missed_in_a_row, found.silent_since) == (0, MONDAY + timedelta(hours=6))


def test_what_the_code_says_they_should_know_counts_once_it_is_overdue():
    story = Story()
    story.listed(1, on(13))
    assert concern(story, 2).points == 0
    later = concern(story, 24 * 3)
    assert [reason.factor for reason in later.reasons] == ["OVERDUE_DUTY"]


def test_domestic_abuse_counts_and_somebody_nobody_tried_is_not_routine():
    story = Story()
    assert concern(story, 1).band is Band.NOT_ENOUGH
    story.say(
        2,
        events.ParticipantRecorded(
            participant="victim", role=Role.VICTIM, enhanced=Answer.YES, enhanced_basis=("DOMESTIC_ABUSE",)
        ),
    )
    assert [reason.factor for reason in concern(story, 3).reasons] == ["OFFENCE_CONTEXT", "NO_SUPPORT_REFERRAL"]
    tried(story, 4, ContactOutcome.REACHED)
    assert concern(story, 5).band is Band.ROUTINE


def test_domestic_abuse_that_is_only_suggested_counts_as_long_as_nobody_decided():
    story = Story()
    assert (facts(story).offence_context_since, facts(story).no_support_referral_since) == (None, None)
    asked = replace(story.play.snapshot.people["victim"], suggested=("DOMESTIC_ABUSE",))
    found = facts_of("victim", asked, Topics(story.play.snapshot.topics).of("victim"), RULES, MONDAY)
    assert (found.offence_context_since, found.no_support_referral_since) == (MONDAY, MONDAY)


def test_support_and_a_visit_to_the_court_take_points_off_and_a_refusal_is_no_lack_of_a_referral():
    story = Story()
    story.say(1, events.ParticipantRecorded(participant="victim", role=Role.VICTIM, enhanced=Answer.YES))
    assert facts(story).no_support_referral_since == MONDAY
    story.say(2, events.SupportStated(participant="victim", kind="counselling", step="declined"))
    assert facts(story).no_support_referral_since is None
    story.say(3, events.SupportStated(participant="victim", kind="idva", step="started"))
    story.say(4, events.CourtVisitStated(participant="victim", step="made", on=date(2026, 3, 2)))
    assert facts(story).support_engaged_since == MONDAY + timedelta(hours=3)
    assert facts(story).visited_court_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert [(each.factor, each.points) for each in concern(story, 5).reasons] == [
        ("SUPPORT_ENGAGED", -5),
        ("VISIT_DONE", -5),
    ]


@pytest.mark.parametrize(
    ("raised", "ended"),
    [
        (events.ReluctanceStated, events.ReluctanceEnded),
        (events.SafetyConcernRaised, events.SafetyConcernResolved),
        (lambda participant: events.Withdrew(participant=participant, reason="fear"), events.WithdrawalTakenBack),
    ],
)
@pytest.mark.feature("H1")
def test_reluctance_fear_and_withdrawal_are_high_until_they_end(raised, ended):
    story = Story()
    assert story.say(1, raised(participant="victim")) == ["changed"]
    assert concern(story, 2).band is Band.HIGH
    assert story.say(3, raised(participant="victim")) == ["no-change"]
    assert story.say(4, ended(participant="victim")) == ["changed"]
    assert concern(story, 5).points == 0


@pytest.mark.feature("H2")
def test_a_withdrawal_keeps_its_first_date_and_stage_takes_a_better_reason_and_closes_nothing():
    story = Story()
    story.listed(1, on(13))
    story.say(2, events.Withdrew(participant="victim", reason="not_said"))
    story.say(9, events.Withdrew(participant="victim", reason="delay"))
    held = story.play.snapshot.people["victim"]
    assert held.withdrawal is not None
    assert (held.withdrawal.at, held.withdrawal.reason) == (MONDAY + timedelta(hours=2), "delay")
    assert held.withdrawal.stage is held.journey is Journey.LISTING
    assert [row.closed_at for row in story.rows()] == [None]


@pytest.mark.feature("H2")
def test_a_withdrawal_entered_wrongly_is_undone_and_what_stood_before_stands():
    story = Story()
    story.say(1, events.ReluctanceStated(participant="victim"))
    story.say(2, events.Withdrew(participant="victim", reason="fear"))
    story.say(3, events.EntryUndone(message="message-2"))
    person = story.play.snapshot.people["victim"]
    assert (person.withdrawal, person.reluctant_since) == (None, MONDAY + timedelta(hours=1))
    assert concern(story, 4).band is Band.HIGH


def test_who_died_left_or_is_a_witness_by_profession_is_not_followed():
    story = Story()
    story.say(1, events.ReluctanceStated(participant="victim"))
    story.say(
        2,
        events.ParticipantRecorded(participant="officer", role=Role.WITNESS, witness_kind=events.WitnessKind.POLICE),
    )
    assert concern(story, 3, "officer").band is Band.NOT_FOLLOWED
    story.say(4, events.ParticipantDied(participant="victim"))
    assert concern(story, 5) == Concern(points=0, band=Band.NOT_FOLLOWED)


@pytest.mark.feature("H3")
def test_a_withdrawal_names_the_charges_and_trials_that_rested_on_the_person():
    story = Story()
    story.say(
        1,
        events.DefendantCharged(defendant="defendant", offences=("offence", "theft")),
        events.ParticipantRecorded(participant="victim", role=Role.VICTIM, offences=("offence",)),
        events.ParticipantRecorded(participant="other", role=Role.VICTIM, offences=("theft",)),
    )
    story.listed(2, on(13))
    story.say(3, events.Withdrew(participant="victim", reason="fear"))
    snapshot = story.play.snapshot
    (found,) = knock_ons(snapshot, case_truth(snapshot))
    assert (found.participant, found.charges) == ("victim", (("defendant", "offence"),))
    assert (found.alone, found.hearings) == (frozenset({"offence"}), ("trial-1",))
    story.say(4, events.VerdictRecorded(defendant="defendant", offence="offence", verdict="not_guilty"))
    snapshot = story.play.snapshot
    assert knock_ons(snapshot, case_truth(snapshot))[0].charges == ()


def test_what_a_step_gives_a_refold_gives():
    story = Story()
    story.listed(1, on(13))
    story.say(2, events.SafetyConcernRaised(participant="victim"))
    story.say(3, events.Withdrew(participant="victim", reason="court"))
    story.say(4, events.ChangeExplained(participant="victim"))
    again = refold("case", story.play.journal, RULES).snapshot
    assert again.people == story.play.snapshot.people


def test_fear_in_one_of_two_merged_cases_is_not_ended_by_word_of_the_other():
    uniting = Uniting(same={"theirs": "victim"}, meant={"target": (), "source": ()}, offences={})
    resolved = events.SafetyConcernResolved(participant="victim")
    uniting.say("source", events.SafetyConcernRaised(participant="victim"))
    assert uniting.say("target", resolved) == ()
    assert uniting.say("source", resolved) == (resolved,)
    assert uniting.say("target", resolved) == (resolved,)


def test_needs_that_were_not_asked_about_in_time_count_and_are_no_news_of_the_code():
    story = Story()
    story.say(1, events.CpsRequires(participant="victim"))
    due = facts(story).needs_assessment_due_at

    assert due is not None
    assert due not in facts(story).code_duties_due
    late = (due - MONDAY) / timedelta(hours=1) + 1
    assert "NEEDS_ASSESSMENT_OVERDUE" in {reason.factor for reason in concern(story, late).reasons}


def test_measures_that_nobody_decided_on_count_in_the_last_weeks_before_the_trial():
    story = Story()
    story.listed(1, on(13, 3))
    story.say(2, events.CpsRequires(participant="victim"))
    story.say(3, events.SpecialMeasureStated(participant="victim", measure="screens", decision="asked"))
    tried(story, 3.5, ContactOutcome.REACHED)
    assert facts(story).trial_at is not None
    assert "SPECIAL_MEASURES_UNRESOLVED" in {reason.factor for reason in concern(story, 4).reasons}

    story.say(5, events.SpecialMeasureStated(participant="victim", measure="screens", decision="granted"))

    assert facts(story).measures_asked_for_at is None


def test_measures_that_were_granted_help_from_when_they_were_told_for_as_long_as_they_stand():
    story = Story()
    story.listed(1, on(13, 4))
    story.say(2, events.CpsRequires(participant="victim"))
    story.say(3, events.SpecialMeasureStated(participant="victim", measure="screens", decision="granted"))
    before = concern(story, 4)
    value = {"measures": {"screens": "granted"}}
    told = (events.Telling(topic="special_measures.outcome", subject="case", value=value),)
    story.say(
        24,
        events.ContactMade(
            participant="victim",
            contact="talk",
            at=MONDAY + timedelta(hours=24),
            outcome=ContactOutcome.REACHED,
            told=told,
        ),
    )
    assert facts(story).measures_known_since == MONDAY + timedelta(hours=24)
    assert "MEASURES_GRANTED" not in {reason.factor for reason in before.reasons}
    assert "MEASURES_GRANTED" in {reason.factor for reason in concern(story, 25).reasons}
    story.say(48, events.SpecialMeasureStated(participant="victim", measure="screens", decision="refused"))
    assert facts(story).measures_known_since is None
