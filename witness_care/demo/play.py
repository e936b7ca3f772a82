"""Plays the made-up world through the public API, as the police's, the courts' and the unit's own systems would.

What the API has no route for is entered on its page, by an officer who has signed in.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from witness_care.demo.case_file import CaseFile
from witness_care.demo.steps import Filled, Message, Put, Referred, Standing, Step, Talk
from witness_care.demo.world import PASSWORD, SIGN_INS, World
from workflows import tasks, values

FEED = "common-platform"
HERE = "http://localhost"
CONTACT = re.compile(r'href="/contacts/([^/"]+)/correct"')
NOT_DONE_BY_TALKING = (tasks.SPECIAL_MEASURES_CHASE, tasks.RECHECK)
HIDDEN_FIELD = re.compile(r'<input[^>]*name="(csrf_token|token)"[^>]*value="([^"]*)"')


class PlayError(RuntimeError):
    """The service did not take something of the made-up world; the message shows its answer."""


@dataclass(slots=True)
class Player:
    """Speaks with the service by key, in process. `counts` says what was sent."""

    app: Flask
    key: str
    feed_key: str
    counts: dict[str, int] = field(default_factory=dict)
    client: FlaskClient = field(init=False)
    desks: dict[str, FlaskClient] = field(default_factory=dict)  # of one officer of each unit, signed in

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def play(self, world: World) -> None:
        """Play every case a step at a time, all cases side by side: the court's messages of a step are one batch."""
        waiting = [(file.urn, _groups(file)) for file in world.files]
        while waiting:
            messages: list[Message] = []
            for urn, groups in waiting:
                messages += self._play_group(urn, groups.pop(0))
            self._messages(messages)
            waiting = [(urn, groups) for urn, groups in waiting if groups]
        self._messages([step for step in world.loose if isinstance(step, Message)])

    def _play_group(self, urn: str, group: Sequence[Step]) -> list[Message]:
        """Send what the unit's own system says; give back what the court says, to be sent with others'."""
        talks = [step for step in group if isinstance(step, Talk)]
        if talks:
            self._talks(urn, talks)
        for step in group:
            if isinstance(step, Put):
                self._put(urn, step)
        standings = [step for step in group if isinstance(step, Standing)]
        if standings:
            self._standings(urn, standings)
        referred = [step for step in group if isinstance(step, Referred)]
        if referred:
            self._referred(urn, referred)
        filled = [step for step in group if isinstance(step, Filled)]
        if filled:
            self._filled(urn, filled)
        return [step for step in group if isinstance(step, Message)]

    def _put(self, urn: str, step: Put) -> None:
        document = step.document | {"received_at": step.at.isoformat()}
        self._send("PUT", f"/api/v1/cases/{urn}", self.key, document)

    def _messages(self, steps: Sequence[Message]) -> None:
        """Send what the courts say as one batch: a line a message."""
        if not steps:
            return
        lines = "\n".join(
            json.dumps(
                {
                    "id": step.body["_metadata"]["id"],
                    "type": step.body["_metadata"]["name"],
                    "received_at": step.at.isoformat(),
                    "body": step.body,
                }
            )
            for step in steps
        )
        answer = self.client.post(
            f"/api/v1/feeds/{FEED}/batches",
            data=lines,
            content_type="application/x-ndjson",
            headers=self._headers(self.feed_key),
        )
        self._count("messages", len(steps))
        if answer.status_code >= 400:
            raise PlayError(f"POST batches: {answer.status_code} {answer.get_data(as_text=True)[:500]}")

    def _talks(self, urn: str, steps: Sequence[Talk]) -> None:
        """Report contacts; who is reached is told everything that is open for them."""
        people = _people_of(self._send("GET", f"/api/v1/cases/{urn}", self.key))
        for step in steps:
            participant = people[step.who]
            contact = {
                "message_id": f"{step.who} {step.at.isoformat()}",
                **_way_to_reach(participant),
                "outcome": step.outcome,
                "happened_at": step.at.isoformat(),
                "received_at": step.at.isoformat(),
                "note": step.note,
                "says": step.says,
                "told": list(_all_that_is_open(participant)) if step.outcome == "reached" else [],
            }
            self._send("POST", f"/api/v1/participants/{participant['id']}/contacts", self.key, contact)

    def _standings(self, urn: str, steps: Sequence[Standing]) -> None:
        """Fill in the page on which an officer says how somebody stands."""
        case = self._send("GET", f"/api/v1/cases/{urn}", self.key)
        people, desk = _people_of(case), self._desk_in(case["unit"])
        for step in steps:
            entries = {"said": step.said} | ({"reason": step.reason} if step.reason else {})
            self._fill_in(desk, f"/participants/{people[step.who]['id']}/{step.page}", entries)

    def _referred(self, urn: str, steps: Sequence[Referred]) -> None:
        """Fill in the forms about the referrals of a case, for every defendant of whom there is an answer."""
        case = self._send("GET", f"/api/v1/cases/{urn}", self.key)
        people = _people_of(case)
        for step in steps:
            person = people[step.who]
            desk = self._desk_in(case["unit"], "supervisor" if step.by_supervisor else "officer")
            for answer in person["victim_contact_scheme"]:
                address = f"/participants/{person['id']}/vcs/{answer['defendant']}/{step.entry}"
                self._fill_in(desk, address, step.entries)

    def _filled(self, urn: str, steps: Sequence[Filled]) -> None:
        """Fill in forms one after another; each finds the case as the one before has left it."""
        for step in steps:
            case = self._send("GET", f"/api/v1/cases/{urn}", self.key)
            desk = self._desk_in(case["unit"], "supervisor" if step.by_supervisor else "officer")
            names = self._names(case, step, desk)
            entries = {name: said.format(**names) for name, said in step.entries.items()}
            sent_to = step.sent_to.format(**names)
            self._fill_in(desk, step.page.format(**names), entries, sent_to=sent_to)

    def _names(self, case: dict[str, Any], step: Filled, desk: FlaskClient) -> dict[str, str]:
        """Give what a form may name, as the service knows it."""
        defendant = case["defendants"][0]
        trials = [hearing["id"] for hearing in case["hearings"] if hearing["hearing_class"] == "trial"]
        names = {"defendant": defendant["id"], "offence": defendant["offences"][0]["id"], "trial": [*trials, ""][0]}
        if step.who:
            person = _people_of(case)[step.who]
            duties = [duty["id"] for duty in person["duties"] if duty["topic"] == step.topic]
            contacts = CONTACT.findall(desk.get(f"/participants/{person['id']}/contacts").text)
            names |= {"participant": person["id"], "duty": [*duties, ""][0], "contact": [*contacts, ""][0]}
        return names

    def _desk_in(self, unit: str, role: str = "officer") -> FlaskClient:
        desk = f"{role} of {unit}"
        if desk not in self.desks:
            email = next(one.email for one in SIGN_INS if one.role == role and unit in one.units)
            self.desks[desk] = self.app.test_client()
            self._fill_in(self.desks[desk], "/sign-in", {"sign_in_name": email, "password": PASSWORD})
        return self.desks[desk]

    def _fill_in(self, desk: FlaskClient, address: str, entries: dict[str, str], *, sent_to: str = "") -> None:
        hidden = {name: html.unescape(value) for name, value in HIDDEN_FIELD.findall(desk.get(address).text)}
        answer = desk.post(sent_to or address, data=hidden | entries, headers={"Origin": HERE})
        self._count("forms", 1)
        if answer.status_code != 303:
            raise PlayError(f"POST {sent_to or address}: {answer.status_code}")

    def _send(self, method: str, path: str, key: str, document: dict[str, Any] | None = None) -> Any:
        answer = self.client.open(path, method=method, json=document, headers=self._headers(key))
        self._count(method.lower(), 1)
        if answer.status_code >= 400:
            raise PlayError(f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)[:500]}")
        return answer.get_json()

    def _headers(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"}

    def _count(self, what: str, n: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + n


def _groups(file: CaseFile) -> list[list[Step]]:
    """Cut a case into runs of one kind: registrations, messages, conversations."""
    return [list(steps) for _, steps in groupby(file.in_order(), key=type)]


def _people_of(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the people of a case by the ids that the made-up world has for them."""
    return {
        name["id"]: participant
        for participant in case["participants"]
        for name in participant["identifiers"]
        if name["namespace"] == "own"
    }


def _all_that_is_open(participant: dict[str, Any]) -> Iterator[dict[str, str]]:
    duties: Iterable[dict[str, Any]] = participant["duties"]
    for duty in duties:
        if duty["topic"] in (*values.TOLD_TOPICS, *tasks.TASKS) and duty["topic"] not in NOT_DONE_BY_TALKING:
            yield {name: duty[name] for name in ("topic", "subject", "value_hash")}


def _way_to_reach(participant: dict[str, Any]) -> dict[str, str]:
    """Give the first phone that may be used; somebody without one was spoken to in person."""
    phones = [point for point in participant["contact_points"] if point["kind"] in ("mobile", "landline")]
    usable = [point for point in phones if point["allowed"] != "no" and not point["unsafe"]]
    if usable:
        return {"channel": "call", "contact_point": usable[0]["id"]}
    return {"channel": "in_person"}
