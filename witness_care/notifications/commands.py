"""The command that adds the templates which come with the service: `flask load-templates`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from witness_care.accounts.permissions import route_policy
from witness_care.clock import now
from witness_care.notifications import template_service


@click.command("load-templates", help="Add the message templates that come with the service, as drafts to be approved.")
@with_appcontext
@route_policy(permission="administer")
def load_templates() -> None:
    added = template_service.load_shipped(now=now())
    click.echo(f"{added} added as drafts. Two administrators put each in use: one submits it, another approves it.")


COMMANDS = (load_templates,)
