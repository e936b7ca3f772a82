"""Two spellings of one number, e-mail or address are one."""

from __future__ import annotations

import pytest

from witness_care.people.normalise import normalise_address, normalise_email, normalise_phone


@pytest.mark.parametrize(
    "spelling",
    ["07700 900123", "+44 7700 900123", "+44 (0)7700 900123", "0044 7700-900-123", "07700900123 ext. 5"],
)
@pytest.mark.proves("SEC-25")
def test_every_spelling_of_a_number_is_one_number(spelling: str) -> None:
    assert normalise_phone(spelling) == "+447700900123"


@pytest.mark.parametrize("text", ["", "12", "ring the office"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert normalise_phone(text) is None


def test_a_number_abroad_keeps_its_country() -> None:
    assert normalise_phone("+1 202 555 0100") == "+12025550100"


@pytest.mark.proves("SEC-25")
def test_capitals_and_spaces_do_not_make_another_email() -> None:
    assert normalise_email(" Ann.Witness@Mail.Example ") == normalise_email("ann.witness@mail.example")


@pytest.mark.parametrize(
    "text", ["", "ann", "ann@mail", "a b@mail.example", "@mail.example", "a@" + "x" * 260 + ".example"]
)
def test_what_is_no_email_is_none(text: str) -> None:
    assert normalise_email(text) is None


@pytest.mark.parametrize(
    "spelling",
    [
        "Flat 2, 14 High Street, Bracknell RG12 4ZZ",
        "14 High St, flat 2\nBracknell\nrg124zz",
        "FLAT 2\n14 HIGH STREET\nRG12  4ZZ",
    ],
)
@pytest.mark.proves("SEC-25")
def test_every_spelling_of_an_address_is_one_address(spelling: str) -> None:
    assert normalise_address(spelling) == "RG124ZZ|14-2"


def test_neighbours_have_different_addresses() -> None:
    assert normalise_address("12 High Street, RG12 4ZZ") != normalise_address("14 High Street, RG12 4ZZ")
    assert normalise_address("Rose Cottage, Mill Lane, RG12 4ZZ") == "RG124ZZ|ROSECOTTAGE"


@pytest.mark.parametrize("text", ["", "14 High Street", "RG12 4ZZ"])
def test_an_address_without_house_or_postcode_is_none(text: str) -> None:
    assert normalise_address(text) is None
