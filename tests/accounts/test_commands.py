"""The commands that add units, users and programs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.cast import PASSWORD, QUICK
from witness_care import clock, database
from witness_care.accounts import api_clients, passwords, queries, service
from witness_care.accounts.models import Role


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    app.config["PASSWORD_HASHER"] = QUICK
    return app.test_cli_runner()


@pytest.fixture
def unit(runner: FlaskCliRunner) -> str:
    assert runner.invoke(args=["create-unit", "--code", "ESX", "--name", "Eastshire"]).exit_code == 0
    return "ESX"


def create_user(runner: FlaskCliRunner, *more: str, password: str = PASSWORD, role: str = "officer") -> str:
    arguments = ["create-user", "--email", "Olivia@unit.example", "--name", "Olivia", "--role", role, *more]
    return runner.invoke(args=[*arguments, "--password-stdin"], input=f"{password}\n").output


def test_a_unit_a_user_and_a_program_can_be_added(app: Flask, runner: FlaskCliRunner, unit: str) -> None:
    assert create_user(runner, "--unit", unit) == "User added.\n"
    shown = runner.invoke(args=["create-client", "--name", "Link", "--unit", unit, "--feed", "listing"]).output
    key = shown.splitlines()[-1]
    with app.app_context():
        user = queries.user_by_sign_in_name("olivia@unit.example")
        assert user.role is Role.OFFICER
        assert passwords.matches(PASSWORD, user.password_hash)
        assert [row.display_name for row in queries.staff_of((queries.unit_by_code(unit).id,))] == ["Olivia"]
        assert api_clients.client_of(key, now=clock.now()).scopes == {"feed:listing"}


@pytest.mark.sqlite_only
def test_what_cannot_be_added_is_refused_in_words(runner: FlaskCliRunner, unit: str) -> None:
    assert "at least 15 characters" in create_user(runner, "--unit", unit, password="short")
    assert "at least one for everybody else" in create_user(runner)
    assert "Expected no unit" in create_user(runner, "--unit", unit, role="auditor")
    assert "there is no unit NONE" in create_user(runner, "--unit", "NONE")
    create_user(runner, "--unit", unit)
    assert "somebody has this one" in create_user(runner, "--unit", unit)
    assert "there is a unit ESX" in runner.invoke(args=["create-unit", "--code", "ESX", "--name", "Again"]).output


@pytest.mark.sqlite_only
def test_a_key_can_be_replaced_without_a_gap_and_then_revoked(runner: FlaskCliRunner, unit: str) -> None:
    first = runner.invoke(args=["create-client", "--name", "Link", "--unit", unit]).output.splitlines()[-1]
    assert runner.invoke(args=["create-key", "--client", "Link"]).exit_code == 0
    assert "Revoke the older one first" in runner.invoke(args=["create-key", "--client", "Link"]).output
    assert runner.invoke(args=["revoke-key", "--prefix", first[:15]]).output == "Key revoked.\n"
    assert "there is none" in runner.invoke(args=["revoke-key", "--prefix", first[:15]]).output


def test_a_user_can_get_another_password_and_be_switched_off(app: Flask, runner: FlaskCliRunner, unit: str) -> None:
    create_user(runner, "--unit", unit)
    arguments = ["--email", "olivia@unit.example"]
    runner.invoke(args=["set-password", *arguments, "--password-stdin"], input="nine blue kites over hills\n")

    def lets_in(password: str) -> bool:
        with app.app_context():
            address = "198.51.100.7"
            answer = service.sign_in("olivia@unit.example", password, address=address, now=clock.now())
            assert not database.is_writing()
            return answer.token is not None

    assert not lets_in(PASSWORD)
    assert lets_in("nine blue kites over hills")
    assert runner.invoke(args=["disable-user", *arguments]).exit_code == 0
    assert not lets_in("nine blue kites over hills")
