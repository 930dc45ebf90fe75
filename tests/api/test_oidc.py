"""Signing in with an OpenID Connect provider: a real one, though tiny, with really signed tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from printdock.accounts.oidc import Provider
from printdock.accounts.roles import Role
from printdock.accounts.users import normal_email
from tests.api.conftest import ADDRESS, Api, Person
from tests.api.provider import CLIENT, SECRET, TestProvider

LILY = "lily@example.com"


@pytest.fixture
def provider(api: Api) -> Iterator[TestProvider]:
    """A provider that the API signs people in with."""
    yield from _provider(api)


@pytest.fixture
def small_provider(small_api: Api) -> Iterator[TestProvider]:
    yield from _provider(small_api)


def _provider(api: Api) -> Iterator[TestProvider]:
    made = TestProvider()
    api.app.state.provider = Provider(made.issuer, CLIENT, SECRET)
    yield made
    made.close()


def _sign_in(person: Person, provider: TestProvider, then: str = "/") -> Any:
    started = person("GET", "oidc/start", params={"then": then})
    assert started.status_code == 302, started.text
    path, _ = provider.authorize(started.headers["location"])
    # The provider's page sends the browser: no header of ours, as browsers do it.
    return person.client.get(path)


def _invite(api: Api, email: str = LILY, role: Role = Role.MEMBER, shop: str = "My Shop") -> None:
    assert api.person(shop=shop)("POST", "invitations", json={"email": email, "role": role}).status_code == 201


def test_an_invited_person_signs_in_and_is_known_from_then_on(api: Api, provider: TestProvider) -> None:
    _invite(api)
    lily = api.nobody()
    answer = _sign_in(lily, provider, "/designs?page=2")
    assert (answer.status_code, answer.headers["location"]) == (302, "/designs?page=2")
    me = lily("GET", "me").json()
    assert (me["email"], me["name"], me["shop"]["role"]) == (LILY, "Lily", "member")
    # The address may change: it is the provider's word for the person that counts.
    provider.person |= {"email": "lily@elsewhere.example"}
    again = api.nobody()
    assert _sign_in(again, provider).status_code == 302
    assert again("GET", "me").json()["email"] == LILY


def test_an_invitation_to_another_shop_is_taken_with_the_first(api: Api, provider: TestProvider) -> None:
    _invite(api)
    _invite(api, role=Role.VIEWER, shop="Other")
    lily = api.nobody()
    _sign_in(lily, provider)
    assert {one["name"]: one["role"] for one in lily("GET", "me").json()["shops"]} == {
        "My Shop": "member", "Other": "viewer",
    }  # fmt: skip


@pytest.mark.parametrize("person", [{"email_verified": False}, {"email": "eve@example.com"}, {"email": None}])
def test_who_was_not_invited_stays_out(small_api: Api, small_provider: TestProvider, person: dict[str, Any]) -> None:
    _invite(small_api)
    small_provider.person |= person
    answer = _sign_in(small_api.nobody(), small_provider)
    assert (answer.status_code, answer.json()["code"]) == (403, "oidc_unknown")


def test_an_account_with_a_password_is_not_taken_over_by_an_address(
    small_api: Api, small_provider: TestProvider
) -> None:
    small_api.person(Role.OWNER, email=normal_email(LILY))
    assert _sign_in(small_api.nobody(), small_provider).json()["code"] == "oidc_unknown"


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_lies_is_refused(small_api: Api, small_provider: TestProvider, lies: dict[str, Any]) -> None:
    _invite(small_api)
    small_provider.lies = lies
    answer = _sign_in(small_api.nobody(), small_provider)
    assert (answer.status_code, answer.json()["code"]) == (403, "oidc_failed"), answer.text


def test_a_token_signed_by_somebody_else_is_refused_and_a_new_key_is_fetched(
    small_api: Api, small_provider: TestProvider
) -> None:
    _invite(small_api)
    small_provider.key = small_provider.new_key()
    assert _sign_in(small_api.nobody(), small_provider).json()["code"] == "oidc_failed"
    small_provider.published = small_provider.key
    assert _sign_in(small_api.nobody(), small_provider).status_code == 302


def test_a_sign_in_belongs_to_the_browser_that_began_it(small_api: Api, small_provider: TestProvider) -> None:
    _invite(small_api)
    lily, eve = small_api.nobody(), small_api.nobody()
    path, _ = small_provider.authorize(lily("GET", "oidc/start").headers["location"])
    assert eve("GET", path).json()["code"] == "oidc_failed"  # no cookie
    eve("GET", "oidc/start")
    assert eve("GET", path).json()["code"] == "oidc_failed"  # another state
    assert lily("GET", path).status_code == 302
    assert lily("GET", path).json()["code"] == "oidc_failed"  # once


@pytest.mark.parametrize(
    "then", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\\b", "evil", "/\t/x"]
)
def test_afterwards_only_a_path_of_this_server(small_api: Api, small_provider: TestProvider, then: str) -> None:
    _invite(small_api)
    assert _sign_in(small_api.nobody(), small_provider, then).headers["location"] == "/"


def test_a_provider_that_is_away_is_said(small_api: Api, small_provider: TestProvider) -> None:
    small_provider.broken = True
    answer = small_api.nobody()("GET", "oidc/start")
    assert (answer.status_code, answer.json()["code"]) == (503, "oidc_unavailable")


def test_where_no_provider_is_set_there_is_no_such_way_in(small_api: Api) -> None:
    nobody = small_api.nobody()
    assert nobody("GET", "sign-in").json() == {"password": True, "oidc": None}
    assert nobody("GET", "oidc/start").json()["code"] == "no_oidc"


def test_the_way_back_is_the_address_people_use(small_api: Api, small_provider: TestProvider) -> None:
    nobody = small_api.nobody()
    assert nobody("GET", "sign-in").json()["oidc"] == "/api/v1/oidc/start"
    started = nobody("GET", "oidc/start")
    _, back = small_provider.authorize(started.headers["location"])
    assert back.startswith(ADDRESS + "/api/v1/oidc/callback?")
    assert SECRET not in started.headers["set-cookie"] + started.headers["location"]
