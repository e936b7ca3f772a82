"""`flask import-people`: imports a file of people, or of what they were told, into one unit."""

from __future__ import annotations

from collections import Counter
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from witness_care import clock
from witness_care.accounts import queries
from witness_care.accounts.current import SYSTEM
from witness_care.accounts.permissions import route_policy
from witness_care.casework.dry_run import CHANGES, ENDS, OPENS
from witness_care.cutover import service
from witness_care.cutover.columns import Kind
from witness_care.cutover.csv_file import LARGEST_FILE, FileRefusedError
from witness_care.cutover.service import Seen


@click.command("import-people", help="Import a CSV file of people, or of what they were told, into one unit.")
@click.argument("file", type=click.File("rb"))
@click.option("--unit", required=True, help="Code of the unit whose cases the file speaks of.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What it holds; else its columns tell.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change.")
@with_appcontext
@route_policy(permission="administer")
def import_people(file: BinaryIO, unit: str, kind: str | None, dry_run: bool) -> None:
    found = queries.unit_by_code(unit)
    if found is None:
        raise click.UsageError(f"Expected the code of a unit; there is no unit {unit}.")
    content, unit_id, now = file.read(LARGEST_FILE + 1), found.id, clock.now()
    run = service.try_out if dry_run else service.import_now
    try:
        seen = run(content, Kind(kind) if kind else service.kind_of(content), unit_id=unit_id, actor=SYSTEM, now=now)
    except FileRefusedError as problem:
        raise click.ClickException(str(problem)) from None
    _say(seen, dry_run=dry_run)


def _say(seen: Seen, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    click.echo(
        f"{seen.rows} rows: {seen.added} {would}added, {seen.changed} {would}changed, {seen.unchanged} unchanged, "
        f"{len(seen.refused)} refused."
    )
    for refusal in seen.refused:
        column = f", column {refusal.column}" if refusal.column else ""
        click.echo(f"  Line {refusal.line}{column}: expected {refusal.expected}. {refusal.do}")
    if dry_run:
        becomes: Counter[str] = Counter()
        for (what, _topic), number in seen.duties.items():
            becomes[what] += number
        click.echo(f"Duties: {becomes[OPENS]} would open, {becomes[CHANGES]} would change, {becomes[ENDS]} would end.")


COMMANDS = (import_people,)
