"""How cases end: verdicts, sentences, acquittals, pleas."""

from __future__ import annotations

from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import PLEA, SENTENCE
from witness_care.demo.stories.shared import acquit, convict, with_a_trial
from witness_care.people import standing


def guilty_verdict(case: CaseFile) -> None:
    """Convicted at trial; sentence is in some weeks, and the verdict is to be told."""
    ago = case.random.randint(1, 4)
    trial = case.moments.ago(ago, 1)
    with_a_trial(case, trial=trial)
    case.talk(case.moments.before(8, 10), says="will_come")
    convict(case, ago, trial[0])
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10), who=case.people[: case.random.randint(1, len(case.people))])


def sentenced(case: CaseFile) -> None:
    """Convicted some weeks ago, sentenced this week; most have been told."""
    ago = case.random.randint(1, 5)
    trial = case.moments.ago(25, 1)
    with_a_trial(case, ago=35, trial=trial)
    convict(case, 25, trial[0], sentence_in=-ago)
    case.talk(case.moments.before(24, 11))
    case.stay_in_touch(16, 8)
    sentence = case.random.choice(
        (case.voice.imprisoned(case.random.choice((6, 11, 18, 30))), case.voice.community_order(12), case.voice.fined())
    )
    at = case.moments.before(ago, 15, 30)
    results = {offence.id: [sentence] for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("sentence"), SENTENCE, case.moments.ago(ago)[0], results))
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10), who=case.people[: case.random.randint(1, len(case.people))])


def acquitted(case: CaseFile) -> None:
    """Found not guilty: the case is at its end for this defendant."""
    ago = case.random.randint(1, 7)
    trial = case.moments.ago(ago, 1)
    with_a_trial(case, trial=trial)
    case.check_in(case.moments.before(9, 10))
    acquit(case, ago, trial[0])
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10))


def closed(case: CaseFile) -> None:
    """The witnesses came, the defendant was acquitted, all have been told: nothing more is to be done for them."""
    trial = case.moments.ago(6, 1)
    with_a_trial(case, trial=trial)
    case.talk(case.moments.before(8, 10), says="will_come")
    acquit(case, 6, trial[0])
    case.talk(case.moments.before(5, 9, 30))
    case.stand(standing.CAME)
    case.stand(standing.CLOSE)


def pleaded_guilty_before_trial(case: CaseFile) -> None:
    """A guilty plea: the witnesses are no longer needed and must hear it before they travel."""
    trial = case.moments.after(case.random.randint(3, 8), 2)
    with_a_trial(case, trial=trial)
    case.check_in(case.moments.before(8, 10))
    at = case.moments.before(1, 11, 30)
    for offence in case.voice.offences:
        case.say(at, case.voice.pleaded(at, case.voice.id("trial"), offence, "GUILTY", case.moments.workday(-1)))
    case.require(case.moments.minutes_ago(120), required=False)


def two_defendants_apart(case: CaseFile) -> None:
    """One defendant has pleaded and been sentenced, the other is still to be tried: the witnesses stay in listing."""
    case.charge(defendants=2)
    with_a_trial(case, trial=case.moments.after(case.random.randint(12, 25), 3))
    first = case.voice.offences[0]
    hearing, day = case.voice.id("plea of one"), case.moments.ago(5)[0]
    at = case.moments.before(5, 12)
    case.say(at, case.voice.confirmed(case.moments.before(10), hearing, PLEA, [day]))
    results = {first.id: [case.voice.imprisoned(14)]}
    case.say(at, case.voice.resulted(at, hearing, PLEA, day, results, pleas={first.id: "GUILTY"}))
    case.talk(case.moments.before(4, 10))


def doubtful_verdict(case: CaseFile) -> None:
    """The court's message says guilty in one place and not guilty in another: a person must look."""
    trial = case.moments.ago(2, 1)
    with_a_trial(case, trial=trial)
    case.check_in(case.moments.before(8, 10))
    at = case.moments.before(2, 16)
    case.say(
        at,
        case.voice.verdict(at, case.voice.id("trial"), case.voice.offences[0], trial[0][0], guilty=True, doubtful=True),
    )
