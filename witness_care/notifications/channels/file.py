"""Writes each message as a file on this machine, for demonstrations and first trials: nothing leaves it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from witness_care.notifications.channels import DELIVERED, Accepted, Answer, Found, Nothing, Outgoing, Sought


@dataclass(frozen=True, slots=True)
class FileProvider:
    """A file for each message, named by its id; written is delivered."""

    folder: Path
    name: str = "file"
    reports: bool = True

    def deliver(self, message: Outgoing) -> Answer:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = f"By {message.channel} to:\n{message.to}\n\n{message.subject}\n\n{message.body}\n"
        half = self.folder / f".{message.reference}.{os.getpid()}"
        half.write_text(text, encoding="utf-8")
        half.chmod(0o600)
        half.replace(self._path(message.reference))
        return Accepted(provider_id=message.reference, status=DELIVERED)

    def find(self, reference: str) -> Sought:
        there = self._path(reference).exists()
        return Found(provider_id=reference, status=DELIVERED) if there else Nothing()

    def status(self, provider_id: str) -> str:
        return DELIVERED if self._path(provider_id).exists() else ""

    def _path(self, reference: str) -> Path:
        return self.folder / f"{reference}.txt"
