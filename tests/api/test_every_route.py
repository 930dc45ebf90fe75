"""Every route there is, as nobody, as another shop's people and as every role. New routes are walked by themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from printdock.accounts.roles import Role, Scope
from tests.api.conftest import Api
from tests.api.things import MARK, OWN_ACCOUNT, PUBLIC, THINGS
from tests.api.walk import Operation, operations


@pytest.fixture
def theirs(api: Api) -> dict[str, Any]:
    """One of each kind of thing, all of another shop."""
    return {name: make(api) for name, make in THINGS.items()}


def _walked(api: Api) -> list[Operation]:
    found = list(operations(api.document()))
    unknown = {name for one in found for name in one.names} - set(THINGS)
    assert not unknown, f"tests/api/things.py must say how to make {unknown}"
    return found


def test_nobody_gets_anything(api: Api, theirs: dict[str, Any]) -> None:
    nobody = api.nobody()
    for one in _walked(api):
        answer = nobody(one.method, one.at(theirs), **one.request)
        if one.id in PUBLIC:
            assert not one.secured and answer.status_code < 500, (str(one), answer.text)
        else:
            assert answer.status_code == 401, (str(one), answer.status_code, answer.text)
            assert one.secured, f"{one} does not declare its security"
        assert MARK.lower() not in answer.text.lower(), (str(one), answer.text)


@pytest.mark.parametrize("as_script", [False, True], ids=["person", "script"])
def test_another_shops_things_are_not_found(api: Api, theirs: dict[str, Any], as_script: bool) -> None:
    before = _everything(api)
    caller = api.script() if as_script else api.person()
    for one in _walked(api):
        if one.id in PUBLIC | OWN_ACCOUNT:
            continue
        answer = caller(one.method, one.at(theirs), **one.request)
        expected = {403, 404} if one.names else {200, 201, 202, 204, 403, 404, 409, 422}
        assert answer.status_code in expected, (str(one), answer.status_code, answer.text)
        assert MARK.lower() not in answer.text.lower(), (str(one), answer.text)
    assert _everything(api) == before


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_its_scopes_say_and_no_more(api: Api, theirs: dict[str, Any], role: Role) -> None:
    person = api.person(role)
    for one in _walked(api):
        if one.id in PUBLIC | OWN_ACCOUNT:
            continue
        assert one.scope is not None, f"{one} names no scope"
        answer = person(one.method, one.at(theirs), **one.request)
        refused = _is_scope_missing(answer)
        assert refused == (Scope(one.scope) not in role.scopes), (str(one), role, answer.status_code, answer.text)


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_may_do_what_its_scopes_say_and_no_more(api: Api, theirs: dict[str, Any], scope: Scope) -> None:
    script = api.script(scope)
    for one in _walked(api):
        if one.scope is None:
            continue
        answer = script(one.method, one.at(theirs), **one.request)
        refused = _is_scope_missing(answer)
        assert refused == (one.scope != scope), (str(one), scope, answer.status_code, answer.text)
        assert answer.status_code != 401, (str(one), answer.text)


#: Operations that send something to be looked at, and change nothing.
ONLY_LOOK = {"check_pack", "check_mockup_draft", "preview_mockup", "prepare_download", "plan_listings"}


def test_what_changes_something_needs_more_than_reading(small_api: Api) -> None:
    for one in operations(small_api.document()):
        if one.scope is not None and one.method not in ("GET", "HEAD") and one.id not in ONLY_LOOK:
            assert one.scope != Scope.READ, str(one)


def test_an_unsafe_request_of_a_session_needs_the_pages_proof(api: Api, theirs: dict[str, Any]) -> None:
    person = api.person()
    del person.headers["X-CSRF-Token"]
    for one in _walked(api):
        if one.method not in ("GET", "HEAD") and one.id not in PUBLIC:
            answer = person(one.method, one.at(theirs), **one.request)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_missing"), (str(one), answer.text)


def _is_scope_missing(answer: Any) -> bool:
    """A HEAD is answered without the body that would say why."""
    if answer.request.method == "HEAD":
        return bool(answer.status_code == 403)
    return bool(answer.status_code == 403 and answer.json()["code"] == "scope_missing")


def _everything(api: Api) -> str:
    """All rows of the other shop that a request might change."""
    from sqlalchemy import select

    from printdock.db.account_tables import api_keys, links, memberships
    from printdock.db.tables import templates

    here = api.shop(MARK).id
    with api.services.database.read() as connection:
        rows = {
            table.name: [
                list(map(str, row)) for row in connection.execute(select(table).where(table.c.shop_id == here))
            ]
            for table in (api_keys, links, memberships, templates)
        }
    return json.dumps(rows, sort_keys=True)
