"""The command that folds every case anew: `flask rebuild`."""

from __future__ import annotations

import click

from witness_care.accounts.permissions import route_policy
from witness_care.casework import rebuild
from witness_care.clock import now
from witness_care.database import writing


@click.command("rebuild", help="Fold every case anew from its journal. With --check, compare and write nothing.")
@click.option("--check", is_flag=True, help="Only compare; exit 1 when a case differs from its journal.")
@route_policy(permission="administer")
def rebuild_command(check: bool) -> None:
    if check:
        found = list(rebuild.differences())
        for difference in found:
            click.echo(f"case {difference.case_id}: stored {difference.stored}, rebuilt {difference.rebuilt}")
        click.echo(f"{len(found)} cases differ from their journal.")
        raise SystemExit(1 if found else 0)
    with writing():
        count = rebuild.rebuild(now=now())
    click.echo(f"{count} cases were written anew from their journals.")


COMMANDS = (rebuild_command,)
