"""The rules as data: what is shipped, how a rule is chosen by date, and what a wrong file is told."""

from datetime import date
from importlib import resources

import pytest

from workflows.rulebook import SHIPPED, Rulebook, RuleFileError, default_rulebook, load

TODAY = date(2026, 11, 24)

PACK = """
title = "A pack of the test"
source = "the test"
enabled = true
effective_from = 2021-04-01
"""

RULE = """
[[rules]]
id = "R8-DATE"
title = "Time, date and place"
plain_action = "Tell them the date"
owed_by = "unit"
clock = "receipt_from_court"
unit = "days"
standard = 5
enhanced = 1
days_basis = "working_days"
cap = true
roles = ["victim"]
topics = ["hearing.when_where"]
when = "always"
carve_out = false
basis = "code"
source = "Right 8"
evidence = "primary_source"
verified = true
"""

WITHOUT_DAYS = RULE.replace("standard = 5\nenhanced = 1\n", "")

DAYS = """
[[days]]
rule = "R8-DATE"
standard = 3
enhanced = 2
basis = "local_policy"
source = "our own decision"
evidence = "local_decision"
verified = true
"""


def a_book(*texts: str) -> Rulebook:
    return Rulebook(load(text, f"pack_{number}") for number, text in enumerate(texts, start=1))


# --- what is shipped ----------------------------------------------------------------------------------------------


def test_every_shipped_rule_has_a_reference_a_start_date_and_a_verified_flag():
    for rule in default_rulebook().rules:
        for reference in (rule.reference, rule.days_reference):
            assert reference.source, rule.key
            assert reference.basis in ("code", "local_policy", "statute"), rule.key
            assert reference.evidence, rule.key
            assert isinstance(reference.verified, bool), rule.key
        assert isinstance(rule.effective_from, date), rule.key
        assert rule.plain_action, rule.key


def test_every_shipped_setting_has_a_reference_and_a_start_date():
    settings = [setting for pack in default_rulebook().packs for setting in pack.settings]
    assert settings
    for setting in settings:
        assert setting.reference.source, setting.name
        assert isinstance(setting.effective_from, date), setting.name


OTHER_FILES = {
    "enhanced_rights.toml",
    "trial_outcome_reasons.toml",
    "sentence_meanings.toml",
    "offence_classes.toml",
    "engagement_points.toml",
    "needs_assessment.toml",
    "closing_talk.toml",
    "keeping_in_touch.toml",
    "signposting.toml",
}


def test_every_rule_file_is_shipped_by_name():
    files = {file.name for file in resources.files("workflows").joinpath("rule_packs").iterdir()}
    assert files == {f"{name}.toml" for name in SHIPPED} | OTHER_FILES


