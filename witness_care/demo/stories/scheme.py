"""The Victim Contact Scheme: every answer, and every state of a referral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import SENTENCE
from witness_care.demo.stories.shared import convict, with_a_trial

ROBBERY, WOUNDING, COERCIVE, DAMAGE = "TH68023", "OF61016", "SC15004", "CD71039"


def scheme_due(case: CaseFile) -> None:
    """Four years for robbery: the victim is to be referred."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(48))


def scheme_to_be_decided(case: CaseFile) -> None:
    """Two years for coercive behaviour: the scheme may be offered, and nobody has decided."""
    _sentenced_for(case, COERCIVE, case.voice.imprisoned(24))


def scheme_cannot_tell(case: CaseFile) -> None:
    """Custody for robbery, and the court did not say for how long."""
    said = case.voice.imprisoned(24)
    _sentenced_for(case, ROBBERY, {name: value for name, value in said.items() if name != "durationElement"}, ago=9)


def scheme_not_eligible(case: CaseFile) -> None:
    """Two years for criminal damage: no limb of the law is met."""
    _sentenced_for(case, DAMAGE, case.voice.imprisoned(24))


def scheme_sent(case: CaseFile) -> None:
    """Referred, and nobody has answered yet."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(30))
    case.refer("sent")


def scheme_acknowledged(case: CaseFile) -> None:
    """Referred and acknowledged: a liaison officer is to get in touch."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(36))
    case.refer("sent", "acknowledged")


def scheme_rejected(case: CaseFile) -> None:
    """The probation service sent the referral back, since details were missing."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(18))
    case.refer("sent", "rejected", reason="details_missing")


def scheme_in_touch(case: CaseFile) -> None:
    """A liaison officer has been in touch."""
    _sentenced_for(case, WOUNDING, case.voice.imprisoned(60))
    case.refer("sent", "acknowledged", "liaison-contact")


def scheme_not_referred(case: CaseFile) -> None:
    """A supervisor decided, with a reason, that no referral is made."""
    _sentenced_for(case, WOUNDING, case.voice.imprisoned(40))
    case.refer("do-not-refer", reason="already_referred", by_supervisor=True)


def scheme_withdrawn(case: CaseFile) -> None:
    """The referral was about the wrong person, and taken back."""
    _sentenced_for(case, WOUNDING, case.voice.imprisoned(24))
    case.refer("sent", "withdraw", reason="wrong_person")


def _sentenced_for(case: CaseFile, which: str, sentence: Mapping[str, Any], *, ago: int = 5) -> None:
    """Convict of one offence, and sentence some days ago; everybody has been told."""
    case.charge(which=which)
    trial = case.moments.ago(25, 1)
    with_a_trial(case, ago=35, trial=trial)
    convict(case, 25, trial[0], sentence_in=-ago)
    case.talk(case.moments.before(24, 11))
    case.stay_in_touch(16, 8)
    at = case.moments.before(ago, 15, 30)
    results = {offence.id: [dict(sentence)] for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("sentence"), SENTENCE, case.moments.ago(ago)[0], results))
    case.talk(case.moments.before(ago - 1, 10))
