"""Not due yet, due soon, overdue, critically overdue: each boundary just before, at and after, by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflows.due_bands import BandPolicy, DueBand, band_of, critical_from, marks_at, policy_on, soon_from
from workflows.rulebook import Rulebook, RuleFileError, default_rulebook, load, shipped_text
from workflows.working_days import Calendar

SECOND = timedelta(seconds=1)
POLICY = policy_on(default_rulebook(), date(2026, 11, 27))
WORDS = {"not": DueBand.NOT_DUE_YET, "soon": DueBand.DUE_SOON, "over": DueBand.OVERDUE}
WORDS["critical"] = DueBand.CRITICALLY_OVERDUE


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


def band(due: datetime, now: datetime, calendar: Calendar, *, is_short: bool = False) -> DueBand:
    return band_of(due, marks_at(now, POLICY, calendar), is_short=is_short)


# due, due soon from, critically overdue from (5 working days), the same where the time is short (1): London
BOUNDARIES = [
    pytest.param("2026-12-03 17:00", "2026-12-02", "2026-12-10", "2026-12-04", id="an ordinary week"),
    pytest.param("2026-11-30 17:00", "2026-11-27", "2026-12-07", "2026-12-01", id="after a weekend"),
    pytest.param("2026-11-27 12:00", "2026-11-26", "2026-12-04", "2026-11-30", id="before a weekend"),
    pytest.param("2026-12-24 17:00", "2026-12-23", "2027-01-05", "2026-12-29", id="before Christmas"),
    pytest.param("2026-12-29 17:00", "2026-12-24", "2027-01-06", "2026-12-30", id="after Christmas"),
    pytest.param("2026-11-28 10:00", "2026-11-26", "2026-12-04", "2026-11-30", id="due at once on a Saturday"),
    pytest.param("2027-03-25 17:00", "2027-03-24", "2027-04-05", "2027-03-30", id="clocks go forward on 28 March"),
    pytest.param("2027-03-30 17:00", "2027-03-25", "2027-04-06", "2027-03-31", id="after the clocks went forward"),
    pytest.param("2026-10-23 17:00", "2026-10-22", "2026-10-30", "2026-10-26", id="clocks go back on 25 October"),
    pytest.param("2026-10-26 17:00", "2026-10-23", "2026-11-02", "2026-10-27", id="after the clocks went back"),
]


@pytest.mark.feature("E1")
@pytest.mark.parametrize(("due", "soon", "critical", "critical_if_short"), BOUNDARIES)
def test_a_duty_passes_from_not_due_yet_to_critically_overdue_at_london_midnights(
    due, soon, critical, critical_if_short, calendar
):
    due_at = london(due)
    for is_short, late in ((False, london(critical)), (True, london(critical_if_short))):
        marks = (
            (london(soon), "not", "soon"),
            (due_at + SECOND, "soon", "over"),
            (late, "over", "critical"),
        )
        for at, before, after in marks:
            assert band(due_at, at - SECOND, calendar, is_short=is_short) is WORDS[before], at
            assert band(due_at, at, calendar, is_short=is_short) is WORDS[after], at
            assert band(due_at, at + SECOND, calendar, is_short=is_short) is WORDS[after], at
        assert critical_from(due_at, POLICY, calendar, is_short=is_short) == late
    assert soon_from(due_at, POLICY, calendar) == london(soon)


def test_at_its_due_time_a_duty_is_still_due_soon(calendar):
    due_at = london("2026-12-03 17:00")
    assert band(due_at, due_at, calendar) is DueBand.DUE_SOON


@pytest.mark.parametrize("days", [0, 1, 2, 7])
def test_the_bands_of_every_hour_follow_from_the_times_shown(days, calendar):
    policy = BandPolicy(
        soon=days, critical=days, critical_if_short=days, short_rules=frozenset(), short_if_enhanced=frozenset()
    )
    start = london("2026-12-21 00:00")
    for hours in range(0, 15 * 24, 5):
        due_at = start + timedelta(hours=hours)
        soon, late = soon_from(due_at, policy, calendar), critical_from(due_at, policy, calendar, is_short=False)
        for later in range(-9 * 24, 13 * 24, 7):
            now = due_at + timedelta(hours=later)
            expected = (
                DueBand.NOT_DUE_YET
                if now < soon
                else DueBand.DUE_SOON
                if now <= due_at
                else DueBand.OVERDUE
                if now < late
                else DueBand.CRITICALLY_OVERDUE
            )
            assert band_of(due_at, marks_at(now, policy, calendar), is_short=False) is expected, (due_at, now)


# --- the policy as data -------------------------------------------------------------------------------------------


def test_a_rule_of_one_working_day_a_hearing_and_enhanced_rights_make_a_time_short():
    def short(rule: str, priority: int = 1, enhanced: bool = False) -> bool:
        return POLICY.is_short(rule, priority=priority, gets_enhanced_time=enhanced)

    assert short("R8-DATE@victims_code_2021")
    assert short("WC-DEWARN@local_policy")
    assert not short("R8-BAIL@victims_code_2021")
    assert short("R8-BAIL@victims_code_2021", enhanced=True)
    assert not short("LP-INTRO@local_policy", enhanced=True)
    assert short("LP-PTV@local_policy", priority=0)
    assert not short("PREF-FREQ@local_policy")


def test_the_numbers_are_local_policy_and_change_with_their_day():
    later = """
title = "Ours"
source = "the unit"
enabled = true
effective_from = 2027-02-01

[[settings]]
name = "critically_overdue_days_short"
title = "The same, where the time is short"
value = 9
basis = "local_policy"
source = "the unit"
evidence = "local_decision"
verified = true
"""
    book = Rulebook((load(shipped_text("local_policy"), "local_policy"), load(later, "ours")))

    before, after = (policy_on(book, day) for day in (date(2027, 1, 31), date(2027, 2, 1)))

    assert (before.soon, before.critical, before.critical_if_short) == (1, 5, 1)
    assert after.critical_if_short == 5  # a short time is never given longer than an ordinary one
    assert {book.setting_in_full("due_soon_days").reference.basis} == {"local_policy"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("valeu = 1", r'local_policy.toml, setting due_soon_days: unknown key "valeu". Did you mean "value"?'),
        ('value = "one"', "due_soon_days: \"value\": expected a whole number of 0 or more, received 'one'"),
        ("value = 1000000000", 'due_soon_days: "value": expected at most 366, received 1000000000'),
    ],
)
def test_a_wrong_number_is_refused_with_file_row_and_key(wrong, words):
    text = shipped_text("local_policy")
    row = text[text.index('name = "due_soon_days"') :]
    with pytest.raises(RuleFileError) as refused:
        load(text.replace(row, row.replace("value = 1", wrong, 1)), "local_policy")
    assert words in str(refused.value)


def test_a_day_before_any_policy_has_the_numbers_that_stand_now():
    assert policy_on(default_rulebook(), date(2019, 1, 2)) == POLICY
