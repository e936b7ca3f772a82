"""Says whether a victim is eligible for the Victim Contact Scheme because of one defendant, and why.

Nine ordered rules, asked for each offence and each of its sentences; the first that fits answers, and the strongest
answer counts for the two people. "Cannot tell" is an answer of its own: what is not known never means not eligible.
Which offences count is data (offence_classes.py). Source: domain.md section 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from workflows import codec
from workflows.charges import is_conviction
from workflows.events import OffenceResult, ResultKind
from workflows.offence_classes import OffenceClass, OffenceClasses, shipped
from workflows.sentence_length import A_YEAR, length_of


class Result(StrEnum):
    """The four answers, the strongest first."""

    ELIGIBLE = "eligible"
    POSSIBLE = "possible"
    INSUFFICIENT = "insufficient"
    NOT_ELIGIBLE = "not_eligible"


ABUSE_GROUNDS = frozenset({"DOMESTIC_ABUSE"})
CHILD_GROUND = "UNDER_18"
CONTEXT_WORDS = {
    "harassment": "harassment",
    "stalking": "stalking",
    "coercive_control": "controlling or coercive behaviour",
    "order_breach": "breach of a protective order",
}

K = ResultKind
CUSTODY = frozenset({K.CUSTODY, K.LIFE, K.ACTIVATED})
NOT_CUSTODY = frozenset({K.SUSPENDED, K.COMMUNITY, K.FINE, K.DISCHARGE, K.ORDER})
PASSED = CUSTODY | NOT_CUSTODY | {K.HOSPITAL, K.OTHER_SENTENCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """What the rules look at of a person. `offences` are those against them; None: the link is not known.

    `grounds` are the grounds of enhanced rights ("DOMESTIC_ABUSE"). Somebody may be victim and witness.
    `is_for_a_child` is a parent or guardian: the child is the victim, and is asked about for themselves.
    """

    is_victim: bool
    offences: frozenset[str] | None
    grounds: frozenset[str] = frozenset()
    is_business: bool = False
    is_for_a_child: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """One offence of one defendant as it stands: its CJS code, plea and verdict, and the results of its latest day."""

    offence: str
    code: str = ""
    plea: str = ""
    verdict: str = ""
    results: tuple[OffenceResult, ...] = ()
    sentenced_on: date | None = None

    @property
    def convicted(self) -> bool:
        return is_conviction(self.plea, self.verdict)

    @property
    def sentences(self) -> tuple[OffenceResult, ...]:
        return tuple(result for result in self.results if result.final and result.kind in PASSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rules say of one sentence of one offence; `rule` is the number of the rule that answered."""

    offence: str
    result: Result
    rule: int
    reason: str
    missing: tuple[str, ...] = ()
    label: str = ""
    kind: str = ""
    length: str = ""
    sentenced_on: date | None = None
    unverified: tuple[str, ...] = ()  # the limbs of section 45(2) that it rests on and nobody has checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The answer for one victim and one defendant. `clock_from` is the day of the first sentence that gave it."""

    result: Result
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    per_sentence: tuple[Judged, ...]
    clock_from: date | None

    @property
    def version(self) -> str:
        """Give what changes when the answer or the sentences behind it do."""
        behind = [
            [each.offence, each.rule, each.kind, each.length, str(each.sentenced_on), *each.missing]
            for each in self.per_sentence
            if each.result is self.result
        ]
        return codec.value_hash([self.result.value, sorted(behind)])[:16]


def assess(victim: Victim, offences: Sequence[Charged], classes: OffenceClasses | None = None) -> Assessment:
    """Say whether this victim is eligible because of the defendant who is charged with these `offences`.

    All offences of the defendant are given, since terms are added up over them; only those against the victim count
    for themselves.
    """
    if victim.is_business or not victim.is_victim:
        who = "A business" if victim.is_business else "A witness who is not a victim"
        return _whole(Result.NOT_ELIGIBLE, 1, f"{who} is not offered the scheme.")
    if victim.is_for_a_child:
        return _whole(Result.NOT_ELIGIBLE, 1, "The scheme is offered to the child, who is the victim.")
    if victim.offences is None:
        of_all = assess(replace(victim, offences=frozenset(each.offence for each in offences)), offences, classes)
        if of_all.result is Result.NOT_ELIGIBLE:
            return of_all  # whichever of the offences it was
        reason = "It is not recorded which of the offences were against this person."
        return _whole(Result.INSUFFICIENT, 1, reason, missing=("which offences were against this person",))
    asked = _Asked(victim=victim, offences=tuple(offences), classes=classes or shipped())
    judged = tuple(
        answer for offence in asked.offences if offence.offence in victim.offences for answer in asked.judge(offence)
    )
    if not judged:
        return _whole(Result.NOT_ELIGIBLE, 2, "This defendant is charged with no offence against this person.")
    order = list(Result)
    result = min((each.result for each in judged), key=order.index)
    behind = [each for each in judged if each.result is result]
    days = [each.sentenced_on for each in behind if each.sentenced_on is not None]
    may_be_referred = result in (Result.ELIGIBLE, Result.POSSIBLE)
    return Assessment(
        result=result,
        reasons=tuple(dict.fromkeys(each.reason for each in behind)),
        missing=tuple(dict.fromkeys(what for each in judged for what in each.missing)),
        per_sentence=judged,
        clock_from=min(days, default=None) if may_be_referred else None,
    )


