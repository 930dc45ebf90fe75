"""Which call is which operation, and what each operation may touch."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from printdock.demo.etsy import images, inventory, listings, shop
from printdock.demo.etsy.bodies import Body, read_body
from printdock.demo.etsy.rules import refuse
from printdock.demo.etsy.tokens import Tokens
from printdock.demo.etsy.world import Listing, Shop, World


@dataclass
class Call:
    """One request below ``/v3/application``."""

    world: World
    tokens: Tokens
    operation: str
    scope: str | None
    parts: dict[str, str]
    query: dict[str, str]
    authorization: str | None
    content_type: str
    raw: bytes
    hidden_s: float = 0.0
    headers_out: dict[str, str] = field(default_factory=dict)

    @cached_property
    def body(self) -> Body:
        return read_body(self.content_type, self.raw)

    def number(self, name: str) -> int:
        return int(self.parts[name])

    def user(self) -> int:
        """Who calls. Raises `Refused` where the token or its scope is missing."""
        return self.tokens.user(self.authorization, self.scope or "")

    def user_or_none(self) -> int | None:
        return None if not self.authorization else self.tokens.user(self.authorization, "listings_r")

    def any_shop(self) -> Shop:
        found = self.world.shops.get(self.number("shop"))
        if found is None:
            raise refuse("not_found")
        return found

    def own_shop(self) -> Shop:
        """The caller's shop; the one in the path must be it."""
        own = self.world.shop_of(self.user())
        if "shop" in self.parts and self.number("shop") != own.id:
            raise refuse("not_found")
        return own

    def own_listing(self) -> Listing:
        own = self.own_shop()
        found = self.world.listings.get(self.number("listing"))
        if found is None or found.shop_id != own.id:
            raise refuse("not_found")
        return found


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, under its name in the OAS."""

    operation: str
    method: str
    path: str
    scope: str | None
    run: Callable[[Call], tuple[int, Any]]


ROUTES = (
    Route("ping", "GET", "/openapi-ping", None, shop.ping),
    Route("tokenScopes", "POST", "/scopes", None, shop.token_scopes),
    Route("getMe", "GET", "/users/me", "shops_r", shop.me),
    Route("getShop", "GET", "/shops/{shop}", None, shop.get_shop),
    Route("getShopByOwnerUserId", "GET", "/users/{user}/shops", None, shop.get_shop_of_user),
    Route("getShopSections", "GET", "/shops/{shop}/sections", None, shop.sections),
    Route("createShopSection", "POST", "/shops/{shop}/sections", "shops_w", shop.create_section),
    Route("getShopShippingProfiles", "GET", "/shops/{shop}/shipping-profiles", "shops_r", shop.shipping),
    Route("getShopReturnPolicies", "GET", "/shops/{shop}/policies/return", None, shop.returns),
    Route(
        "getShopReadinessStateDefinitions",
        "GET",
        "/shops/{shop}/readiness-state-definitions",
        "shops_r",
        shop.readiness,
    ),
    Route(
        "createShopReadinessStateDefinition",
        "POST",
        "/shops/{shop}/readiness-state-definitions",
        "shops_w",
        shop.create_readiness,
    ),
    Route("getShopProductionPartners", "GET", "/shops/{shop}/production-partners", "shops_r", shop.partners),
    Route("getSellerTaxonomyNodes", "GET", "/seller-taxonomy/nodes", None, shop.taxonomy),
    Route("createDraftListing", "POST", "/shops/{shop}/listings", "listings_w", listings.create),
    Route("updateListing", "PATCH", "/shops/{shop}/listings/{listing}", "listings_w", listings.update),
    Route("getListing", "GET", "/listings/{listing}", None, listings.get),
    Route("getListingsByShop", "GET", "/shops/{shop}/listings", "listings_r", listings.list_of_shop),
    Route("deleteListing", "DELETE", "/listings/{listing}", "listings_d", listings.delete),
    Route("uploadListingImage", "POST", "/shops/{shop}/listings/{listing}/images", "listings_w", images.upload_image),
    Route("getListingImages", "GET", "/listings/{listing}/images", None, images.list_images),
    Route(
        "deleteListingImage",
        "DELETE",
        "/shops/{shop}/listings/{listing}/images/{image}",
        "listings_w",
        images.delete_image,
    ),
    Route("uploadListingFile", "POST", "/shops/{shop}/listings/{listing}/files", "listings_w", images.upload_file),
    Route("getAllListingFiles", "GET", "/shops/{shop}/listings/{listing}/files", "listings_r", images.list_files),
    Route(
        "deleteListingFile", "DELETE", "/shops/{shop}/listings/{listing}/files/{file}", "listings_w", images.delete_file
    ),
    Route("getListingInventory", "GET", "/listings/{listing}/inventory", "listings_r", inventory.get),
    Route("updateListingInventory", "PUT", "/listings/{listing}/inventory", "listings_w", inventory.put),
)

_PATTERNS = [
    (route, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>\\d+)", route.path)))
    for route in ROUTES  # users/me comes before users/{user}
]


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The operation for this verb and path, with the ids in the path; Etsy answers 404 to any other pair."""
    for route, pattern in _PATTERNS:
        found = pattern.fullmatch(path)
        if found is not None and route.method == method:
            return route, found.groupdict()
    return None
