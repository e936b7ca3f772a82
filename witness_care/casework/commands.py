"""The commands that check the state of every case: `flask fsck` and `flask rebuild`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from witness_care.accounts.permissions import route_policy
from witness_care.casework import checks, rebuild
from witness_care.clock import now
from witness_care.database import writing


@click.command("fsck", help="Check every invariant that stored rows can show; repair nothing. Exit 1 on a finding.")
@click.option("--only", type=click.Choice(sorted(checks.CHECKS)), help="Run one check.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a finding.")
@route_policy(permission="administer")
def fsck(only: str | None, as_json: bool) -> None:
    count = 0
    for finding in checks.check(now(), only=only):
        count += 1
        if as_json:
            click.echo(json.dumps(asdict(finding)))
        else:
            click.echo(f"{finding.invariant} case {finding.case_id or '-'} row {finding.row or '-'}: {finding.words}")
    if not as_json:
        click.echo(f"{count} findings in {'all checks' if only is None else only}.")
    raise SystemExit(1 if count else 0)


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


COMMANDS = (fsck, rebuild_command)