def _whole(result: Result, rule: int, reason: str, missing: tuple[str, ...] = ()) -> Assessment:
    judged = Judged(offence="", result=result, rule=rule, reason=reason, missing=missing)
    return Assessment(result=result, reasons=(reason,), missing=missing, per_sentence=(judged,), clock_from=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How an offence stands to section 45(2): listed as it is, or through a limb, or perhaps."""

    listed: bool
    perhaps: str = ""  # the limb of which it is not known whether it holds
    words: str = ""
    limbs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    victim: Victim
    offences: tuple[Charged, ...]
    classes: OffenceClasses

    def judge(self, offence: Charged) -> Iterator[Judged]:
        """Ask the rules of one offence, once for each of its sentences."""
        if early := self._before_the_sentence(offence):
            yield early
            return
        for sentence in offence.sentences or self._interim(offence):
            yield self._of_sentence(offence, sentence)

    # --- rules 2 and 3: is there a conviction, and a sentence? --------------------------------------------------

    def _before_the_sentence(self, offence: Charged) -> Judged | None:
        kinds = {sentence.kind for sentence in offence.sentences}
        if K.HOSPITAL in kinds and not offence.convicted:
            return None  # insanity or unfitness: a hospital order may follow without a conviction
        if offence.verdict in ("not_guilty", "no_verdict") and not offence.convicted and kinds & CUSTODY:
            verdict = "not guilty" if offence.verdict == "not_guilty" else "that the jury could not decide"
            reason = f"The verdict is {verdict}, but a sentence of custody was passed for the same offence."
            return self._answer(
                offence, Result.INSUFFICIENT, 2, reason, missing=("which of verdict and sentence holds",)
            )
        if (offence.verdict in ("not_guilty", "no_verdict") and not offence.convicted) or _was_stopped(offence):
            return self._answer(offence, Result.NOT_ELIGIBLE, 2, "There is no conviction for this offence.")
        if not offence.convicted:
            reason = "No verdict or guilty plea is recorded for this offence."
            return self._answer(offence, Result.INSUFFICIENT, 2, reason, missing=("the verdict",))
        if not offence.sentences and not self._interim(offence):
            reason = "The defendant is convicted of this offence, and no sentence for it is recorded."
            return self._answer(offence, Result.INSUFFICIENT, 3, reason, missing=("the sentence",))
        return None

    def _interim(self, offence: Charged) -> tuple[OffenceResult, ...]:
        return tuple(result for result in offence.results if result.code in self.classes.interim_order_codes)

    # --- rules 3 to 9 -------------------------------------------------------------------------------------------

    def _of_sentence(self, offence: Charged, sentence: OffenceResult) -> Judged:
        interim = sentence.code in self.classes.interim_order_codes
        if not interim and (ended := self._kind_of_sentence(offence, sentence)):
            return ended
        found = self.classes.of(offence.code)
        if found is None or offence.verdict == "guilty_of_alternative":
            return self._class_unknown(offence, sentence)
        standing = self._standing(found)
        if interim:
            reason = "An interim hospital order or a secure accommodation order was made; the final order decides."
            return self._answer(offence, Result.POSSIBLE, 7, reason, sentence=sentence, limbs=standing.limbs)
        if standing.listed and (answer := self._listed(offence, sentence, found, standing)):
            return answer
        if answer := self._possible(offence, sentence, found, standing):
            return answer
        if standing.perhaps and (answer := self._perhaps(offence, sentence, found, standing)):
            return answer
        return self._not_eligible(offence, sentence, found, standing)

    def _kind_of_sentence(self, offence: Charged, sentence: OffenceResult) -> Judged | None:
        if sentence.kind in NOT_CUSTODY or sentence.code in self.classes.never_custody_codes:
            reason = "The sentence is neither immediate custody nor a hospital order."
            if sentence.kind is K.SUSPENDED:
                reason = "The sentence is suspended, so it is not custody unless it is activated."
            return self._answer(offence, Result.NOT_ELIGIBLE, 3, reason, sentence=sentence)
        if sentence.kind is K.OTHER_SENTENCE:
            reason = (
                "It is not clear what kind of sentence was passed: the court's code and its words do not settle it."
            )
            missing = ("the kind of sentence",)
            return self._answer(offence, Result.INSUFFICIENT, 3, reason, sentence=sentence, missing=missing)
        return None

    def _class_unknown(self, offence: Charged, sentence: OffenceResult) -> Judged:
        reason = f"The offence code {offence.code} is not in our list of offence classes."
        if not offence.code:
            reason = "The offence code is not recorded."
        if offence.verdict == "guilty_of_alternative":
            reason = "The conviction is for an alternative offence, and which one is not recorded."
        missing = ("the class of the offence",)
        return self._answer(offence, Result.INSUFFICIENT, 4, reason, sentence=sentence, missing=missing)

    def _listed(
        self, offence: Charged, sentence: OffenceResult, found: OffenceClass, standing: _Standing
    ) -> Judged | None:
        """Rules 5 and 6: a listed offence with a hospital order, life, or twelve months for it."""
        limbs = standing.limbs
        if sentence.kind is K.HOSPITAL:
            reason = f"{found.in_words} is {standing.words}, and a hospital order was made."
            return self._answer(offence, Result.ELIGIBLE, 5, reason, sentence=sentence, limbs=limbs)
        if sentence.kind is K.LIFE or sentence.length == "life":
            reason = f"{found.in_words} is {standing.words}, and the sentence is for life or without a limit of time."
            return self._answer(offence, Result.ELIGIBLE, 5, reason, sentence=sentence, limbs=limbs)
        length = length_of(sentence.length)
        if length is not None and length.is_a_year_or_more:
            reason = f"{found.in_words} is {standing.words}, and the sentence of {length.words} is 12 months or more."
            return self._answer(offence, Result.ELIGIBLE, 5, reason, sentence=sentence, limbs=limbs)
        if length is None:
            reason = (
                f"{found.in_words} is {standing.words} and custody was passed, but its length is missing or not clear."
            )
            missing = ("the length of the sentence",)
            return self._answer(
                offence, Result.INSUFFICIENT, 6, reason, sentence=sentence, missing=missing, limbs=limbs
            )
        return None

    def _possible(
        self, offence: Charged, sentence: OffenceResult, found: OffenceClass, standing: _Standing
    ) -> Judged | None:
        """Rule 7: what the scheme may take on at its discretion."""
        missing: tuple[str, ...] = ()
        if standing.listed and (added := self._added_up(sentence, found)):
            reason, missing = added
        elif sentence.kind in CUSTODY and (abuse := self._abuse(found)):
            reason = f"Custody was passed in a case of {abuse}: the scheme may be offered at its discretion."
        else:
            return None
        limbs = standing.limbs
        return self._answer(offence, Result.POSSIBLE, 7, reason, sentence=sentence, missing=missing, limbs=limbs)

    def _added_up(self, sentence: OffenceResult, found: OffenceClass) -> tuple[str, tuple[str, ...]] | None:
        """Give why and what is missing, where the term is just below 12 months or the terms together reach them."""
        length = length_of(sentence.length)
        if length is not None and length.is_just_below_a_year:
            return f"The sentence of {length.words} is within 7 days of 12 months.", ()
        total = _total(self.offences)
        if total is None or total.twelfths < A_YEAR:
            return None
        reason = (
            f"{found.in_words} is listed; its own term is under 12 months, but the defendant's terms together may be "
            "12 months or more."
        )
        return reason, () if total.is_certain else ("whether the terms are consecutive or concurrent",)

    def _abuse(self, found: OffenceClass) -> str | None:
        if self.victim.grounds & ABUSE_GROUNDS:
            return "domestic abuse"
        return CONTEXT_WORDS.get(found.context)

    def _perhaps(
        self, offence: Charged, sentence: OffenceResult, found: OffenceClass, standing: _Standing
    ) -> Judged | None:
        """Rule 8: a limb of section 45(2) may hold, and the sentence would be enough if it did."""
        enough = self._listed(offence, sentence, found, standing)
        if enough is None and self._added_up(sentence, found) is None:
            return None
        limb = self.classes.limbs[standing.perhaps]
        reason = (
            f"{found.in_words} is not in the schedule, but it may be {limb.words} (section 45(2)({limb.limb})); "
            "with this sentence the scheme would then be for this person."
        )
        missing = (f"whether it is {limb.words}",)
        return self._answer(
            offence, Result.POSSIBLE, 8, reason, sentence=sentence, missing=missing, limbs=standing.limbs
        )

    def _not_eligible(
        self, offence: Charged, sentence: OffenceResult, found: OffenceClass, standing: _Standing
    ) -> Judged:
        length = length_of(sentence.length)
        custody = f"a sentence of {length.words}" if length else "the sentence"
        reason = f"{found.in_words} meets no limb of section 45(2), so {custody} does not bring it into the scheme."
        if standing.listed:
            reason = f"{found.in_words} is {standing.words}, but {custody} is under 12 months."
        if standing.perhaps:
            reason = f"Even if {found.in_words} met a limb of section 45(2), {custody} would be under 12 months."
        return self._answer(offence, Result.NOT_ELIGIBLE, 9, reason, sentence=sentence, limbs=("a", "b", "c"))

    # --- section 45(2) ------------------------------------------------------------------------------------------

    def _standing(self, found: OffenceClass) -> _Standing:
        """Hold an offence against each limb: the first that holds is as good as listed, else the first unknown one."""
        if found.is_listed:
            words = "murder" if found.part == "murder" else f"a listed {found.part} offence"
            return _Standing(listed=True, words=words, limbs=("a",))
        answers = (("b", _yes_or_unknown(found.notification)), ("c", self._against_a_child(found)))
        for limb, holds in answers:
            if holds is True:
                return _Standing(listed=True, words=self.classes.limbs[limb].words, limbs=(limb,))
        unknown = [limb for limb, holds in answers if holds is None]
        return _Standing(listed=False, perhaps=unknown[0] if unknown else "", limbs=tuple(unknown))

    def _against_a_child(self, found: OffenceClass) -> bool | None:
        if found.child == "if_child" and CHILD_GROUND in self.victim.grounds:
            return True
        return _yes_or_unknown(found.child)

    def _answer(
        self,
        offence: Charged,
        result: Result,
        rule: int,
        reason: str,
        *,
        sentence: OffenceResult | None = None,
        missing: tuple[str, ...] = (),
        limbs: Iterable[str] = (),
    ) -> Judged:
        return Judged(
            offence=offence.offence,
            result=result,
            rule=rule,
            reason=reason,
            missing=missing,
            label=sentence.label if sentence else "",
            kind=sentence.kind.value if sentence else "",
            length=sentence.length if sentence else "",
            sentenced_on=offence.sentenced_on if sentence else None,
            unverified=tuple(limb for limb in limbs if not self.classes.limbs[limb].verified),
        )


def _yes_or_unknown(answer: str) -> bool | None:
    """Give True, False, or None where the data says that it depends or was not checked."""
    return {"yes": True, "no": False}.get(answer)


def _was_stopped(offence: Charged) -> bool:
    stopped = (K.WITHDRAWN, K.DISMISSED, K.DISCONTINUED)
    return not offence.sentences and any(result.final and result.kind in stopped for result in offence.results)


@dataclass(frozen=True, slots=True)
class _Total:
    twelfths: int  # of a day
    is_certain: bool


def _total(offences: Iterable[Charged]) -> _Total | None:
    """Add up a defendant's terms of custody over every offence. None when a single one is passed.

    Terms of which nothing is said may be consecutive: they are added up, and that is said.
    """
    concurrent: list[int] = []
    consecutive: list[int] = []
    unsaid: list[int] = []
    for offence in offences:
        for sentence in offence.sentences:
            length = _twelfths(sentence)
            if length is not None:
                served = {"concurrent": concurrent, "consecutive": consecutive}.get(sentence.served, unsaid)
                served.append(length)
    if len(concurrent) + len(consecutive) + len(unsaid) < 2:
        return None
    others = max([*concurrent, sum(unsaid)])
    return _Total(sum(consecutive) + others, is_certain=len(unsaid) < 2)


def _twelfths(sentence: OffenceResult) -> int | None:
    if sentence.kind not in CUSTODY:
        return None
    if sentence.kind is K.LIFE or sentence.length == "life":
        return A_YEAR
    length = length_of(sentence.length)
    return length.twelfths if length else None
