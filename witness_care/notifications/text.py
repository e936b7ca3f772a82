"""Makes the text of one message from the values that stand now: the only place where words meet values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from witness_care.notifications import placeholders, signposts
from witness_care.notifications.rendering import CannotRender, Rendered, render_all

NO_WORDS = "no_words_for_it"


class HasNoWords(CannotRender):
    """The template has no words for what the news is now: it was about a date, and now the hearing is off."""

    reason = NO_WORDS


def text_of(
    session: Session,
    template: Any,
    participant_id: str,
    telling: Sequence[Any],
    languages: str,
    unit: Any,
    *,
    link: str = "",
) -> tuple[Rendered, ...]:
    """Give what the person will read, a part for each language. Raises `CannotRender` when it must not be sent.

    `link` is what stands for the link that the message carries; one that carries none gives nothing for it.
    """
    if not placeholders.can_tell(template.topics or (), telling):
        raise HasNoWords("Expected a template with words for this news; it has none. Choose another template.")
    values = {
        language: {
            **placeholders.values_for(session, participant_id, telling, language, unit),
            **signposts.values_for(session, participant_id, language, template.subject_en, template.body_en),
            placeholders.LINK: link,
        }
        for language in languages.split(",")
    }
    return render_all(template, values, languages)
