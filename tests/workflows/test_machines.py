"""How every machine is built and followed, whatever its table says."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import StrEnum

import pytest
from transitions import Machine

from workflows import attendance, court_visit, journey, outbox, referral, support
from workflows.flags import FLAGS
from workflows.machines import STAY, Step, faults_in, machine_for, on, step
from workflows.proceedings import FLAG_TABLE, Proceedings

MODULES = [journey, attendance, referral, support, court_visit, outbox]
ANY_FACTS = {
    journey: journey.JourneyFacts(
        proceedings=(Proceedings.AWAITING_TRIAL,),
        another_hearing_is_live=True,
        put_off_without_date=False,
        any_hearing_live_or_past=True,
        becomes_owed=True,
        can_close=True,
    ),
    attendance: attendance.AttendanceFacts(requirement_stands=True, ever_told=True, told_now=True, new_trial=True),
    referral: referral.ReferralFacts(new_version=True),
    support: support.NoFacts(),
    court_visit: support.NoFacts(),
    outbox: outbox.NoFacts(),
}
FINAL = {referral: (referral.Referral.VLO_CONTACTED,), outbox: outbox.FINAL}


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


class OtherLight(StrEnum):
    RED = "red"
    GREEN = "green"


def it_is_safe(facts):
    return facts["safe"]


def the_lamp_is_broken(facts):
    raise RuntimeError("no answer")


EVENTS = ("change",)
WHOLE = (
    on("change", Light.RED, Light.GREEN, only_if=it_is_safe),
    on("change", Light.RED, STAY),
    on("change", Light.GREEN, Light.RED),
)


def faults(table, *, events=EVENTS, final=()):
    return " ".join(faults_in(table, states=Light, initial=Light.RED, events=events, final=final))


def states_of(module):
    return type(module.TABLE[0].sources[0])


# --- the tables of the service ----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_every_table_is_whole(module):
    states = states_of(module)

    faults = faults_in(
        module.TABLE,
        states=states,
        initial=next(iter(states)),
        events=module.EVENTS,
        final=FINAL.get(module, ()),
    )
    assert list(faults) == []


@pytest.mark.parametrize("module", MODULES)
def test_each_definition_has_one_shared_machine_that_holds_nobody(module):
    machines = [value for value in vars(module).values() if isinstance(value, Machine)]

    assert len(machines) == 1
    machine = machines[0]
    assert machine.models == []
    assert machine.auto_transitions is False
    assert machine.has_queue is False
    assert machine.send_event is True
    assert not machine.ignore_invalid_triggers
    assert set(machine.events) == set(module.EVENTS)
    assert [state.value for state in machine.states.values()] == list(states_of(module))


@pytest.mark.parametrize("module", MODULES)
def test_no_machine_does_anything_but_step(module):
    machine = module.MACHINE
    callbacks = [machine.prepare_event, machine.before_state_change, machine.after_state_change]
    callbacks += [machine.finalize_event, machine.on_exception, machine.on_final]
    callbacks += [state.on_enter + state.on_exit for state in machine.states.values()]
    callbacks += [transition.prepare + transition.after for transition in machine.get_transitions()]

    assert not any(callbacks)


@pytest.mark.parametrize("module", MODULES)
def test_stepping_builds_no_machine_and_registers_nobody(module, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("A step built a machine or added a model. Step the shared machine with a token instead.")

    monkeypatch.setattr(Machine, "__init__", refuse)
    monkeypatch.setattr(Machine, "add_model", refuse)

    for state, event in itertools.product(states_of(module), module.EVENTS):
        module.next_state(state, event, ANY_FACTS[module])

    assert module.MACHINE.models == []


@pytest.mark.parametrize("module", MODULES)
def test_eight_threads_stepping_one_machine_get_the_answers_of_one(module):
    asked = list(itertools.product(states_of(module), module.EVENTS)) * 10
    random.Random(7).shuffle(asked)

    def answers(_):
        return [module.next_state(state, event, ANY_FACTS[module]) for state, event in asked]

    alone = answers(None)
    with ThreadPoolExecutor(8) as threads:
        assert all(run == alone for run in threads.map(answers, range(8)))


@pytest.mark.parametrize("module", MODULES)
def test_only_the_states_an_event_leads_to_may_come_of_it(module):
    for state in states_of(module):
        moving = module.may_happen_next(state)
        for event in set(module.EVENTS) - set(moving):
            assert module.next_state(state, event, ANY_FACTS[module]).moved is False


@pytest.mark.parametrize("module", MODULES)
def test_a_state_read_as_plain_text_is_refused_with_what_to_do(module):
    first = next(iter(states_of(module)))

    with pytest.raises(ValueError, match=rf"received '{first.value}'. Read stored text with {type(first).__name__}\("):
        module.next_state(first.value, next(iter(module.EVENTS)), ANY_FACTS[module])


@pytest.mark.parametrize("module", MODULES)
def test_an_event_nobody_knows_is_refused_with_the_names_that_are_known(module):
    with pytest.raises(ValueError, match=f"Expected one of the events .*{next(iter(module.EVENTS))}.*'hearing_mvoed'"):
        module.next_state(next(iter(states_of(module))), "hearing_mvoed", ANY_FACTS[module])


def test_every_flag_is_raised_somewhere_and_has_words_that_say_what_to_do():
    raised = {row.flag for module in MODULES for row in module.TABLE if row.flag} | set(FLAG_TABLE.values())

    assert raised == set(FLAGS)
    for words in FLAGS.values():
        assert len(words.split(". ")) >= 2
        assert words.endswith(".")


# --- how a table is read ----------------------------------------------------------------------------------------


def test_a_row_reads_as_english():
    assert WHOLE[0].condition == "only if it is safe"
    assert on("change", Light.RED, STAY, unless=it_is_safe).condition == "unless it is safe"
    assert WHOLE[1].condition == ""


def test_a_row_asks_one_question():
    with pytest.raises(ValueError, match="expected only_if or unless, received both"):
        on("change", Light.RED, Light.GREEN, only_if=it_is_safe, unless=it_is_safe)


def test_a_guard_that_fails_leads_to_the_otherwise_row_and_says_that_nothing_moved():
    machine = machine_for(Light, initial=Light.RED, events=EVENTS, table=WHOLE)

    assert step(machine, Light.RED, "change", {"safe": False}) == Step(state=Light.RED, moved=False)
    assert step(machine, Light.RED, "change", {"safe": True}) == Step(state=Light.GREEN, moved=True)


def test_a_guard_that_raises_leaves_nothing_changed():
    broken = machine_for(
        Light, initial=Light.RED, events=EVENTS, table=[replace(WHOLE[0], guard=the_lamp_is_broken), *WHOLE[1:]]
    )

    for _ in range(2):
        with pytest.raises(RuntimeError, match="no answer"):
            step(broken, Light.RED, "change", {})
        assert broken.models == []
        assert step(broken, Light.GREEN, "change", {}) == Step(state=Light.RED, moved=True)


def test_a_state_of_another_machine_is_refused_even_when_it_reads_the_same():
    machine = machine_for(Light, initial=Light.RED, events=EVENTS, table=WHOLE)

    with pytest.raises(ValueError, match=r"Expected Light red \| green; received <OtherLight\.RED"):
        step(machine, OtherLight.RED, "change", {"safe": True})


# --- what is refused when a table is loaded ---------------------------------------------------------------------


def test_a_whole_table_has_no_fault():
    assert faults(WHOLE) == ""


def test_a_misspelt_state_is_found():
    assert "'gren' is not a state of Light" in faults([*WHOLE, on("change", Light.GREEN, "gren")])
    assert "'read' is not a state of Light" in faults([*WHOLE, replace(WHOLE[1], sources=("read",))])


def test_an_event_or_a_flag_nobody_knows_is_found():
    assert "chnage is not a known event." in faults([*WHOLE, on("chnage", Light.RED, STAY)])
    assert "lamp is not a known flag." in faults([WHOLE[0], replace(WHOLE[1], flag="lamp"), WHOLE[2]])


def test_a_guarded_row_without_an_otherwise_row_is_found():
    assert faults([WHOLE[0], WHOLE[2]]) == "The rows of change in red lack an otherwise row."


def test_a_row_below_its_otherwise_row_is_found():
    assert "stands below its otherwise row and is never tried." in faults([WHOLE[1], WHOLE[0], WHOLE[2]])


def test_an_event_that_a_state_does_not_answer_is_found():
    assert faults(WHOLE[:2], final=[Light.GREEN]) == "No row says what change does in green."


def test_a_state_nobody_reaches_and_a_dead_end_are_found():
    stuck = [on("change", Light.RED, STAY), on("change", Light.GREEN, Light.RED)]

    assert faults(stuck) == "No event leads to green. red is a dead end, but not a final state."
    assert faults(stuck, final=[Light.RED]) == "No event leads to green."


def test_a_table_with_a_fault_builds_no_machine():
    with pytest.raises(ValueError, match="The rows of change in red lack an otherwise row"):
        machine_for(Light, initial=Light.RED, events=EVENTS, table=[WHOLE[0], WHOLE[2]])
