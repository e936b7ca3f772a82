"""Takes out of a message what the service must not keep, before it is stored, and finds what can be compared blindly.

The drop is by field name at any depth (feeds.md section 13). Defendants' contact details leave only a blind index
(security.md SEC-25); the hashes that recognise a repeated message are those of what came.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from witness_care.feed.formats.fields import clean_text
from witness_care.feed.formats.translated import LONGEST_ID
from witness_care.people.endpoints import ADDRESS, EMAIL, PHONE

# Lower case: names differ in case between schema and practice.
DROPPED = frozenset(
    name.lower()
    for name in (
        # how to reach somebody
        *("address", "contact", "email", "emailAddress", "primaryEmail", "secondaryEmail", "fax", "home", "mobile"),
        *("work", "telephone", "telephoneNumber", "phone", "phoneNumber", "landline", "welshAddress"),
        # what describes a defendant beyond name, date of birth and ids
        *("nationalityId", "nationalityCode", "nationalityDescription", "nationality", "additionalNationalityId"),
        *("additionalNationalityCode", "additionalNationalityDescription", "ethnicity", "ethnicityId", "gender"),
        *("observedEthnicityId", "observedEthnicityCode", "observedEthnicityDescription", "title", "occupation"),
        *("selfDefinedEthnicityId", "selfDefinedEthnicityCode", "selfDefinedEthnicityDescription", "occupationCode"),
        *("nationalInsuranceNumber", "driverNumber", "driverLicenceCode", "driverLicenceIssue", "driverLicense"),
        *(
            "pncId",
            "pncIdentifier",
            "croNumber",
            "disabilityStatus",
            "documentationLanguageNeeds",
            "hearingLanguageNeeds",
        ),
        *("interpreterLanguageNeeds", "specificRequirements", "numberOfPreviousConvictionsCited", "mothersMaidenName"),
        *("mitigation", "mitigationWelsh", "witnessStatement", "witnessStatementWelsh", "statementOfFacts"),
        *("statementOfFactsWelsh", "offenceFacts", "vehicleRegistration"),
        # people around them, and professionals
        *("associatedPersons", "parentGuardian", "mother", "motherName", "employerOrganisation", "employer"),
        *("employerPayrollReference", "associatedDefenceOrganisation", "defenceOrganisation", "defenceCounsels"),
        *("prosecutionCounsels", "respondentCounsels", "applicantCounsels", "companyRepresentatives", "judiciary"),
        *("interpreterIntermediaries", "courtClerk", "delegatedPowers", "fourEyesApproval", "hearingCaseNotes"),
        # free text that repeats any of these
        *("resultText", "resultWording"),
    )
)
PROMPTS = "judicialresultprompts"
_A_PERIOD = re.compile(r"period|term|duration|concurrent|consecutive|total|\bdate\b", re.IGNORECASE)
_NOT_A_PERIOD = re.compile(r"birth|name|address|employer|creditor|e-?mail|phone", re.IGNORECASE)

_PHONES = ("home", "mobile", "work", "telephone", "phone", "fax")
_EMAILS = ("primaryEmail", "secondaryEmail", "email", "emailAddress")
_ADDRESS_LINES = ("address1", "address2", "address3", "address4", "address5", "postcode")
MOST_ENDPOINTS = 200


@dataclass(frozen=True, slots=True)
class SeenEndpoint:
    """A contact detail of a defendant (the sender's id): used for its blind index and then forgotten."""

    defendant: str
    kind: str
    value: str = field(repr=False)


def reduced(value: Any) -> Any:
    """Give a copy of a parsed body without what may not be stored."""
    if isinstance(value, dict):
        return {
            key: _reduced_prompts(inside) if key.lower() == PROMPTS else reduced(inside)
            for key, inside in value.items()
            if key.lower() not in DROPPED
        }
    if isinstance(value, list):
        return [reduced(item) for item in value]
    return value


def endpoints_in(body: Any) -> tuple[SeenEndpoint, ...]:
    """Find the defendants' own phone numbers, e-mail and postal addresses, at any depth."""
    found: dict[SeenEndpoint, None] = {}
    for endpoint in _endpoints_in(body):
        found[endpoint] = None
        if len(found) == MOST_ENDPOINTS:
            break
    return tuple(found)


def body_hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def content_hash(body: Any) -> str:
    """Hash what a message says: keys sorted, no white space, without `_metadata` (feeds.md section 3)."""
    content = {key: value for key, value in body.items() if key != "_metadata"} if isinstance(body, dict) else body
    # Half characters, which UTF-8 cannot carry, may stand in a body as escapes: written as escapes they hash as well.
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def as_stored(body: Any) -> str:
    """Write a reduced body for the sealed column."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=True)


def _reduced_prompts(prompts: Any) -> Any:
    """Keep of a prompt its label, and its value where it is a length or a date: others hold names and addresses."""
    if not isinstance(prompts, list):
        return reduced(prompts)
    return [
        {
            key: inside
            for key, inside in prompt.items()
            if key.lower() not in DROPPED | {"value", "welshvalue"} or (key == "value" and _is_period(prompt))
        }
        for prompt in prompts
        if isinstance(prompt, dict)
    ]


def _is_period(prompt: Mapping[str, Any]) -> bool:
    label = prompt.get("label")
    return isinstance(label, str) and bool(_A_PERIOD.search(label)) and not _NOT_A_PERIOD.search(label)


def _endpoints_in(value: Any) -> Iterator[SeenEndpoint]:
    if isinstance(value, list):
        for item in value:
            yield from _endpoints_in(item)
    if not isinstance(value, dict):
        return
    said = value.get("id")
    defendant = clean_text(said) if isinstance(said, str) else ""  # as the translators write ids
    is_defendant = "personDefendant" in value or "legalEntityDefendant" in value
    if is_defendant and 0 < len(defendant) <= LONGEST_ID:
        yield from _endpoints_of(defendant, _inside(value, "personDefendant", "personDetails"))
        yield from _endpoints_of(defendant, _inside(value, "legalEntityDefendant", "organisation"))
    for key, inside in value.items():
        if key not in ("personDefendant", "legalEntityDefendant"):
            yield from _endpoints_in(inside)


def _endpoints_of(defendant: str, party: Mapping[str, Any]) -> Iterator[SeenEndpoint]:
    contact = party.get("contact")
    for kind, keys in ((PHONE, _PHONES), (EMAIL, _EMAILS)):
        for key in keys:
            value = contact.get(key) if isinstance(contact, dict) else None
            if isinstance(value, str) and clean_text(value):
                yield SeenEndpoint(defendant, kind, clean_text(value))
    address = party.get("address")
    if isinstance(address, dict):
        lines = [address.get(line) for line in _ADDRESS_LINES]
        text = ", ".join(clean_text(line) for line in lines if isinstance(line, str) and clean_text(line))
        if text:
            yield SeenEndpoint(defendant, ADDRESS, text)


def _inside(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
