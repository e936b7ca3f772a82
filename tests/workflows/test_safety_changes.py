"""Which parts of a change let a person be reached in more ways than before."""

from dataclasses import replace
from datetime import time

import pytest

from workflows.safe_contact import Endpoint, Window
from workflows.safety_changes import WORDS, covers, widens

WEEKDAYS = frozenset(range(5))


def hours(starts: int, ends: int, days: frozenset[int] = WEEKDAYS) -> Window:
    return Window(weekdays=days, starts=time(starts), ends=time(ends))


STRICT = Endpoint(id="m", kind="mobile", allowed="no", voicemail="no", may_identify_us="no", windows=(hours(10, 14),))
FREE = Endpoint(id="m", kind="mobile", allowed="yes", voicemail="yes", may_identify_us="yes")


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-26")
@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param(None, FREE, ("new",), id="a new way"),
        pytest.param(None, replace(FREE, allowed="not_asked"), ("new",), id="a new way nobody asked about"),
        pytest.param(None, STRICT, (), id="a new way they said no to"),
        pytest.param(None, replace(FREE, unsafe=True), (), id="a new way that is unsafe"),
        pytest.param(STRICT, FREE, ("allowed", "voicemail", "may_identify_us", "windows"), id="everything"),
        pytest.param(STRICT, replace(STRICT, allowed="not_asked"), ("allowed",), id="a no taken back"),
        pytest.param(FREE, STRICT, (), id="narrower in everything"),
        pytest.param(FREE, FREE, (), id="the same"),
        pytest.param(STRICT, replace(FREE, unsafe=True), (), id="marked as unsafe"),
        pytest.param(STRICT, replace(FREE, withdrawn=True), (), id="withdrawn"),
        pytest.param(STRICT, replace(STRICT, windows=(hours(10, 15),)), ("windows",), id="an hour more"),
        pytest.param(STRICT, replace(STRICT, windows=(hours(11, 12),)), (), id="fewer hours"),
        pytest.param(replace(STRICT, allowed="?"), replace(STRICT, allowed="?"), ("allowed",), id="unknown answers"),
    ],
)
def test_only_what_widens_is_named(before, after, found):
    assert widens(before, after) == found
    assert set(found) <= set(WORDS)


@pytest.mark.parametrize(
    ("outer", "inner", "within"),
    [
        ((), (), True),
        ((), (hours(9, 17),), True),
        ((hours(9, 17),), (), False),
        ((hours(9, 12), hours(12, 17)), (hours(10, 16),), True),
        ((hours(9, 12), hours(13, 17)), (hours(10, 16),), False),
        ((hours(9, 17),), (hours(10, 11, frozenset({5})),), False),
        ((hours(9, 17), hours(9, 17, frozenset({5}))), (hours(10, 11, frozenset({4, 5})),), True),
    ],
)
def test_hours_lie_within_others_only_when_every_one_does(outer, inner, within):
    assert covers(outer, inner) is within
