"""What happens in the made-up cases: one function a story, so that every queue and state has somebody in it.

Times are in working days before (or after) today. Somebody who is reached is told all that is open at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from witness_care.demo.case_file import CaseFile
from witness_care.demo.stories import endings, judgements, listing, outcomes, people, scheme, support

Story = Callable[[CaseFile], None]

# How many of each; together about 150.
STORIES: Mapping[Story, int] = MappingProxyType(
    {
        people.all_told: 8,
        people.all_told_for_months: 4,
        people.loaded_fully_told: 12,
        people.keep_in_touch_due: 4,
        people.new_case: 8,
        people.no_hearing_yet: 2,
        listing.moved_last_week: 5,
        listing.moved_today: 4,
        listing.moved_yesterday: 4,
        listing.moved_twice: 2,
        listing.moved_and_back: 2,
        listing.trial_in_two_days_untold: 2,
        listing.trial_tomorrow_moved: 2,
        listing.vacated_shortly_before: 2,
        listing.vacated: 5,
        listing.vacated_without_reason: 2,
        listing.relisted: 5,
        listing.relisted_many_times: 2,
        listing.days_cancelled: 2,
        listing.adjourned: 6,
        outcomes.guilty_verdict: 5,
        outcomes.sentenced: 6,
        outcomes.acquitted: 4,
        outcomes.closed: 2,
        outcomes.pleaded_guilty_before_trial: 3,
        people.no_longer_required: 2,
        people.required_today: 2,
        outcomes.two_defendants_apart: 3,
        listing.two_defendants_together: 3,
        listing.result_overdue: 4,
        listing.on_trial_now: 2,
        people.unallocated: 5,
        outcomes.doubtful_verdict: 1,
        people.does_not_want_to_go_on: 1,
        people.afraid: 1,
        people.withdrew: 1,
        people.hard_to_reach: 2,
        scheme.scheme_due: 1,
        scheme.scheme_to_be_decided: 1,
        scheme.scheme_cannot_tell: 1,
        scheme.scheme_not_eligible: 1,
        scheme.scheme_sent: 1,
        scheme.scheme_acknowledged: 1,
        scheme.scheme_rejected: 1,
        scheme.scheme_in_touch: 1,
        scheme.scheme_not_referred: 1,
        scheme.scheme_withdrawn: 1,
        judgements.not_guilty_and_no_date: 1,
        judgements.called_and_not_asked: 1,
        judgements.measures_not_decided: 1,
        judgements.measures_granted: 1,
        judgements.chased_for_a_day_that_moved: 1,
        judgements.measures_to_confirm: 1,
        judgements.bailed: 1,
        judgements.wanted: 1,
        judgements.arrested_on_a_warrant: 1,
        judgements.nobody_prosecuted: 1,
        judgements.charge_stopped: 1,
        judgements.pleaded_guilty_early: 1,
        judgements.verdict_nobody_told: 1,
        judgements.bereaved_before_the_sentence: 1,
        judgements.bereaved_after_the_sentence: 1,
        judgements.appeal_lodged: 1,
        judgements.appeal_dismissed: 1,
        endings.asked_not_to_be_told: 1,
        endings.a_witness_died: 1,
        endings.could_not_be_reached: 1,
        endings.wants_no_visit: 1,
        endings.a_call_that_never_was: 1,
        judgements.measures_granted_and_told: 1,
        judgements.jury_discharged: 1,
        judgements.defendant_died: 1,
        people.a_child_and_their_parent: 1,
        people.a_shop: 1,
        people.changed_hands: 1,
        support.helped: 1,
        support.turned_away: 1,
        support.turned_away_by_the_only_one: 1,
        support.asked: 1,
        support.wants_to_see_the_court: 1,
        people.asked_what_they_need: 1,
    }
)
