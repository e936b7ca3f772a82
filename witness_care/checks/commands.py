"""The command that looks for damage: `flask fsck`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from witness_care.accounts.permissions import route_policy
from witness_care.checks.every import CHECKS, check
from witness_care.checks.findings import Finding
from witness_care.clock import now
from witness_care.database import snapshot


@click.command("fsck", help="Check every invariant that stored rows can show; repair nothing. Exit 1 on a finding.")
@click.option("--only", type=click.Choice(list(CHECKS)), help="Run one check.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a finding.")
@route_policy(permission="administer")
def fsck(only: str | None, as_json: bool) -> None:
    count = 0
    with snapshot():
        for finding in check(now(), only=only):
            count += 1
            click.echo(json.dumps(asdict(finding)) if as_json else _line(finding))
    if not as_json:
        click.echo(f"{count} findings in {'all checks' if only is None else only}.")
    raise SystemExit(1 if count else 0)


def _line(finding: Finding) -> str:
    return f"{finding.invariant} case {finding.case_id or '-'} row {finding.row or '-'}: {finding.words}"


COMMANDS = (fsck,)
