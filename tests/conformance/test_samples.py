"""Says whether there were sample messages of the real formats to hold the service against."""

from __future__ import annotations

import pytest

from tests.conformance import samples

pytestmark = pytest.mark.conformance


def test_the_samples_are_there_or_this_says_that_nothing_was_checked():
    if samples.folder() is None:
        pytest.skip(f"No sample messages of the real formats were found, so none was checked. {samples.HOW}")
    assert samples.folder()
