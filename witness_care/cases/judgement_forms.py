"""What an officer heard about a defendant, or about special measures for a person, when no feed says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from witness_care import judgement_words, wording
from witness_care.cases.forms import EntryForm, choices
from witness_care.form_fields import DayField, TicksField
from workflows import events
from workflows.events import Fact

YES_NO = {"yes": "Yes", "no": "No"}


class NewsForm(EntryForm):
    """News of one kind about a defendant; `facts` gives it as a court feed would have brought it."""

    explains = ""  # what follows, where the form alone does not say it
    facts: Callable[[str], Sequence[Fact]]  # each form has its own, from the defendant's id

    def offer(self, offences: Iterable[tuple[str, str]]) -> None:
        """Offer the offences charged against the defendant, where the news is about one."""
        field = getattr(self, "offence", None)
        if field is not None:
            field.choices = [SelectChoice(offence, title) for offence, title in offences]


def _offence() -> Any:
    return RadioField("Which offence?", validators=[InputRequired("Choose which offence it is about")])


class PleaForm(NewsForm):
    offence = _offence()
    plea = RadioField(
        "How did they plead?",
        choices=choices({key: wording.sentence(words) for key, words in judgement_words.PLEAS.items()}),
        validators=[InputRequired("Choose how they pleaded")],
    )

    def facts(self, defendant: str) -> Sequence[Fact]:
        return [events.PleaRecorded(defendant=defendant, offence=self.offence.data, plea=self.plea.data)]


class VerdictForm(NewsForm):
    offence = _offence()
    verdict = RadioField(
        "What was the verdict?",
        choices=choices(
            {
                key: wording.sentence(wording.VERDICTS[key])
                for key in ("guilty", "not_guilty", "guilty_of_alternative", "no_verdict")
            }
        ),
        validators=[InputRequired("Choose the verdict")],
    )

    def facts(self, defendant: str) -> Sequence[Fact]:
        return [events.VerdictRecorded(defendant=defendant, offence=self.offence.data, verdict=self.verdict.data)]


class BailForm(NewsForm):
    status = RadioField(
        "Where do they wait?",
        choices=choices(judgement_words.BAIL),
        validators=[InputRequired("Choose where they wait")],
    )
    conditions = TicksField(
        "On which conditions?",
        choices=choices({key: wording.sentence(words) for key, words in judgement_words.BAIL_CONDITIONS.items()}),
    )

    def validate_conditions(self, field: TicksField) -> None:
        if field.data and self.status.data != "conditional_bail":
            raise ValidationError("Choose “On bail with conditions”, or take the conditions away")

    def facts(self, defendant: str) -> Sequence[Fact]:
        conditions = tuple(sorted(self.conditions.data or ()))
        return [events.BailDecided(defendant=defendant, status=self.status.data, conditions=conditions)]


class WarrantForm(NewsForm):
    status = RadioField(
        "What about the warrant?",
        choices=choices(judgement_words.WARRANTS),
        validators=[InputRequired("Choose what you heard about the warrant")],
    )
    outcome = RadioField(
        "If they were arrested: what did the court decide?",
        choices=choices({"": "Not known yet", **judgement_words.BAIL}),
        default="",
        validators=[Optional()],
    )

    def validate_outcome(self, field: RadioField) -> None:
        if field.data and self.status.data != "executed":
            raise ValidationError("Choose “They were arrested on the warrant”, or “Not known yet”")

    def facts(self, defendant: str) -> Sequence[Fact]:
        outcome = self.outcome.data or ""
        return [events.WarrantStated(defendant=defendant, status=self.status.data, outcome=outcome)]


class DecisionForm(NewsForm):
    offence = _offence()
    decision = RadioField(
        "What was decided?",
        choices=choices({key: wording.sentence(words) for key, words in judgement_words.DECISIONS.items()}),
        validators=[InputRequired("Choose what was decided")],
    )
    reason = SelectField(
        "Why?",
        choices=choices(
            {"": "No reason given yet"}
            | {key: wording.sentence(words) for key, words in judgement_words.DECISION_REASONS.items()}
        ),
        default="",
    )
    may_be_reviewed = RadioField(
        "May a victim ask for the decision to be looked at again?",
        choices=choices(YES_NO),
        default="yes",
        validators=[InputRequired("Choose whether a victim may ask for a review")],
    )
    letter_on = DayField("Date of the letter to the victim, if one was sent", example="27 3 2026")

    def facts(self, defendant: str) -> Sequence[Fact]:
        return [
            events.ProsecutionDecided(
                defendant=defendant,
                offence=self.offence.data,
                decision=self.decision.data,
                reason=self.reason.data or "",
                may_be_reviewed=self.may_be_reviewed.data == "yes",
                letter_on=self.letter_on.data,
            )
        ]


class AppealForm(NewsForm):
    stage = RadioField(
        "How far is the appeal?",
        choices=choices(judgement_words.APPEAL_STAGES),
        validators=[InputRequired("Choose how far the appeal is")],
    )
    against = RadioField(
        "What is it against?",
        choices=choices({key: wording.sentence(words) for key, words in judgement_words.APPEAL_AGAINST.items()}),
        validators=[InputRequired("Choose what the appeal is against")],
    )
    on = DayField("Day of the appeal hearing, if it has one", example="27 3 2026")
    bail = RadioField(
        "Are they on bail until then?",
        choices=choices({"": "Not known", **YES_NO}),
        default="",
        validators=[Optional()],
    )

    def facts(self, defendant: str) -> Sequence[Fact]:
        bail = {"yes": True, "no": False}.get(self.bail.data or "")
        return [
            events.AppealStated(
                defendant=defendant, stage=self.stage.data, against=self.against.data, on=self.on.data, bail=bail
            )
        ]


class AppealOutcomeForm(NewsForm):
    result = RadioField(
        "How did the appeal end?",
        choices=choices({key: judgement_words.APPEAL_RESULTS[key] for key in events.APPEAL_RESULTS}),
        validators=[InputRequired("Choose how the appeal ended")],
    )

    def facts(self, defendant: str) -> Sequence[Fact]:
        return [events.AppealDecided(defendant=defendant, result=self.result.data)]


class DeathForm(NewsForm):
    explains = (
        "Every charge against them that has not ended ends by this, and an appeal of theirs too. Whoever is to be told "
        "is owed it at once. A wrong entry is undone from the case's journal."
    )

    def facts(self, defendant: str) -> Sequence[Fact]:
        return [events.DefendantDied(defendant=defendant)]


# What an officer may have heard about a defendant: the key in the address, the words of the link, the form.
NEWS: dict[str, tuple[str, Callable[[], NewsForm]]] = {
    "plea": ("A plea", PleaForm),
    "verdict": ("A verdict", VerdictForm),
    "bail": ("Bail, custody, or a change of it", BailForm),
    "warrant": ("A warrant for their arrest", WarrantForm),
    "decision": ("A decision of the police or the CPS not to go on with a charge, or to change it", DecisionForm),
    "appeal": ("An appeal, or news of one", AppealForm),
    "appeal-outcome": ("How an appeal ended", AppealOutcomeForm),
    "death": ("That they have died", DeathForm),
}


class SpecialMeasureForm(EntryForm):
    """Where a special measure for one person stands."""

    measure = RadioField(
        "Which special measure?",
        choices=choices({key: wording.sentence(words) for key, words in judgement_words.MEASURES.items()}),
        validators=[InputRequired("Choose which special measure")],
    )
    decision = RadioField(
        "Where does it stand?",
        choices=choices({key: wording.sentence(words) for key, words in judgement_words.MEASURE_DECISIONS.items()}),
        validators=[InputRequired("Choose where it stands")],
    )
