"""JSON that two readers could understand differently is refused, and nothing makes the service fail."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from flask import Flask, request
from hypothesis import example, given
from hypothesis import strategies as st

from witness_care.accounts.permissions import route_policy
from witness_care.strict_json import DEPTH, FEED_DEPTH, JSONNotReadableError, strict_loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_good_json_is_read_as_any_reader_would(value: object) -> None:
    text = json.dumps(value)
    assert strict_loads(text.encode(), FEED_DEPTH) == json.loads(text)


@given(st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b'{"a":' * 50_000)
@example(b'"\\')
def test_any_bytes_are_read_or_refused_and_never_anything_else(raw: bytes) -> None:
    with suppress(JSONNotReadableError):
        strict_loads(raw)


@pytest.mark.proves("SEC-20")
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"[NaN]", "NaN and Infinity"),
        (b"[-Infinity]", "NaN and Infinity"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "too long"),
        (b'{"a":1,"a":2}', "comes twice"),
        ('{"a":"é"}'.encode("latin-1"), "UTF-8"),
        ('{"a":1}'.encode("utf-16"), "UTF-8"),
        (b'\xef\xbb\xbf{"a":1}', "Expected JSON"),
        (b"{'a':1}", "Expected JSON"),
        (b"", "Expected JSON"),
    ],
)
def test_it_is_refused_with_a_reason(raw: bytes, why: str) -> None:
    with pytest.raises(JSONNotReadableError, match=why):
        strict_loads(raw)


@pytest.mark.proves("SEC-20")
def test_depth_counts_brackets_and_not_what_stands_in_text() -> None:
    deepest = b"[" * DEPTH + b"]" * DEPTH
    assert strict_loads(deepest) is not None
    with pytest.raises(JSONNotReadableError, match="levels"):
        strict_loads(b"[" + deepest + b"]")
    assert strict_loads(b'["' + b"[" * 1000 + b'\\"[["]') == ["[" * 1000 + '"[[']


@pytest.mark.proves("SEC-20")
def test_a_megabyte_made_to_be_slow_is_refused_within_a_second() -> None:
    started = time.monotonic()
    with pytest.raises(JSONNotReadableError):
        strict_loads(b'"' + b'\\"' * 500_000)
    assert time.monotonic() - started < 1


def test_feeds_have_their_repeated_keys_counted_and_the_last_one_stands() -> None:
    raw = b'{"a":1,"a":2,"b":[{"c":1,"c":1,"c":3}]}'
    assert strict_loads(raw, duplicates="count") == ({"a": 2, "b": [{"c": 3}]}, 3)


@pytest.mark.proves("SEC-20")
@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("body", "mimetype", "status"),
    [
        (b'{"a":1}', "application/json", 200),
        (b"[" * 60_000, "application/json", 400),
        (b"[NaN]", "application/json", 400),
        (b'{"a":1,"a":1}', "application/json", 400),
        (b'{"a":1}', "text/plain", 415),
        (b'{"a":"' + b"x" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_sent_to_the_api_is_read_in_the_same_way(app: Flask, body: bytes, mimetype: str, status: int) -> None:
    @route_policy(permission="anyone")
    def echo() -> object:
        return {"value": request.get_json()}

    app.extensions["csrf"].exempt(echo)
    app.add_url_rule("/api/v1/echo", view_func=echo, methods=["POST"])
    answer = app.test_client().post("/api/v1/echo", data=body, content_type=mimetype)
    assert answer.status_code == status
    if status != 200:
        assert set(answer.json) >= {"error", "where", "expected", "received", "do"}
