"""Inventory: products with their offerings, replaced as a whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from printdock.demo.etsy.rules import refuse
from printdock.demo.etsy.world import World

if TYPE_CHECKING:
    from printdock.demo.etsy.routes import Call

_PRODUCT_KEYS = {"sku", "property_values", "offerings"}
_OFFERING_KEYS = {"price", "quantity", "is_enabled", "readiness_state_id"}
_VALUE_KEYS = {"property_id", "value_ids", "values", "property_name", "scale_id"}
_TOP_KEYS = {
    "products", "price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property",
    "max_variations_supported", "enable_scale_validation",
}  # fmt: skip


def first_inventory(world: World, values: dict[str, Any]) -> list[dict[str, Any]]:
    """What a new listing has: one product without a SKU."""
    offering = {
        "offering_id": world.new_id(), "price": values["price"], "quantity": values["quantity"], "is_enabled": True,
        "readiness_state_id": values.get("readiness_state_id"),
    }  # fmt: skip
    return [{"product_id": world.new_id(), "sku": "", "property_values": [], "offerings": [offering]}]


def get(call: Call) -> tuple[int, Any]:
    listing, shop = call.own_listing(), call.own_shop()
    products = []
    for product in listing.inventory:
        offerings = []
        for offering in product["offerings"]:
            price = {"amount": round(offering["price"] * 100), "divisor": 100, "currency_code": shop.currency}
            offerings.append(offering | {"price": price, "is_deleted": False})
        values = [value | {"scale_name": None, "value_pairs": None} for value in product["property_values"]]
        products.append(product | {"offerings": offerings, "property_values": values, "is_deleted": False})
    on: dict[str, list[int]] = {f"{name}_on_property": [] for name in ("price", "quantity", "sku", "readiness_state")}
    return 200, {"products": products, "listing": None, **on}


def put(call: Call) -> tuple[int, Any]:
    listing = call.own_listing()
    try:
        document = json.loads(call.raw)
    except ValueError:
        raise refuse("inventory_not_json") from None
    if not isinstance(document, dict) or not call.content_type.startswith("application/json"):
        raise refuse("inventory_not_json")
    _only(document, _TOP_KEYS)
    products = document.get("products") or []
    if not products:
        raise refuse("inventory_empty")
    for product in products:
        _check_product(product, physical=listing.listing_type == "physical")
    if len({tuple(sorted(v["property_id"] for v in one.get("property_values", []))) for one in products}) > 1:
        raise refuse("inventory_grid")
    listing.inventory = [_stored(call.world, product) for product in products]
    listing.updated = call.world.clock()
    return get(call)


def _only(found: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(found) - known)
    if unknown:
        raise refuse("inventory_keys", keys=", ".join(unknown))


def _check_product(product: dict[str, Any], *, physical: bool) -> None:
    _only(product, _PRODUCT_KEYS)
    if len(product.get("sku") or "") > 32:
        raise refuse("inventory_sku")
    for value in product.get("property_values", []):
        _only(value, _VALUE_KEYS)
        if value.get("property_id") in (513, 514) and not value.get("property_name"):
            raise refuse("inventory_name")
        if any(sign in text for text in value.get("values", []) for sign in "()"):
            raise refuse("inventory_brackets")
    for offering in product.get("offerings") or [{}]:
        _only(offering, _OFFERING_KEYS)
        if physical and not offering.get("readiness_state_id"):
            raise refuse("inventory_readiness")
        for name in ("price", "quantity", "is_enabled"):
            if offering.get(name) is None:
                raise refuse("inventory_offering", field=name)
        if not isinstance(offering["price"], int | float):
            raise refuse("inventory_keys", keys="price")


def _stored(world: World, product: dict[str, Any]) -> dict[str, Any]:
    offerings = [
        {"readiness_state_id": None} | offering | {"offering_id": world.new_id()} for offering in product["offerings"]
    ]
    return {
        "product_id": world.new_id(), "sku": product.get("sku") or "",
        "property_values": product.get("property_values", []), "offerings": offerings,
    }  # fmt: skip
