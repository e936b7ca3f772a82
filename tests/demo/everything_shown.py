"""What there is to be seen in the made-up world, who has it, and which pages somebody finds who follows links.

What is there is read from the database. Then two supervisors sign in at the front door and follow links, as somebody
does who shows the service: from their first page and the queues to a case, a person, a duty. Each thing must be read on
a page that they reached.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.reading import words_in
from witness_care import database, wording
from witness_care.cases.models import CourtCase, Defendant
from witness_care.contacts.models import Duty
from witness_care.demo.world import PASSWORD
from witness_care.engagement.models import Concern
from witness_care.people.models import Participant
from witness_care.referrals.models import Referral
from witness_care.support.models import Support
from witness_care.support.queries import VISIT
from workflows import enhanced_rights, tasks, values
from workflows.attendance import Attendance
from workflows.court_visit import CourtVisit
from workflows.engagement_pack import default_engagement_pack
from workflows.events import VictimKind
from workflows.journey import Journey
from workflows.proceedings import Proceedings
from workflows.referral import Referral as ReferralState
from workflows.rulebook import default_rulebook
from workflows.support import Support as SupportState
from workflows.victim_contact_scheme import Result

SUPERVISORS = ("sam@eastmere.example", "stella@westmarch.example")
MOST_PAGES = 1500

# "moved" is the end of a duty when cases are merged or split: what was owed twice is owed once. It has its own tests
# (tests/cases/test_merge.py); here no two cases are the same one.
ENDS = (
    *("done", "superseded", "as_last_told", "not_owed", "opted_out", "deceased", "attempts_exhausted"),
    *("declined", "not_applicable", "corrected"),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Where something is to be read: the page, words on it, and the ids of the pages that lead there."""

    urn: str
    page: str
    words: str  # or markup, where it holds a tag
    on_the_way: tuple[str, ...]
    near: str = ""  # the words stand in the same row as this


Thing = tuple[str, str]


# --- what there is -------------------------------------------------------------------------------------------------


def what_there_should_be() -> Iterator[Thing]:
    duties = (*values.TOLD_TOPICS, *tasks.TASKS, *tasks.OTHER_TASKS)
    rules = [rule for rule in default_rulebook().rules if rule.owed_by == "unit" and set(rule.topics) & set(duties)]
    yield from (("journey", state.value) for state in Journey)
    yield from (("attendance", state.value) for state in Attendance)
    yield from (("proceedings", state.value) for state in Proceedings)
    yield from (("referral", state.value) for state in ReferralState)
    yield from (("scheme", result.value) for result in Result)
    yield from (("support", state.value) for state in SupportState if state is not SupportState.NONE)
    yield from (("court visit", state.value) for state in CourtVisit if state is not CourtVisit.NONE)
    yield from (("rule", rule.id) for rule in rules)
    yield from (("topic", topic) for topic in duties)
    yield from (("concern", factor.key) for factor in default_engagement_pack().factors)
    yield from (("end", reason) for reason in ENDS)
    yield from (("kind", kind.value) for kind in VictimKind)
    yield from (("suggested", ground) for ground in ("UNDER_18", "PERSISTENT_TARGET", "INTIMIDATED"))


EVERYTHING = list(what_there_should_be())


def holders() -> dict[Thing, list[Holder]]:
    """Who has each thing, by what the tables say."""
    found: dict[Thing, list[Holder]] = {}

    def add(kind: str, name: str, holder: Holder) -> None:
        found.setdefault((kind, name), []).append(holder)

    of_a_case: dict[str, str] = {}
    part = (Participant.role, Participant.witness_kind, Participant.victim_kind, Participant.suggested_grounds)
    for row in _rows(Participant.id, Participant.journey, Participant.attendance, *part, of=Participant):
        of_a_case.setdefault(row.urn, row.id)
        stands = f"{wording.JOURNEY[row.journey]}. {wording.sentence(wording.ATTENDANCE[row.attendance])}"
        here = Holder(row.urn, f"/cases/{row.urn}", stands, (row.urn, row.id), near=row.id)
        add("journey", row.journey, here)
        add("attendance", row.attendance, here)
        if row.role != "witness":
            who = wording.role_words(row.role, row.witness_kind, row.victim_kind)
            add("kind", row.victim_kind, Holder(row.urn, f"/cases/{row.urn}", who, (row.urn, row.id), near=row.id))
        for ground in row.suggested_grounds:
            said = enhanced_rights.words_of([ground])[0]
            add("suggested", ground, Holder(row.urn, f"/participants/{row.id}", said, (row.urn, row.id)))
    for row in _rows(Defendant.proceedings, of=Defendant):
        words = f": {wording.PROCEEDINGS[row.proceedings]} "
        add(
            "proceedings",
            row.proceedings,
            Holder(row.urn, f"/cases/{row.urn}", words, (row.urn, of_a_case[row.urn])),
        )
    for row in _rows(Referral.participant_id, Referral.state, Referral.result, of=Referral):
        page, way = f"/participants/{row.participant_id}/vcs", (row.participant_id,)
        answer, state = wording.SCHEME_RESULTS[row.result], wording.REFERRALS[row.state]
        add("scheme", row.result, Holder(row.urn, page, f"<strong>{wording.sentence(answer)}</strong>", way))
        add("referral", row.state, Holder(row.urn, page, f"Referral {wording.sentence(state)}", way))
    for row in _rows(Support.participant_id, Support.kind, Support.state, of=Support):
        page, way = f"/participants/{row.participant_id}/support", (row.participant_id,)
        kind, states = ("court visit", wording.COURT_VISITS) if row.kind == VISIT else ("support", wording.SUPPORT)
        add(kind, row.state, Holder(row.urn, page, wording.sentence(states[row.state]), way))
    for row in _rows(Concern.participant_id, Concern.reasons, of=Concern):
        page, way = f"/participants/{row.participant_id}/concern", (row.participant_id,)
        for reason in row.reasons or ():
            add("concern", reason["factor"], Holder(row.urn, page, reason["words"], way))
    columns = (Duty.id, Duty.participant_id, Duty.topic, Duty.value, Duty.told_value, Duty.rule, Duty.closed_reason)
    for row in _rows(*columns, of=Duty):
        page, way = f"/duties/{row.id}", (row.participant_id, row.id)
        rule = row.rule.partition("@")[0]
        if row.closed_reason is None:
            add("rule", rule, Holder(row.urn, page, f"({rule})", way))
            what = f">{wording.to_tell(row.topic, row.value, row.told_value)}</h1>"
            add("topic", row.topic, Holder(row.urn, page, what, way))
        else:
            ended = f"Closed: {wording.closed(row.topic, row.closed_reason)}."
            add("end", row.closed_reason, Holder(row.urn, page, ended, way))
    return found


