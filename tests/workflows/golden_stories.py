"""The short stories behind the golden files: for each rule of the unit's, what happened to make its duty.

Everything happens on the Thursday before Easter 2026 at five to five, London time, unless a story says otherwise: the
Friday and the Monday after it are bank holidays. Each story has one person with the standard time and one with enhanced
rights. The words are those of scenario files (tests/scenarios/README.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

EASTER_THURSDAY = "2026-04-02T16:55:00"
GOOD_FRIDAY = "2026-04-03T11:00:00"
WEEKS_AHEAD, AFTER_EASTER = "2026-05-05T10:00:00", "2026-04-07T10:00:00"
PEOPLE = {"standard": "no", "enhanced": "yes"}


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, in the words of a scenario file."""

    title: str
    parts: tuple[str, ...]
    registered: str = "2026-01-05T09:00:00"

    @property
    def source(self) -> str:
        head = (
            f'name = "{self.title}"',
            'rules = ["victims_code_2021", "local_policy"]',
            f"registered = {self.registered}",
        )
        return "\n".join((*head, DEFENDANTS, *self.parts))


DEFENDANTS = """
[defendants]
defendant = ["robbery", "assault", "theft"]
"""


def people(role: str, *words: str) -> str:
    """Two people who differ in their time alone."""
    return "\n".join(
        "\n".join((f"[people.{name}]", f'role = "{role}"', f'enhanced = "{enhanced}"', *words))
        for name, enhanced in PEOPLE.items()
    )


def hearing(starts: str, kind: str = "trial", *words: str) -> str:
    return "\n".join((f"[hearings.{kind}]", f'class = "{kind}"', f"starts = {starts}", *words))


def given(event: str, *words: str, at: str = EASTER_THURSDAY) -> str:
    return "\n".join(("[[given]]", f'event = "{event}"', f"received = {at}", *words))


def of_each(event: str, *words: str, at: str = EASTER_THURSDAY) -> str:
    """The same fact of both people."""
    return "\n".join(given(event, f'person = "{name}"', *words, at=at) for name in PEOPLE)


VICTIMS, WITNESSES = people("victim"), people("witness")
WHO_IS_BOTH = people("both")
FAMILY = people("victim", 'grounds = ["BEREAVED"]')
KNOWS_THE_TRIAL = ("required = true", 'told = [{ topic = "attendance" }, { topic = "hearing.when_where" }]')

NOT_GUILTY_PLEA = given("PleaRecorded", 'offence = "robbery"', 'plea = "not_guilty"')
CONVICTED = given("VerdictRecorded", 'offence = "robbery"', 'verdict = "guilty"')
REQUIRED = of_each("CpsRequires")
SCREENS_GRANTED = of_each("SpecialMeasureStated", 'measure = "screens"', 'decision = "granted"')
FOUR_YEARS = '[{ offence = "robbery", kind = "custody", label = "Imprisonment", length = "4 Y" }]'


def sentenced(day: str = "2026-04-02") -> str:
    return given("ResultsShared", 'hearing = "sentence"', f"day = {day}", f"results = {FOUR_YEARS}")


def decided(offence: str, decision: str) -> str:
    reason = 'reason = "not_enough_evidence"'
    return given("ProsecutionDecided", f'offence = "{offence}"', f'decision = "{decision}"', reason)


def far_and_near(what: str, before: str, *parts: str, kind: str = "trial") -> tuple[Story, ...]:
    """The same with no hearing listed, and with one on the first morning after Easter that caps the time."""
    return (
        Story(f"{what}; no {before} is listed", parts),
        Story(f"{what}; the {before} is on the Tuesday after Easter", (hearing(AFTER_EASTER, kind), *parts)),
    )


def listed(starts: str) -> str:
    return given("HearingConfirmed", 'hearing = "trial"', f"starts = {starts}")


def _moved_to(starts: str) -> str:
    return given("HearingMoved", 'hearing = "trial"', f"starts = {starts}")


SCREENS_IN_MARCH = (
    people("witness", "required = true"),
    hearing(WEEKS_AHEAD),
    of_each("SpecialMeasureStated", 'measure = "screens"', 'decision = "granted"', at="2026-03-02T10:00:00"),
)


