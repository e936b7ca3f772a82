"""Sends by GOV.UK Notify, whose own templates only pass our text on: ((subject)) and ((body)).

Notify has no key that makes a second request harmless, but lists what it took by our reference. Its client reports a
call that got no answer as if the service had said 503, so the cause is looked at: only a connection that was never
made is certain not to have been taken.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from witness_care.notifications.channels import (
    CONNECT_SECONDS,
    LONGEST_CALL,
    READ_SECONDS,
    Accepted,
    Answer,
    Found,
    NoAnswer,
    Nothing,
    Outgoing,
    Refused,
    Sought,
    TryLater,
    Unsure,
    bounded,
)

NOT_SIGNED_IN, NOT_ALLOWED, TOO_MANY, UNAVAILABLE = 401, 403, 429, 503
LINES_OF_AN_ADDRESS = 7

# What the client writes about a request that failed may quote a number or an address.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)


class NotifyProvider:
    """Notify as one service of a unit: `key` is its key, `templates` its three pass-through templates."""

    name = "notify"
    reports = True

    def __init__(
        self, *, base_url: str, key: str, templates: Mapping[str, str], longest_call: float = LONGEST_CALL
    ) -> None:
        self._base_url, self._key, self._templates, self._longest = base_url, key, templates, longest_call

    def deliver(self, message: Outgoing) -> Answer:
        return bounded(lambda: self._deliver(message), _unsure(), seconds=self._longest)

    def find(self, reference: str) -> Sought:
        return bounded(lambda: self._find(reference), _no_answer(), seconds=self._longest)

    def status(self, provider_id: str) -> str:
        return bounded(lambda: self._status(provider_id), "", seconds=self._longest)

    def _deliver(self, message: Outgoing) -> Answer:
        from notifications_python_client.errors import APIError

        try:
            answer = self._call(message)
        except APIError as error:
            return _meaning(error)
        identity = answer.get("id") if isinstance(answer, dict) else None
        return Accepted(provider_id=str(identity)) if identity else Unsure()

    def _call(self, message: Outgoing) -> Any:
        client, template = self._client(), self._templates.get(message.channel, "")
        values = {"subject": message.subject, "body": message.body}
        if message.channel == "text":
            return client.send_sms_notification(message.to, template, values, message.reference)
        if message.channel == "email":
            return client.send_email_notification(message.to, template, values, message.reference)
        return client.send_letter_notification(template, values | _address(message.to), message.reference)

    def _find(self, reference: str) -> Sought:
        from notifications_python_client.errors import APIError

        try:
            answer = self._client().get_all_notifications(reference=reference)
        except APIError:
            return NoAnswer()
        listed = answer.get("notifications") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            return NoAnswer()
        ours = [each for each in listed if each.get("reference") == reference]
        return Found(provider_id=str(ours[0]["id"]), status=ours[0].get("status") or "") if ours else Nothing()

    def _status(self, provider_id: str) -> str:
        from notifications_python_client.errors import APIError

        try:
            answer = self._client().get_notification_by_id(provider_id)
        except APIError:
            return ""
        return str(answer.get("status") or "") if isinstance(answer, dict) else ""

    def _client(self) -> Any:
        # Its client is not safe for threads, and needs no set-up.
        from notifications_python_client.notifications import NotificationsAPIClient

        return NotificationsAPIClient(self._key, self._base_url, timeout=(CONNECT_SECONDS, READ_SECONDS))


def _meaning(error: Any) -> Answer:
    """Say what a failed call means. Anything that is not certain is "cannot tell"."""
    import requests

    response = error.response
    if response is None:
        never_made = isinstance(error.__cause__, requests.ConnectTimeout) or _was_refused(error.__cause__)
        return TryLater() if never_made else Unsure()
    if response.status_code in (TOO_MANY, UNAVAILABLE):
        return TryLater(seconds=_seconds(response.headers.get("Retry-After")))
    # A key that is wrong or revoked, or a clock that is off, says nothing of the message.
    if response.status_code in (NOT_SIGNED_IN, NOT_ALLOWED):
        return TryLater()
    if 400 <= response.status_code < 500:
        return Refused()
    return Unsure()


def _was_refused(cause: Any) -> bool:
    from urllib3.exceptions import NewConnectionError

    inner = cause.args[0] if cause is not None and cause.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)


def _seconds(text: str | None) -> int:
    return min(int(text), 3600) if text and text.isascii() and text.isdigit() else 0


def _address(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return {f"address_line_{n}": line for n, line in enumerate(lines[:LINES_OF_AN_ADDRESS], start=1)}


def _unsure() -> Answer:
    return Unsure()


def _no_answer() -> Sought:
    return NoAnswer()
