"""`flask worker` keeps the clock; `flask serve` runs the web server and the worker together, on this machine only."""

from __future__ import annotations

import signal
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from witness_care.accounts.permissions import route_policy
from witness_care.jobs.serving import serve_both
from witness_care.jobs.worker import Worker


@click.command("worker")
@with_appcontext
@route_policy(permission="administer")
def worker() -> None:
    """Run the regular jobs; a second worker stands by and takes over when the first one dies."""
    running = Worker(current_app._get_current_object())  # type: ignore[attr-defined]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        running.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    running.run()


@click.command("serve")
@click.option("--port", default=5000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@route_policy(permission="administer")
def serve(port: int) -> None:
    """Serve the pages and the API, and keep the clock, until Ctrl-C."""
    raise SystemExit(serve_both(port, say=click.echo))


COMMANDS = [worker, serve]
