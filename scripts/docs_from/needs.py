"""The page on the needs assessment: each section with its questions, as the file has them."""

from __future__ import annotations

from scripts.docs_from.table import code, table
from workflows.events import Role
from workflows.needs_pack import Question, shipped

PACK = shipped()


def questions() -> str:
    rows = (
        (section.title, code(question.key), question.ask, _marks(question), str(question.valid_from))
        for section in PACK.sections
        for question in PACK.questions
        if question.section == section.key
    )
    parts = [table(("Section", "Key", "Question", "Marks", "From"), rows)]
    parts += [f"**{section.title}.** {section.record}" for section in PACK.sections]
    parts += [f"Asked again after {PACK.months} months, while a trial is to come."]
    return "\n\n".join(parts)


def _marks(question: Question) -> str:
    marks = ["practical help"] if question.practical else []
    marks += [] if question.required else ["may be left out"]
    marks += [] if Role.WITNESS.value in question.roles else ["victims only"]
    return ", ".join(marks) or "-"
