"""The ways by which messages leave: files on this machine, GOV.UK Notify, or a mail server.

Each way answers with one of four: taken, try later, refused, or "cannot tell". Only an answer that is certain is one
of the first three. No call lasts longer than `LONGEST_CALL` seconds, and none is made while a transaction is open.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from flask import current_app

FILE, NOTIFY, SMTP, NOTHING = "file", "notify", "smtp", "nothing"
LONGEST_CALL = 20
CONNECT_SECONDS, READ_SECONDS = 3, 10

DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message as it leaves; `reference` is its id in the outbox, by which a provider is asked about it."""

    reference: str
    channel: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took it. `status` is what it says already, if anything."""

    provider_id: str
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """It was certainly not taken, and may be tried again: after `seconds`, if the provider said so."""

    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It was certainly not taken and never will be. `reason` is a code."""

    reason: str = "refused_by_provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """Nobody can tell whether it was taken."""

    reason: str = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The provider has it."""

    provider_id: str
    status: str = ""


class Nothing:
    """A healthy answer that it does not have it."""


class NoAnswer:
    """The provider could not be asked."""


Answer = Accepted | TryLater | Refused | Unsure
Sought = Found | Nothing | NoAnswer


class Provider(Protocol):
    """One way by which messages leave."""

    @property
    def name(self) -> str: ...

    @property
    def reports(self) -> bool:
        """Whether it says later what became of a message it took."""

    def deliver(self, message: Outgoing) -> Answer: ...

    def find(self, reference: str) -> Sought:
        """Ask whether it took the message of this reference."""

    def status(self, provider_id: str) -> str:
        """Ask what became of a message; empty when it does not say."""


def provider_named(name: str) -> Provider | None:
    """Give a provider of this application as its settings say; None for "nothing"."""
    config = current_app.config
    if name == FILE:
        from witness_care.notifications.channels.file import FileProvider

        return FileProvider(config["INSTANCE"] / "outbox")
    if name == NOTIFY:
        from witness_care.notifications.channels.notify import NotifyProvider

        return NotifyProvider(
            base_url=config["NOTIFY_URL"], key=config["NOTIFY_KEY"], templates=config["NOTIFY_TEMPLATES"]
        )
    if name == SMTP:
        from witness_care.notifications.channels.smtp import SmtpProvider

        return SmtpProvider(address=config["SMTP_ADDRESS"], sender=config["SMTP_SENDER"])
    return None


def provider_of(channel: str) -> Provider | None:
    """Give the provider that carries texts, e-mails or letters here; None: nothing is sent in this way."""
    return provider_named(current_app.config["SEND_BY"][channel])


T = TypeVar("T")


def bounded(call: Callable[[], T], otherwise: T, *, seconds: float = LONGEST_CALL) -> T:
    """Make a call that must not last: one that drips on is left to itself, and counts as `otherwise`."""
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="call")
    try:
        return pool.submit(call).result(timeout=seconds)
    except concurrent.futures.TimeoutError:
        return otherwise
    finally:
        pool.shutdown(wait=False)
