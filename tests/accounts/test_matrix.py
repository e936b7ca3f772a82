"""Every route, asked by everybody, about their own unit's things and the other's: let in exactly where the table says.

The routes come from the application itself and who may use them from `accounts.permissions`, so a new route is asked
too. One that takes an id of a new kind needs an example of it for each unit: add it to `tests/two_units.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import signed_in
from tests.databases import POSTGRESQL, Databases, application_on, let_go
from tests.two_units import OF_NO_UNIT, Side, TwoUnits, two_units
from witness_care import database
from witness_care.accounts.admission import OF_LIBRARIES
from witness_care.accounts.models import Role
from witness_care.accounts.permissions import Extent, Permission, RoutePolicy, extent, policy_of
from witness_care.database import Base

LET_IN, SIGN_IN, NO_KEY, NOT_ALLOWED, NOT_THERE = "let in", "asked to sign in", "401", "403", "404"
SAFE = ("GET", "HEAD", "OPTIONS")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

# Whose work a page is, by where it stands: a slip in the declaration of a route must not go unnoticed.
BELOW = {
    "/unit": Permission.ASSIGN,
    "/feed": Permission.SEE_FEED,
    "/feed/unmatched": Permission.MATCH_PARKED,
    "/admin": Permission.ADMINISTER,
    "/admin/rules": Permission.TRY_RULES,
    "/audit": Permission.READ_LOG,
}
# Forms that change nothing, and so need no more than to see: the words stand in the body, where no log keeps them.
FORMS_THAT_READ = {"people.safe_word", "people.begin_search"}
FORMS_OF_SIGN_IN = {"accounts.sign_in_with_password", "accounts.sign_out"}
# A document that is accepted, where an empty one would be refused before anybody looks whose thing it is about.
DOCUMENTS = {
    "contacts_api.post_contact": {
        "message_id": "matrix",
        "channel": "in_person",
        "outcome": "no_answer",
        "happened_at": "2026-11-30T09:00:00Z",
    }
}
# A provider of messages reports here with a secret that is no program's key: to everybody else it is shut.
WITH_A_SECRET_OF_ITS_OWN = {"messages_api.post_receipt"}
# Whoever has a one-time link may answer by it once: tests/links ask what each of its pages answers, and when.
OF_A_LINK = {"links.confirm", "links.let_in", "links.answer"}
# Tells monitors, by its status, that no worker runs here.
SAYS_IT_IS_NOT_READY = {"jobs.readyz"}
# Sending to an id that is not there makes it: for these, "not there" has no answer to compare with.
MAKES_WHAT_IS_NOT_THERE = {"cases_api.put_case"}


@dataclass(frozen=True, slots=True)
class Route:
    """One address with one method."""

    address: str
    method: str
    endpoint: str
    arguments: frozenset[str]
    policy: RoutePolicy

    def __str__(self) -> str:
        return f"{self.method} {self.address}"

    @property
    def is_api(self) -> bool:
        return self.address.startswith("/api/")

    @property
    def names_something_of_a_unit(self) -> bool:
        return bool(self.arguments - OF_NO_UNIT)

    def path(self, examples: Mapping[str, str]) -> str:
        missing = sorted(self.arguments - examples.keys())
        assert not missing, (
            f"{self.address} takes {', '.join(missing)}, of which there is no example. Add one for each unit to the "
            "examples of a Side in tests/two_units.py; if it belongs to no unit, also to OF_NO_UNIT there."
        )
        return re.sub(r"<(?:[a-z]+:)?(\w+)>", lambda found: examples[found[1]], self.address)


@dataclass(slots=True)
class Caller:
    """Somebody who asks: a person with a browser, or a program with a key; `side` is None for those without a unit."""

    name: str
    world: TwoUnits
    side: Side | None = None
    role: Role | None = None
    user: str | None = None
    key: Mapping[str, str] | None = None
    browser: FlaskClient | None = None
    token: str = ""

    @property
    def has_a_unit(self) -> bool:
        """Whether this caller sees cases at all."""
        return self.side is not None and (self.role is not None or self.key is self.side.key)

    def ask(self, route: Route, examples: Mapping[str, str], *, with_token: bool = True, **more: str) -> TestResponse:
        """Ask as this caller would: with cookie and form token, or with a key and an empty document."""
        path = route.path(examples)
        if route.is_api:
            body = {} if route.method in SAFE else {"json": DOCUMENTS.get(route.endpoint, {})}
            return self.world.app.test_client().open(
                path, method=route.method, headers={**(self.key or {}), **more}, **body
            )
        browser = self._browser()
        form = {} if route.method in SAFE else {"data": {"csrf_token": self.token} if with_token else {}}
        answer = browser.open(path, method=route.method, headers=more, **form)
        if route.endpoint == "accounts.sign_out":
            self.browser = None
        return answer

    def browser_open(self, path: str) -> TestResponse:
        """Open a page as somebody who follows a link."""
        return self._browser().get(path)

    def _browser(self) -> FlaskClient:
        if self.browser is None:
            app = self.world.app
            self.browser = signed_in(app, self.user) if self.user else app.test_client()
            page = self.browser.get("/account" if self.role else "/sign-in").text
            self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        return self.browser


# Every page is opened on SQLite in a browser (tests/ui), so here every route is asked on the other one.
@pytest.fixture(scope="module", params=[pytest.param(POSTGRESQL, marks=pytest.mark.postgres)], ids=[POSTGRESQL])
def world(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoUnits]:
    """One world for the whole table: nobody in it may change anything of the other unit."""
    with databases.fresh(request.param) as url:
        app = application_on(url, instance=tmp_path_factory.mktemp("matrix"))
        app.config["PROPAGATE_EXCEPTIONS"] = False
        yield two_units(app)
        let_go(app)


@dataclass(frozen=True, slots=True)
class Asked:
    """One cell of the table: who asked what about which unit's things, and what came."""

    route: Route
    caller: Caller
    about: Side
    came: str
    text: str
    leaked: tuple[str, ...]