STORIES: dict[str, tuple[Story, ...]] = {
    "R8-DATE": (
        Story("A trial is listed for some weeks ahead", (VICTIMS, listed(WEEKS_AHEAD))),
        Story("A trial is listed for the Tuesday after Easter", (VICTIMS, listed(AFTER_EASTER))),
    ),
    "R8-ATTEND": far_and_near("The CPS calls two victims who saw what happened", "trial", WHO_IS_BOTH, REQUIRED),
    "R8-OUTCOME": (
        Story("A defendant pleads not guilty", (VICTIMS, NOT_GUILTY_PLEA)),
        Story(
            "A plea hearing is adjourned",
            (VICTIMS, hearing("2026-04-02T10:00:00", "plea"), given("HearingAdjourned", 'hearing = "plea"')),
        ),
    ),
    "R9-VERDICT": (Story("A defendant is found guilty", (VICTIMS, CONVICTED)),),
    "R9-SENTENCE": (Story("A defendant is sentenced", (VICTIMS, CONVICTED, sentenced())),),
    "R9-ULS": (
        Story(
            "The Crown Court passes a sentence",
            (VICTIMS, hearing("2026-04-02T10:00:00", "sentence", 'jurisdiction = "CROWN"'), sentenced()),
        ),
    ),
    "R6-NOPROS": (Story("Nobody will be prosecuted", (VICTIMS, decided("robbery", "no_prosecution"))),),
    "R6-STOP": (Story("The CPS stops a charge", (VICTIMS, decided("robbery", "stopped"))),),
    "R7-VPS": far_and_near("A defendant is found guilty", "sentence hearing", VICTIMS, CONVICTED, kind="sentence"),
    "R8-BAIL": (
        Story(
            "A defendant is bailed on conditions",
            (
                VICTIMS,
                given(
                    "BailDecided",
                    'defendant = "defendant"',
                    'status = "conditional_bail"',
                    'conditions = ["no_contact"]',
                ),
            ),
        ),
    ),
    "R8-WARRANT": (
        Story(
            "A defendant did not come and a warrant is out",
            (VICTIMS, given("WarrantStated", 'defendant = "defendant"', 'status = "issued"')),
        ),
    ),
    "R8-REARREST": (
        Story(
            "A defendant is arrested on a warrant of which both had heard",
            (
                VICTIMS,
                given("WarrantStated", 'defendant = "defendant"', 'status = "issued"', at="2026-03-02T10:00:00"),
                of_each("ContactMade", 'told = [{ topic = "warrant" }]', at="2026-03-03T10:00:00"),
                given("WarrantStated", 'defendant = "defendant"', 'status = "executed"', 'outcome = "custody"'),
            ),
        ),
    ),
    "R8-NEEDS": far_and_near("A defendant pleads not guilty", "trial", VICTIMS, NOT_GUILTY_PLEA),
    "R8-SM": far_and_near("The court grants screens", "trial", VICTIMS, SCREENS_GRANTED),
    "R9-BEREAVED-1": far_and_near(
        "A defendant is found guilty", "sentence hearing", FAMILY, CONVICTED, kind="sentence"
    ),
    "R9-BEREAVED-2": (Story("A defendant is sentenced", (FAMILY, CONVICTED, sentenced())),),
    "R9-APPEAL-N": (
        Story(
            "A defendant appeals",
            (VICTIMS, given("AppealStated", 'defendant = "defendant"', 'stage = "notice"', 'against = "both"')),
        ),
    ),
    "R9-APPEAL-O": (
        Story(
            "An appeal is dismissed",
            (VICTIMS, given("AppealDecided", 'defendant = "defendant"', 'result = "dismissed"')),
        ),
    ),
    "R11-VCS": (
        Story(
            "Four years for robbery, passed the day before the result reached the unit",
            (
                people("victim", 'offences = ["robbery"]'),
                given("OffenceDescribed", 'offence = "robbery"', 'cjs_code = "TH68023"', at="2026-01-06T10:00:00"),
                CONVICTED,
                sentenced("2026-04-01"),
            ),
        ),
    ),
    "WC-ATTEND": (
        *far_and_near("The CPS calls two witnesses", "trial", WITNESSES, REQUIRED),
        Story(
            "The trial of two witnesses who are called is listed for some weeks ahead",
            (people("witness", "required = true"), listed(WEEKS_AHEAD)),
        ),
    ),
    "WC-DEWARN": (
        Story(
            "On Good Friday the trial for which they were warned is vacated",
            (
                people("witness", *KNOWS_THE_TRIAL),
                hearing(WEEKS_AHEAD),
                given("TrialVacated", 'hearing = "trial"', at=GOOD_FRIDAY),
            ),
        ),
        Story(
            "In the morning the CPS says that they need not come, and the trial is at 2pm",
            (
                people("witness", *KNOWS_THE_TRIAL),
                hearing("2026-04-02T14:00:00"),
                of_each("CpsNotRequired", at="2026-04-02T09:30:00"),
            ),
        ),
        Story(
            "After hours the CPS says that they need not come, and the trial is on the Tuesday after Easter",
            (
                people("witness", *KNOWS_THE_TRIAL),
                hearing(AFTER_EASTER),
                of_each("CpsNotRequired", at="2026-04-02T18:10:00"),
            ),
        ),
    ),
    "WC-OUTCOME": (
        Story(
            "Of one charge there is a sentence, another is stopped and a third not prosecuted",
            (
                people("witness", *KNOWS_THE_TRIAL),
                hearing("2026-04-02T10:00:00"),
                CONVICTED,
                sentenced(),
                decided("assault", "stopped"),
                decided("theft", "no_prosecution"),
            ),
        ),
        Story(
            "The trial is adjourned on the day",
            (
                people("witness", *KNOWS_THE_TRIAL),
                hearing("2026-04-02T10:00:00"),
                given("HearingAdjourned", 'hearing = "trial"'),
            ),
        ),
    ),
    "PREF-FREQ": (
        Story(
            "The agreed interval ends on Easter Monday",
            (
                WITNESSES,
                given("ContactMade", 'person = "standard"', at="2026-03-09T10:00:00"),
                given("ContactMade", 'person = "enhanced"', at="2026-03-23T10:00:00"),
            ),
        ),
    ),
    "LP-INTRO": (Story("The unit takes two people on", (WITNESSES,), registered=EASTER_THURSDAY),),
    "LP-DATES": (Story("A defendant pleads not guilty", (WITNESSES, NOT_GUILTY_PLEA)),),
    "LP-PTV": far_and_near("The CPS calls two witnesses", "trial", WITNESSES, REQUIRED),
    "LP-WITSERV": far_and_near("The CPS calls two witnesses", "trial", WITNESSES, REQUIRED),
    "LP-SM-CHASE": (
        Story(
            "Screens were asked for in March; 28 days before the trial is the Thursday before Easter",
            (
                people("witness", "required = true"),
                hearing("2026-04-30T10:00:00"),
                of_each("SpecialMeasureStated", 'measure = "screens"', 'decision = "asked"', at="2026-03-02T10:00:00"),
            ),
        ),
        Story(
            "Screens were asked for in March; 28 days before the trial is Good Friday",
            (
                people("witness", "required = true"),
                hearing("2026-05-01T10:00:00"),
                of_each("SpecialMeasureStated", 'measure = "screens"', 'decision = "asked"', at="2026-03-02T10:00:00"),
            ),
        ),
    ),
    "LP-RECHECK": tuple(
        Story(f"Screens were granted in March; the trial moves to {words}", (*SCREENS_IN_MARCH, _moved_to(starts)))
        for words, starts in (("a day in June", "2026-06-02T10:00:00"), ("the Tuesday after Easter", AFTER_EASTER))
    ),
    "LP-CLOSURE": (Story("Two victims withdraw", (VICTIMS, of_each("Withdrew", 'reason = "delay"'))),),
    "WC-NEEDS": far_and_near("The CPS calls two witnesses", "trial", WITNESSES, REQUIRED),
    "WC-SM": far_and_near("The court grants screens", "trial", WITNESSES, SCREENS_GRANTED),
}

