"""Grounds for enhanced rights: which offence and which flag make the service ask, and how the file is checked."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from workflows import enhanced_rights, offence_classes
from workflows.strict_toml import RuleFileError

pytestmark = pytest.mark.feature("B5")


def asked_by(code: str) -> set[str]:
    classes = offence_classes.shipped()
    return {each.ground for each in enhanced_rights.shipped().by_key.values() if each.is_asked_by(code, classes)}


@pytest.mark.parametrize(
    ("offence", "code", "grounds"),
    [
        ("murder", "COML025", {"BEREAVED"}),
        ("attempted murder", "COML025A", {"ATTEMPTED_MURDER"}),
        ("conspiracy to murder", "COML025C", {"BEREAVED"}),
        ("death by careless driving", "RT88564", {"BEREAVED"}),
        ("rape", "SX03001", {"SEXUAL"}),
        ("attempted rape", "sx03001a", {"SEXUAL"}),
        ("controlling or coercive behaviour", "SC15004", {"DOMESTIC_ABUSE"}),
        ("breach of a non-molestation order", "FL96001", {"DOMESTIC_ABUSE"}),
        ("racially aggravated assault", "CD98072", {"HATE"}),
        ("racially aggravated stalking", "CD98077", {"HATE", "PERSISTENT_TARGET"}),
        ("stalking", "PH97006", {"PERSISTENT_TARGET"}),
        ("preparing for terrorism", "TR06007", {"TERRORISM"}),
        ("human trafficking", "MS15003", {"TRAFFICKING"}),
        ("slavery", "MS15001", {"MODERN_SLAVERY"}),
        ("kidnapping", "COML020", {"KIDNAP"}),
        ("false imprisonment", "COML017", {"FALSE_IMPRISONMENT"}),
        ("arson, reckless whether life was endangered", "CD71050", {"ARSON_LIFE"}),
        ("arson", "CD71015", set()),
        ("wounding with intent", "OF61016", {"GBH_INTENT"}),
        ("wounding without intent", "OF61131", set()),
        ("intimidating a witness", "CJ94005", {"INTIMIDATED"}),
        ("theft", "TH68001", set()),
        ("a code that is in no class", "XX00000", set()),
    ],
)
def test_an_offence_asks_about_the_grounds_it_is_named_by(offence: str, code: str, grounds: set[str]) -> None:
    assert asked_by(code) == grounds, offence


def test_every_ground_of_the_code_is_there_and_none_is_claimed_as_checked() -> None:
    shipped = enhanced_rights.shipped()
    assert len(shipped.by_key) == 18
    assert not shipped.verified
    assert not any(each.verified for each in shipped.by_key.values())
    assert enhanced_rights.words_of(["UNDER_18", "SEXUAL", "OTHER"]) == (
        "a victim of a sexual offence",
        "under 18",
        "OTHER",
    )


@pytest.mark.parametrize(
    ("born_on", "on", "under_age"),
    [
        (date(2008, 11, 30), date(2026, 11, 29), True),
        (date(2008, 11, 30), date(2026, 11, 30), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
    ],
)
def test_somebody_is_a_child_until_the_day_they_turn_18(born_on: date, on: date, under_age: bool) -> None:
    assert enhanced_rights.is_under_age(born_on, on) is under_age


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('["trafficking"]', '["traficking"]', 'enhanced_rights.toml, TRAFFICKING: "offence_classes"'),
        ('["kidnapping"]', '["kidnap"]', 'there is no class "kidnap". Did you mean "kidnapping"?'),
        ('ground = "KIDNAP"', 'ground = "SEXUAL"', "enhanced_rights.toml, SEXUAL: expected it once, found it twice"),
        ('flags = ["under_18"]', 'flags = ["young"]', "enhanced_rights.toml, UNDER_18"),
        ('flags = ["under_18"]', 'flag = ["under_18"]', 'unknown key "flag". Did you mean "flags"?'),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_remedy(right: str, wrong: str, said: str) -> None:
    text = resources.files("workflows").joinpath("rule_packs", "enhanced_rights.toml").read_text(encoding="utf-8")
    assert text.count(right) == 1
    with pytest.raises(RuleFileError) as refusal:
        enhanced_rights.load(text.replace(right, wrong))
    assert said in str(refusal.value)
