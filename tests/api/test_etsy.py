"""Connecting a shop to Etsy in the browser: there and back, pasted, refused, taken by somebody else."""

from __future__ import annotations

from urllib.parse import urlsplit

from printdock.accounts.roles import Role
from printdock.demo.etsy import Fault
from tests.api.conftest import Api
from tests.api.etsy_shop import CALLBACK, Seller, seller

__all__ = ["seller"]


def test_there_and_back_and_never_again(seller: Seller) -> None:
    before = seller("GET", "etsy/connection")
    assert (before["connected"], before["app"], before["own_redirect"]) == (False, None, CALLBACK)
    assert not before["comes_back"] and "trademark of Etsy" in before["trademark"]
    begun = seller("POST", "etsy/connection", 201, json={"own_redirect": True})
    assert begun["comes_back"] and begun["redirect"] == CALLBACK
    back = urlsplit(seller.allow(begun["url"]))
    answer = seller("GET", f"{back.path}?{back.query}", 302)
    assert answer.headers["location"] == "/settings/etsy?connected=yes"
    shown = seller("GET", "etsy/connection")
    assert shown["connected"] and shown["shop"]["name"] == "RosePrints" and shown["shop"]["currency"] == "USD"
    assert shown["can_delete_drafts"] and shown["missing_scopes"] == [] and shown["reconnect"] is None
    again = seller("GET", f"{back.path}?{back.query}", 302)
    assert again.headers["location"] == "/settings/etsy?connected=no"
    told = seller("GET", "etsy/connection")
    assert told["connected"] and told["last_problem"]["code"] == "etsy_wrong_state"
    assert seller("POST", "etsy/connection/check")["connected"]
    assert seller("GET", "etsy/budget")["per_day"] == 50_000
    assert not seller("DELETE", "etsy/connection")["connected"]
    assert not seller("DELETE", "etsy/connection")["connected"]
    actions = [one["action"] for one in seller("GET", "audit")["items"]]
    assert actions[:2] == ["etsy_disconnected", "etsy_connected"]


def test_pasted_and_only_by_who_began(seller: Seller) -> None:
    begun = seller("POST", "etsy/connection", 201)
    assert not begun["comes_back"] and begun["redirect"] == "http://localhost:8517/callback"
    address = seller.allow(begun["url"])
    other = seller.api.person(email="other@rose.test")
    refused = other("POST", "etsy/connection/finish", json={"address": address})
    assert (refused.status_code, refused.json()["code"]) == (422, "etsy_wrong_state")
    seller.api.clock.move(minutes=61)
    late = seller("POST", "etsy/connection/finish", 422, json={"address": address})
    assert late["code"] == "etsy_wrong_state" and late["remedy"]
    address = seller.allow(seller("POST", "etsy/connection", 201)["url"])
    assert seller("POST", "etsy/connection/finish", json={"address": address.partition("?")[2]})["connected"]


def test_a_seller_who_says_no_is_told_so(seller: Seller) -> None:
    seller.etsy.denies = True
    back = urlsplit(seller.allow(seller("POST", "etsy/connection", 201, json={"own_redirect": True})["url"]))
    seller("GET", f"{back.path}?{back.query}", 302)
    shown = seller("GET", "etsy/connection")
    assert shown["last_problem"]["code"] == "etsy_reconnect" and "denied" in shown["last_problem"]["message"]
    seller("POST", "etsy/connection", 201)
    assert seller("GET", "etsy/connection")["last_problem"] is None


def test_a_connection_that_ended_or_was_cut_off_says_connect_again(seller: Seller) -> None:
    seller.etsy.faults.plan(Fault.ERROR_500, "getMe", times=9)
    address = seller.allow(seller("POST", "etsy/connection", 201)["url"])
    seller("POST", "etsy/connection/finish", 503, json={"address": address})
    half = seller("GET", "etsy/connection")
    assert not half["connected"] and half["reconnect"]["code"] == "etsy_half_connected"
    seller.etsy.faults.clear()
    assert seller("POST", "etsy/connection/check")["connected"], "the rest is asked again"
    seller.etsy.tokens.forget(seller.at_etsy.user_id)
    assert seller("POST", "etsy/connection/check", 409)["code"] == "etsy_reconnect"
    ended = seller("GET", "etsy/connection")
    assert not ended["connected"] and "ended" in ended["reconnect"]["message"]


def test_without_the_apps_keys_it_is_said_and_only_owners_connect(small_api: Api) -> None:
    owner = small_api.person()
    shown = owner("GET", "etsy/connection").json()
    assert shown["app"]["code"] == "etsy_no_key" and "ETSY_KEYSTRING" in shown["app"]["message"]
    refused = owner("POST", "etsy/connection")
    assert (refused.status_code, refused.json()["code"]) == (422, "etsy_no_key")
    budget = owner("GET", "etsy/budget").json()
    assert not budget["known"] and budget["per_second"] == 5
    person = small_api.person(Role.MEMBER)
    assert person("GET", "etsy/connection").status_code == 200
    for method, path in (("POST", "etsy/connection"), ("DELETE", "etsy/connection"), ("GET", "etsy/callback?state=x")):
        assert person(method, path).json()["code"] == "scope_missing"
