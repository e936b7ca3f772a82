"""`flask replay`: tries court messages again that wait."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import click
import sqlalchemy as sa

from witness_care import clock
from witness_care.accounts.permissions import route_policy
from witness_care.casework.dry_run import CHANGES, ENDS, OPENS
from witness_care.feed import waiting
from witness_care.feed.reasons import REASONS


@click.command("replay", help="Try court messages again that wait. With --dry-run, say what would change.")
@click.option("--reason", default="", help="Only those that wait for this reason, such as unknown-case.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only those received on this London day or later.")
@click.option("--message", default="", help="Only the message with this id of ours.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change.")
@route_policy(permission="administer")
def replay(reason: str, since: datetime | None, message: str, dry_run: bool) -> None:
    if reason and reason not in REASONS:
        raise click.UsageError(f"Expected a reason such as unknown-case, received {reason!r}. See docs/feeds.md.")
    choice = waiting.Choice(reason=reason, since=since.date() if since else None, message=message)
    ids = waiting.chosen(choice, sa.true())
    now = clock.now()
    tried = waiting.preview(ids, now=now) if dry_run else waiting.try_again(ids, now=now)
    would = "would find" if dry_run else "found"
    click.echo(f"{tried.messages} messages tried: {tried.placed} {would} their place.")
    for why, count in sorted(tried.still.items()):
        click.echo(f"  {count} still wait: {why}")
    if dry_run:
        changes = Counter(difference.what for difference in tried.differences)
        click.echo(f"Duties: {changes[OPENS]} would open, {changes[CHANGES]} would change, {changes[ENDS]} would end.")
    if len(ids) == waiting.MOST:
        click.echo(f"These were the first {waiting.MOST}. Run it again for the rest.")


COMMANDS = (replay,)
