"""What can be set from outside, what each setting means, and what production refuses to start with.

A setting is an environment variable. Any of them may be given as a file instead: `NAME_FILE` names it.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import argon2
import sqlalchemy as sa

from witness_care.database import engine_options
from witness_care.faultpoints import point_and_time
from witness_care.sealing import KEY_BYTES

DEMO, PRODUCTION = "demo", "production"
SMALL_BODY = 64 * 1024
REPOSITORY = Path(__file__).parent.parent
SEND_BY = {"text": "WC_SEND_TEXTS_BY", "email": "WC_SEND_EMAILS_BY", "letter": "WC_SEND_LETTERS_BY"}
SHORTEST_NOTIFY_KEY = 73  # two ids with a dash between, after the key's name

# Known to everybody who reads this file. They keep a demonstration working and nothing safe.
DEMO_SECRET = "for demonstrations only: everybody knows this secret"  # noqa: S105
DEMO_FIELD_KEYS = "1:" + base64.b64encode(b"a demonstration key, known to us").decode()
DEMO_INDEX_KEY = base64.b64encode(b"a demonstration index, for us all").decode()


class ConfigurationError(Exception):
    """The service cannot start: a setting is missing, or has a value nobody should run with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One environment variable. `demo` and `production` are its defaults; None in production means it must be given.

    One that is `for_tests` must not be given in production.
    """

    name: str
    meaning: str
    demo: str
    production: str | None
    read: Callable[[str], Any] = str
    secret: bool = False
    for_tests: bool = False


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("a whole number")
    return int(text)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _environment(text: str) -> str:
    if text not in (DEMO, PRODUCTION):
        raise ValueError(f"{DEMO} or {PRODUCTION}")
    return text


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("a key in base64") from None
    if len(key) < KEY_BYTES:
        raise ValueError(f"a key of {KEY_BYTES} bytes or more, in base64")
    return key


def _field_keys(text: str) -> list[tuple[int, bytes]]:
    keys = []
    for entry in _names(text):
        number, _, key = entry.partition(":")
        if not number.isdigit() or not 1 <= int(number) <= 255 or len(_key(key)) != KEY_BYTES:
            raise ValueError(f"entries like 2:<{KEY_BYTES} bytes in base64>, numbered 1 to 255, the newest first")
        keys.append((int(number), _key(key)))
    if not keys or len(dict(keys)) != len(keys):
        raise ValueError("at least one key, each with its own number")
    return keys


def _carrier(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(" or ".join(allowed))
        return text

    return read


def _templates(text: str) -> dict[str, str]:
    found = dict(entry.partition(":")[::2] for entry in _names(text))
    if not all(found.values()) or not set(found) <= {"text", "email", "letter"}:
        raise ValueError("entries like text:<template id>,email:<template id>")
    return found


def _server(text: str) -> str:
    host, _, port = text.partition(":")
    if text and (not host or "/" in text or (port and not (port.isascii() and port.isdigit()))):
        raise ValueError("a host, or host:port")
    return text


def _public_address(text: str) -> str:
    scheme, _, host = text.partition("://")
    if text and (scheme not in ("https", "http") or not host or any(sign in host for sign in "/?# ")):
        raise ValueError("https, two slashes after its colon, and a host without a path")
    return text


def _sender(text: str) -> str:
    if text and ("@" not in text or any(letter.isspace() for letter in text)):
        raise ValueError("an e-mail address")
    return text


def _receipts_secret(text: str) -> str:
    return _secret(text) if text else ""


def _web_address(text: str) -> str:
    if text and not text.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError("an address that begins with https://")
    return text.rstrip("/")


def _faultpoint(text: str) -> str:
    if text:
        point_and_time(text)
    return text


def _secret(text: str) -> str:
    if len(text) < KEY_BYTES:
        raise ValueError(f"{KEY_BYTES} characters or more")
    return text


SETTINGS = (
    Setting(
        name="WC_ENV",
        meaning=f"`{DEMO}` (made-up data only) or `{PRODUCTION}`",
        demo=DEMO,
        production=DEMO,
        read=_environment,
    ),
    Setting(
        name="DATABASE_URL",
        meaning="`postgresql://…` or `sqlite:///…`; empty is SQLite in the instance folder",
        demo="",
        production="",
        secret=True,
    ),
    Setting(
        name="WC_INSTANCE",
        meaning="the folder for the SQLite database and exports; empty is `instance` beside the program",
        demo="",
        production="",
    ),
    Setting(
        name="WC_SECRET_KEY",
        meaning="signs the forms of pages; 32 characters or more",
        demo=DEMO_SECRET,
        production=None,
        read=_secret,
        secret=True,
    ),
    Setting(
        name="WC_FIELD_KEYS",
        meaning="keys of sealed columns, newest first: `2:<32 bytes in base64>,1:<…>`; keep an old one while needed",
        demo=DEMO_FIELD_KEYS,
        production=None,
        read=_field_keys,
        secret=True,
    ),
    Setting(
        name="WC_INDEX_KEY",
        meaning="the secret of blind indexes, in base64; never one of the field keys",
        demo=DEMO_INDEX_KEY,
        production=None,
        read=_key,
        secret=True,
    ),
    Setting(
        name="WC_HOSTS",
        meaning="host names the service answers to, separated by commas; empty is any",
        demo="",
        production=None,
        read=_names,
    ),
    Setting(
        name="WC_PROXY_HOPS",
        meaning="how many proxies in front of the service may name the client's address",
        demo="0",
        production="1",
        read=_whole_number,
    ),
    Setting(
        name="WC_IDLE_MINUTES",
        meaning="minutes without a request after which a person must sign in again",
        demo="720",
        production="15",
        read=_whole_number,
    ),
    Setting(
        name="WC_SESSION_HOURS",
        meaning="hours after which a person must sign in again in any case",
        demo="12",
        production="10",
        read=_whole_number,
    ),
    Setting(
        name="WC_WEB_THREADS",
        meaning="requests one web process serves at a time; its database pool is two larger",
        demo="8",
        production="8",
        read=_whole_number,
    ),
    Setting(
        name="WC_STATEMENT_SECONDS",
        meaning="longest time one PostgreSQL statement may take: 10 for the web, 60 for the worker",
        demo="10",
        production="10",
        read=_whole_number,
    ),
    Setting(
        name="WC_SEND_TEXTS_BY",
        meaning="how texts leave: `notify`, `nothing`, or for trials `file` (written into the instance folder)",
        demo="file",
        production="nothing",
        read=_carrier("file", "notify", "nothing"),
    ),
    Setting(
        name="WC_SEND_EMAILS_BY",
        meaning="how e-mails leave: `notify`, `smtp`, `nothing`, or for trials `file`",
        demo="file",
        production="nothing",
        read=_carrier("file", "notify", "smtp", "nothing"),
    ),
    Setting(
        name="WC_SEND_LETTERS_BY",
        meaning="how letters leave: `notify`, `nothing`, or for trials `file`",
        demo="file",
        production="nothing",
        read=_carrier("file", "notify", "nothing"),
    ),
    Setting(
        name="WC_NOTIFY_URL",
        meaning="where GOV.UK Notify answers",
        demo="https://api.notifications.service.gov.uk",
        production="https://api.notifications.service.gov.uk",
        read=_web_address,
    ),
    Setting(
        name="WC_NOTIFY_KEY",
        meaning="the unit's key of GOV.UK Notify; needed where something leaves by `notify`",
        demo="",
        production="",
        secret=True,
    ),
    Setting(
        name="WC_NOTIFY_TEMPLATES",
        meaning="its templates that pass on ((subject)) and ((body)): `text:<id>,email:<id>,letter:<id>`",
        demo="",
        production="",
        read=_templates,
    ),
    Setting(
        name="WC_RECEIPTS_SECRET",
        meaning="what GOV.UK Notify sends with a delivery receipt; 32 characters or more; empty takes none",
        demo="",
        production="",
        read=_receipts_secret,
        secret=True,
    ),
    Setting(
        name="WC_SMTP_ADDRESS",
        meaning="the mail server, `host` or `host:port`; needed where e-mails leave by `smtp`",
        demo="",
        production="",
        read=_server,
    ),
    Setting(
        name="WC_SMTP_SENDER",
        meaning="the e-mail address from which the unit writes",
        demo="",
        production="",
        read=_sender,
    ),
    Setting(
        name="WC_LINK_DAYS",
        meaning="days after which a one-time link no longer works",
        demo="7",
        production="7",
        read=_whole_number,
    ),
    Setting(
        name="WC_UNIT_PHONE",
        meaning="the telephone number that the open pages of one-time links name; empty names none",
        demo="",
        production="",
    ),
    Setting(
        name="WC_PUBLIC_ADDRESS",
        meaning="where people outside reach this service, with `https`; empty: a one-time link can only be read out",
        demo="http://127.0.0.1:5000",
        production="",
        read=_public_address,
    ),
    Setting(name="WC_LOG_LEVEL", meaning="`DEBUG`, `INFO`, `WARNING` or `ERROR`", demo="INFO", production="INFO"),
    Setting(
        name="WC_FAULTPOINT",
        meaning="for tests: the process kills itself at this fault point; `name:3` is the third time",
        demo="",
        production="",
        read=_faultpoint,
        for_tests=True,
    ),
    Setting(
        name="WC_FAULTPOINT_RECORD",
        meaning="for tests: the file to which each fault point that is passed is added",
        demo="",
        production="",
        for_tests=True,
    ),
)


NAMES = frozenset(setting.name for setting in SETTINGS)


def with_settings(overrides: Mapping[str, Any]) -> dict[str, str]:
    """The environment, with the settings among `overrides` in place of its own."""
    return {**os.environ, **{name: str(value) for name, value in overrides.items() if name in NAMES}}


def from_environment(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read every setting; raise ConfigurationError with all that is wrong, so that one start shows the whole list."""
    given = os.environ if environment is None else environment
    mode = given.get("WC_ENV", DEMO)
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in SETTINGS:
        try:
            values[setting.name] = _value_of(setting, given, mode)
        except ConfigurationError as problem:
            wrong.append(str(problem))
    if not wrong and values["WC_INDEX_KEY"] in dict(values["WC_FIELD_KEYS"]).values():
        wrong.append("WC_INDEX_KEY: expected a key of its own; it is also one of WC_FIELD_KEYS. Make a new one.")
    if not wrong:
        wrong.extend(_wrong_ways_to_send(values, mode))
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return values