@pytest.fixture(scope="module")
def asked(world: TwoUnits) -> list[Asked]:
    """Ask every route as everybody, about the things of both units; on PostgreSQL only as those who have a unit."""
    people, programs = people_of(world), programs_of(world)
    if world.app.config["SQLALCHEMY_DATABASE_URI"].get_backend_name() == POSTGRESQL:
        people, programs = ([caller for caller in callers if caller.has_a_unit] for callers in (people, programs))
    return [
        _ask(route, caller, about)
        for route in routes_of(world.app)
        for caller in callers_of(route, people=people, programs=programs)
        for about in ((world.east, world.west) if route.names_something_of_a_unit else (world.east,))
    ]


def _ask(route: Route, caller: Caller, about: Side) -> Asked:
    answer = caller.ask(route, about.examples)
    text = f"{answer.text} {answer.headers}"
    leaked = tuple(trace for trace in _never_for(caller) if trace in text)
    return Asked(route, caller, about, outcome(route, answer), text, leaked)


def routes_of(app: Flask, methods: Iterable[str] = ("GET", *UNSAFE)) -> list[Route]:
    """Every route that has one of these methods."""
    found = [
        Route(rule.rule, method, rule.endpoint, frozenset(rule.arguments), policy)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
        if (policy := OF_LIBRARIES.get(rule.endpoint) or policy_of(app.view_functions[rule.endpoint], method))
    ]
    return sorted((route for route in found if route.method in methods), key=str)


def people_of(world: TwoUnits) -> list[Caller]:
    cast, east, west = world.cast, world.east, world.west
    return [
        Caller("nobody", world),
        Caller("Olivia", world, east, Role.OFFICER, cast.olivia),
        Caller("Sam", world, east, Role.SUPERVISOR, cast.sam),
        Caller("Noor", world, west, Role.OFFICER, cast.noor),
        Caller("Stella", world, west, Role.SUPERVISOR, west.supervisor),
        Caller("Ada", world, None, Role.ADMINISTRATOR, cast.ada),
        Caller("Aud", world, None, Role.AUDITOR, cast.aud),
        Caller("Dana, who was switched off", world, east, None, world.dana),
    ]


