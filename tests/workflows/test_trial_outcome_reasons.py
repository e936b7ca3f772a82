"""Why a trial did not go ahead: the codes, whose doing it was, and words fit for the people told."""

import re

import pytest

from workflows.rulebook import RuleFileError, by_code, trial_outcome_reason
from workflows.trial_outcome_reasons import all_reasons, load

# type, codes, cause; from the domain rules, section 11.
CAUSES = [
    ("cracked", "A C E G H", "defence"),
    ("cracked", "B D F I J K L", "prosecution"),
    ("ineffective", "M1 M2 M3 N1 N2 N3 O1 O2 P", "prosecution"),
    ("ineffective", "Q1 Q2 Q3 R S1 S2 S4 T U1 U2 V", "defence"),
    ("ineffective", "W1 W2 W3 W4 X", "court"),
    ("ineffective", "S3 W5 Y Z", "other"),
    ("vacated", "A B C D I", "prosecution"),
    ("vacated", "E F G H J L M O Q N", "defence"),
    ("vacated", "K P", "court"),
    ("vacated", "Z", "other"),
]
WITNESS_RELATED = {
    *(("ineffective", code) for code in ("N1", "N2", "Q3", "R")),
    *(("vacated", code) for code in ("C", "G")),
}
MAYBE_OURS = {("cracked", "J"), ("ineffective", "N3"), ("vacated", "D")}


def test_every_code_has_the_cause_of_the_table_and_no_other_code_exists():
    expected = {(kind, code): cause for kind, codes, cause in CAUSES for code in codes.split()}
    assert {(reason.type, reason.code): reason.cause for reason in all_reasons()} == expected


def test_a_human_says_who_where_the_witness_may_be_ours():
    assert {(reason.type, reason.code) for reason in all_reasons() if reason.ask_who} == MAYBE_OURS


def test_nobody_is_told_it_was_not_their_doing_when_a_witness_had_to_do_with_it():
    silent = {(reason.type, reason.code) for reason in all_reasons() if not reason.reassurance}
    assert silent == WITNESS_RELATED | MAYBE_OURS


def test_each_id_is_known_once():
    ids = [reason_id for reason in all_reasons() for reason_id in reason.cp_ids]
    assert len(ids) == len(set(ids)) == 61


def test_a_code_letter_differs_by_type():
    words = {kind: by_code(kind, "CROWN", "D").words for kind in ("Cracked", "Vacated")}
    assert "guilty plea" in words["Cracked"]
    assert "witness" in words["Vacated"]
    assert by_code("Ineffective", "CROWN", "D") is None


def test_the_two_rows_of_a_code_are_told_apart_by_jurisdiction():
    for kind, code in (("ineffective", "M1"), ("vacated", "C")):
        crown, magistrates = by_code(kind, "crown", code), by_code(kind, "magistrates", code)
        assert not set(crown.cp_ids) & set(magistrates.cp_ids)
    assert by_code("ineffective", "magistrates", "X") is None


def test_an_id_finds_its_reason_in_any_case_of_letters():
    reason = trial_outcome_reason("1F0E3DAD-9990-3345-B743-9F8FFABDFFC4")
    assert (reason.type, reason.code, reason.cause) == ("ineffective", "O1", "prosecution")


@pytest.mark.parametrize("reason_id", ["", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_or_empty_reason_is_no_reason_given_yet(reason_id):
    assert trial_outcome_reason(reason_id) is None
    assert by_code("vacated", "crown", reason_id) is None


def test_the_words_are_short_sentences_without_blame_or_shouting():
    for reason in all_reasons():
        assert reason.words.endswith("."), reason
        assert len(reason.words) <= 110, reason
        assert not re.search(r"\bfail|\b[A-Z]{3,}\b", reason.words), reason


ROW = """
[[reasons]]
type = "vacated"
code = "K"
jurisdictions = ["crown"]
words = "The court did not have enough time."
cause = "court"
witness_related = "no"
cp_ids = ["one"]
"""
HEAD = 'title = "t"\nsource = "s"\nevidence = "local_decision"\nverified = true\n'


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROW + ROW, "expected each reason once"),
        (ROW + ROW.replace('"one"', '"two"'), "expected each reason once"),
        (ROW.replace("cause =", "caus ="), 'vacated K: unknown key "caus". Did you mean "cause"?'),
        (ROW.replace('"no"', '"perhaps"'), 'expected one of yes, no, maybe, received "perhaps"'),
    ],
)
def test_a_wrong_reason_is_refused(rows, message):
    with pytest.raises(RuleFileError, match=message):
        load(HEAD + rows)
