"""Does the clock run: has each regular job started again when it should?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from witness_care.checks.findings import Finding, finding
from witness_care.database import session
from witness_care.jobs import heartbeats


def every_job_ran_lately(now: datetime) -> Iterator[Finding]:
    """I12: no job's heartbeat is older than two of its intervals. A service whose worker never ran has none."""
    for name, row in heartbeats.all_of(session()).items():
        if heartbeats.overdue(row, now):
            yield finding("I12", "", name, "This regular job has not started again within two of its intervals.")