def programs_of(world: TwoUnits) -> list[Caller]:
    return [
        Caller("a program without a key", world),
        Caller("a program without a scope", world, world.east, key=world.no_scope),
        Caller("a program of Eastshire", world, world.east, key=world.east.key),
        Caller("a program of Westshire", world, world.west, key=world.west.key),
    ]


def callers_of(route: Route, *, people: list[Caller], programs: list[Caller]) -> list[Caller]:
    return programs if route.is_api else people


def expected(route: Route, caller: Caller, about: Side) -> str:
    """What the table of permissions says of this caller on this route, asked about a thing of that unit."""
    if route.endpoint in WITH_A_SECRET_OF_ITS_OWN:
        return NO_KEY
    if route.policy.permission is Permission.ANYONE:
        return LET_IN
    if route.is_api:
        if caller.key is None:
            return NO_KEY
        if caller.key is caller.world.no_scope:
            return NOT_ALLOWED
        reach = Extent.OWN_UNITS
    else:
        if caller.role is None:
            return SIGN_IN
        reach = extent(caller.role, route.policy.permission)
        if reach is Extent.NO:
            return NOT_ALLOWED
    if not route.names_something_of_a_unit or reach is Extent.YES:
        return LET_IN
    owners = {about.owners[name] for name in route.arguments & about.owners.keys()}
    return LET_IN if caller.side is about and owners <= {caller.user} else NOT_THERE


def outcome(route: Route, answer: TestResponse) -> str:
    was_let_out = any(cookie.startswith("wc=;") for cookie in answer.headers.getlist("Set-Cookie"))
    if answer.status_code == 303 and answer.location.startswith("/sign-in") and not was_let_out:
        return SIGN_IN
    if answer.status_code in (401, 403, 404):
        return str(answer.status_code)
    if answer.status_code < 500 or route.endpoint in SAYS_IT_IS_NOT_READY:
        return LET_IN
    return f"failed with {answer.status_code}"


# --- the whole table ----------------------------------------------------------------------------------------------


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-01", "SEC-02", "SEC-04", "SEC-12", "SEC-13")
def test_everybody_is_let_in_exactly_where_the_table_says(world: TwoUnits, asked: list[Asked]) -> None:
    wrong = [
        f"{one.caller.name}: {one.route} of {one.about.words.victim}: expected {wanted}, came {one.came}"
        for one in asked
        if one.came != (wanted := expected(one.route, one.caller, one.about)) and one.route.endpoint not in OF_A_LINK
    ]
    assert not wrong, in_lines(wrong)


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-02", "SEC-04")
def test_no_answer_holds_anything_of_the_other_unit(world: TwoUnits, asked: list[Asked]) -> None:
    """Also lists, counts and pages of their own: no name, number, note, URN or id of the other unit stands in them.

    Who has no unit at all sees no name and no number of either.
    """
    leaks = [f"{one.caller.name}: {one.route} holds {trace}" for one in asked for trace in one.leaked]
    assert not leaks, in_lines(leaks)
    assert any(somebody.name in one.text for one in asked for somebody in world.west.people), "Noor sees her own."


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-02", "SEC-04")
def test_what_may_not_be_seen_answers_as_what_does_not_exist(world: TwoUnits) -> None:
    """The same status, the same words and the same length: nobody learns from an answer that something is there."""
    compared, wrong = 0, []
    for route, caller in _who_may_but_not_of_this_unit(world):
        unseen = caller.ask(route, _other(caller).examples)
        none = caller.ask(route, world.absent)
        compared += 1
        same = (bare(unseen), len(unseen.data), unseen.status_code) == (bare(none), len(none.data), 404)
        if not same:
            wrong.append(f"{caller.name}: {route}: {unseen.status_code} and {none.status_code}")
    assert not wrong, in_lines(wrong)
    assert compared > 50


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-02")
def test_nobody_changes_anything_of_the_other_unit(world: TwoUnits) -> None:
    """One id in the address is the other unit's, the others are one's own: the form is sent, and nothing moves."""
    for caller in (*people_of(world), *programs_of(world)):
        if caller.side is None:
            continue
        other = _other(caller)
        before = fingerprint(world.app, other)
        for route in routes_of(world.app, UNSAFE):
            if route.is_api != (caller.key is not None):
                continue
            for name in sorted(route.arguments - OF_NO_UNIT):
                caller.ask(route, {**caller.side.examples, name: other.examples[name]})
        assert fingerprint(world.app, other) == before, caller.name


