"""Signing in with a password: what is kept, what is refused, and how guessing is slowed down."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import PASSWORD, QUICK, Cast, cast_of, email_of
from witness_care import database
from witness_care.accounts import passwords, throttle
from witness_care.accounts.models import AppUser, SignInThrottle
from witness_care.accounts.passwords import PasswordRefusedError

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = MORNING

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(app: Flask) -> Clock:
    app.config["CLOCK"] = Clock()
    return app.config["CLOCK"]


@pytest.fixture
def cast(app: Flask, clock: Clock) -> Cast:
    return cast_of(app)


def try_to_sign_in(
    client: FlaskClient, name: str, password: str = PASSWORD, *, place: dict[str, str] | None = None, **more: str
) -> TestResponse:
    page = client.get("/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    form = {"csrf_token": token, "sign_in_name": name, "password": password, **more}
    return client.post("/sign-in", data=form, environ_overrides=place or {})


@pytest.mark.proves("SEC-08")
def test_a_right_password_lets_in_and_a_wrong_one_does_not(client: FlaskClient, cast: Cast) -> None:
    wrong = try_to_sign_in(client, email_of("Olivia"), "harbour mist ladder eight")
    assert wrong.status_code == 400
    assert "Error: Sign in" in wrong.text
    right = try_to_sign_in(client, " OLIVIA@Unit.example ")
    assert right.status_code == 303
    assert "Olivia" in client.get("/account").text


@pytest.mark.proves("SEC-08")
def test_the_password_is_kept_as_argon2id_and_again_when_the_settings_change(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    def kept() -> str:
        with app.app_context():
            return database.session().scalar(sa.select(AppUser.password_hash).where(AppUser.id == cast.olivia))

    before = kept()
    assert before.startswith("$argon2id$")
    app.config["PASSWORD_HASHER"] = type(QUICK)(time_cost=2, memory_cost=16, parallelism=1)
    try_to_sign_in(client, email_of("Olivia"))
    assert "t=2" in kept()
    assert kept() != before


@pytest.mark.proves("SEC-08")
def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password(client: FlaskClient, cast: Cast) -> None:
    known, unknown = (try_to_sign_in(client, name, "wrong") for name in (email_of("Olivia"), "olivix@unit.example"))
    assert known.status_code == unknown.status_code == 400
    assert len(known.text) == len(unknown.text)


@pytest.mark.proves("SEC-08")
def test_an_unknown_name_costs_one_comparison_too(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr(type(QUICK), "verify", lambda _self, kept, given: compared.append(kept) or True)
    with app.app_context():
        assert passwords.matches("anything", None) is False
    assert len(compared) == 1


@pytest.mark.proves("SEC-08")
def test_five_failures_lock_that_name_from_that_place_for_a_quarter_of_an_hour_then_half_an_hour(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    for _ in range(5):
        assert try_to_sign_in(client, email_of("Olivia"), "wrong").status_code == 400
    assert try_to_sign_in(client, email_of("Olivia")).status_code == 429
    assert try_to_sign_in(client, email_of("Olivia"), place=ELSEWHERE).status_code == 303
    clock.at = MORNING + timedelta(minutes=15, seconds=1)
    for _ in range(5):
        assert try_to_sign_in(client.application.test_client(), email_of("Olivia"), "wrong").status_code == 400
    clock.at += timedelta(minutes=29)
    assert try_to_sign_in(client.application.test_client(), email_of("Olivia")).status_code == 429
    clock.at += timedelta(minutes=2)
    assert try_to_sign_in(client.application.test_client(), email_of("Olivia")).status_code == 303


@pytest.mark.proves("SEC-08")
def test_a_right_password_makes_the_count_begin_anew(client: FlaskClient, cast: Cast) -> None:
    for _ in range(3):
        for _ in range(4):
            try_to_sign_in(client, email_of("Olivia"), "wrong")
        assert try_to_sign_in(client, email_of("Olivia")).status_code == 303
        client = client.application.test_client()


@pytest.mark.proves("SEC-08")
@pytest.mark.parametrize("kind", ["account", "address"])
def test_there_is_a_ceiling_for_one_name_from_everywhere_and_for_one_place_on_all_names(
    app: Flask, clock: Clock, kind: str
) -> None:
    with app.app_context(), database.writing():
        for number in range(throttle.FAILURES[kind]):
            name, place = ("olivia", str(number)) if kind == "account" else (str(number), "place")
            assert isinstance(throttle.count_a_try(name, place, now=clock()), throttle.Try)
        name, place = ("olivia", "new place") if kind == "account" else ("new name", "place")
        assert throttle.count_a_try(name, place, now=clock()) == MORNING + timedelta(minutes=15)


@pytest.mark.proves("SEC-08")
def test_the_table_of_failures_shows_neither_names_nor_places(app: Flask, client: FlaskClient, cast: Cast) -> None:
    try_to_sign_in(client, "olivia@unit.example", "wrong")
    with app.app_context():
        keys = database.session().scalars(sa.select(SignInThrottle.key)).all()
    assert len(keys) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


@pytest.mark.proves("SEC-08")
@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "weak",
    [
        "short one",
        "fourteen chars",
        "passwordpassword",
        "Password-Password-1",
        "qwertyuiopasdfgh",
        "123456789012345",
        "aaaaaaaaaaaaaaaa",
        "correct horse battery staple",
        "witnesscare2026!",
        "x" * 201,
    ],
)
def test_a_short_or_common_password_is_refused(app: Flask, weak: str) -> None:
    with app.app_context(), pytest.raises(PasswordRefusedError):
        passwords.hash_of(weak)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("good", [PASSWORD, "Wet gravel, seven herons", "nsv8Gq2LxR0wPm4"])
def test_a_password_of_random_words_is_taken(app: Flask, good: str) -> None:
    app.config["PASSWORD_HASHER"] = QUICK
    with app.app_context():
        assert passwords.matches(good, passwords.hash_of(good))


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/account", "/account"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("account", "/"),
        ("/a\nb", "/"),
    ],
)
@pytest.mark.sqlite_only
def test_after_signing_in_one_comes_to_a_page_of_ours(client: FlaskClient, cast: Cast, wanted: str, given: str) -> None:
    assert try_to_sign_in(client, email_of("Olivia"), next=wanted).headers["Location"] == given


@pytest.mark.sqlite_only
def test_an_empty_form_comes_back_with_what_was_typed_and_what_is_missing(client: FlaskClient, cast: Cast) -> None:
    answer = try_to_sign_in(client, "olivia@unit.example", "")
    assert answer.status_code == 400
    assert "Enter your password" in answer.text
    assert 'value="olivia@unit.example"' in answer.text
