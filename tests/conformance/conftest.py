"""Without sample messages there is nothing to hold the service against: `test_samples.py` says so, and no more runs."""

from __future__ import annotations

from tests.conformance import samples

collect_ignore = [] if samples.folder() else ["test_common_platform_samples.py", "test_sequence_a.py"]