@pytest.mark.proves("SEC-01", "SEC-04")
def test_asking_for_the_head_or_for_what_is_allowed_lets_nobody_further_in(world: TwoUnits) -> None:
    people, programs = people_of(world), programs_of(world)
    noor, westshire = people[3], programs[3]
    for route in routes_of(world.app, ("HEAD", "OPTIONS")):
        for caller in (programs[0], westshire) if route.is_api else (people[0], noor):
            answer = caller.ask(route, world.east.examples)
            came, wanted = outcome(route, answer), expected(route, caller, world.east)
            if route.endpoint in OF_A_LINK:
                assert came in (LET_IN, NOT_THERE)
                continue
            assert came == wanted or (route.method == "OPTIONS" and answer.data == b""), f"{caller.name}: {route}"


# --- forms and keys -----------------------------------------------------------------------------------------------


@pytest.mark.proves("SEC-16")
def test_every_form_is_refused_without_its_token_or_from_elsewhere(world: TwoUnits) -> None:
    wrong = []
    for route, caller in _forms_and_who_may_send_them(world):
        before = fingerprint(world.app, caller.side or world.east)
        for how, answer in (
            ("without a token", caller.ask(route, world.east.examples, with_token=False)),
            ("from another origin", caller.ask(route, world.east.examples, Origin="https://elsewhere.example")),
            ("from another site", caller.ask(route, world.east.examples, **{"Sec-Fetch-Site": "cross-site"})),
            ("from a page without origin", caller.ask(route, world.east.examples, Origin="null")),
        ):
            if answer.status_code != 400:
                wrong.append(f"{caller.name}: {route} {how}: {answer.status_code}")
        assert fingerprint(world.app, caller.side or world.east) == before, str(route)
    assert not wrong, in_lines(wrong)


@pytest.mark.proves("SEC-13", "SEC-16")
def test_the_api_looks_at_no_cookie_and_pages_look_at_no_key(world: TwoUnits) -> None:
    olivia = next(caller for caller in people_of(world) if caller.name == "Olivia")
    cookie = olivia._browser()
    wrong = []
    for route in routes_of(world.app, ("GET", *UNSAFE)):
        if route.policy.permission is Permission.ANYONE:
            continue
        path = route.path(world.east.examples)
        if route.is_api:
            came, wanted = outcome(route, cookie.open(path, method=route.method, json={})), NO_KEY
        else:
            stranger = world.app.test_client()
            came, wanted = outcome(route, stranger.open(path, method=route.method, headers=world.east.key)), SIGN_IN
        if came != wanted:
            wrong.append(f"{route}: expected {wanted}, came {came}")
    assert not wrong, in_lines(wrong)


# --- what the declarations themselves say ----------------------------------------------------------------------------


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-01")
def test_a_page_asks_for_the_permission_of_the_place_it_stands_in(world: TwoUnits) -> None:
    """When this fails for a new page, move the page or its permission; only with a reason, change BELOW."""
    wrong = [
        f"{route} asks for {route.policy.permission}"
        for route in routes_of(world.app)
        if (places := [place for place in BELOW if (route.address + "/").startswith(place + "/")])
        and route.policy.permission is not BELOW[max(places, key=len)]
    ]
    assert not wrong, in_lines(wrong)


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-01")
def test_a_form_that_changes_something_asks_for_more_than_to_see(world: TwoUnits) -> None:
    """A form that only reads goes into FORMS_THAT_READ."""
    to_see = (Permission.ANYONE, Permission.SIGNED_IN, Permission.SEE_CASES)
    wrong = [
        str(route)
        for route in routes_of(world.app, UNSAFE)
        if not route.is_api
        and route.policy.permission in to_see
        and route.endpoint not in FORMS_THAT_READ | FORMS_OF_SIGN_IN | OF_A_LINK
    ]
    assert not wrong, in_lines(wrong)


