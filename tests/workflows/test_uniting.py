"""Two cases that become one: as what somebody is a victim, and what was said no to, in the case of both."""

from __future__ import annotations

import pytest

from workflows import events
from workflows.events import EnhancedGroundNoted, ParticipantRecorded, Role, VictimKind
from workflows.uniting import Uniting


def united(target: ParticipantRecorded, source: ParticipantRecorded) -> Uniting:
    both = Uniting({"leah-2": "leah"}, {"target": (), "source": ()}, {"target": {}, "source": {}})
    both.say("target", target)
    both.say("source", source)
    return both


def recorded(role: Role, kind: VictimKind = VictimKind.PERSON) -> ParticipantRecorded:
    return ParticipantRecorded(participant="leah", role=role, victim_kind=kind)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (recorded(Role.WITNESS), recorded(Role.VICTIM, VictimKind.BUSINESS), VictimKind.BUSINESS),
        (recorded(Role.VICTIM), recorded(Role.VICTIM, VictimKind.PARENT), VictimKind.PERSON),
        (recorded(Role.VICTIM), recorded(Role.VICTIM, VictimKind.BUSINESS), VictimKind.PERSON),
        (recorded(Role.VICTIM), recorded(Role.BOTH, VictimKind.BEREAVED_RELATIVE), VictimKind.BEREAVED_RELATIVE),
        (recorded(Role.WITNESS), recorded(Role.WITNESS, VictimKind.PARENT), VictimKind.PERSON),
    ],
)
def test_the_kind_that_is_owed_more_stands_and_a_witness_has_none(
    one: ParticipantRecorded, other: ParticipantRecorded, kind: VictimKind
) -> None:
    assert united(one, other).records()["leah"].victim_kind is kind
    assert united(other, one).records()["leah"].victim_kind is kind


def test_a_no_to_a_ground_counts_for_both_cases_only_when_both_said_it() -> None:
    both = united(recorded(Role.VICTIM), recorded(Role.VICTIM))
    no = EnhancedGroundNoted(participant="leah", ground="SEXUAL", answer=events.DECLINED)
    asked = EnhancedGroundNoted(participant="leah", ground="UNDER_18", answer=events.SUGGESTED)

    assert both.say("source", no) == ()
    assert both.say("source", asked) == (asked,)
    assert both.say("target", no) == (no,)
