"""Which links to support go to whom: a set for each kind of crime, several together, and the general ones for all."""

from __future__ import annotations

from importlib import resources

import pytest

from workflows import signposting
from workflows.strict_toml import RuleFileError

PACK = signposting.shipped()
SOURCE = resources.files("workflows").joinpath("rule_packs", signposting.FILE).read_text(encoding="utf-8")


def sets(codes: tuple[str, ...] = (), grounds: tuple[str, ...] = ()) -> list[str]:
    return [each.key for each in PACK.sets_for(codes, grounds)]


@pytest.mark.feature("S3")
@pytest.mark.parametrize(
    ("codes", "grounds", "expected"),
    [
        ((), (), []),
        (("TH68001",), (), []),  # theft
        (("never heard of",), (), []),
        (("SC15004",), (), ["domestic_abuse"]),  # coercive control
        (("FL96001",), (), ["domestic_abuse"]),  # breach of a non-molestation order
        ((), ("DOMESTIC_ABUSE",), ["domestic_abuse"]),  # an assault that an officer knows to be at home
        (("PH97006",), (), ["stalking_harassment"]),
        (("PH97004",), (), ["stalking_harassment"]),
        (("ph97006 ",), (), ["stalking_harassment"]),
        (("PH97005",), (), ["stalking_harassment"]),  # breach of a restraining order
        (("ST19001",), (), ["stalking_harassment"]),
        (("CD98074",), (), ["hate_crime"]),
        ((), ("HATE",), ["hate_crime"]),
        (("CD98077",), (), ["stalking_harassment", "hate_crime"]),  # aggravated stalking is both
        (("SX03001",), (), ["sexual_offences"]),  # rape
        (("SX03001A",), (), ["sexual_offences"]),  # attempted
        ((), ("SEXUAL",), ["sexual_offences"]),
        (("FA06001",), (), ["fraud_cybercrime"]),
        (("FA06003",), (), ["fraud_cybercrime"]),
        (("CM90001",), (), ["fraud_cybercrime"]),
        (("FA06001", "SX03001", "SC15004"), (), ["domestic_abuse", "sexual_offences", "fraud_cybercrime"]),
        (("PH97006",), ("DOMESTIC_ABUSE",), ["domestic_abuse", "stalking_harassment"]),
        ((), ("UNDER_18", "INTIMIDATED", "PERSISTENT_TARGET"), []),
    ],
)
def test_each_kind_of_crime_adds_its_links_and_everybody_gets_the_general_ones(codes, grounds, expected):
    assert sets(codes, grounds) == [*expected, "general"]


@pytest.mark.feature("S3")
def test_a_link_that_is_in_several_sets_comes_once_and_the_general_ones_come_last():
    links = PACK.links_of(PACK.sets_for(("SC15004", "SX03001"), ("HATE",)))

    keys = [link.key for link in links]
    assert len(keys) == len(set(keys))
    assert keys.count("galop") == 1
    assert keys[-4:] == ["victim_support", "samaritans", "childline", "rights_after_crime"]
    assert {"national_domestic_abuse_helpline", "rape_crisis", "true_vision"} <= set(keys)


def test_every_link_says_whom_it_is_for_and_how_it_is_reached_and_none_claims_to_be_checked():
    for link in PACK.links:
        assert link.name in link.line
        assert link.for_whom in link.line
        assert link.reached
        assert len(link.line) <= 300  # the longest value of a message
        assert not link.verified
        assert link.last_checked is None
    assert not PACK.verified


def test_the_link_of_a_text_tells_nothing_of_the_crime():
    assert PACK.for_a_text.sets == ("general",)
    assert PACK.for_a_text.phone == "08 08 16 89 111"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "Hate crime"', 'titel = "Hate crime"', 'unknown key "titel". Did you mean "title"'),
        ('grounds = ["HATE"]', 'grounds = ["HATTE"]', 'there is no "HATTE". Did you mean "HATE"'),
        ('["stalking", "harassment"]', '["stalkign"]', "stalkign"),
        ('"stalking_order_breach"]', '"stalking_breach"]', "stalking_order_breach"),
        ('sets = ["hate_crime"]', 'sets = ["hate"]', 'there is no set "hate"'),
        ('sets = ["hate_crime"]', "sets = []", "expected a set"),
        ('key = "galop"', 'key = "true_vision"', "twice"),
        ('key = "hate_crime"\ntitle', 'key = "general"\ntitle', "twice|there is no set"),
        ('site = "report-it.org.uk"\n', "", 'a "phone" or a "site"'),
        ('site = "report-it.org.uk"', 'site = "https://report-it.org.uk"', "expected a name such as example.org.uk"),
        ('phone = "159"', 'phone = "ring them"', "expected figures and spaces"),
        ("in_a_text = true", "in_a_text = false", "found it on none"),
        ('name = "Galop"', 'name = "Galop"\nin_a_text = true', "found it on galop, victim_support"),
        ('site = "gov.uk"\nverified = false', 'site = "gov.uk"\nverified = true', 'expected "last_checked"'),
        ('code_prefixes = ["FA06", "CM90"]', "", "expected one set without a condition"),
        ('sets = ["stalking_harassment"]', 'sets = ["general"]', "expected at least one link"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_with_what_to_do(old: str, new: str, said: str):
    assert old in SOURCE
    with pytest.raises(RuleFileError, match=said):
        signposting.load(SOURCE.replace(old, new, 1))


def test_a_link_that_was_checked_says_when():
    checked = signposting.load(
        SOURCE.replace(
            'site = "gov.uk"\nverified = false', 'site = "gov.uk"\nlast_checked = 2026-11-02\nverified = true'
        )
    )

    assert [link.last_checked.isoformat() for link in checked.links if link.verified] == ["2026-11-02"]
