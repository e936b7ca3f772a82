"""The command that loads a directory of local services: `flask load-directory FILE`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from witness_care.accounts.permissions import route_policy
from witness_care.clock import now
from witness_care.support import directory, directory_file
from workflows.strict_toml import RuleFileError
from workflows.working_days import london_date


@click.command("load-directory", help="Load the directory of local services of one area from its file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
@route_policy(permission="administer")
def load_directory(file: Path) -> None:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name}: expected text in UTF-8, received something else.") from None
    at = now()
    try:
        found = directory_file.read(text, file.name, today=london_date(at))
        loaded = directory.load(found, now=at)
    except (RuleFileError, directory.OtherAreaError, directory.OtherKindError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{found.title}: {loaded.added} added, {loaded.changed} changed, {loaded.removed} removed, "
        f"{loaded.unchanged} as they were."
    )


COMMANDS = (load_directory,)
