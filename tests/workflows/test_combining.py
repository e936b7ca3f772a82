"""Two journals folded as one: equal to the fold of both together, and equal to what they were once taken apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.workflows.case_play import CasePlay
from tests.workflows.random_cases import CASE, Message, anything, messages_of, usual
from tests.workflows.random_facts import HEARINGS
from tests.workflows.test_decide_properties import RULES, examples
from workflows import combining, events, parting, values
from workflows.combining import Merged, Side
from workflows.decide import case_truth, refold, state_hash
from workflows.events import CaseEvent, CaseMergedAway, CaseMergedHere, Fact, HearingListed, MergeUndone
from workflows.renaming import renamed

OTHER, MERGE, PART = "other", "merge-1", "part-1"
ANNOUNCED = "announced"
MARKED = timedelta(seconds=1)


def side(play: CasePlay) -> Side:
    return Side(journal=play.journal, snapshot=play.snapshot, truth=case_truth(play.snapshot))


def of_another_case(message: Message) -> Message:
    """The same message about another case: every id is another one."""
    found = []
    for event in message:
        names = _Others()
        found.append(
            replace(
                event,
                id=f"{event.id}-b",
                case_id=OTHER,
                message_id=f"{event.message_id}-b",
                what=_taking_back_its_own(renamed(event.what, names, names)),
            )
        )
    return tuple(found)


def _taking_back_its_own(fact: Fact) -> Fact:
    """What is taken back is an entry of that other case, by its own name there."""
    if isinstance(fact, events.EntryUndone):
        return replace(fact, message=f"{fact.message}-b")
    if isinstance(fact, events.MatchTakenBack):
        return replace(fact, entries=tuple(f"{entry}-b" for entry in fact.entries))
    return fact


class _Others(dict[str, str]):
    """Names every id of the random cases anew; what is no id of theirs stays as it is."""

    IDS = frozenset(
        {"victim", "witness", "both", "first", "second", "robbery", "assault", "theft"}
        | {"trial-1", "trial-2", "trial-3", "sentence-1"}
    )

    def __bool__(self) -> bool:
        return True

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        if name == CASE:
            return OTHER
        return f"{name}-b" if name in self.IDS or name.startswith("contact-") else default


def marked(play: CasePlay, what: Fact, act: str, ordinal: int = 0) -> CaseEvent:
    at = max(event.received_at for event in play.journal) + MARKED
    return CaseEvent(
        id=f"{act}-{play.case}-{ordinal}",
        case_id=play.case,
        what=what,
        received_at=at,
        occurred_at=at,
        context="officer",
        message_id=act,
        actor="test",
        ordinal=ordinal,
    )


def merged(one: CasePlay, two: CasePlay, same: dict[str, str]) -> Merged:
    made = combining.merge(side(one), side(two), same, act=MERGE)
    here = marked(one, CaseMergedHere(act=MERGE, case=two.case, replaced=made.replaced, threads=made.threads), MERGE)
    records = [
        replace(marked(one, record, MERGE, ordinal), act=MERGE) for ordinal, record in enumerate(made.records, 1)
    ]
    keep(one, (*made.events, here, *records))
    keep(two, (marked(two, CaseMergedAway(act=MERGE, case=one.case), MERGE),))
    return made


def keep(play: CasePlay, news: tuple[CaseEvent, ...]) -> None:
    keys = [(event.message_id, event.part, event.ordinal) for event in (*play.journal, *news)]
    assert len(keys) == len(set(keys)), "two rows of a journal with one name"
    play.journal += news
    play.snapshot = refold(play.case, play.journal, play.rules).snapshot


def taken_apart(one: CasePlay, two: CasePlay, made: Merged, known: frozenset[str]) -> None:
    parted = parting.part(
        side(one), side(two), merge=MERGE, act=PART, same=made.same, subjects=made.subjects, known=known
    )
    keep(
        one,
        (
            *parted.staying,
            marked(
                one, MergeUndone(merge=MERGE, act=PART, replaced=parted.replaced, threads=parted.threads_here), PART
            ),
        ),
    )
    keep(two, (*parted.going, marked(two, MergeUndone(merge=MERGE, act=PART, threads=parted.threads), PART)))


def two_plays(messages: list[Message]) -> tuple[CasePlay, CasePlay]:
    one, two = CasePlay(rules=RULES, case=CASE), CasePlay(rules=RULES, case=OTHER)
    for n, message in enumerate(messages):
        one.deliver(message)
        if n % 2 == 0 or message[0].message_id == ANNOUNCED:
            two.deliver(of_another_case(message))
    return one, two


SAME = [
    {},
    {"victim-b": "victim", "both-b": "both"},
    {"first-b": "first", "robbery-b": "robbery", "assault-b": "assault", "witness-b": "witness"},
    {f"{name}-b": name for name in sorted(_Others.IDS)},
]


@examples(6)
@given(anything, st.sampled_from(SAME))
def test_a_merge_that_is_undone_gives_both_states_back(story, same):
    one, two = two_plays(messages_of(story, RULES))
    before = state_hash(one.snapshot), state_hash(two.snapshot)
    known = frozenset(event.row_id for event in one.journal)

    made = merged(one, two, same)
    assert (two.snapshot.people, two.snapshot.topics) == ({}, {})
    taken_apart(one, two, made, known)

    assert (state_hash(one.snapshot), state_hash(two.snapshot)) == before


@examples(6)
@given(usual)
def test_people_whom_the_other_case_does_not_concern_keep_what_they_are_owed(story):
    """Two cases with nothing in common: no time moves, nobody becomes owed another defendant's news."""
    one, two = two_plays(messages_of(story, RULES))
    held = {key: topic.duty for key, topic in (one.snapshot.topics | two.snapshot.topics).items() if topic.duty}

    made = merged(one, two, {})
    assume(set(made.same) == {OTHER})  # a hearing that names nobody may be one hearing of both

    now = {key: topic.duty for key, topic in one.snapshot.topics.items() if topic.duty}
    per_case = {key: (*key[:2], CASE) if key[1] == values.ATTENDANCE else key for key in held}
    assert set(now) == set(per_case.values())
    for key, duty in held.items():
        again = now[per_case[key]]
        assert (again.value_hash, again.due, again.clock_start) == (duty.value_hash, duty.due, duty.clock_start)
        if key[1] != values.ATTENDANCE:
            assert again.row == duty.row, "the very same row stays open"


