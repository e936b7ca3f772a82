"""Every hazard of a court's messages (docs/domain.md) has a story, or a test, that shows what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

# The hazard, and the scenario files or tests that show it.
HAZARDS: dict[str, tuple[str, ...]] = {
    "repeated, or an older version later": ("scenarios/stale_version_arrives_last.toml", "feed/test_answers.py"),
    "court and CPS each say their own": ("scenarios/the_court_moves_and_the_cps_still_requires.toml",),
    "moved twice": ("scenarios/trial_moved_twice_in_one_day.toml",),
    "moved back": ("scenarios/trial_moved_back_to_the_date_they_were_told.toml",),
    "told of the date in the middle": ("scenarios/told_of_the_middle_date.toml",),
    "a hearing passes untold": ("scenarios/hearing_passed_untold.toml",),
    "a duplicate": ("scenarios/duplicate_of_another_hearing.toml", "scenarios/duplicate_without_another_hearing.toml"),
    "deleted": (
        "scenarios/hearing_deleted_after_it_was_told.toml",
        "scenarios/hearing_deleted_before_anybody_was_told.toml",
    ),
    "unallocated": ("scenarios/date_removed.toml", "scenarios/unallocated_and_listed_again.toml"),
    "week commencing, and to be fixed": (
        "scenarios/week_commencing_then_fixed.toml",
        "scenarios/date_to_be_fixed_from_the_start.toml",
    ),
    "un-vacated": (
        "scenarios/trial_unvacated.toml",
        "scenarios/trial_unvacated_after_they_were_told_it_was_off.toml",
    ),
    "some days cancelled": (
        "scenarios/one_day_of_a_trial_cancelled.toml",
        "scenarios/the_first_day_cancelled_does_not_touch_who_comes_later.toml",
    ),
    "the date is taken away": ("scenarios/date_removed.toml", "scenarios/date_taken_away_to_be_fixed.toml"),
    "a time that is only a machine's": (
        "scenarios/time_to_be_confirmed.toml",
        "feed/stories/a_time_that_only_a_machine_would_write.toml",
    ),
    "a date nobody can believe": (
        "feed/stories/a_year_that_nobody_can_believe.toml",
        "feed/stories/days_in_the_wrong_order.toml",
        "feed/test_court_lists.py",
    ),
    "a time with a zone and one without": ("feed/stories/z_is_utc_and_no_zone_is_london.toml",),
    "defendants put off to different days": ("scenarios/two_defendants_put_off_to_different_days.toml",),
    "a split outcome": (
        "scenarios/two_defendants_one_convicted.toml",
        "scenarios/two_defendants_both_concluded.toml",
        "scenarios/two_defendants_in_one_share_with_other_outcomes.toml",
    ),
    "one person in several cases": ("people/test_person_page.py", "cases/test_register_case.py"),
    "results shared again": (
        "scenarios/results_shared_again.toml",
        "scenarios/a_result_that_vanishes_is_corrected.toml",
        "scenarios/results_shared_again_before_they_were_told.toml",
    ),
    "a result that reverses an outcome": (
        "scenarios/results_shared_again_reverse_the_outcome.toml",
        "scenarios/results_shared_again_reverse_the_outcome_and_back.toml",
    ),
    "applications only": (
        "feed/stories/an_application_alone_is_put_off.toml",
        "feed/stories/an_application_of_no_case_waits.toml",
    ),
    "a screen that is out of date": ("contacts/test_record_contact.py",),
    "somebody has died": ("scenarios/deceased.toml", "scenarios/undone_death.toml"),
    "somebody opted out": ("scenarios/opted_out_with_carve_outs.toml",),
    "a relisting under a new id": (
        "scenarios/relisted_under_a_new_id_from_its_seed.toml",
        "scenarios/relisted_under_a_new_id_without_a_seed.toml",
        "scenarios/relisted_from_a_hearing_nobody_knows.toml",
    ),
    "a court list": ("scenarios/court_list_moves.toml", "scenarios/court_list_of_a_week_beats_no_day.toml"),
    "two cases are one": (
        "feed/stories/a_message_under_the_number_of_a_merged_case.toml",
        "feed/stories/a_merge_taken_apart_then_news_of_one_defendant.toml",
        "workflows/test_combining.py",
        "cases/test_merge.py",
    ),
    "defendants get a case of their own": (
        "feed/stories/a_hearing_of_both_under_the_old_number_of_a_split_case.toml",
        "feed/stories/results_by_summons_number_under_the_old_number_of_a_split_case.toml",
        "feed/stories/a_split_that_is_taken_back_keeps_the_first_time.toml",
        "workflows/test_severing.py",
        "cases/test_split.py",
    ),
    "the number of a case was wrong": (
        "feed/stories/a_number_put_right_while_a_message_waits.toml",
        "cases/test_urn_correction.py",
    ),
    "two cases have to do with each other": ("feed/stories/two_linked_cases_each_have_their_own_news.toml",),
    "a reporting restriction, or a masked name": (
        "feed/stories/a_restriction_and_a_masked_name_stay_out_of_every_text.toml",
        "notifications/test_words.py",
    ),
    "entered wrongly": ("scenarios/undone_vacation_that_was_told.toml", "scenarios/undone_listing_that_was_told.toml"),
}


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_has_what_shows_it(hazard: str) -> None:
    assert [name for name in HAZARDS[hazard] if not (TESTS / name).is_file()] == []


def test_no_scenario_file_is_written_that_is_not_played() -> None:
    for folder in ("scenarios", "feed/stories"):
        assert [path.name for path in (TESTS / folder).iterdir() if path.suffixes not in ([".toml"], [".md"])] == []
