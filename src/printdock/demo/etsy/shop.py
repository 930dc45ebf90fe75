"""What a shop has besides listings: who it is, its sections, profiles, policies and partners; the taxonomy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from printdock.demo.etsy.rules import refuse
from printdock.demo.etsy.world import TAXONOMY, Shop

if TYPE_CHECKING:
    from printdock.demo.etsy.routes import Call


def ping(call: Call) -> tuple[int, Any]:
    return 200, {"application_id": 1_234_567_890}


def token_scopes(call: Call) -> tuple[int, Any]:
    return 200, {"scopes": call.tokens.scopes(call.body.fields.get("token", ""))}


def me(call: Call) -> tuple[int, Any]:
    user = call.user()
    return 200, {"user_id": user, "shop_id": call.world.shop_of(user).id}


def get_shop(call: Call) -> tuple[int, Any]:
    return 200, _shown(call.any_shop())


def get_shop_of_user(call: Call) -> tuple[int, Any]:
    return 200, _shown(call.world.shop_of(call.number("user")))


def _shown(shop: Shop) -> dict[str, Any]:
    return {
        "shop_id": shop.id, "user_id": shop.user_id, "shop_name": shop.name, "title": None, "languages": ["en-US"],
        "currency_code": shop.currency, "shop_location_country_iso": "US", "is_vacation": False,
        "url": f"https://www.etsy.com/shop/{shop.name}", "digital_listing_count": 0,
    }  # fmt: skip


def sections(call: Call) -> tuple[int, Any]:
    found = [
        {"shop_section_id": key, "title": title, "rank": rank, "active_listing_count": 0}
        for rank, (key, title) in enumerate(call.any_shop().sections.items(), 1)
    ]
    return 200, {"count": len(found), "results": found}


def create_section(call: Call) -> tuple[int, Any]:
    shop, title = call.own_shop(), call.body.fields.get("title", "")
    if not title:
        raise refuse("field_missing", field="title")
    key = call.world.new_id()
    shop.sections[key] = title
    return 201, {"shop_section_id": key, "title": title, "rank": len(shop.sections)}


def shipping(call: Call) -> tuple[int, Any]:
    found = [{"shipping_profile_id": key} | values for key, values in call.own_shop().shipping.items()]
    return 200, {"count": len(found), "results": found}


def returns(call: Call) -> tuple[int, Any]:
    shop = call.any_shop()
    found = [{"return_policy_id": key, "shop_id": shop.id} | values for key, values in shop.returns.items()]
    return 200, {"count": len(found), "results": found}


def readiness(call: Call) -> tuple[int, Any]:
    shop = call.own_shop()
    found = [{"readiness_state_id": key, "shop_id": shop.id} | values for key, values in shop.readiness.items()]
    return 200, {"count": len(found), "results": found}


def create_readiness(call: Call) -> tuple[int, Any]:
    shop, fields = call.own_shop(), call.body.fields
    state = fields.get("readiness_state", "")
    least, most = int(fields.get("min_processing_time", 0)), int(fields.get("max_processing_time", 0))
    if state not in ("ready_to_ship", "made_to_order") or not 1 <= least <= most <= 10:
        raise refuse("field_missing", field="readiness_state")
    for key, there in shop.readiness.items():
        if (there["readiness_state"], there["min_processing_days"], there["max_processing_days"]) == (
            state, least, most,
        ):  # fmt: skip
            call.headers_out["Content-Location"] = f"/v3/application/shops/{shop.id}/readiness-state-definitions/{key}"
            return 409, {"error": "A readiness state definition like this exists."}
    key = call.world.add_readiness(shop, state, least, most)
    return 201, {"readiness_state_id": key} | shop.readiness[key]


def partners(call: Call) -> tuple[int, Any]:
    found = [{"production_partner_id": key} | values for key, values in call.own_shop().partners.items()]
    return 200, {"count": len(found), "results": found}


def taxonomy(call: Call) -> tuple[int, Any]:
    roots = [_node(key, name, []) for key, name, parent in TAXONOMY if parent is None]
    return 200, {"count": len(roots), "results": roots}


def _node(key: int, name: str, above: list[int]) -> dict[str, Any]:
    path = [*above, key]
    children = [_node(child, title, path) for child, title, parent in TAXONOMY if parent == key]
    return {
        "id": key, "level": len(path), "name": name, "parent_id": above[-1] if above else None, "children": children,
        "full_path_taxonomy_ids": path,
    }  # fmt: skip