@examples(6)
@given(usual)
def test_one_case_entered_twice_owes_nobody_anything_twice_or_again(story):
    """Everything is the same in both, and all of it was told in one of them: nothing is owed of what was told."""
    one, two = two_plays(messages_of(story, RULES))
    same = {f"{name}-b": name for name in sorted(_Others.IDS)}
    told = {
        (person.removesuffix("-b"), name, subject.removesuffix("-b")): topic.last_told.at
        for (person, name, subject), topic in two.snapshot.topics.items()
        if topic.last_told and name == values.WHEN_WHERE
    }

    made = merged(one, two, same)

    assert set(one.snapshot.people) == {"victim", "witness", "both"}
    for (person, name, subject), at in told.items():
        topic = one.snapshot.topics.get((person, name, made.subjects.get(f"{subject}-b", subject)))
        assert topic is not None
        assert topic.last_told is not None
        assert topic.last_told.at >= at, "what was told in the other case counts"
    assert len({key for key, topic in one.snapshot.topics.items() if topic.duty}) == len(
        {(key[0], key[1], key[2].removesuffix("-b")) for key, topic in one.snapshot.topics.items() if topic.duty}
    ), "nobody is owed one thing twice"


@examples(6)
@given(anything, st.integers(2, 20))
def test_what_comes_meanwhile_goes_to_the_case_it_is_about(story, cut):
    """Messages that come while two cases are one leave each as if they had come to that case alone."""
    messages = messages_of(story, RULES)
    messages.insert(1, _all_hearings_announced(messages[0][0]))
    earlier, later = messages[: min(cut, len(messages) - 1)], messages[min(cut, len(messages) - 1) :]
    one, two = two_plays(earlier)
    alone = CasePlay(rules=RULES, case=OTHER)
    alone.play([tuple(event for event in two.journal if event.message_id == name) for name in _names(two.journal)])
    before = state_hash(one.snapshot)
    known = frozenset(event.row_id for event in one.journal)
    made = merged(one, two, {})

    for message in map(of_another_case, later):
        alone.deliver(message)
        said = [renamed(event.what, made.same, made.subjects) for event in message]
        keep(one, tuple(replace(event, case_id=CASE, what=what) for event, what in zip(message, said, strict=True)))
    taken_apart(one, two, made, known)

    assert state_hash(one.snapshot) == before
    assert state_hash(two.snapshot) == alone.state_hash


def _all_hearings_announced(first: CaseEvent) -> Message:
    """Every hearing is known, and whom it is about: what names nobody stays with the case that stays."""
    at = first.received_at + timedelta(seconds=1)
    return tuple(
        replace(
            first,
            id=f"announced-{n}",
            message_id=ANNOUNCED,
            what=HearingListed(hearing=hearing, about=replace(about, defendants=("first", "second"))),
            received_at=at,
            occurred_at=at,
            ordinal=n,
            registration=False,
        )
        for n, (hearing, about) in enumerate(HEARINGS.items())
    )


def _names(journal: list[CaseEvent]) -> list[str]:
    return list(dict.fromkeys(event.message_id for event in journal))
