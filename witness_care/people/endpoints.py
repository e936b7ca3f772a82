"""Compares contact details without reading them: equal numbers, e-mails and addresses have equal blind indexes.

A person's contact point and a defendant's use the same key, since only the comparison of the two shows that a call
would reach the wrong household (SEC-25).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from witness_care import sealing
from witness_care.people.document import EndpointKind
from witness_care.people.normalise import normalise_address, normalise_email, normalise_phone

PHONE, EMAIL, ADDRESS = "phone", "email", "address"

GROUP_OF: Mapping[str, str] = MappingProxyType(
    {
        EndpointKind.MOBILE: PHONE,
        EndpointKind.LANDLINE: PHONE,
        EndpointKind.EMAIL: EMAIL,
        EndpointKind.ADDRESS: ADDRESS,
    }
)
_NORMALISE: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {PHONE: normalise_phone, EMAIL: normalise_email, ADDRESS: normalise_address}
)


def group_of(kind: str) -> str:
    """Give what kinds are compared as: any phone with any phone. Accepts a group as well as a kind."""
    return GROUP_OF.get(kind, kind)


def is_readable(kind: str, value: str) -> bool:
    """Say whether a value can be read as what it claims to be."""
    return _NORMALISE[group_of(kind)](value) is not None


def blind_index_of(kind: str, value: str) -> str:
    """Give the blind index of a contact detail; "" when it cannot be read, which equals nothing."""
    group = group_of(kind)
    normalised = _NORMALISE[group](value)
    return sealing.blind_index(f"endpoint.{group}", normalised) if normalised else ""
