"""The command that lists the rules: `flask rules`."""

from __future__ import annotations

from collections.abc import Iterable

import click

from witness_care.accounts.permissions import route_policy
from witness_care.clock import now
from witness_care.rules import queries, words
from workflows.rule_file import Rule, Setting
from workflows.working_days import london_date


@click.command("rules", help="List the rules in force with their reference, and how far each was checked.")
@click.option("--unverified", is_flag=True, help="Only what nobody has compared with its source yet.")
@click.option("--pack", default="", help="Only one pack, by its name.")
@route_policy(permission="administer")
def rules(unverified: bool, pack: str) -> None:
    found = queries.packs(london_date(now()), only=pack, unverified=unverified)
    if pack and not found:
        known = ", ".join(view.name for view in queries.packs(london_date(now())))
        raise click.ClickException(f'Expected the name of a pack, received "{pack}". Known: {known}.')
    count = 0
    for view in found:
        click.echo(f"{view.name}: {view.pack.title}; {view.state}")
        lines = [*_rules(view.rules), *_settings(view.settings)]
        count += len(lines)
        for line in lines:
            click.echo(f"  {line}")
    click.echo(f"{count} {'rows are not verified' if unverified else 'rows'}.")


def _rules(rows: Iterable[Rule]) -> Iterable[str]:
    for rule in rows:
        numbers = "days by another pack"
        if rule.standard is not None:
            numbers = f"{words.days(rule.standard, rule)}, enhanced {words.days(rule.enhanced, rule)}"
        days = "" if rule.days_reference == rule.reference else f"; days: {_sure(rule.days_reference)}"
        period = f"{rule.effective_from} to {rule.effective_to or 'open'}"
        yield f"{rule.id}: {rule.title}; {numbers}; {period}; {rule.source}; {_sure(rule.reference)}{days}"


def _settings(rows: Iterable[Setting]) -> Iterable[str]:
    for row in rows:
        yield f"{row.name}: {row.title}: {row.value}; {row.reference.source}; {_sure(row.reference)}"


def _sure(reference: words.Reference) -> str:
    return f"{words.checked(reference)}, {'verified' if reference.verified else 'NOT VERIFIED'}"


COMMANDS = (rules,)
