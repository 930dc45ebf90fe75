"""Listings: made as drafts, changed, listed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from printdock.demo.etsy.fields import Values, check_change, check_new, read_fields
from printdock.demo.etsy.images import images_shown, place_images
from printdock.demo.etsy.inventory import first_inventory
from printdock.demo.etsy.rules import refuse
from printdock.demo.etsy.world import Listing, Shop, World

if TYPE_CHECKING:
    from printdock.demo.etsy.routes import Call

#: updateListing knows these not, or ignores them: it answers 200 and nothing happens.
_NOT_CHANGED = ("price", "quantity", "styles")


def create(call: Call) -> tuple[int, Any]:
    world, shop = call.world, call.own_shop()
    values = read_fields(call.body.fields)
    check_new(world, shop, values)
    images = values.pop("image_ids", [])
    values.pop("state", None)  # not a field here: a draft is always made
    now = world.clock()
    made = Listing(world.new_id(), shop.id, values, now, now, visible_from=now + call.hidden_s)
    made.listing_type = values.get("type", "physical")
    made.inventory = first_inventory(world, values)
    if images:
        place_images(world, made, images)
    world.listings[made.id] = made
    return 201, shown(world, made)


def update(call: Call) -> tuple[int, Any]:
    listing, shop = call.own_listing(), call.own_shop()
    values = read_fields(call.body.fields)
    for name in _NOT_CHANGED:
        values.pop(name, None)
    check_change(call.world, shop, values, listing.fields | values)
    state = values.pop("state", None)
    if state is not None:
        _check_state(listing, state, values)
        listing.state = state
    images = values.pop("image_ids", None)
    if images is not None:
        place_images(call.world, listing, images)
    listing.fields |= values
    listing.listing_type = listing.fields.get("type", listing.listing_type)
    listing.updated = call.world.clock()
    return 200, shown(call.world, listing)


def _check_state(listing: Listing, state: str, values: Values) -> None:
    if state not in ("active", "inactive"):
        raise refuse("state_bad")
    whole = listing.fields | values
    if state == "active" and not listing.images and not values.get("image_ids"):
        raise refuse("publish_image")
    if state == "active" and listing.listing_type == "physical" and "return_policy_id" not in whole:
        raise refuse("publish_returns")
    if state == "active" and listing.listing_type == "download" and not listing.files:
        raise refuse("publish_file")


def get(call: Call) -> tuple[int, Any]:
    listing = call.world.listings.get(call.number("listing"))
    if listing is None or (listing.state == "draft" and call.user_or_none() != _owner(call.world, listing)):
        raise refuse("not_found")
    document = shown(call.world, listing)
    if "Images" in call.query.get("includes", "").split(","):
        document["images"] = images_shown(call.world, listing)
    return 200, document


def list_of_shop(call: Call) -> tuple[int, Any]:
    shop = call.own_shop()
    state, now = call.query.get("state", "active"), call.world.clock()
    found = [
        one
        for one in call.world.listings.values()
        if one.shop_id == shop.id and one.state == state and one.visible_from <= now
    ]
    found.sort(key=lambda one: -one.id)
    start, size = int(call.query.get("offset", "0")), int(call.query.get("limit", "25"))
    if not 1 <= size <= 100 or not 0 <= start <= 12_000:
        raise refuse("not_a_number", field="limit")
    page = found[start : start + size]
    return 200, {"count": len(found), "results": [shown(call.world, one) for one in page]}


def delete(call: Call) -> tuple[int, Any]:
    listing = call.own_listing()
    del call.world.listings[listing.id]
    return 204, None


def _owner(world: World, listing: Listing) -> int:
    return world.shops[listing.shop_id].user_id


def shown(world: World, listing: Listing) -> dict[str, Any]:
    """A listing as answers show it."""
    shop, values = world.shops[listing.shop_id], listing.fields
    document = {
        "listing_id": listing.id, "user_id": shop.user_id, "shop_id": shop.id, "state": listing.state,
        "title": _escaped(values["title"]), "description": _escaped(values["description"]),
        "created_timestamp": int(listing.created), "creation_timestamp": int(listing.created),
        "updated_timestamp": int(listing.updated), "last_modified_timestamp": int(listing.updated),
        "url": f"https://www.etsy.com/listing/{listing.id}", "language": "en-US", "num_favorers": 0, "views": 0,
        "listing_type": listing.listing_type, "rich_description": None, "suggested_title": None,
        "price": money(shop, listing.inventory[0]["offerings"][0]["price"]),
        "quantity": sum(one["offerings"][0]["quantity"] for one in listing.inventory),
        "production_partners": [
            {"production_partner_id": int(key)} | shop.partners[int(key)]
            for key in values.get("production_partner_ids", [])
        ],
        "skus": [one["sku"] for one in listing.inventory if one["sku"]],
        "tags": values.get("tags", []), "materials": values.get("materials", []), "style": values.get("styles", []),
    }  # fmt: skip
    for name in (
        "who_made", "when_made", "is_supply", "taxonomy_id", "shop_section_id", "shipping_profile_id",
        "return_policy_id", "readiness_state_id", "should_auto_renew", "is_customizable", "is_taxable", "item_weight",
        "item_weight_unit", "item_length", "item_width", "item_height", "item_dimensions_unit",
    ):  # fmt: skip
        document[name] = values.get(name)
    return document


def money(shop: Shop, amount: float) -> dict[str, Any]:
    """An amount as answers show it."""
    return {"amount": round(amount * 100), "divisor": 100, "currency_code": shop.currency}


def _escaped(text: str) -> str:
    return text.replace("'", "&#39;")
