"""The tables of commands and make targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from scripts.docs_from.service import application
from scripts.docs_from.table import code, table

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"


def commands() -> str:
    return table(
        ("Command", "What it does", "Options"),
        ((code(f"flask --app wsgi {name}"), _words(command), _options(command)) for name, command in our_commands()),
    )


def targets() -> str:
    found = re.findall(r"^([a-z]+):.*?## (.*)$", MAKEFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return table(("Target", "What it does"), ((code(f"make {name}"), words) for name, words in found))


def our_commands() -> Iterator[tuple[str, click.Command]]:
    """Give the commands that the service itself adds, not those of Flask and its extensions."""
    for name, command in sorted(application().cli.commands.items()):
        if getattr(command.callback, "__module__", "").startswith("witness_care."):
            yield name, command


def _words(command: click.Command) -> str:
    return (command.help or "").split("\f")[0].strip().split("\n\n")[0]


def _options(command: click.Command) -> str:
    names = [max(option.opts, key=len) for option in command.params if isinstance(option, click.Option)]
    return " ".join(code(name) for name in names)
