"""The administrator's pages: users with role and unit, programs whose key is shown once."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import PASSWORD, signed_in
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import a_case, a_victim, introduced
from tests.reading import text_of
from witness_care.accounts.models import ApiKey, AppUser, Role
from witness_care.database import session

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def ada(desk: Desk) -> FlaskClient:  # noqa: F811
    return desk.as_("ada")


def a_user(desk: Desk, **changed: object) -> dict[str, object]:  # noqa: F811
    typed = {
        "display_name": "Priya Shah",
        "sign_in_name": "priya@unit.example",
        "role": "officer",
        "units": [desk.cast.unit],
        "password": "seven quiet lanterns by the river",
    }
    return {**typed, **changed}


def test_a_new_user_may_sign_in_with_the_first_password(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    answer = ada.post("/admin/users/new", data=a_user(desk))

    assert answer.status_code == 303
    assert "Priya Shah" in text_of(ada.get("/admin/users"))
    browser = desk.app.test_client()
    entered = {"sign_in_name": "priya@unit.example", "password": "seven quiet lanterns by the river"}
    assert browser.post("/sign-in", data=entered).status_code == 303


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"display_name": ""}, "Enter a name"),
        ({"sign_in_name": "nobody"}, "Expected an e-mail address to sign in with"),
        ({"sign_in_name": "olivia@unit.example"}, "somebody has this one"),
        ({"role": ""}, "Choose a role"),
        ({"units": []}, "Tick at least one unit"),
        ({"role": "administrator"}, "works in no unit"),
        ({"password": "short"}, "15"),
    ],
)
def test_a_mistake_is_said_and_everything_but_the_password_is_kept(
    ada: FlaskClient,
    desk: Desk,  # noqa: F811
    changed: dict[str, object],
    words: str,
) -> None:
    answer = ada.post("/admin/users/new", data=a_user(desk, **changed))

    assert answer.status_code == 400
    assert "Error: Add a user" in text_of(answer)
    assert words in text_of(answer)
    if "display_name" not in changed:
        assert 'value="Priya Shah"' in answer.text
    assert "seven quiet lanterns" not in answer.text


def test_another_role_and_unit_count_from_the_next_request(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    olivia = desk.as_("olivia")
    assert olivia.get("/my-day").status_code == 200

    ada.post(f"/admin/users/{desk.cast.olivia}", data={"role": "supervisor", "units": [desk.cast.other_unit]})

    assert olivia.get("/my-day").status_code == 303, "she must sign in again"
    changed = signed_in(desk.app, desk.cast.olivia)
    assert changed.get("/unit/overdue").status_code == 200


@pytest.mark.proves("SEC-12")
def test_who_is_let_in_no_more_is_out_at_once_and_may_be_let_in_again(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    introduced(a_case(a_victim("Leah Jones"), now="2026-11-20 09:00"), now="2026-11-20 09:01")
    olivia = desk.as_("olivia")
    assert "1 open contact is with this user" in text_of(ada.get(f"/admin/users/{desk.cast.olivia}"))

    ada.post(f"/admin/users/{desk.cast.olivia}/switch")
    assert olivia.get("/my-day").status_code == 303
    assert (
        desk.app.test_client()
        .post("/sign-in", data={"sign_in_name": "olivia@unit.example", "password": PASSWORD})
        .status_code
        == 400
    )

    ada.post(f"/admin/users/{desk.cast.olivia}/switch")
    assert (
        desk.app.test_client()
        .post("/sign-in", data={"sign_in_name": "olivia@unit.example", "password": PASSWORD})
        .status_code
        == 303
    )


def test_nobody_changes_their_own_role_or_shuts_themselves_out(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    answer = ada.post(f"/admin/users/{desk.cast.ada}", data={"role": "supervisor", "units": [desk.cast.unit]})
    assert answer.status_code == 400
    assert ada.post(f"/admin/users/{desk.cast.ada}/switch").status_code == 400

    row = session().execute(sa.select(AppUser.role, AppUser.disabled_at).where(AppUser.id == desk.cast.ada)).one()
    assert row == (Role.ADMINISTRATOR, None)


@pytest.mark.proves("SEC-13")
def test_a_programs_key_is_shown_once_and_works(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    typed = {"name": "Case system", "units": [desk.cast.unit], "scopes": ["cases:read"], "feeds": "common-platform"}

    answer = ada.post("/admin/clients/new", data=typed)
    key = re.search(r"wc_[0-9a-f]{12}_[\w-]{43}", answer.text)

    assert answer.status_code == 200
    assert key
    assert answer.headers["Cache-Control"] == "no-store"
    listed = text_of(ada.get("/admin/clients"))
    assert key[0] not in listed
    assert key[0][:15] in listed
    called = desk.app.test_client().get("/api/v1/duties", headers={"Authorization": f"Bearer {key[0]}"})
    assert called.status_code == 200
    assert session().execute(sa.select(ApiKey.key_hash)).scalar_one() != key[0]


@pytest.mark.proves("SEC-13")
def test_a_third_key_is_refused_and_a_key_taken_away_opens_nothing(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    typed = {"name": "Case system", "units": [desk.cast.unit], "scopes": ["cases:read"], "feeds": ""}
    first = re.search(r"wc_[0-9a-f]{12}_[\w-]{43}", ada.post("/admin/clients/new", data=typed).text)
    assert first
    client_id = session().execute(sa.select(ApiKey.client_id)).scalar_one()
    assert ada.post(f"/admin/clients/{client_id}/keys").status_code == 200
    assert "Revoke the older one first" in text_of(ada.post(f"/admin/clients/{client_id}/keys"))

    ada.post(f"/admin/clients/{client_id}/keys/{first[0][:15]}/revoke")

    headers = {"Authorization": f"Bearer {first[0]}"}
    assert desk.app.test_client().get("/api/v1/duties", headers=headers).status_code == 401
    assert "taken away Monday 30 November 2026" in text_of(ada.get("/admin/clients"))


def test_a_program_switched_off_is_refused(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    typed = {"name": "Case system", "units": [desk.cast.unit], "scopes": ["cases:read"], "feeds": ""}
    key = re.search(r"wc_[0-9a-f]{12}_[\w-]{43}", ada.post("/admin/clients/new", data=typed).text)
    assert key
    client_id = session().execute(sa.select(ApiKey.client_id)).scalar_one()

    ada.post(f"/admin/clients/{client_id}/switch-off")

    headers = {"Authorization": f"Bearer {key[0]}"}
    assert desk.app.test_client().get("/api/v1/duties", headers=headers).status_code == 401
    assert "Case system (switched off)" in text_of(ada.get("/admin/clients"))


@pytest.mark.parametrize("who", ["olivia", "sam", "noor", "aud"])
def test_nobody_else_opens_these_pages(desk: Desk, who: str) -> None:  # noqa: F811
    browser = desk.as_(who)
    for address in ("/admin/users", "/admin/users/new", f"/admin/users/{desk.cast.olivia}", "/admin/clients"):
        assert browser.get(address).status_code == 403
    assert browser.post(f"/admin/users/{desk.cast.olivia}/switch").status_code == 403


def test_an_administrator_sees_no_case_and_nobody_in_one(ada: FlaskClient, desk: Desk) -> None:  # noqa: F811
    case = a_case(a_victim("Leah Jones"), now="2026-11-20 09:00")
    for address in (f"/cases/{case.urn}", f"/participants/{case['Leah Jones']}", "/participants", "/hearings"):
        assert ada.get(address).status_code == 403
