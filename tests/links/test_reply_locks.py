"""In which order the case and a reply are locked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import a_case, a_witness
from witness_care import clock
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.database import session
from witness_care.links import service
from witness_care.links.models import LinkReply
from witness_care.links.service import Given

pytestmark = [pytest.mark.postgres_only, pytest.mark.feature("L1")]


@pytest.mark.parametrize("how", [service.WILL_COME, service.NOTED])
def test_the_case_is_locked_before_the_reply_as_a_merge_does(desk: Desk, statements: Callable[[], list[str]], how: str):
    case = a_case(a_witness("Nadia Ahmed", required=True), now="2026-11-20 09:00", officer="Olivia")
    olivia = Actor(kind="user", id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))
    made = service.make(case["Nadia Ahmed"], actor=olivia, now=clock.now())
    given_pass = service.confirm(made.token, made.code, address="192.0.2.7", now=clock.now())
    assert given_pass
    service.answer(made.token, given_pass, Given(coming="yes"), now=clock.now())
    reply = session().scalars(sa.select(LinkReply.id)).one()
    session().rollback()
    statements()

    service.deal_with(reply, how, actor=olivia, now=clock.now())

    locks = [text for text in (" ".join(each.split()) for each in statements()) if "FOR UPDATE" in text]
    assert re.search("FROM court_case", locks[0])
    assert re.search("FROM link_reply", locks[1])
