"""Whether a person may be reached: each refusal by itself, their order, safe hours, and never more than was agreed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.safe_contact import (
    NEVER_OVERRIDDEN,
    WORDS,
    Allowed,
    ContactPerson,
    Delay,
    Endpoint,
    Reason,
    Refuse,
    Window,
    gate,
)
from workflows.working_days import instant_of

CHANNELS = ("call", "voicemail", "text", "email", "letter")
WEEKDAYS = frozenset(range(5))
TEN_TO_TWO = Window(weekdays=WEEKDAYS, starts=time(10), ends=time(14))

# Wednesday 25 November 2026, 11 in the morning in London.
NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)

PERSON = ContactPerson()
MOBILE = Endpoint(id="m", kind="mobile", allowed="yes", voicemail="yes", may_identify_us="yes")
EMAIL = replace(MOBILE, id="e", kind="email")
ADDRESS = replace(MOBILE, id="a", kind="address")
UNKNOWN = Endpoint(id="u", kind="mobile")


def test_a_number_agreed_to_may_be_called_at_any_hour_when_no_hours_are_recorded():
    assert gate(PERSON, MOBILE, "call", now=NOW) == Allowed(())
    assert gate(PERSON, MOBILE, "call", now=datetime(2026, 11, 29, 3, tzinfo=UTC)) == Allowed(())


# person, endpoint, channel, the refusal: each rule of the domain rules, section 10, by itself.
REFUSALS = [
    (replace(PERSON, deceased=True), MOBILE, "call", "deceased"),
    (PERSON, replace(MOBILE, withdrawn=True), "call", "withdrawn"),
    (PERSON, replace(MOBILE, unsafe=True), "call", "unsafe"),
    (PERSON, replace(MOBILE, shared_with_forbidden=True), "call", "shared"),
    (PERSON, replace(MOBILE, on_hold=True), "call", "on_hold"),
    (replace(PERSON, representative_forbidden=True), replace(MOBILE, of_representative=True), "call", "never_contact"),
    (PERSON, ADDRESS, "call", "wrong_channel"),
    (PERSON, replace(MOBILE, kind="landline"), "text", "wrong_channel"),
    (PERSON, replace(MOBILE, allowed="no"), "call", "not_allowed"),
    (PERSON, replace(MOBILE, allowed="perhaps"), "call", "not_allowed"),
    (PERSON, replace(MOBILE, allowed="not_asked"), "text", "not_asked"),
    (PERSON, replace(EMAIL, allowed="not_asked"), "email", "not_asked"),
    (PERSON, replace(ADDRESS, allowed="not_asked"), "letter", "not_asked"),
    (PERSON, replace(MOBILE, allowed="not_asked"), "voicemail", "voicemail_not_asked"),
    (PERSON, replace(MOBILE, voicemail="no"), "voicemail", "no_voicemail"),
    (PERSON, replace(MOBILE, voicemail="not_asked"), "voicemail", "voicemail_not_asked"),
    (replace(PERSON, opted_out_topics=frozenset({"verdict"})), MOBILE, "call", "opted_out"),
    (replace(PERSON, is_child=True), MOBILE, "call", "child"),
    (PERSON, replace(MOBILE, may_identify_us="no"), "text", "identifies_us"),
    (PERSON, replace(EMAIL, may_identify_us="not_asked"), "email", "identifies_us"),
    (PERSON, replace(ADDRESS, may_identify_us="not_asked"), "letter", "identifies_us"),
]


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-24")
@pytest.mark.parametrize(("person", "endpoint", "channel", "reason"), REFUSALS)
def test_each_rule_refuses_by_itself(person, endpoint, channel, reason):
    answer = gate(person, endpoint, channel, topics=("sentence", "verdict"), now=NOW)
    assert isinstance(answer, Refuse)
    assert answer.reason == reason
    assert answer.words == WORDS[reason]


def test_every_reason_is_tried_and_has_words_for_an_officer():
    assert {reason for *_, reason in REFUSALS} == set(Reason) == set(WORDS)
    assert all(words.endswith(".") for words in WORDS.values())


def test_an_officer_reads_why_no_voicemail_may_be_left():
    answer = gate(PERSON, replace(MOBILE, voicemail="not_asked"), "voicemail", now=NOW)
    assert answer.words == "No voicemail: nobody has asked whether it is safe."


@pytest.mark.proves("SEC-24")
def test_no_override_for_death_or_an_endpoint_that_is_gone_unsafe_or_shared():
    fixed = {"deceased", "withdrawn", "unsafe", "shared", "on_hold", "never_contact", "wrong_channel"}
    for person, endpoint, channel, reason in REFUSALS:
        answer = gate(person, endpoint, channel, topics=("verdict",), now=NOW)
        assert answer.may_override == (reason not in fixed), reason


def test_the_first_refusal_in_the_order_of_the_rules_is_the_one_given():
    person = ContactPerson(deceased=True, opted_out_topics=frozenset({"verdict"}), is_child=True)
    endpoint = Endpoint(id="m", kind="mobile", allowed="no", withdrawn=True, shared_with_forbidden=True)
    seen = []
    steps = [
        lambda person, endpoint: (replace(person, deceased=False), endpoint),
        lambda person, endpoint: (person, replace(endpoint, withdrawn=False)),
        lambda person, endpoint: (person, replace(endpoint, shared_with_forbidden=False)),
        lambda person, endpoint: (person, replace(endpoint, allowed="yes")),
        lambda person, endpoint: (replace(person, opted_out_topics=frozenset()), endpoint),
        lambda person, endpoint: (replace(person, is_child=False), endpoint),
        lambda person, endpoint: (person, replace(endpoint, may_identify_us="yes", windows=(TEN_TO_TWO,))),
    ]
    evening = datetime(2026, 11, 25, 20, tzinfo=UTC)
    for step in steps:
        seen.append(gate(person, endpoint, "text", topics=("verdict",), now=evening).reason)
        person, endpoint = step(person, endpoint)
    assert seen == ["deceased", "withdrawn", "shared", "not_allowed", "opted_out", "child", "identifies_us"]
    assert isinstance(gate(person, endpoint, "text", topics=("verdict",), now=evening), Delay)


# --- what may be done all the same --------------------------------------------------------------------------------


def test_an_officer_may_call_a_number_nobody_has_asked_about_and_is_told_to_ask():
    answer = gate(PERSON, UNKNOWN, "call", now=NOW)
    assert answer == Allowed(
        (
            "Nobody has asked whether this number is safe: ask before you say anything else.",
            "Do not say who we are until you know that you are speaking with them.",
            "No voicemail: nobody has asked whether it is safe.",
        )
    )


@pytest.mark.parametrize(
    ("channel", "reason"),
    [("voicemail", "voicemail_not_asked"), ("text", "not_asked"), ("email", "not_asked"), ("letter", "not_asked")],
)
def test_with_nothing_recorded_only_an_officer_may_call(channel, reason):
    assert gate(PERSON, None, "call", now=NOW) == gate(PERSON, UNKNOWN, "call", now=NOW)
    assert gate(PERSON, None, channel, now=NOW).reason == reason


def test_a_call_names_the_safe_word_first():
    notes = gate(replace(PERSON, has_safe_word=True), MOBILE, "call", now=NOW).notes
    assert notes == ("Ask for the safe word.",)


@pytest.mark.proves("SEC-27")
def test_a_voicemail_never_names_the_offence_and_stays_neutral_unless_agreed():
    agreed = gate(PERSON, MOBILE, "voicemail", now=NOW)
    neutral = gate(PERSON, replace(MOBILE, may_identify_us="not_asked"), "voicemail", now=NOW)
    assert agreed.notes == ("Leave no offence, no names and no result in a voicemail.",)
    assert neutral.notes == (*agreed.notes, 'Say only whom to ring: not "court", "witness" or "victim".')


@pytest.mark.proves("SEC-27")
def test_a_neutral_message_needs_no_agreement_to_say_who_we_are():
    silent = replace(MOBILE, may_identify_us="not_asked")
    assert gate(PERSON, silent, "text", neutral=True, now=NOW) == Allowed(())


def test_a_carve_out_is_sent_after_an_opt_out_and_nothing_else_is():
    person = replace(PERSON, opted_out_topics=frozenset({"attendance", "verdict"}))
    carved_out = frozenset({"attendance"})
    assert gate(person, MOBILE, "call", topics=("attendance",), carved_out=carved_out, now=NOW) == Allowed(())
    both = gate(person, MOBILE, "call", topics=("attendance", "verdict"), carved_out=carved_out, now=NOW)
    assert both.reason == "opted_out"
    assert gate(person, MOBILE, "call", topics=("sentence",), now=NOW) == Allowed(())


def test_a_child_is_reached_through_the_representative_or_directly_when_so_recorded():
    child = replace(PERSON, is_child=True)
    assert gate(child, replace(MOBILE, of_representative=True), "call", now=NOW) == Allowed(())
    assert gate(replace(child, child_reached_directly=True), MOBILE, "call", now=NOW) == Allowed(())


# --- safe hours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-25T09:59", "2026-11-25T10:00"),
        ("2026-11-25T14:00", "2026-11-26T10:00"),
        ("2026-11-27T18:00", "2026-11-30T10:00"),  # Friday evening: Monday
        ("2026-07-01T08:30", "2026-07-01T10:00"),  # London hours, in summer too
    ],
)
def test_outside_safe_hours_it_waits_for_the_next_one(now, until):
    stamp = datetime.fromisoformat(now)
    answer = gate(PERSON, replace(MOBILE, windows=(TEN_TO_TWO,)), "call", now=instant_of(stamp.date(), stamp.time()))
    opens = datetime.fromisoformat(until)
    assert isinstance(answer, Delay)
    assert answer.until == instant_of(opens.date(), opens.time())
    assert answer.may_override


def test_within_safe_hours_it_goes_ahead():
    windowed = replace(MOBILE, windows=(TEN_TO_TWO,))
    for at in (time(10), time(13, 59)):
        assert gate(PERSON, windowed, "call", now=instant_of(date(2026, 11, 25), at)) == Allowed(())


def test_the_earliest_of_several_windows_counts():
    evening = Window(weekdays=frozenset({2}), starts=time(19), ends=time(20))
    windowed = replace(MOBILE, windows=(TEN_TO_TWO, evening))
    answer = gate(PERSON, windowed, "call", now=datetime(2026, 11, 25, 15, tzinfo=UTC))
    assert answer.until == datetime(2026, 11, 25, 19, tzinfo=UTC)
    assert answer.words == ("Outside the hours that are safe for them: wait until Wednesday 25 November 2026 at 7pm.")


def test_waiting_past_the_due_time_is_a_task_for_an_officer():
    windowed = replace(MOBILE, windows=(TEN_TO_TWO,))
    evening = datetime(2026, 11, 25, 15, tzinfo=UTC)
    opens = datetime(2026, 11, 26, 10, tzinfo=UTC)
    due = {0: opens, -1: opens - timedelta(minutes=1)}
    assert not gate(PERSON, windowed, "call", now=evening, due_at=due[0]).past_due
    assert gate(PERSON, windowed, "call", now=evening, due_at=due[-1]).past_due
    assert not gate(PERSON, windowed, "call", now=evening).past_due


def test_a_letter_has_no_hour():
    assert gate(PERSON, replace(ADDRESS, windows=(TEN_TO_TWO,)), "letter", now=NOW + timedelta(hours=9)) == Allowed(())


def test_a_window_in_the_hour_that_the_spring_change_skips_opens_the_week_after():
    sunday = Window(weekdays=frozenset({6}), starts=time(1, 10), ends=time(1, 50))
    answer = gate(PERSON, replace(MOBILE, windows=(sunday,)), "call", now=datetime(2027, 3, 28, 0, 30, tzinfo=UTC))
    assert answer.until == datetime(2027, 4, 4, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("weekdays", "starts", "ends"),
    [(frozenset(), time(9), time(10)), (frozenset({7}), time(9), time(10)), (WEEKDAYS, time(10), time(10))],
)
def test_a_window_that_could_never_open_is_refused(weekdays, starts, ends):
    with pytest.raises(ValueError, match="Window: expected"):
        Window(weekdays=weekdays, starts=starts, ends=ends)


def test_an_unknown_channel_is_refused():
    with pytest.raises(ValueError, match='received "fax"'):
        gate(PERSON, MOBILE, "fax", now=NOW)


# --- a stricter record never allows more --------------------------------------------------------------------------

answers = st.sampled_from(["yes", "not_asked", "no"])
topics = st.frozensets(st.sampled_from(["attendance", "verdict", "sentence"]))
hours = st.integers(0, 23)
windows = st.builds(
    lambda weekdays, one, other: Window(
        weekdays=weekdays, starts=time(min(one, other)), ends=time(max(one, other), 30)
    ),
    st.frozensets(st.integers(0, 6), min_size=1),
    hours,
    hours,
)
people = st.builds(
    ContactPerson,
    deceased=st.booleans(),
    opted_out_topics=topics,
    is_child=st.booleans(),
    child_reached_directly=st.booleans(),
    representative_forbidden=st.booleans(),
    has_safe_word=st.booleans(),
)
endpoints = st.builds(
    Endpoint,
    id=st.just("x"),
    kind=st.sampled_from(["mobile", "landline", "email", "address"]),
    allowed=answers,
    windows=st.lists(windows, max_size=3).map(tuple),
    voicemail=answers,
    may_identify_us=answers,
    withdrawn=st.booleans(),
    unsafe=st.booleans(),
    shared_with_forbidden=st.booleans(),
    on_hold=st.booleans(),
    of_representative=st.booleans(),
)
STRICTER_ANSWER = {"yes": "not_asked", "not_asked": "no", "no": "no"}


def stricter(person: ContactPerson, endpoint: Endpoint) -> list[tuple[ContactPerson, Endpoint]]:
    """The record with one thing made stricter, in every way there is."""
    return [
        *((replace(person, **change), endpoint) for change in (
            {"deceased": True},
            {"opted_out_topics": person.opted_out_topics | {"verdict"}},
            {"is_child": True},
            {"child_reached_directly": False},
            {"representative_forbidden": True},
            {"has_safe_word": True},
        )),
        *((person, replace(endpoint, **change)) for change in (
            {"withdrawn": True},
            {"unsafe": True},
            {"shared_with_forbidden": True},
            {"on_hold": True},
            {"allowed": STRICTER_ANSWER[endpoint.allowed]},
            {"voicemail": STRICTER_ANSWER[endpoint.voicemail]},
            {"may_identify_us": STRICTER_ANSWER[endpoint.may_identify_us]},
            {"windows": endpoint.windows[:-1] if len(endpoint.windows) > 1 else endpoint.windows or (TEN_TO_TWO,)},
        )),
    ]  # fmt: skip


def freedom(answer: Allowed | Delay | Refuse) -> int:
    if isinstance(answer, Refuse):
        return 1 if answer.may_override else 0
    return 2 if isinstance(answer, Delay) else 3


@pytest.mark.feature("B4")
@pytest.mark.proves("SEC-24")
@given(
    person=people,
    endpoint=endpoints,
    channel=st.sampled_from(CHANNELS),
    told=st.lists(st.sampled_from(["attendance", "verdict"]), unique=True).map(tuple),
    neutral=st.booleans(),
    minutes=st.integers(0, 60 * 24 * 365),
)
def test_a_stricter_record_never_allows_more(person, endpoint, channel, told, neutral, minutes):
    now = NOW + timedelta(minutes=minutes)
    asked = {"topics": told, "neutral": neutral, "now": now}
    before = gate(person, endpoint, channel, **asked)
    for stricter_person, stricter_endpoint in stricter(person, endpoint):
        after = gate(stricter_person, stricter_endpoint, channel, **asked)
        assert freedom(after) <= freedom(before)
        if isinstance(before, Delay) and isinstance(after, Delay):
            assert after.until >= before.until
        if isinstance(before, Allowed) and isinstance(after, Allowed):
            assert set(before.notes) <= set(after.notes) | set(WORDS.values())


@given(endpoint=endpoints, channel=st.sampled_from(CHANNELS), minutes=st.integers(0, 60 * 24 * 365))
def test_whoever_waits_as_long_as_told_may_go_ahead(endpoint, channel, minutes):
    answer = gate(PERSON, endpoint, channel, now=NOW + timedelta(minutes=minutes))
    if isinstance(answer, Delay):
        assert isinstance(gate(PERSON, endpoint, channel, now=answer.until), Allowed)


@given(person=people, endpoint=endpoints, channel=st.sampled_from(CHANNELS))
def test_nothing_but_a_call_goes_where_nobody_said_yes(person, endpoint, channel):
    answer = gate(person, endpoint, channel, now=NOW, neutral=True)
    if isinstance(answer, Allowed | Delay):
        assert endpoint.allowed == "yes" or (channel == "call" and endpoint.allowed == "not_asked")
        assert channel != "voicemail" or endpoint.voicemail == "yes"
        assert not any((person.deceased, endpoint.withdrawn, endpoint.unsafe, endpoint.shared_with_forbidden))


def test_the_refusals_never_overridden_are_those_of_the_rules():
    assert {reason.value for reason in NEVER_OVERRIDDEN} == {
        *("deceased", "withdrawn", "unsafe", "shared", "on_hold", "never_contact", "wrong_channel")
    }
