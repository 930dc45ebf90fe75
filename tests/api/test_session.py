"""Signing in with a browser: cookies, forgery, guessing, ends."""

from __future__ import annotations

import argparse
import re
from http.cookies import SimpleCookie
from typing import Any

import pytest
from argon2 import PasswordHasher

from printdock.accounts import links, passwords, users
from printdock.accounts.roles import Role, Scope
from printdock.accounts.throttle import ACCOUNT
from tests.api.conftest import ADDRESS, PASSWORD, Api

ROSE = "rose@example.com"


def _cookie(answer: Any) -> Any:
    jar = SimpleCookie(answer.headers["set-cookie"])
    ((name, morsel),) = jar.items()
    return argparse.Namespace(name=name, value=morsel.value, **{k.replace("-", "_"): v for k, v in morsel.items()})


def test_the_first_link_makes_the_owner_and_signs_them_in(api: Api) -> None:
    shop = _shop_id(api)
    with api.services.database.write() as connection:
        token = links.owner_link(connection, shop, api.clock())
    rose = api.nobody()
    looked = rose("POST", "links/look", json={"token": token})
    assert looked.json() == {"kind": "owner", "shop": "My Shop", "email": None, "role": "owner"}
    used = rose("POST", "links/use", json={"token": token, "email": " Rose@Example.com", "password": PASSWORD})
    assert used.status_code == 200, used.text
    assert used.json()["email"] == ROSE and used.json()["shop"]["role"] == "owner"
    assert rose("GET", "me").json()["email"] == ROSE
    again = api.nobody()("POST", "links/use", json={"token": token, "email": "eve@example.com", "password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (404, "link_unusable")
    assert api.nobody().sign_in("ROSE@example.com").status_code == 200


def _shop_id(api: Api) -> int:
    return api.shop("My Shop").id


def test_a_sign_in_sets_a_cookie_that_no_script_reads(api: Api) -> None:
    api.person(email=ROSE)
    answer = api.nobody().sign_in(ROSE)
    cookie = _cookie(answer)
    assert (cookie.name, cookie.httponly, cookie.samesite, cookie.path) == ("printdock_session", True, "lax", "/")
    assert not cookie.secure and not cookie.domain  # plain http on this machine
    assert answer.headers["cache-control"] == "no-store"


def test_over_tls_the_cookie_is_for_this_host_and_tls_alone(small_api: Api) -> None:
    small_api.person(email=ROSE)
    rose = small_api.nobody()
    rose.client.base_url = "https://prints.example.com"
    rose.headers["Origin"] = "https://prints.example.com"
    answer = rose.sign_in(ROSE)
    cookie = _cookie(answer)
    assert (cookie.name, cookie.secure, cookie.path, cookie.domain) == ("__Host-printdock_session", True, "/", "")
    assert answer.headers["strict-transport-security"]
    assert rose("GET", "me").status_code == 200
    # The cookie that plain http would do for is not taken.
    planted = small_api.nobody()
    planted.client.base_url = "https://prints.example.com"
    planted.client.cookies.set("printdock_session", cookie.value)
    assert planted("GET", "me").status_code == 401


def test_every_sign_in_makes_a_new_session_and_ends_the_one_before(api: Api) -> None:
    rose = api.person(email=ROSE)
    before = rose.client.cookies["printdock_session"]
    rose.client.cookies.clear()
    rose.client.cookies.set("printdock_session", before)
    assert rose.sign_in(ROSE).status_code == 200
    stale = api.nobody()
    stale.client.cookies.set("printdock_session", before)
    assert stale("GET", "me").json()["code"] == "session_ended"


def test_signing_out_ends_the_session(api: Api) -> None:
    rose = api.person(email=ROSE)
    token = rose.client.cookies["printdock_session"]
    assert rose("DELETE", "session").status_code == 204
    rose.client.cookies.set("printdock_session", token)
    assert rose("GET", "me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, "cross_site"),
        ({"Origin": "null"}, "cross_site"),
        ({"Origin": "http://["}, "cross_site"),
        ({"Origin": "http://127.0.0.1:9999"}, "cross_site"),
        ({"Sec-Fetch-Site": "same-site"}, "cross_site"),
        ({"Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({"Sec-Fetch-Site": "none"}, "cross_site"),
        ({"X-CSRF-Token": ""}, "csrf_token_missing"),
        ({"X-CSRF-Token": "0" * 64}, "csrf_token_missing"),
    ],
)
def test_a_forged_request_is_refused(small_api: Api, headers: dict[str, str], code: str) -> None:
    rose = small_api.person()
    assert rose("GET", "me", headers=headers).status_code == 200  # reading is safe
    answer = rose("PUT", "me/shop", json={"shop": 1}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert rose("PUT", "me/shop", json={"shop": 1}).status_code == 200


def test_a_browser_that_says_nothing_of_itself_is_refused(small_api: Api) -> None:
    rose = small_api.person(email=ROSE)
    for name in ("Origin", "Sec-Fetch-Site"):
        del rose.headers[name]
    assert rose("PUT", "me/shop", json={"shop": 1}).json()["code"] == "cross_site"
    assert rose.sign_in(ROSE).json()["code"] == "cross_site"  # nobody is signed in as somebody else unawares


def test_another_sessions_token_is_none(small_api: Api) -> None:
    rose, lily = small_api.person(), small_api.person(Role.MEMBER)
    rose.headers["X-CSRF-Token"] = lily.headers["X-CSRF-Token"]
    assert rose("PUT", "me/shop", json={"shop": 1}).json()["code"] == "csrf_token_missing"


def test_behind_a_proxy_the_address_people_use_counts(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    small_api.person(email=ROSE)
    object.__setattr__(small_api.services.settings, "url", "https://prints.example.com")
    rose = small_api.nobody()
    assert rose.sign_in(ROSE).json()["code"] == "cross_site"
    rose.headers["Origin"] = "https://prints.example.com"
    answer = rose.sign_in(ROSE)
    assert answer.status_code == 200 and _cookie(answer).secure


def test_guessing_is_slowed_down_and_tells_nothing(api: Api) -> None:
    api.person(email=ROSE)
    api.clock.stop()

    def guess(email: str) -> list[tuple[int, str]]:
        somebody, answers = api.nobody(), []
        for _ in range(ACCOUNT.free + 1):
            answer = somebody.sign_in(email, "a wrong guess")
            answers.append((answer.status_code, answer.json()["code"], answer.json()["detail"]))
        assert somebody.sign_in(email).headers["retry-after"] == "1"
        return answers

    assert guess(ROSE) == guess("nobody@example.com")
    assert api.nobody().sign_in(ROSE).status_code == 429  # the right one, too soon
    api.clock.move(seconds=2)
    assert api.nobody().sign_in(ROSE).status_code == 200


def test_an_unknown_account_costs_a_hash_too(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str | None] = []

    def watched(password: str, encoded: str | None) -> bool:
        hashed.append(encoded)
        return passwords.is_password(password, encoded)

    monkeypatch.setattr("printdock.accounts.access.is_password", watched)
    assert small_api.nobody().sign_in("nobody@example.com").status_code == 401
    assert hashed == [None]


def test_an_old_hash_is_made_anew_at_sign_in(small_api: Api) -> None:
    small_api.person(email=ROSE)
    old = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    with small_api.services.database.write() as connection:
        user = users.find_user(connection, ROSE)
        assert user is not None
        users.set_password(connection, user.id, old)
    assert small_api.nobody().sign_in(ROSE).status_code == 200
    with small_api.services.database.read() as connection:
        again = users.find_user(connection, ROSE)
    assert again is not None and again.password is not None and again.password != old
    assert not passwords.needs_new_hash(again.password)


def test_a_changed_password_signs_everybody_else_out(api: Api) -> None:
    here, elsewhere = api.person(email=ROSE), api.person(email=ROSE)
    wrong = here("POST", "me/password", json={"old": "not it", "new": "another long one"})
    assert wrong.status_code == 401 and wrong.json()["code"] == "wrong_password"
    assert here("POST", "me/password", json={"old": PASSWORD, "new": "another long one"}).status_code == 204
    assert here("GET", "me").status_code == 200
    assert elsewhere("GET", "me").status_code == 401
    assert api.nobody().sign_in(ROSE, "another long one").status_code == 200


def test_somebody_invited_joins_with_a_link(api: Api) -> None:
    rose = api.person(email=ROSE)
    invited = rose("POST", "invitations", json={"email": "Lily@Example.com", "role": "viewer"})
    assert invited.status_code == 201
    link = invited.json()["link"]
    assert re.fullmatch(re.escape(ADDRESS) + r"/welcome#[\w-]{43}", link)
    token = link.partition("#")[2]
    assert [one["email"] for one in rose("GET", "invitations").json()["items"]] == ["lily@example.com"]
    lily = api.nobody()
    assert lily("POST", "links/use", json={"token": token}).json()["code"] == "password_missing"
    used = lily("POST", "links/use", json={"token": token, "name": "Lily", "password": PASSWORD})
    assert used.json()["shop"] == {"id": _shop_id(api), "name": "My Shop", "role": "viewer"}
    assert used.json()["scopes"] == [Scope.READ]
    assert rose("GET", "invitations").json()["items"] == []
    assert [one["email"] for one in rose("GET", "members").json()["items"]] == ["lily@example.com", ROSE]


def test_an_invited_person_with_an_account_proves_to_be_it(api: Api) -> None:
    api.person(Role.OWNER, shop="Other", email="lily@example.com")
    link = api.person()("POST", "invitations", json={"email": "lily@example.com"}).json()["link"]
    token = link.partition("#")[2]
    eve = api.nobody()("POST", "links/use", json={"token": token, "password": "a wrong guess"})
    assert (eve.status_code, eve.json()["code"]) == (401, "wrong_password")
    lily = api.nobody()
    joined = lily("POST", "links/use", json={"token": token, "password": PASSWORD})
    assert {shop["name"] for shop in joined.json()["shops"]} == {"My Shop", "Other"}
    lily.headers["X-CSRF-Token"] = joined.json()["csrf_token"]
    assert joined.json()["shop"]["name"] == "My Shop"
    other = next(shop["id"] for shop in joined.json()["shops"] if shop["name"] == "Other")
    assert lily("PUT", "me/shop", json={"shop": other}).json()["shop"]["role"] == "owner"


def test_a_role_that_is_taken_away_is_gone_at_once(api: Api) -> None:
    rose, lily = api.person(), api.person(Role.MEMBER)
    member = next(one for one in rose("GET", "members").json()["items"] if one["role"] == "member")
    assert lily("GET", "keys").status_code == 403
    assert rose("PATCH", f"members/{member['id']}", json={"role": "owner"}).status_code == 200
    assert lily("GET", "keys").status_code == 200
    assert rose("DELETE", f"members/{member['id']}").status_code == 204
    assert lily("GET", "templates").status_code == 401  # with the last shop goes the account
    assert rose("GET", "audit").json()["items"][0]["action"] == "member_removed"


def test_what_matters_is_on_record(api: Api) -> None:
    rose = api.person(email=ROSE)
    rose.sign_in(ROSE)
    made = rose("POST", "keys", json={"name": "NAS", "scopes": ["read"]}).json()
    rose("DELETE", f"keys/{made['id']}")
    api.nobody().sign_in(ROSE, "a wrong guess")
    lines = rose("GET", "audit").json()["items"]
    assert [one["action"] for one in lines] == ["sign_in_failed", "key_revoked", "key_made", "signed_in"]
    assert [one["actor"] for one in lines] == ["nobody", ROSE, ROSE, ROSE]
    assert made["key"] not in str(lines)


def test_a_key_is_shown_once_and_works_at_once(api: Api) -> None:
    rose = api.person()
    made = rose("POST", "keys", json={"name": "NAS", "scopes": ["read"]}).json()
    (listed,) = rose("GET", "keys").json()["items"]
    assert listed["prefix"] == made["prefix"] and "key" not in listed and listed["used_at"] is None
    script = api.nobody()
    script.headers = {"Authorization": f"Bearer {made['key']}"}
    assert script("GET", "templates").status_code == 200
    assert rose("GET", "keys").json()["items"][0]["used_at"] is not None
    assert rose("DELETE", f"keys/{made['id']}").status_code == 204
    refused = script("GET", "templates")
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_key_given")
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_key_is_not_made_good_by_a_cookie(small_api: Api) -> None:
    rose = small_api.person()
    for header in ("Bearer pdk_00000000_x", "Bearer", "Basic cm9zZTpwdw==", "nonsense"):
        assert rose("GET", "templates", headers={"Authorization": header}).status_code == 401, header


def test_a_key_cannot_make_a_mightier_one(small_api: Api) -> None:
    script = small_api.script(Scope.ADMIN)
    answer = script("POST", "keys", json={"name": "more", "scopes": ["admin", "upload"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_exceeded")


@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        ("", "203.0.113.9", "testclient"),
        ("192.0.2.0/24", "203.0.113.9", "testclient"),
    ],
)
def test_an_address_that_nobody_vouches_for_is_not_believed(
    small_api: Api, trusted: str, forwarded: str, seen: str
) -> None:
    small_api.person(email=ROSE)
    object.__setattr__(small_api.services.settings, "trusted_proxies", trusted)
    somebody = small_api.nobody()
    somebody.headers["X-Forwarded-For"] = forwarded
    somebody.sign_in(ROSE)
    assert small_api.person()("GET", "audit").json()["items"][0]["address"] == seen


@pytest.mark.parametrize(
    ("forwarded", "seen"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", "203.0.113.9"),  # what the caller wrote stands first
        ("6.6.6.6, 203.0.113.9, 192.0.2.4", "203.0.113.9"),
        ("", "192.0.2.7"),
    ],
)
def test_behind_a_trusted_proxy_the_callers_address_is_known(small_api: Api, forwarded: str, seen: str) -> None:
    small_api.person(email=ROSE)
    object.__setattr__(small_api.services.settings, "trusted_proxies", "192.0.2.0/24")
    somebody = small_api.nobody()
    somebody.client = small_api.client(client=("192.0.2.7", 4711))
    if forwarded:
        somebody.headers["X-Forwarded-For"] = forwarded
    somebody.sign_in(ROSE)
    assert small_api.person()("GET", "audit").json()["items"][0]["address"] == seen
