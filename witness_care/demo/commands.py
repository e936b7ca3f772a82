"""`flask demo`: fills an empty database with a made-up world, and says how to look at it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import click
import flask_migrate
import sqlalchemy as sa
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info

from witness_care import clock, database, structured_log
from witness_care.accounts import api_clients, service
from witness_care.accounts.models import ApiClient, AppUser, Unit
from witness_care.accounts.permissions import route_policy
from witness_care.cases.models import CourtCase
from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import TRIAL
from witness_care.demo.messages import write_messages
from witness_care.demo.play import FEED, Player
from witness_care.demo.world import (
    PASSWORD,
    SHOW_CASE,
    SIGN_INS,
    TEMPLATES_APPROVED_BY,
    TEMPLATES_SUBMITTED_BY,
    UNIT_SETTINGS,
    UNITS,
    make_world,
)
from witness_care.extensions import db
from witness_care.notifications import template_service
from witness_care.people.models import Participant, Person
from witness_care.support import directory, directory_file
from workflows.working_days import london_date

SEED = 26
CASE_SYSTEM, COURT_SYSTEM = "Demo case system", "Demo Common Platform"
LAST_CHECK = date(2026, 11, 9)  # the latest check that a made-up service has had
FOLDER, MESSAGE_FILE, KEY_FILE = "demo", "move-a-trial.json", "feed-key"


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing but print the sign-ins when there are cases already.")
@click.option("--upgrade", is_flag=True, help="Bring the database up to date first.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed on the same day makes the same world.")
@click.option("--cases", type=click.IntRange(1), help="Make only so many cases.")
@pass_script_info
@route_policy(permission="administer")
def demo(script_info: ScriptInfo, if_empty: bool, upgrade: bool, seed: int, cases: int | None) -> None:
    """Fill the database with made-up cases, people and messages."""
    app = script_info.load_app()
    if app.config["PRODUCTION"]:
        raise click.ClickException("Expected a demonstration; WC_ENV is production. No made-up data goes in there.")
    if upgrade:
        _bring_up_to_date(app)
    if _has_cases(app):
        if not (_folder(app) / MESSAGE_FILE).exists() and _is_demo(app):
            raise click.ClickException(
                "Expected a whole world; it was cut off while it was made. Empty the database first."
            )
        if not if_empty:
            raise click.ClickException("Expected an empty database; there are cases. Add --if-empty, or start afresh.")
        _say_how_to_look(app)
        return
    with app.app_context():
        now = clock.now()
    click.echo("Making a world of made-up cases …")
    world = make_world(seed, now, cases=cases)
    player = _open_the_doors(app)
    with _few_lines(app), _commits_without_waiting(app), ThreadPoolExecutor(1) as outside:
        # In a thread of its own: the command has an application context, and every request must make its own.
        outside.submit(player.play, world).result()
        outside.submit(write_messages, app).result()
    _write_message(app, world.files[0])
    click.echo(
        f"{len(world.files)} cases, {player.counts.get('messages', 0)} court messages and "
        f"{player.counts.get('post', 0)} contacts were sent through the API."
    )
    _say_how_to_look(app)


COMMANDS = [demo]


def _bring_up_to_date(app: Flask) -> None:
    """Migrate here, in the process that goes on: starting another takes longer than most migrations."""
    click.echo("Bringing the database up to date")
    with app.app_context():
        flask_migrate.upgrade()


def _has_cases(app: Flask) -> bool:
    with app.app_context():
        return database.session().execute(sa.select(CourtCase.id).limit(1)).first() is not None


def _is_demo(app: Flask) -> bool:
    with app.app_context():
        return database.session().scalar(sa.select(ApiClient.id).where(ApiClient.name == CASE_SYSTEM)) is not None


def _folder(app: Flask) -> Path:
    return Path(app.config["INSTANCE"]) / FOLDER


def _open_the_doors(app: Flask) -> Player:
    """Add units, sign-ins and the two programs, and give somebody who may speak for both programs."""
    with app.app_context(), database.writing() as session:
        now = clock.now()
        units: dict[str, str] = {row.code: row.id for row in session.execute(sa.select(Unit.code, Unit.id))}
        for unit in UNITS:
            if unit.code not in units:
                units[unit.code] = service.create_unit(code=unit.code, name=unit.name, settings=UNIT_SETTINGS, now=now)
        taken = set(session.scalars(sa.select(AppUser.sign_in_name)))
        for sign_in in SIGN_INS:
            if sign_in.email not in taken:
                service.create_user(
                    sign_in_name=sign_in.email,
                    display_name=sign_in.name,
                    password=PASSWORD,
                    role=sign_in.role,
                    unit_ids=[units[code] for code in sign_in.units],
                    now=now,
                )
        every_unit = [units[unit.code] for unit in UNITS]
        case_scopes = ["cases:read", "cases:write", "contacts:write", "feed:backfill"]
        key = _key_of(CASE_SYSTEM, every_unit, case_scopes)
        feed_key = _key_of(COURT_SYSTEM, every_unit, [f"feed:{FEED}", "feed:backfill"])
        _load_directories(now)
    _put_templates_in_use(app)
    _write(app, KEY_FILE, feed_key)
    return Player(app, key, feed_key)


def _put_templates_in_use(app: Flask) -> None:
    """Let the two administrators put the templates that come with the service in use."""
    with app.app_context():
        names = (TEMPLATES_SUBMITTED_BY, TEMPLATES_APPROVED_BY)
        found = database.session().execute(
            sa.select(AppUser.sign_in_name, AppUser.id).where(AppUser.sign_in_name.in_(names))
        )
        ids = {row.sign_in_name: f"user:{row.id}" for row in found}
        template_service.load_shipped(now=clock.now(), submitted_by=ids[names[0]], approved_by=ids[names[1]])


def _load_directories(now: datetime) -> None:
    """Load the made-up local services of each area, also on a day before somebody is said to have checked them."""
    files = resources.files("witness_care.demo").joinpath("directories").iterdir()
    for file in sorted(files, key=lambda each: each.name):
        text = file.read_text(encoding="utf-8")
        directory.load(directory_file.read(text, file.name, today=max(london_date(now), LAST_CHECK)), now=now)


@contextmanager
def _few_lines(app: Flask) -> Iterator[None]:
    """Log what matters only: two thousand requests need not be read."""
    structured_log.configure("WARNING")
    try:
        yield
    finally:
        structured_log.configure(app.config["LOG_LEVEL"])


@contextmanager
def _commits_without_waiting(app: Flask) -> Iterator[None]:
    """Let SQLite write to disk now and then only: a world cut off in the making is made again from nothing."""

    def relax(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return
    engine.dispose()
    sa.event.listen(engine, "connect", relax)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", relax)
        engine.dispose()


def _key_of(name: str, unit_ids: list[str], scopes: list[str]) -> str:
    now = clock.now()
    client_id = database.session().scalar(sa.select(ApiClient.id).where(ApiClient.name == name))
    if client_id is None:
        client_id = api_clients.create_client(name=name, unit_ids=unit_ids, scopes=scopes, now=now)
    return api_clients.create_key(client_id, now=now)


def _write_message(app: Flask, show: CaseFile) -> None:
    """Write the message that moves one trial by a week; posted again, it is a duplicate."""
    with app.app_context():
        now = clock.now()
    message = show.voice.updated(now, show.voice.id("trial"), TRIAL, show.moments.after(20, 2))
    _write(app, MESSAGE_FILE, json.dumps(message, indent=2) + "\n")


def _write(app: Flask, name: str, text: str) -> None:
    _folder(app).mkdir(parents=True, exist_ok=True)
    path = _folder(app) / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def _say_how_to_look(app: Flask) -> None:
    address = f"http://127.0.0.1:{os.environ.get('PORT', '5000')}"
    click.echo("\nSign in with one of these (made-up people, password of all: " + PASSWORD + "):")
    for sign_in in SIGN_INS:
        units = ", ".join(sign_in.units) or "no unit"
        click.echo(f"  {sign_in.email:28} {sign_in.role:14} {units}")
    if not (_folder(app) / MESSAGE_FILE).exists():
        return
    folder = _shown(_folder(app))
    click.echo("\nMove a trial, as the court would (send it twice: the second is a duplicate):\n")
    click.echo(f'  curl -sS -H "Authorization: Bearer $(cat {folder}/{KEY_FILE})" \\')
    click.echo('       -H "Content-Type: application/json" \\')
    click.echo(f"       --data-binary @{folder}/{MESSAGE_FILE} \\")
    click.echo(f"       {address}/api/v1/feeds/{FEED}/messages")
    with app.app_context():
        person = (
            database.session()
            .execute(
                sa.select(Participant.id, Person.name)
                .join(Person, Person.id == Participant.person_id)
                .join(CourtCase, CourtCase.id == Participant.case_id)
                .where(CourtCase.urn == SHOW_CASE)
                .order_by(Participant.role, Participant.id)
            )
            .first()
        )
    if person is not None:
        click.echo(f"\nThen sign in as olivia@eastmere.example and look at {person.name}, case {SHOW_CASE}:")
        click.echo(f"  {address}/participants/{person.id}")


def _shown(path: Path) -> str:
    """Give a path as one types it here: relative where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