def _wrong_ways_to_send(values: Mapping[str, Any], mode: str) -> Iterator[str]:
    """Say what is missing for the ways by which messages leave. A file tells nobody anything: never in production."""
    by = {name: values[name] for name in SEND_BY.values()}
    for name, carrier in by.items():
        if mode == PRODUCTION and carrier == "file":
            yield f"{name}: expected notify, smtp or nothing in production; file reaches nobody. Choose another way."
        channel = next(channel for channel, setting in SEND_BY.items() if setting == name)
        if carrier == "notify" and channel not in values["WC_NOTIFY_TEMPLATES"]:
            yield f"WC_NOTIFY_TEMPLATES: expected an entry {channel}:<template id>, as {name} is notify; there is none."
    if "notify" in by.values() and len(values["WC_NOTIFY_KEY"]) < SHORTEST_NOTIFY_KEY:
        yield "WC_NOTIFY_KEY: expected a key of GOV.UK Notify, as something leaves by notify; it is missing or short."
    if "smtp" in by.values():
        for name in ("WC_SMTP_ADDRESS", "WC_SMTP_SENDER"):
            if not values[name]:
                yield f"{name}: expected a value, as e-mails leave by smtp; nothing is set."


def flask_config(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same settings as Flask and its parts name them."""
    production = values["WC_ENV"] == PRODUCTION
    instance = Path(values["WC_INSTANCE"] or REPOSITORY / "instance").absolute()
    url = database_url(values["DATABASE_URL"], instance)
    return {
        "PRODUCTION": production,
        "INSTANCE": instance,
        "SECRET_KEY": values["WC_SECRET_KEY"],
        "FIELD_KEYS": values["WC_FIELD_KEYS"],
        "INDEX_KEY": values["WC_INDEX_KEY"],
        "TRUSTED_HOSTS": values["WC_HOSTS"] or None,
        "PROXY_HOPS": values["WC_PROXY_HOPS"],
        "LOG_LEVEL": values["WC_LOG_LEVEL"],
        "IDLE_TIME": timedelta(minutes=values["WC_IDLE_MINUTES"]),
        "SESSION_TIME": timedelta(hours=values["WC_SESSION_HOURS"]),
        "LINK_TIME": timedelta(hours=24 * values["WC_LINK_DAYS"]),
        "UNIT_PHONE": values["WC_UNIT_PHONE"],
        "PUBLIC_ADDRESS": values["WC_PUBLIC_ADDRESS"],
        "SIGN_IN_COOKIE": "__Host-wc" if production else "wc",
        "SESSION_COOKIE_NAME": "__Host-wc-form" if production else "wc-form",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PREFERRED_URL_SCHEME": "https" if production else "http",
        "MAX_CONTENT_LENGTH": SMALL_BODY,
        "MAX_FORM_MEMORY_SIZE": SMALL_BODY,
        "MAX_FORM_PARTS": 1000,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(
            url,
            threads=values["WC_WEB_THREADS"],
            statement_timeout_seconds=values["WC_STATEMENT_SECONDS"],
        ),
        # The token lives as long as the sign-in: a form that was open over lunch must not lose what was typed.
        "WTF_CSRF_TIME_LIMIT": None,
        # Our pages send no referrer; request_origin.py compares origins instead.
        "WTF_CSRF_SSL_STRICT": False,
        "PASSWORD_HASHER": argon2.PasswordHasher(),
        "CLOCK": None,
        "SEND_BY": {channel: values[name] for channel, name in SEND_BY.items()},
        "NOTIFY_URL": values["WC_NOTIFY_URL"],
        "NOTIFY_KEY": values["WC_NOTIFY_KEY"],
        "NOTIFY_TEMPLATES": values["WC_NOTIFY_TEMPLATES"],
        "RECEIPTS_SECRET": values["WC_RECEIPTS_SECRET"],
        "SMTP_ADDRESS": values["WC_SMTP_ADDRESS"],
        "SMTP_SENDER": values["WC_SMTP_SENDER"],
        "FAULTPOINT": values["WC_FAULTPOINT"],
        "FAULTPOINT_RECORD": values["WC_FAULTPOINT_RECORD"],
    }


def database_url(text: str, instance: Path) -> sa.URL:
    """The database as SQLAlchemy names it: PostgreSQL by psycopg 3, else one SQLite file."""
    url = sa.make_url(text or f"sqlite:///{instance / 'witness_care.sqlite'}")
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("postgresql+psycopg", "sqlite"):
        raise ConfigurationError(f"DATABASE_URL: expected postgresql:// or sqlite:///; received {url.drivername}://.")
    if url.drivername == "sqlite" and (url.database or ":memory:") == ":memory:":
        raise ConfigurationError(
            "DATABASE_URL: expected a file for SQLite; received one in memory, which threads cannot share."
        )
    return url


def _value_of(setting: Setting, given: Mapping[str, str], mode: str) -> Any:
    default = setting.production if mode == PRODUCTION else setting.demo
    text = given.get(setting.name) or _from_file(setting, given) or default
    if text is None:
        raise ConfigurationError(
            f"{setting.name}: expected a value in production; nothing is set. It is {setting.meaning}."
        )
    if mode == PRODUCTION and setting.for_tests and text:
        raise ConfigurationError(
            f"{setting.name}: expected nothing in production, where it would end the service; it is set. Remove it."
        )
    if mode == PRODUCTION and setting.secret and text and text == setting.demo:
        raise ConfigurationError(
            f"{setting.name}: expected a secret of your own; it is the demonstration's. Make a new one."
        )
    try:
        return setting.read(text)
    except ValueError as problem:
        raise ConfigurationError(
            f"{setting.name}: expected {problem}; received something else. It is {setting.meaning}."
        ) from None


def _from_file(setting: Setting, given: Mapping[str, str]) -> str | None:
    path = given.get(f"{setting.name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise ConfigurationError(
            f"{setting.name}_FILE: expected a file that can be read; {problem.strerror}."
        ) from None