WITNESS_OUTCOMES = "hearing.outcome verdict sentence decision.stop decision.no_prosecution"
# id, standard, enhanced, cap, roles, topics, verified: the rows of the domain rules, section 4.
SHIPPED_RULES = [
    ("R8-DATE@victims_code_2021", 1, 1, True, "victim", "hearing.when_where", True),
    ("R8-ATTEND@victims_code_2021", 1, 1, True, "victim", "attendance", True),
    ("R8-OUTCOME@victims_code_2021", 5, 1, False, "victim", "hearing.outcome plea", False),
    ("R9-VERDICT@victims_code_2021", 1, 1, False, "victim", "verdict", True),
    ("R9-SENTENCE@victims_code_2021", 1, 1, False, "victim", "sentence", True),
    ("R8-COURT-IN@victims_code_2021", 5, 5, False, "", "watchdog.hearing_result", True),
    ("R4-SUPPORT@victims_code_2021", 2, 2, False, "victim", "tracked.support_referral", True),
    ("R6-ARREST@victims_code_2021", 5, 1, False, "victim", "tracked.arrest", True),
    ("R6-CHARGE@victims_code_2021", 5, 1, False, "victim", "tracked.charge", False),
    ("R6-NOPROS@victims_code_2021", 5, 1, False, "victim", "decision.no_prosecution", False),
    ("R6-STOP@victims_code_2021", 5, 1, False, "victim", "decision.stop", False),
    ("R7-VPS@victims_code_2021", 5, 5, True, "victim", "task.victim_personal_statement", True),
    ("R8-BAIL@victims_code_2021", 5, 1, False, "victim", "bail", True),
    ("R8-WARRANT@victims_code_2021", 5, 1, False, "victim", "warrant", True),
    ("R8-REARREST@victims_code_2021", 5, 1, False, "victim", "warrant", True),
    ("R8-NEEDS@victims_code_2021", 5, 2, True, "victim", "task.needs_assessment", True),
    ("R8-SM@victims_code_2021", 5, 1, True, "victim", "special_measures.outcome", True),
    ("R9-COURT-IN@victims_code_2021", 5, 5, False, "", "tracked.case_outcome", True),
    ("R9-ULS@victims_code_2021", 1, 1, False, "victim", "uls", True),
    ("R9-QUERY@victims_code_2021", 1, 1, False, "victim", "tracked.question", True),
    ("R9-BEREAVED-1@victims_code_2021", 2, 2, True, "victim", "task.meeting_before_sentence", True),
    ("R9-BEREAVED-2@victims_code_2021", 5, 5, False, "victim", "task.meeting_after_sentence", True),
    ("R9-APPEAL-N@victims_code_2021", 1, 1, False, "victim", "appeal.notice", False),
    ("R9-APPEAL-O@victims_code_2021", 1, 1, False, "victim", "appeal.outcome", False),
    ("R10-EXP@victims_code_2021", 10, 10, False, "victim", "tracked.expenses", False),
    ("R10-PROP@victims_code_2021", 5, 5, False, "victim", "tracked.property", False),
    ("R11-VCS@victims_code_2021", 10, 10, False, "victim", "task.vcs_referral", True),
    ("R11-VLO@victims_code_2021", 20, 20, False, "", "watchdog.vcs_liaison", True),
    ("VRR-REQ@victims_code_2021", 10, 10, False, "victim", "shown.review_of_decision", True),
    ("ULS-28@victims_code_2021", 28, 28, False, "victim", "shown.sentence_review", True),
    ("WC-NEEDS@local_policy", 5, 2, True, "witness", "task.needs_assessment", True),
    ("WC-SM@local_policy", 5, 1, True, "witness", "special_measures.outcome", True),
    ("WC-EXP@local_policy", 10, 10, False, "witness", "tracked.expenses", False),
    ("WC-WAIT@local_policy", 2, 2, False, "victim witness", "tracked.waiting_at_court", True),
    ("LP-INTRO@local_policy", 5, 2, False, "victim witness", "task.introduction", True),
    ("LP-DATES@local_policy", 5, 2, False, "victim witness", "task.dates_to_avoid", True),
    ("LP-PTV@local_policy", 10, 5, True, "victim witness", "task.pre_trial_visit", True),
    ("LP-WITSERV@local_policy", 5, 2, True, "victim witness", "task.witness_service", True),
    ("LP-RECHECK@local_policy", 3, 1, True, "victim witness", "task.recheck", False),
    ("LP-SM-CHASE@local_policy", 0, 0, False, "victim witness", "task.special_measures_chase", True),
    ("LP-CLOSURE@local_policy", 10, 5, False, "victim witness", "task.closure_discussion", True),
    ("WC-ATTEND@local_policy", 1, 1, True, "witness", "attendance hearing.when_where", False),
    ("WC-DEWARN@local_policy", 0, 0, True, "victim witness", "attendance hearing.when_where", True),
    ("WC-OUTCOME@local_policy", 5, 5, False, "witness", WITNESS_OUTCOMES, False),
    ("PREF-FREQ@local_policy", 28, 14, False, "victim witness", "task.keep_in_touch", True),
]


@pytest.mark.parametrize(("key", "standard", "enhanced", "cap", "roles", "topics", "verified"), SHIPPED_RULES)
def test_a_shipped_rule_allows_the_days_the_domain_rules_state(key, standard, enhanced, cap, roles, topics, verified):
    rule = default_rulebook().rule(key, TODAY)
    assert (rule.days(enhanced=False), rule.days(enhanced=True)) == (standard, enhanced)
    assert rule.cap == cap
    assert rule.roles == frozenset(roles.split())
    assert rule.topics == tuple(topics.split())
    assert rule.verified == verified


def test_no_rule_is_shipped_that_the_table_above_does_not_know():
    assert {rule.key for rule in default_rulebook().rules} == {row[0] for row in SHIPPED_RULES}


def test_a_draft_and_an_act_without_a_start_make_no_rule():
    disabled = [pack.name for pack in default_rulebook().packs if not pack.enabled]
    assert disabled == ["victims_code_2026_draft", "victims_and_courts_act_2026"]


def test_a_witness_has_no_duty_of_the_code():
    assert {rule.basis for rule in default_rulebook().rules if rule.concerns("witness")} == {"local_policy"}
    of_the_code = [rule for rule in default_rulebook().rules if rule.pack == "victims_code_2021"]
    assert {rule.id for rule in of_the_code if rule.basis != "code"} == {"ULS-28"}  # the Act gives that day


def test_someone_who_is_both_gets_the_rules_of_both():
    both = {rule.id for rule in default_rulebook().rules_for("hearing.when_where", TODAY) if rule.concerns("both")}
    assert both == {"R8-DATE", "WC-ATTEND", "WC-DEWARN"}