def test_the_table_would_notice_a_route_that_lets_everybody_in(world: TwoUnits) -> None:
    """Asked as it stands, the table agrees; told that the route is for supervisors only, it objects."""
    people = people_of(world)
    route = next(one for one in routes_of(world.app) if one.endpoint == "people.person" and one.method == "GET")
    stricter = Route(
        route.address, route.method, route.endpoint, route.arguments, RoutePolicy(permission=Permission.ASSIGN)
    )
    olivia = next(caller for caller in people if caller.name == "Olivia")
    came = outcome(route, olivia.ask(route, world.east.examples))
    assert came == expected(route, olivia, world.east)
    assert came != expected(stricter, olivia, world.east)
    with pytest.raises(AssertionError, match=r"Add one for each unit"):
        Route("/new/<thing_id>", "GET", "new", frozenset({"thing_id"}), route.policy).path(world.east.examples)


# --- what several of them need -------------------------------------------------------------------------------------


def in_lines(found: list[str]) -> str:
    return "\n" + "\n".join(found)


def bare(answer: TestResponse) -> str:
    """The body without what differs from one answer to the next: nonces, and the tokens of forms."""
    text = re.sub(r'nonce="[^"]+"', 'nonce=""', answer.text)
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", text)


def fingerprint(app: Flask, side: Side) -> str:
    """Everything the database holds of one unit, but the log of who asked, as one hash."""
    found = hashlib.sha256()
    with app.app_context():
        session = database.session()
        cases = list(
            session.scalars(sa.select(Base.metadata.tables["court_case"].c.id).where(_of_unit("court_case", side.unit)))
        )
        for table in Base.metadata.sorted_tables:
            if table.name == "personal_data_log":
                continue
            condition = _of_unit(table.name, side.unit)
            if "case_id" in table.c:
                condition = sa.or_(condition, table.c.case_id.in_(cases))
            rows = sorted(repr(tuple(row)) for row in session.execute(sa.select(table).where(condition)))
            found.update(repr((table.name, rows)).encode())
    return found.hexdigest()


def _of_unit(table: str, unit: str) -> sa.ColumnElement[bool]:
    columns = Base.metadata.tables[table].c
    return columns.unit_id == unit if "unit_id" in columns else sa.false()


def _other(caller: Caller) -> Side:
    return caller.world.west if caller.side is caller.world.east else caller.world.east


def _who_may_but_not_of_this_unit(world: TwoUnits) -> Iterator[tuple[Route, Caller]]:
    people, programs = people_of(world), programs_of(world)
    for route in routes_of(world.app):
        for caller in callers_of(route, people=people, programs=programs):
            if (
                caller.side is not None
                and route.endpoint not in MAKES_WHAT_IS_NOT_THERE
                and expected(route, caller, _other(caller)) == NOT_THERE
            ):
                yield route, caller


def _forms_and_who_may_send_them(world: TwoUnits) -> Iterator[tuple[Route, Caller]]:
    people = people_of(world)
    for route in routes_of(world.app, UNSAFE):
        if route.is_api:
            continue
        senders = [caller for caller in people if expected(route, caller, world.east) == LET_IN]
        assert senders, f"Nobody at all may use {route}."
        yield route, senders[0]


def _never_for(caller: Caller) -> tuple[str, ...]:
    world = caller.world
    if caller.has_a_unit:
        return _other(caller).traces
    names = [somebody.name for side in (world.east, world.west) for somebody in side.people]
    return (*names, *(words for side in (world.east, world.west) for words in (side.words.phone, side.words.note)))
