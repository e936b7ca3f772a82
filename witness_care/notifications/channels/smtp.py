"""Sends e-mail by a mail server. It says that it took a message, and nothing of what became of it."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate

from witness_care.notifications.channels import (
    LONGEST_CALL,
    READ_SECONDS,
    Accepted,
    Answer,
    NoAnswer,
    Outgoing,
    Refused,
    Sought,
    TryLater,
    Unsure,
    bounded,
)

DEFAULT_PORT = 25


class SmtpProvider:
    """One mail server, `host` or `host:port`; `sender` is the address from which the unit writes."""

    name = "smtp"
    reports = False  # a mail server takes an e-mail, and says no more of it

    def __init__(self, *, address: str, sender: str, longest_call: float = LONGEST_CALL) -> None:
        self._host, _, port = address.partition(":")
        self._port = int(port) if port else DEFAULT_PORT
        self._sender, self._longest = sender, longest_call

    def deliver(self, message: Outgoing) -> Answer:
        if message.channel != "email":
            return Refused()
        return bounded(lambda: self._deliver(message), _unsure(), seconds=self._longest)

    def find(self, reference: str) -> Sought:
        return NoAnswer()

    def status(self, provider_id: str) -> str:
        return ""

    def _deliver(self, message: Outgoing) -> Answer:
        try:
            server = smtplib.SMTP(self._host, self._port, timeout=READ_SECONDS)
        except (OSError, smtplib.SMTPException):
            return TryLater()
        with server:
            return self._hand_over(server, message)

    def _hand_over(self, server: smtplib.SMTP, message: Outgoing) -> Answer:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail["Message-ID"], mail["Date"] = f"<{message.reference}@{self._sender.partition('@')[2]}>", formatdate()
        mail.set_content(message.body)
        try:
            if server.has_extn("starttls") or "starttls" in (server.ehlo()[1] or b"").decode("ascii", "ignore").lower():
                server.starttls()
                server.ehlo()
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as problem:
            return _by_code(max((code for code, _ in problem.recipients.values()), default=550))
        except smtplib.SMTPResponseException as problem:  # the server answered, and did not take it
            return _by_code(problem.smtp_code)
        except (OSError, smtplib.SMTPException):
            return Unsure()
        return Accepted(provider_id=message.reference)


def _by_code(code: int) -> Answer:
    return TryLater() if 400 <= code < 500 else Refused()


def _unsure() -> Answer:
    return Unsure()