def test_a_police_witness_gets_attendance_and_no_result():
    concerned = {rule.id for rule in default_rulebook().rules if rule.concerns("witness", "police")}
    assert concerned == {"WC-ATTEND", "WC-DEWARN"}


def test_a_police_officer_who_is_also_the_victim_keeps_the_rights_of_a_victim():
    assert default_rulebook().rule("R9-VERDICT", TODAY).concerns("both", "police")


def test_the_attempts_before_escalation_are_local_policy():
    assert default_rulebook().setting("attempts_before_escalation") == 3
    assert default_rulebook().setting("attempts_on_separate_days") == 2


# --- how sure we are ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule_id", "words"),
    [
        ("R8-DATE", ""),
        ("R9-VERDICT", "from a published summary"),
        ("R8-OUTCOME", "time limit not checked against the Code"),
        ("WC-ATTEND", "local policy, not checked against a published source"),
        ("WC-DEWARN", ""),
    ],
)
def test_a_due_time_says_how_far_its_limit_was_checked(rule_id, words):
    assert default_rulebook().rule(rule_id, TODAY).checked_in_words == words


def test_days_of_local_policy_do_not_make_a_duty_of_the_code_local():
    rule = a_book(PACK + WITHOUT_DAYS, PACK + DAYS).rule("R8-DATE", TODAY)
    assert (rule.key, rule.basis, rule.reference.source) == ("R8-DATE@pack_1", "code", "Right 8")
    assert (rule.days_reference.basis, rule.days_reference.source) == ("local_policy", "our own decision")
    assert (rule.days(enhanced=False), rule.days(enhanced=True)) == (3, 2)


# --- chosen by date -----------------------------------------------------------------------------------------------


@pytest.mark.feature("C2")
def test_a_pack_from_next_month_leaves_events_before_it_to_the_old_one():
    new = PACK.replace("2021-04-01", '2026-12-01\nreplaces = "pack_1"') + RULE.replace("standard = 5", "standard = 2")
    book = a_book(PACK + RULE, new)
    before = book.rules_for("hearing.when_where", date(2026, 11, 30))
    after = book.rules_for("hearing.when_where", date(2026, 12, 1))
    assert [(rule.key, rule.days(enhanced=False)) for rule in before] == [("R8-DATE@pack_1", 5)]
    assert [(rule.key, rule.days(enhanced=False)) for rule in after] == [("R8-DATE@pack_2", 2)]


@pytest.mark.feature("C2")
def test_an_old_duty_still_finds_its_old_rule():
    new = PACK.replace("2021-04-01", '2026-12-01\nreplaces = "pack_1"') + RULE
    book = a_book(PACK + RULE, new)
    assert book.rule("R8-DATE@pack_1", date(2026, 11, 30)).pack == "pack_1"
    with pytest.raises(KeyError):
        book.rule("R8-DATE@pack_1", date(2026, 12, 1))


def test_a_disabled_pack_replaces_nothing():
    off = PACK.replace("enabled = true", 'enabled = false\nreplaces = "pack_1"')
    assert a_book(PACK + RULE, off).rule("R8-DATE", TODAY).effective_to is None


def test_nothing_is_owed_before_a_rule_begins_or_after_it_ends():
    book = a_book(PACK + RULE + "effective_to = 2026-11-23\n")
    assert book.rules_for("hearing.when_where", date(2021, 3, 31)) == ()
    assert len(book.rules_for("hearing.when_where", date(2026, 11, 23))) == 1
    assert book.rules_for("hearing.when_where", TODAY) == ()


def test_a_disabled_rule_makes_nothing_owed():
    assert a_book(PACK + RULE + "enabled = false\n").rules == ()


def test_a_new_number_of_days_counts_from_its_own_start():
    later = DAYS.replace("standard = 3", "standard = 4") + "effective_from = 2026-12-01\n"
    book = a_book(PACK + WITHOUT_DAYS, PACK + DAYS + later)
    assert book.rule("R8-DATE", date(2026, 11, 30)).days(enhanced=False) == 3
    assert book.rule("R8-DATE", date(2026, 12, 1)).days(enhanced=False) == 4


# --- what a wrong file is told ------------------------------------------------------------------------------------