# --- an old case under an old pack ---------------------------------------------------------------------------------

KEEPS_ITS_RULE = "an_old_case_keeps_its_rule"

# Made up for the test: a later Code that gives two days where the one of 2021 gives one.
NEWER_PACK = """
title = "A later Code"
source = "Made up for a test"
enabled = true
effective_from = 2026-04-07
replaces = "victims_code_2021"

[[rules]]
id = "R8-DATE"
title = "Time, date and place of any hearing, and changes"
plain_action = "Tell them when and where the hearing is, or that it is off"
owed_by = "unit"
clock = "receipt_from_court"
unit = "days"
standard = 2
enhanced = 2
days_basis = "working_days"
cap = true
roles = ["victim"]
topics = ["hearing.when_where"]
when = "always"
carve_out = true
carve_out_when = "required"
basis = "code"
source = "Made up for a test"
evidence = "local_decision"
verified = true
"""

OLD_AND_NEW = Story(
    "A trial is listed before a later Code starts, and moves after; one of two victims was told in between",
    (
        VICTIMS,
        listed(WEEKS_AHEAD),
        given(
            "ContactMade",
            'person = "enhanced"',
            'told = [{ topic = "hearing.when_where" }]',
            at="2026-04-07T10:00:00",
        ),
        given("HearingMoved", 'hearing = "trial"', "starts = 2026-06-08T10:00:00", at="2026-04-08T10:00:00"),
    ),
)


def every_story() -> Iterator[tuple[str, Story]]:
    for rule, stories in STORIES.items():
        for story in stories:
            yield rule, story
