"""Messages bent out of shape: never a failure of ours, never one lost, and none that only breaks inside."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import figures
from tests.feed import payloads
from tests.feed.conftest import CourtLink, lines_of
from witness_care.feed.models import FeedMessage

TRIAL = "2026-03-09T10:30:00Z"
STATES = {"applied", "parked", "stale", "duplicate", "rejected"}
MESSAGES_A_BATCH = 40
# On each of the two databases. Each round has a case of its own, or it would grow for ever.
INPUTS = figures.size(usual=10_000, proof=500_000)
INPUTS_A_ROUND = 1_000

ODD_VALUES: tuple[Any, ...] = (
    None,
    "",
    " ",
    0,
    -1,
    7.5,
    True,
    [],
    {},
    [None],
    [[]],
    {"id": None},
    "a",
    "x" * 300,
    "\u0000",
    "\ud800",
    "e\u0301\u202e",
    10**30,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T10:00:00Z",
    "2026-03-09",
    "2026-W10-1",
    "2040-01-01T10:00:00Z",
    "2026-03-29T01:30:00+00:00",
)


def seeds() -> list[dict[str, Any]]:
    """One message of each type we read, and some that say much."""
    goes_on = payloads.next_hearing(reason="For a report", concerning=True)
    full = payloads.resulted(
        payloads.an_offence(
            payloads.a_result("4028", "Remanded in custody", category="INTERMEDIARY", goes_on=goes_on),
            payloads.a_result(
                length=(11, "M"), judicialResultPrompts=[{"label": "Total period", "value": "11 Months"}]
            ),
            plea={"pleaValue": "NOT_GUILTY", "pleaDate": "2026-01-12"},
            verdict=payloads.a_verdict(),
            convictionDate="2026-01-12",
        ),
        defendant={"judicialResults": [payloads.a_result("3047", "Restraining order", length=(5, "Y"))]},
        ended={"id": "reason", "code": "A", "type": "Cracked"},
        courtApplications=[
            {
                "courtApplicationCases": [{"prosecutionCaseId": payloads.CASE, "offences": [payloads.an_offence()]}],
                "courtOrder": {"courtOrderOffences": [{"offence": payloads.an_offence(offence="old")}]},
            }
        ],
    )
    return [
        full,
        payloads.listed(version=1),
        payloads.confirmed(TRIAL, seeded_from=payloads.an_id("seed"), envelope={"version": 2}),
        payloads.updated(TRIAL, envelope={"version": 3}),
        payloads.court_list(payloads.on_the_list("2026-03-09T10:30"), payloads.on_the_list("2026-03-10T10:30")),
        payloads.court_list(payloads.on_the_list("2026-03-09T00:00"), kind="WARN"),
        payloads.unallocated(),
        payloads.deleted(),
        payloads.marked_as_duplicate(),
        payloads.next_day_changed(TRIAL),
        payloads.days_changed(TRIAL),
        payloads.days_cancelled(TRIAL, cancelled=["2026-03-10T10:30:00Z"]),
        payloads.vacated(version=1),
        payloads.vacated_by_listing(version=4),
        payloads.plea(),
        payloads.verdict(),
        payloads.adjourned(goes_on, payloads.next_hearing(None, week="2026-03-09")),
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body at which something stands."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        yield (*path, key)
        yield from places(inside, (*path, key))


def bent(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The message with one to four things taken away, doubled, renamed, moved or replaced."""
    body = copy.deepcopy(body)
    for _ in range(chance.randint(1, 4)):
        found = list(places(body))
        if not found:
            return body
        path = chance.choice(found)
        owner: Any = body
        for step in path[:-1]:
            owner = owner[step]
        match chance.randrange(6):
            case 0:
                del owner[path[-1]]
            case 1:
                owner[path[-1]] = copy.deepcopy(chance.choice(ODD_VALUES))
            case 2:
                owner[path[-1]] = [owner[path[-1]], copy.deepcopy(owner[path[-1]])]
            case 3 if isinstance(owner, dict):
                owner[f"{path[-1]}x"] = owner.pop(path[-1])
            case 4 if isinstance(owner, list):
                owner.append(copy.deepcopy(owner[path[-1]]))
            case _:
                other = chance.choice(found)
                owner[path[-1]] = copy.deepcopy(value_at(body, other))
    return body


def value_at(body: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        body = body[step]
    return body


@pytest.mark.figure("G1")
@pytest.mark.proves("SEC-20")
@pytest.mark.parametrize("number", range(-(-INPUTS // INPUTS_A_ROUND)))
def test_a_bent_message_is_answered_kept_and_never_breaks_us(court: CourtLink, back_end: str, number: int):
    court.register()
    sent = 0
    batches = -(-INPUTS_A_ROUND // MESSAGES_A_BATCH)

    @settings(
        max_examples=batches,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(seed=st.integers(0, 2**32))
    def answered(seed: int) -> None:
        nonlocal sent
        chance = random.Random(f"{number} {seed}")
        bodies = [bent(chance.choice(seeds()), chance) for _ in range(MESSAGES_A_BATCH)]
        answer = court.send_batch(*({"body": body} for body in bodies))
        assert answer.status_code == 200
        lines = lines_of(answer)
        assert len(lines) == len(bodies)
        for body, line in zip(bodies, lines, strict=True):
            assert line["status"] < 500, json.dumps(body)
            assert line["state"] in STATES
        taken = {line["id"] for line in lines if line["status"] in (200, 202)}
        kept = court.row(sa.select(sa.func.count()).where(FeedMessage.id.in_(taken)))
        assert kept == len(taken), "What was acknowledged is there."
        sent += len(bodies)

    answered()
    # what broke inside was parked for a person: nothing may
    broken = court.rows(
        sa.select(FeedMessage.detail, FeedMessage.message_type).where(FeedMessage.detail.like("It could not be %"))
    )
    assert broken == []
    assert sent >= INPUTS_A_ROUND
    figures.reached("G1", f"feed messages on {back_end}", inputs=sent)


@pytest.mark.figure("G1")
@pytest.mark.proves("SEC-20")
def test_bytes_of_any_kind_are_answered(court: CourtLink):
    whole = json.dumps(payloads.confirmed(TRIAL)).encode()

    @settings(max_examples=60, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
    @given(
        raw=st.binary(max_size=200)
        | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass"))
        | st.tuples(st.integers(0, len(whole)), st.binary(max_size=6)).map(
            lambda cut: whole[: cut[0]] + cut[1] + whole[cut[0] + 3 :]
        )
    )
    def answered(raw: bytes) -> None:
        assert court.send(raw).status_code in (200, 202, 400, 409, 422)

    answered()