WRONG_FILES = [
    (
        RULE.replace("standard =", "standrad ="),
        'pack_1.toml, R8-DATE: unknown key "standrad". Did you mean "standard"?',
    ),
    (
        RULE.replace('"always"', '"alway"'),
        'R8-DATE: "when": expected one of .*, received "alway". Did you mean "always"',
    ),
    (RULE.replace('source = "Right 8"\n', ""), 'R8-DATE: expected "source", a text, received nothing. Add it.'),
    (RULE.replace('"Right 8"', '" "'), 'R8-DATE: "source": expected a text, received'),
    (RULE.replace("verified = true\n", ""), 'expected "verified", true or false, received nothing'),
    (RULE.replace("verified = true", 'verified = "yes"'), '"verified": expected true or false, received'),
    (RULE.replace("standard = 5", 'standard = "5"'), '"standard": expected a whole number of 0 or more'),
    (RULE.replace("standard = 5", "standard = true"), '"standard": expected a whole number of 0 or more'),
    (RULE.replace("standard = 5", "standard = -1"), '"standard": expected a whole number of 0 or more'),
    (RULE.replace("enhanced = 1", "enhanced = 6"), "Enhanced rights never lengthen a time"),
    (RULE.replace("enhanced = 1\n", ""), 'expected both "standard" and "enhanced" or neither'),
    (RULE.replace('["victim"]', '["victims"]'), '"roles": .* received "victims". Did you mean "victim"'),
    (RULE.replace('["hearing.when_where"]', '["hearing.when"]'), 'Did you mean "hearing.when_where"'),
    (RULE + 'effective_from = "2026-01-01"\n', '"effective_from": expected a date such as 2021-04-01'),
    (RULE + "effective_from = 2026-01-01T00:00:00Z\n", '"effective_from": expected a date such as 2021-04-01'),
    (RULE + "effective_to = 2020-01-01\n", '"effective_to" on or after 2021-04-01, received 2020-01-01'),
    ("[rules]\nid = 1\n", '"rules": expected rows that each begin with the name in double brackets'),
    ("= 3", "expected TOML"),
    (WITHOUT_DAYS, r"R8-DATE@pack_1: expected days from 2021-04-01, found none. Add a \[\[days\]\] row"),
    (RULE + DAYS, "it states its own days. Remove the row"),
    (WITHOUT_DAYS + DAYS + "effective_from = 2022-01-01\n", "expected days from 2021-04-01, found none"),
    (WITHOUT_DAYS + DAYS + "effective_to = 2022-01-01\n", "expected days from 2022-01-02, found none"),
    (RULE + RULE, "expected one rule R8-DATE on 2021-04-01, found R8-DATE@pack_1 as well"),
]


@pytest.mark.parametrize(("rows", "message"), WRONG_FILES)
def test_a_wrong_rule_file_is_refused_with_file_row_key_and_what_was_expected(rows, message):
    with pytest.raises(RuleFileError, match=message):
        a_book(PACK + rows)


def test_an_unknown_key_of_the_pack_itself_is_refused():
    with pytest.raises(RuleFileError, match=r'pack_1.toml: unknown key "enabeld". Did you mean "enabled"?'):
        a_book(PACK.replace("enabled", "enabeld"))


def test_an_enabled_pack_needs_a_start():
    with pytest.raises(RuleFileError, match='expected "effective_from", a date'):
        a_book(PACK.replace("effective_from = 2021-04-01\n", ""))


def test_a_misspelt_question_is_answered_with_the_nearest_name():
    book = default_rulebook()
    with pytest.raises(KeyError, match=r"Did you mean .*R8-DATE"):
        book.rule("R8-DAT", TODAY)
    with pytest.raises(KeyError, match=r"Did you mean .*attendance"):
        book.rules_for("attendence", TODAY)
    with pytest.raises(KeyError, match=r"Did you mean .*attempts_before_escalation"):
        book.setting("attempts_before_escalations")


# --- a pack that somebody switches on ------------------------------------------------------------------------------

FEBRUARY = date(2027, 2, 1)


@pytest.mark.feature("C2")
def test_a_pack_that_is_switched_on_begins_on_that_day_whatever_it_says_itself():
    off = PACK.replace("enabled = true", "enabled = false")
    row = RULE.replace("verified = true", "verified = true\neffective_from = 2021-04-01", 1)

    switched = load(off + row, "new", starts=FEBRUARY)

    assert (switched.enabled, switched.effective_from) == (True, FEBRUARY)
    assert switched.rules[0].effective_from == FEBRUARY


def test_a_row_that_ends_before_its_pack_is_switched_on_is_refused():
    row = RULE.replace("verified = true", "verified = true\neffective_to = 2026-12-31", 1)

    with pytest.raises(RuleFileError, match=r"new.toml, R8-DATE: expected \"effective_to\" on or after 2027-02-01"):
        load(PACK + row, "new", starts=FEBRUARY)


def test_a_number_of_a_later_pack_holds_from_its_first_day():
    number = """
[[settings]]
name = "answer_days"
title = "Working days for an answer"
value = 5
basis = "local_policy"
source = "our own decision"
evidence = "local_decision"
verified = true
"""
    book = Rulebook((load(PACK + number, "old"), load(PACK + number.replace("5", "3"), "new", starts=FEBRUARY)))

    assert book.setting_in_full("answer_days", date(2027, 1, 31)).key == "answer_days@old"
    assert book.setting_in_full("answer_days", FEBRUARY).value == 3
