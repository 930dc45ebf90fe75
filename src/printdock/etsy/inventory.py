"""Inventory: what Etsy shows, and what it takes back, which is not the same shape."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from printdock.etsy.models import money

_ON_PROPERTY = ("price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property")

#: Custom properties, which want their name said again.
_VALUE_KEYS = ("property_id", "value_ids", "values", "property_name", "scale_id")


def for_put(shown: Any) -> dict[str, Any]:
    """The document that puts back what a GET showed: without ids and flags that Etsy refuses ("invalid keys")."""
    document: dict[str, Any] = {"products": [_product(one) for one in shown["products"] if not one.get("is_deleted")]}
    for name in _ON_PROPERTY:
        document[name] = list(shown.get(name) or [])
    return document


def _product(shown: Any) -> dict[str, Any]:
    values = [
        {key: value[key] for key in _VALUE_KEYS if value.get(key) is not None}
        for value in shown.get("property_values") or []
    ]
    offerings = [_offering(one) for one in shown.get("offerings") or [] if not one.get("is_deleted")]
    return {"sku": shown.get("sku") or "", "property_values": values, "offerings": offerings}


def _offering(shown: Any) -> dict[str, Any]:
    offering = {
        "price": float(money(shown["price"])),
        "quantity": int(shown["quantity"]),
        "is_enabled": bool(shown["is_enabled"]),
    }
    if shown.get("readiness_state_id"):
        offering["readiness_state_id"] = int(shown["readiness_state_id"])
    return offering


def single(*, sku: str, price: Decimal, quantity: int, readiness_state_id: int | None) -> dict[str, Any]:
    """One product without variations, in the shape of `for_put`."""
    offering: dict[str, Any] = {"price": float(price), "quantity": quantity, "is_enabled": True}
    if readiness_state_id is not None:
        offering["readiness_state_id"] = readiness_state_id
    product = {"sku": sku, "property_values": [], "offerings": [offering]}
    return {"products": [product]} | {name: [] for name in _ON_PROPERTY}


def is_plain(document: dict[str, Any]) -> bool:
    """Whether it is one product without variations: what this program makes, and may replace."""
    products = document["products"]
    return len(products) == 1 and not products[0]["property_values"] and len(products[0]["offerings"]) == 1
