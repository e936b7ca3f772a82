"""The table of roles and permissions, and the first lock on every read."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast, cast_of, signed_in
from witness_care import database
from witness_care.accounts import scope
from witness_care.accounts.current import ANONYMOUS, CLIENT, SYSTEM, USER, Actor, acting_as, actor
from witness_care.accounts.models import Role
from witness_care.accounts.permissions import SCOPES, TABLE, Extent, Permission, extent, route_policy
from witness_care.cases.models import CourtCase
from witness_care.columns import new_id

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)

# Written from the table of the security document: officer, supervisor, administrator, auditor.
WHO_MAY = {
    "see_cases": "yes yes no no",
    "record_contacts": "yes yes no no",
    "send_feed": "no no no no",
    "write_cases": "no no no no",
    "reveal": "yes yes no no",
    "see_restricted": "yes yes no no",
    "change_safe_contact": "yes yes no no",
    "assign": "no yes no no",
    "export": "yes yes no no",
    "set_conflicts": "yes yes no no",
    "break_glass": "yes yes no yes",
    "see_feed": "no yes yes no",
    "match_parked": "no yes no no",
    "combine_cases": "no yes no no",
    "administer": "no no yes no",
    "read_log": "no no no yes",
    "retention": "yes yes no yes",
    "try_rules": "no yes yes no",
    "see_concerns": "yes yes no no",
    "see_needs": "yes yes no no",
}


@pytest.mark.feature("N1")
def test_each_role_may_do_what_the_security_document_says_and_no_more() -> None:
    found = {
        permission.value: " ".join("no" if extent(role, permission) is Extent.NO else "yes" for role in Role)
        for permission in TABLE
    }
    assert found == WHO_MAY


def test_an_administrator_sees_no_name_and_programs_have_only_their_scopes() -> None:
    administrator = Actor(kind=USER, id="a", role=Role.ADMINISTRATOR)
    program = Actor(kind=CLIENT, id="c", scopes=frozenset({"cases:read"}))
    for somebody in (administrator, program, ANONYMOUS):
        assert not somebody.may("see_cases")
    assert SYSTEM.may("see_cases")
    assert {row.scope for row in TABLE.values() if row.scope} <= {*SCOPES, "feed:<feed>"}


def test_the_actor_outside_a_request_is_the_service_itself(app: Flask) -> None:
    with app.app_context():
        assert actor() == SYSTEM
        with acting_as(Actor(kind=CLIENT, id="c1")) as somebody:
            assert actor() is somebody
            assert actor().reference == "client:c1"
        assert actor().reference == "system"


def a_case(unit_id: str, urn: str) -> CourtCase:
    return CourtCase(id=new_id(), unit_id=unit_id, urn=urn, created_at=NINE, state={})


def somebody(role: Role, *unit_ids: str) -> Actor:
    return Actor(kind=USER, id="u", role=role, unit_ids=unit_ids)


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-02")
def test_every_read_of_cases_begins_with_the_readers_own_units(app: Flask) -> None:
    cast = cast_of(app)
    with app.app_context():
        with database.writing() as session:
            session.add_all([a_case(cast.unit, "42AB1234526"), a_case(cast.other_unit, "42CD1234526")])

        def seen(who: Actor) -> list[str]:
            return sorted(case.urn for case in database.session().scalars(scope.cases(who)))

        both = ["42AB1234526", "42CD1234526"]
        assert seen(somebody(Role.OFFICER, cast.unit)) == both[:1]
        assert seen(somebody(Role.SUPERVISOR, cast.unit, cast.other_unit)) == both
        assert seen(somebody(Role.OFFICER)) == []
        assert seen(somebody(Role.ADMINISTRATOR, cast.unit)) == []
        assert seen(somebody(Role.AUDITOR, cast.unit)) == []
        assert seen(ANONYMOUS) == []
        assert seen(SYSTEM) == both
        for scopes, expected in (
            ({"cases:read"}, both[1:]),
            ({"feed:listing"}, both[1:]),
            ({"feed:backfill"}, []),
            (set(), []),
        ):
            program = Actor(kind=CLIENT, id="c", unit_ids=(cast.other_unit,), scopes=frozenset(scopes))
            assert seen(program) == expected


@pytest.mark.proves("SEC-02")
def test_participants_and_duties_are_limited_in_the_same_way() -> None:
    noor = somebody(Role.OFFICER, "unit-2")
    for query in (scope.participants(noor), scope.duties(noor)):
        assert re.search(r"WHERE \w+\.unit_id IN", str(query))
    for query in (scope.participants(ANONYMOUS), scope.duties(ANONYMOUS)):
        assert "false" in str(query)


@pytest.mark.feature("N1")
@pytest.mark.proves("SEC-01")
def test_a_page_lets_in_the_roles_that_the_table_allows(app: Flask) -> None:
    cast = cast_of(app)
    for permission in (Permission.SEE_CASES, Permission.ASSIGN, Permission.ADMINISTER, Permission.READ_LOG):
        view = route_policy(permission=permission)(lambda: "inside")
        app.add_url_rule(f"/{permission.value}", permission.value, view_func=view)
    people: list[tuple[Cast, str]] = [
        (role, getattr(cast, name)) for role, name in zip(Role, ("olivia", "sam", "ada", "aud"), strict=True)
    ]
    for role, user in people:
        browser = signed_in(app, user)
        for permission in (Permission.SEE_CASES, Permission.ASSIGN, Permission.ADMINISTER, Permission.READ_LOG):
            allowed = extent(role, permission) is not Extent.NO
            assert browser.get(f"/{permission.value}").status_code == (200 if allowed else 403)
    assert app.test_client().get("/see_cases").status_code == 303
    assert sa.inspect(CourtCase) is not None
