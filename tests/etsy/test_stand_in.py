"""The stand-in behaves as its tables say. One test for every rule and every behaviour; both tables are complete."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from printdock.demo.etsy import FakeEtsy, Fault, Limits
from printdock.demo.etsy.rules import BEHAVIOUR, RULES
from tests.etsy.conftest import JPEG, REDIRECT, VERIFIER, Caller

Ask = Callable[[Caller], httpx.Response]


def _new(**changes: Any) -> Ask:
    return lambda caller: caller.create(**changes)


def _change(**fields: str) -> Ask:
    return lambda caller: caller.patch(caller.made(), **fields)


def _image(**more: Any) -> Ask:
    return lambda caller: caller.upload(caller.made(), **more)


def _file(data: bytes = b"x", name: str = "art.png", times: int = 1) -> Ask:
    def ask(caller: Caller) -> httpx.Response:
        path = f"/shops/{caller.shop.id}/listings/{caller.made()}/files"
        for _ in range(times):
            answer = caller.call("POST", path, data={"name": name}, files={"file": (name or "x", data, "image/png")})
        return answer

    return ask


def _inventory(document: Any = None, **more: Any) -> Ask:
    return lambda caller: caller.call(
        "PUT", f"/listings/{caller.made()}/inventory", **({"json": document} if document is not None else more)
    )


def _product(offering: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    full = {"price": 3.5, "quantity": 5, "is_enabled": True, "readiness_state_id": 1_400_000_000_001}
    return {"sku": "A", "property_values": [], "offerings": [full | (offering or {})], **more}


def _with_key(key: str) -> Ask:
    return lambda caller: caller.call(
        "GET", "/openapi-ping", headers={"x-api-key": key(caller) if callable(key) else key}
    )


def _with_token(token: str) -> Ask:
    def ask(caller: Caller) -> httpx.Response:
        caller.token = token
        return caller.call("GET", "/users/me")

    return ask


def _expired(caller: Caller) -> httpx.Response:
    caller.etsy.tokens.expire()
    return caller.call("GET", "/users/me")


def _narrow(caller: Caller) -> httpx.Response:
    return caller.sign_in("listings_r").call("GET", "/users/me")


def _last_image(caller: Caller) -> httpx.Response:
    listing = caller.made()
    image = caller.upload(listing).json()["listing_image_id"]
    return caller.call("DELETE", f"/shops/{caller.shop.id}/listings/{listing}/images/{image}")


def _used_code(caller: Caller, verifier: str = VERIFIER) -> httpx.Response:
    code = parse_qs(urlsplit(caller.consent().headers["location"]).query)["code"][0]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    if verifier == VERIFIER:
        caller.ask_token(**fields, code_verifier=verifier)
    return caller.ask_token(**fields, code_verifier=verifier)


def _too_many_images(caller: Caller) -> httpx.Response:
    listing = caller.made()
    for rank in range(20):
        caller.upload(listing, rank=str(rank + 1))
    return caller.upload(listing, rank="21")


def _deleted_profile(caller: Caller) -> httpx.Response:
    gone = next(key for key, one in caller.shop.shipping.items() if one["is_deleted"])
    return caller.create(shipping_profile_id=str(gone))


def _calculated(caller: Caller) -> httpx.Response:
    by_weight = next(key for key, one in caller.shop.shipping.items() if one["profile_type"] == "calculated")
    return caller.create(shipping_profile_id=str(by_weight))


ASKED: dict[str, Ask] = {
    "key_bare": lambda caller: _with_key(caller.etsy.world.keystring)(caller),
    "key_malformed": _with_key("nonsense"),
    "key_unknown": _with_key("other:secret"),
    "token_missing": lambda caller: Caller(caller.etsy, caller.shop, caller.http).call("GET", "/users/me"),
    "token_expired": _expired,
    "token_unknown": _with_token("1.nonsense"),
    "scope_missing": _narrow,
    "refresh_revoked": lambda caller: caller.ask_token(grant_type="refresh_token", refresh_token="1.x"),
    "code_used": _used_code,
    "verifier_wrong": lambda caller: _used_code(caller, "w" * 50),
    "client_unknown": lambda caller: caller.ask_token(grant_type="refresh_token", client_id="nobody"),
    "grant_unknown": lambda caller: caller.ask_token(grant_type="password"),
    "redirect_unknown": lambda caller: caller.consent(redirect_uri=REDIRECT + "/"),
    "scope_unknown": lambda caller: caller.consent("listings_r billing_r"),
    "not_found": lambda caller: caller.call("GET", f"/shops/{caller.shop.id + 1}"),
    "field_missing": _new(title=None),
    "not_a_number": _new(quantity="many"),
    "title_long": _new(title="x" * 141),
    "title_characters": _new(title="Rose ♥"),
    "title_repeats": _new(title="A & B & C"),
    "description_long": _new(description="x" * 102_401),
    "price_low": _new(price="0.1"),
    "price_bad": _new(price="0"),
    "quantity_bad": _new(quantity="1000"),
    "who_made_bad": _new(who_made="me"),
    "when_made_bad": _new(when_made="2020_2023"),
    "supply_missing": _new(is_supply=None),
    "partner_missing": _new(who_made="someone_else"),
    "partner_unknown": _new(production_partner_ids="1"),
    "tags_many": _new(tags=",".join(f"tag {n}" for n in range(14))),
    "tag_long": _new(tags="x" * 21),
    "tag_characters": _new(tags="a&b"),
    "tag_twice": _new(tags="rose,Rose"),
    "materials_many": _new(materials=",".join(f"m {n}" for n in range(14))),
    "material_long": _new(materials="x" * 46),
    "material_characters": _new(materials="a-b"),
    "styles_many": _new(styles="a,b,c"),
    "style_long": _new(styles="x" * 46),
    "taxonomy_unknown": _new(taxonomy_id="2"),
    "section_unknown": _new(shop_section_id="52993337"),
    "shipping_unknown": _deleted_profile,
    "shipping_missing": _new(shipping_profile_id=None),
    "returns_unknown": _new(return_policy_id="1"),
    "readiness_missing": _new(readiness_state_id=None),
    "readiness_unknown": _new(readiness_state_id="1"),
    "weight_missing": _calculated,
    "dimension_zero": _new(item_weight="0"),
    "unit_unknown": _new(item_weight_unit="stone"),
    "type_unknown": _new(type="digital"),
    "array_empty": _new(image_ids=""),
    "images_unknown": _new(image_ids="1"),
    "images_many": _too_many_images,
    "state_bad": _change(state="draft"),
    "publish_image": _change(state="active"),
    "publish_returns": lambda caller: _published(caller),
    "publish_file": lambda caller: _published(caller, type="download"),
    "image_missing": lambda caller: caller.call(
        "POST", f"/shops/{caller.shop.id}/listings/{caller.made()}/images", data={"rank": "1"}
    ),
    "image_unreadable": _image(data=b"no picture"),
    "image_last": _last_image,
    "alt_long": _image(alt_text="x" * 501),
    "file_missing": _file(name=""),
    "file_big": _file(data=bytes(20 * 1024 * 1024 + 1)),
    "file_name_long": _file(name="x" * 71),
    "files_many": _file(times=6),
    "inventory_not_json": _inventory(data={"products": "[]"}),
    "inventory_keys": _inventory({"products": [_product(product_id=1)]}),
    "inventory_sku": _inventory({"products": [_product(sku="x" * 33)]}),
    "inventory_readiness": _inventory({"products": [_product({"readiness_state_id": None})]}),
    "inventory_offering": _inventory({"products": [_product({"quantity": None})]}),
    "inventory_empty": _inventory({"products": []}),
    "inventory_name": _inventory({"products": [_product(property_values=[{"property_id": 513, "values": ["a"]}])]}),
    "inventory_grid": _inventory(
        {"products": [_product(), _product(property_values=[{"property_id": 200, "values": ["a"]}])]}
    ),
    "inventory_brackets": _inventory(
        {"products": [_product(property_values=[{"property_id": 200, "values": ["a (b)"]}])]}
    ),
}


def _published(caller: Caller, **changes: str) -> httpx.Response:
    listing = caller.made(**changes)
    caller.upload(listing)
    return caller.patch(listing, state="active")


@pytest.mark.parametrize("name", [name for name in RULES if name not in ("over_second", "over_day")])
def test_refuses(name: str, caller: Caller) -> None:
    answer = ASKED[name](caller)
    assert answer.headers.get("x-stand-in-rule") == name or answer.json() == RULES[name].body, answer.text
    assert answer.status_code == RULES[name].status
    assert "<" not in answer.text


def test_over_the_limits() -> None:
    with FakeEtsy(Limits(per_second=2, per_day=3)) as etsy, httpx.Client() as http:
        caller = Caller(etsy, etsy.world.add_shop(), http)
        first, _second, third = (caller.call("GET", "/openapi-ping") for _ in range(3))
        assert first.headers["x-remaining-today"] == "2" and first.headers["x-remaining-this-second"] == "1"
        assert (third.status_code, third.json()["error"]) == (429, "Exceeded per second rate limit")
        etsy.world.clock.forward(2)
        etsy.quota.misspelled = True
        assert caller.call("GET", "/openapi-ping").headers["x-remaining-this-secon"] == "1"
        fourth = caller.call("GET", "/openapi-ping")
        assert fourth.json()["error"] == "Exceeded daily rate limit" and int(fourth.headers["retry-after"]) > 86_000
        etsy.world.clock.forward(86_400)
        assert caller.call("GET", "/openapi-ping").status_code == 200


# -- behaviour --------------------------------------------------------------------------------------------------------


def _listed(caller: Caller, **query: str) -> list[int]:
    answer = caller.call("GET", f"/shops/{caller.shop.id}/listings", params=query).json()
    return [one["listing_id"] for one in answer["results"]]


def _pictures(caller: Caller, listing: int) -> list[dict[str, Any]]:
    answer = caller.call("GET", f"/listings/{listing}", params={"includes": "Images"}).json()
    found: list[dict[str, Any]] = answer["images"]
    return found


def test_drafts_hidden(caller: Caller) -> None:
    made = [caller.made() for _ in range(3)]
    assert _listed(caller) == []
    assert sorted(_listed(caller, state="draft")) == made
    assert len(_listed(caller, state="draft", limit="2", offset="2")) == 1


def test_last_key_wins(caller: Caller) -> None:
    listing = caller.made()
    images = [str(caller.upload(listing, rank=str(rank)).json()["listing_image_id"]) for rank in (1, 2)]
    path = f"/shops/{caller.shop.id}/listings/{listing}"
    assert caller.call("PATCH", path, data={"image_ids": images}).status_code == 200
    assert [str(one["listing_image_id"]) for one in _pictures(caller, listing)] == images[1:]


def test_comma_arrays(caller: Caller) -> None:
    assert caller.create(tags="a,b c").json()["tags"] == ["a", "b c"]
    assert caller.create(tags=None, **{"tags[]": "a"}).json()["tags"] == []


def test_patch_price_ignored(caller: Caller) -> None:
    answer = caller.patch(caller.made(), price="9.99", quantity="7", processing_min="3")
    assert (answer.status_code, answer.json()["price"]["amount"], answer.json()["quantity"]) == (200, 350, 5)


def test_ignored(caller: Caller) -> None:
    listing = caller.made()
    caller.etsy.faults.plan(Fault.IGNORED, "updateListing")
    assert caller.patch(listing, title="Another").json()["title"] == "Another"
    assert caller.call("GET", f"/listings/{listing}").json()["title"] != "Another"


def test_put_gone(caller: Caller) -> None:
    path = f"/shops/{caller.shop.id}/listings/{caller.made()}"
    assert caller.call("PUT", path, data={"title": "x"}).status_code == 404


def test_shop_get_gone(caller: Caller) -> None:
    listing = caller.made()
    assert caller.call("GET", f"/shops/{caller.shop.id}/listings/{listing}").status_code == 404
    assert caller.call("GET", f"/listings/{listing}").status_code == 200


def test_apostrophes(caller: Caller) -> None:
    answer = caller.create(title="Rose's cup").json()
    assert (answer["title"], answer["description"]) == ("Rose&#39;s cup", "It&#39;s a wrap.")


def test_colours_late(caller: Caller) -> None:
    listing = caller.made()
    assert caller.upload(listing).json()["full_width"] is None
    caller.etsy.world.clock.forward(60)
    assert _pictures(caller, listing)[0]["full_width"] == 2000


def test_ranks_shared(caller: Caller) -> None:
    listing = caller.made()
    caller.upload(listing, rank="1")
    caller.upload(listing, rank="1")
    assert [one["rank"] for one in _pictures(caller, listing)] == [1, 1]


def test_overwrite_new_id(caller: Caller) -> None:
    listing = caller.made()
    first = caller.upload(listing, rank="1").json()["listing_image_id"]
    second = caller.upload(listing, rank="1", overwrite="true").json()["listing_image_id"]
    assert first != second and [one["listing_image_id"] for one in _pictures(caller, listing)] == [second]


def test_ranks_settle(caller: Caller) -> None:
    caller.etsy.world.settle_s = 120
    listing = caller.made()
    images = [caller.upload(listing, rank=str(rank)).json()["listing_image_id"] for rank in (1, 2, 3)]
    assert [one["listing_image_id"] for one in _pictures(caller, listing)] != images
    caller.patch(listing, image_ids=",".join(map(str, images)))
    assert [one["listing_image_id"] for one in _pictures(caller, listing)] == images


def test_file_makes_digital(caller: Caller) -> None:
    answer = _file()(caller).json()
    shown = caller.call("GET", f"/listings/{answer['listing_id']}").json()
    assert (shown["listing_type"], shown["shipping_profile_id"]) == ("download", None)


def test_inventory_replaces(caller: Caller) -> None:
    def value(name: str) -> list[dict[str, Any]]:
        return [{"property_id": 200, "value_ids": [1], "values": [name], "property_name": "Colour"}]

    path = f"/listings/{caller.made()}/inventory"
    both = [_product(property_values=value("red")), _product(property_values=value("blue"))]
    assert len(caller.call("PUT", path, json={"products": both}).json()["products"]) == 2
    assert len(caller.call("PUT", path, json={"products": both[:1]}).json()["products"]) == 1
    assert caller.call("GET", path).json()["products"][0]["offerings"][0]["price"]["amount"] == 350


def test_refresh_rotates(caller: Caller) -> None:
    old = caller.refresh
    assert caller.ask_token(grant_type="refresh_token", refresh_token=old).json()["expires_in"] == 3600
    assert caller.ask_token(grant_type="refresh_token", refresh_token=old).json()["error"] == "invalid_grant"


def test_password_kills(caller: Caller) -> None:
    caller.etsy.tokens.forget(caller.shop.user_id)
    assert caller.call("GET", "/users/me").status_code == 401
    assert caller.ask_token(grant_type="refresh_token", refresh_token=caller.refresh).status_code == 400


def test_readiness_conflict(caller: Caller) -> None:
    path = f"/shops/{caller.shop.id}/readiness-state-definitions"
    fields = {"readiness_state": "ready_to_ship", "min_processing_time": "1", "max_processing_time": "2"}
    answer = caller.call("POST", path, data=fields)
    assert answer.status_code == 409
    assert answer.headers["content-location"].endswith(str(next(iter(caller.shop.readiness))))


def test_committed_500(caller: Caller) -> None:
    caller.etsy.faults.plan(Fault.COMMIT_THEN_500, "createDraftListing")
    assert caller.create().status_code == 500
    assert len(caller.etsy.world.drafts(caller.shop)) == 1


@pytest.mark.parametrize(("fault", "made"), [(Fault.COMMIT_THEN_DROP, 1), (Fault.COMMIT_THEN_SLOW, 1), (Fault.DROP, 0)])
def test_no_answer(fault: Fault, made: int, caller: Caller) -> None:
    caller.etsy.faults.plan(fault, "createDraftListing")
    caller.etsy.faults.slow_s = 0.5
    caller.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.TransportError):
        caller.create()
    assert len(caller.etsy.world.drafts(caller.shop)) == made


def test_late(caller: Caller) -> None:
    caller.etsy.faults.plan(Fault.LATE, "createDraftListing")
    caller.etsy.faults.late_s = 30.0
    assert caller.create().status_code == 500 and _listed(caller, state="draft") == []
    caller.etsy.world.clock.forward(31)
    assert len(_listed(caller, state="draft")) == 1


def test_html_502_and_garbled_answers(caller: Caller) -> None:
    caller.etsy.faults.plan(Fault.HTML_502, "createDraftListing")
    assert caller.create(data=JPEG).text.startswith("<html>")
    caller.etsy.faults.plan(Fault.COMMIT_THEN_GARBLED, "createDraftListing")
    answer = caller.create()
    assert answer.status_code == 201 and not answer.text.startswith("{")


def test_every_behaviour_has_its_test() -> None:
    tests = set(re.findall(r"^def test_(\w+)\(", Path(__file__).read_text(), re.M))
    assert set(BEHAVIOUR) <= tests
    assert set(ASKED) | {"over_second", "over_day"} == set(RULES)
    assert all(rule.source for rule in RULES.values())
