"""A case split in two owes everybody what it owed before, by the same times, and is one again when it is taken back."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given

from tests.workflows.case_play import CasePlay
from tests.workflows.random_cases import CASE, DEFENDANTS, anything, messages_of
from tests.workflows.test_combining import keep, marked, merged, side
from tests.workflows.test_decide_properties import RULES, examples
from workflows import severing, values
from workflows.decide import case_truth
from workflows.events import CaseSplit, CaseSplitOff
from workflows.severing import Severed
from workflows.values import STILL_TO_BE_TRIED

NEW, SPLIT = "new-case", "split-1"
Owed = dict[tuple[str, str, str, str], object]


def split(play: CasePlay, *chosen: str) -> tuple[CasePlay, Severed]:
    made = severing.sever(side(play), frozenset(chosen), case=NEW, act=SPLIT)
    new = CasePlay(rules=play.rules, case=NEW)
    old_mark = CaseSplit(act=SPLIT, case=NEW, replaced=made.replaced, threads=made.threads_here)
    mark = marked(play, old_mark, SPLIT)
    new.journal = ()
    keep(
        new,
        (
            *made.going,
            replace(
                mark, case_id=NEW, id=f"{SPLIT}-new", what=CaseSplitOff(act=SPLIT, case=CASE, threads=made.threads)
            ),
        ),
    )
    keep(play, (*made.staying, mark))
    return new, made


def owed(play: CasePlay, made: Severed | None = None) -> Owed:
    """What is to be told, by person, topic, subject and value as the old case names them, with the due time."""
    same = made.same | {new: old for old, new in made.subjects.items()} | {NEW: CASE} if made else {}
    found: Owed = {}
    for (person, topic, subject), held in play.snapshot.topics.items():
        if held.duty is not None and topic in values.TOLD_TOPICS:
            key = (same.get(person, person), topic, same.get(subject, subject), held.duty.value_hash)
            found[key] = held.duty.due
    return found


def played(story: object) -> CasePlay:
    """A case with both defendants on it, where what is owed about a hearing is owed for the defendants it is about.

    So no thread has one hearing of one of them and another of both; nobody was judged in a hearing of the other; and no
    trial is still listed of a defendant whose verdict is in: in a case of its own that trial needs nobody, while here
    whoever is needed for the other hears of it.
    """
    play = CasePlay(rules=RULES, case=CASE)
    play.play(messages_of(story, RULES))
    truth = case_truth(play.snapshot)
    assume(set(truth.charged) == set(DEFENDANTS))
    about: dict[str, set[frozenset[str]]] = {}
    for name, thread in truth.threads.items():
        hearing = truth.hearings[name]
        named = frozenset(hearing.about.defendants) or frozenset(DEFENDANTS)
        about.setdefault(thread, set()).add(named)
        to_be_tried = any(truth.proceedings.get(each) in STILL_TO_BE_TRIED for each in named)
        assume(to_be_tried or not (hearing.is_trial and hearing.is_live))
        assume(judged_in(play, name) <= named)
    assume(all(len(each) == 1 for each in about.values()))
    return play


def judged_in(play: CasePlay, hearing: str) -> frozenset[str]:
    """The defendants of whom anything was decided in this hearing."""
    facts = [event.what for event in play.journal if getattr(event.what, "hearing", "") == hearing]
    said = [result for fact in facts for result in getattr(fact, "results", (fact,))]
    return frozenset(each.defendant for each in said if hasattr(each, "defendant"))


@examples(30)
@given(anything)
def test_what_is_open_in_both_cases_is_what_was_open_before(story):
    """Nothing that was owed is lost or due later, and nothing that was told is owed again.

    It may be due earlier: somebody who was told on Thursday that they must come, for the other defendant, was by then
    no longer needed for this one.
    """
    play = played(story)
    before = owed(play)
    new, made = split(play, "second")
    after = owed(new, made)
    for key, due in owed(play).items():
        after[key] = min(due, after.get(key, due))
    assert after.keys() == before.keys()
    assert {key for key, due in after.items() if due > before[key]} == set()


@examples(12)
@given(anything)
def test_a_split_that_is_taken_back_owes_what_was_owed_before(story):
    play = played(story)
    before = owed(play)
    new, made = split(play, "second")
    merged(play, new, made.same)
    assert owed(play) == before
    assert (new.snapshot.people, new.snapshot.topics) == ({}, {})


def test_each_case_has_its_own_defendants_people_and_hearings():
    play = CasePlay(rules=RULES, case=CASE)
    play.play(messages_of([], RULES))
    new, made = split(play, "second")

    assert set(case_truth(play.snapshot).charged) == {"first"}
    assert set(case_truth(new.snapshot).charged) == {"second"}
    assert set(play.snapshot.people) == {"victim", "witness"}, "whom only the second defendant concerns has gone"
    assert set(new.snapshot.people) == {"both", made.both["participant"]["witness"]}, "a witness of both is in both"
    assert play.snapshot.people["victim"].offences == ("robbery",)


def test_working_a_split_out_twice_gives_the_same_ids():
    play = CasePlay(rules=RULES, case=CASE)
    play.play(messages_of([], RULES))
    once, again = (severing.sever(side(play), frozenset(("second",)), case=NEW, act=SPLIT) for _ in range(2))
    assert once == again
