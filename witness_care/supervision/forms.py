"""What a supervisor fills in to hand work over."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from witness_care.supervision import service

THESE, WHOLE_CASES = "these", "cases"


class HandOverForm(FlaskForm):
    """To whom a selection goes, and whether what is owed on the same cases later goes there too."""

    officer = RadioField("Who takes over?", validators=[InputRequired("Choose who takes over")])
    what = RadioField(
        "What do they take over?",
        choices=[
            SelectChoice(THESE, "Only what is listed here"),
            SelectChoice(WHOLE_CASES, "The whole cases: all that is open on them now, and what is owed later"),
        ],
        default=THESE,
        validators=[InputRequired("Choose what they take over")],
    )

    def offer(self, officers: list[tuple[str, str, int]]) -> None:
        """Offer these officers, given as (id, name, open contacts), and to share the work out among them."""
        choices = [SelectChoice(officer_id, f"{name} ({_contacts(held)})") for officer_id, name, held in officers]
        if len(choices) > 1:
            choices.append(SelectChoice(service.SHARE_OUT, "Share out among all of them, case by case"))
        self.officer.choices = choices


def _contacts(count: int) -> str:
    return f"{count} open contact{'' if count == 1 else 's'}"
