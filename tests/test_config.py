"""Settings: where they come from, and what production refuses to start with."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from witness_care import config
from witness_care.config import ConfigurationError

KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"i" * 32).decode()
PRODUCTION = {
    "WC_ENV": "production",
    "DATABASE_URL": "postgresql://db.example/wc",
    "WC_SECRET_KEY": "s" * 40,
    "WC_FIELD_KEYS": f"1:{KEY}",
    "WC_INDEX_KEY": OTHER_KEY,
    "WC_HOSTS": "witness-care.unit.example",
}


def settings_of(**changes: str) -> dict[str, object]:
    return config.flask_config(config.from_environment({**PRODUCTION, **changes}))


def test_without_any_setting_it_is_a_demonstration_on_sqlite() -> None:
    settings = config.flask_config(config.from_environment({}))
    assert settings["PRODUCTION"] is False
    assert settings["SQLALCHEMY_DATABASE_URI"].get_backend_name() == "sqlite"
    assert settings["SIGN_IN_COOKIE"] == "wc"


@pytest.mark.proves("SEC-31")
@pytest.mark.parametrize("name", ["WC_SECRET_KEY", "WC_FIELD_KEYS", "WC_INDEX_KEY", "WC_HOSTS"])
def test_production_refuses_to_start_without(name: str) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    with pytest.raises(ConfigurationError, match=f"{name}: expected a value in production"):
        config.from_environment(given)


@pytest.mark.proves("SEC-31")
@pytest.mark.parametrize("setting", [setting for setting in config.SETTINGS if setting.secret and setting.demo])
def test_production_refuses_the_secrets_of_the_demonstration(setting: config.Setting) -> None:
    with pytest.raises(ConfigurationError, match=f"{setting.name}: expected a secret of your own"):
        settings_of(**{setting.name: setting.demo})


@pytest.mark.proves("SEC-31")
def test_production_with_its_own_secrets_uses_the_strict_cookie() -> None:
    settings = settings_of()
    assert settings["SIGN_IN_COOKIE"] == "__Host-wc"
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert str(settings["SQLALCHEMY_DATABASE_URI"]).startswith("postgresql+psycopg://")


@pytest.mark.proves("SEC-31")
@pytest.mark.parametrize("setting", [setting for setting in config.SETTINGS if setting.for_tests])
def test_production_refuses_to_start_with_what_is_for_tests(setting: config.Setting, tmp_path: Path) -> None:
    armed = "store_messages.after" if setting.name == "WC_FAULTPOINT" else str(tmp_path / "passed")
    with pytest.raises(ConfigurationError, match=f"{setting.name}: expected nothing in production"):
        settings_of(**{setting.name: armed})
    as_file = tmp_path / "setting"
    as_file.write_text(armed)
    with pytest.raises(ConfigurationError, match=f"{setting.name}: expected nothing in production"):
        settings_of(**{f"{setting.name}_FILE": str(as_file)})


@pytest.mark.proves("SEC-29")
def test_the_index_key_may_not_be_a_field_key() -> None:
    with pytest.raises(ConfigurationError, match="WC_INDEX_KEY: expected a key of its own"):
        settings_of(WC_INDEX_KEY=KEY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WC_FIELD_KEYS", "1:short"),
        ("WC_FIELD_KEYS", f"0:{KEY}"),
        ("WC_FIELD_KEYS", f"1:{KEY},1:{OTHER_KEY}"),
        ("WC_INDEX_KEY", "not base64!"),
        ("WC_SECRET_KEY", "short"),
        ("WC_IDLE_MINUTES", "many"),
        ("WC_ENV", "prod"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings_of(**{name: value})
    assert f"{name}: expected" in str(refused.value)
    assert value not in str(refused.value).replace("production", "")


@pytest.mark.proves("SEC-31")
def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("f" * 40 + "\n")
    given = {key: value for key, value in PRODUCTION.items() if key != "WC_SECRET_KEY"}
    assert config.from_environment({**given, "WC_SECRET_KEY_FILE": str(file)})["WC_SECRET_KEY"] == "f" * 40
    with pytest.raises(ConfigurationError, match="WC_SECRET_KEY_FILE"):
        config.from_environment({**given, "WC_SECRET_KEY_FILE": str(tmp_path / "missing")})


def test_one_start_shows_everything_that_is_wrong() -> None:
    with pytest.raises(ConfigurationError) as refused:
        config.from_environment({"WC_ENV": "production"})
    assert len(str(refused.value).splitlines()) == 4


@pytest.mark.parametrize("url", ["mysql://db.example/wc", "sqlite://"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        settings_of(DATABASE_URL=url)


NOTIFY = {
    "WC_SEND_TEXTS_BY": "notify",
    "WC_NOTIFY_KEY": "unit-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222",
    "WC_NOTIFY_TEMPLATES": "text:33333333-3333-4333-8333-333333333333",
}


def test_production_sends_nothing_until_it_is_told_how_and_a_demonstration_writes_files() -> None:
    assert set(settings_of()["SEND_BY"].values()) == {"nothing"}
    assert set(config.flask_config(config.from_environment({}))["SEND_BY"].values()) == {"file"}
    assert settings_of(**NOTIFY)["SEND_BY"]["text"] == "notify"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"WC_SEND_TEXTS_BY": "file"}, "WC_SEND_TEXTS_BY: expected notify"),
        ({"WC_SEND_TEXTS_BY": "smtp"}, "WC_SEND_TEXTS_BY: expected"),
        (NOTIFY | {"WC_NOTIFY_KEY": ""}, "WC_NOTIFY_KEY: expected a key"),
        (NOTIFY | {"WC_NOTIFY_TEMPLATES": "email:1"}, "WC_NOTIFY_TEMPLATES: expected an entry text"),
        (NOTIFY | {"WC_NOTIFY_URL": "http://notify.example"}, "WC_NOTIFY_URL: expected"),
        ({"WC_SEND_EMAILS_BY": "smtp"}, "WC_SMTP_ADDRESS: expected a value"),
        ({"WC_SEND_EMAILS_BY": "smtp", "WC_SMTP_ADDRESS": "mail/x"}, "WC_SMTP_ADDRESS: expected a host"),
        ({"WC_RECEIPTS_SECRET": "short"}, "WC_RECEIPTS_SECRET: expected"),
    ],
)
def test_a_way_to_send_that_cannot_work_is_refused_at_the_start(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        settings_of(**changes)