def _rows(*columns: sa.orm.InstrumentedAttribute, of: type) -> Iterable[sa.Row]:
    """Columns of a table with the number of the case, in the order of the cases."""
    query = sa.select(*columns, CourtCase.urn).select_from(of).join(CourtCase, CourtCase.id == of.case_id)
    return database.session().execute(query.order_by(CourtCase.urn, *of.__table__.primary_key.columns)).all()


def chosen_from(held: Mapping[Thing, list[Holder]]) -> dict[Thing, Holder]:
    """Take one holder of each thing, and one whose page is read anyway where there is one."""
    chosen: dict[Thing, Holder] = {}
    read: set[str] = set()
    for thing in sorted(EVERYTHING, key=lambda thing: len(held.get(thing, ()))):
        if holders_of := held.get(thing):
            chosen[thing] = max(
                holders_of, key=lambda holder: (holder.page in read, not read.isdisjoint(holder.on_the_way))
            )
            read |= {chosen[thing].page, *chosen[thing].on_the_way}
    return chosen


# --- clicking ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Walk:
    """Somebody follows links from the front door; of pages about one thing only those that are looked for."""

    app: Flask
    looked_for: frozenset[str]
    read: dict[str, str] = field(default_factory=dict)

    def by(self, sign_in_name: str) -> None:
        browser, first = self._signed_in(sign_in_name)
        waiting = [first]
        seen = set(waiting)
        while waiting and len(self.read) < MOST_PAGES:
            address = waiting.pop(0)
            answer = browser.get(address, follow_redirects=True)
            assert answer.status_code == 200, f"{address}: {answer.status_code}"
            self.read[urlsplit(address).path] = self.read.get(urlsplit(address).path, "") + answer.text
            for link in links_of(answer.text):
                if link not in seen and self._leads_on(link):
                    seen.add(link)
                    waiting.append(link)

    def _signed_in(self, sign_in_name: str) -> tuple[FlaskClient, str]:
        browser = self.app.test_client()
        page = browser.get("/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page)
        assert token is not None
        form = {"csrf_token": html.unescape(token[1]), "sign_in_name": sign_in_name, "password": PASSWORD}
        answer = browser.post("/sign-in", data=form, headers={"Origin": "http://localhost"})
        assert answer.status_code == 303
        return browser, answer.headers["Location"]

    def _leads_on(self, link: str) -> bool:
        """A list, or its next page, always; a page about one case, person, hearing or duty when it is looked for."""
        parts = urlsplit(link)
        try:
            endpoint, names = self.app.url_map.bind("localhost").match(parts.path, method="GET")
        except (HTTPException, RequestRedirect):
            return False
        if endpoint in ON_THE_WAY:
            return any(name in self.looked_for for name in names.values())
        if endpoint in LOOKED_AT:
            return parts.path in self.looked_for
        return endpoint in LISTS and (not parts.query or "after=" in parts.query)


ON_THE_WAY = {"people.person", "people.history"}
LOOKED_AT = {"cases.case", "engagement.concern", "referrals.scheme", "support.support_page", "contacts.duty"}
LISTS = {
    *("contacts.my_day", "supervision.unit_today", "supervision.overdue", "supervision.contacts", "people.people"),
    *("engagement.unit_concerns", "referrals.unit_list", "support.unit_list"),
}


def links_of(page: str) -> list[str]:
    """The links of the navigation and of the page itself; what stands in the footer is help."""
    before, _, rest = page.partition("<main")
    inside = "".join(re.findall(r"<nav\b.*?</nav>", before, re.DOTALL)) + rest.partition("</main>")[0]
    found = (html.unescape(each).partition("#")[0] for each in re.findall(r'<a\b[^>]*\bhref="([^"]*)"', inside))
    return [each for each in dict.fromkeys(found) if each.startswith("/")]


def shows(holder: Holder, pages: Mapping[str, str]) -> bool:
    page = pages.get(holder.page, "")
    if holder.near:
        rows = [row for row in re.findall(r"<tr\b.*?</tr>", page, re.DOTALL) if holder.near in row]
        return any(holder.words in words_in(row) for row in rows)
    return holder.words in (html.unescape(page) if "</" in holder.words else words_in(page))


def why_not_shown(holder: Holder, pages: Mapping[str, str]) -> str:
    """Say what is missing; empty when it is there."""
    if holder.page not in pages:
        return f"no link leads to {holder.page} of case {holder.urn}"
    return "" if shows(holder, pages) else f"{holder.page} of case {holder.urn} does not say “{holder.words}”"
