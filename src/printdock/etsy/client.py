"""The operations printdock uses, each as Etsy's OpenAPI document names it, with typed answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from printdock.etsy import inventory, models
from printdock.etsy.encode import Value, form
from printdock.etsy.models import Category, EtsyShop, Listing, ListingFile, ListingImage, Me, Named
from printdock.etsy.wire import Request, Wire

#: Etsy's own limits of a list answer.
PAGE, MOST_OFFSET = 100, 12_000

Item = TypeVar("Item")


class Etsy:
    """One seller's view of Etsy. Every method may raise the errors of `wire.Wire.send`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    # -- who, and what the shop has -------------------------------------------------------------------------------

    def ping(self) -> int:
        """The app's id: the key and its secret are right."""
        request = Request("GET", "/openapi-ping", "check the key", signed=False)
        return self._wire.send(request, lambda document: int(document["application_id"]))

    def scopes(self, token: str) -> list[str]:
        """What the seller has allowed to ``token``."""
        request = Request("POST", "/scopes", "say what is allowed", signed=False, form={"token": token})
        return self._wire.send(request, lambda document: [str(one) for one in document["scopes"]])

    def me(self) -> Me:
        return self._wire.send(Request("GET", "/users/me", "say who is connected"), models.me)

    def shop(self, shop_id: int) -> EtsyShop:
        return self._wire.send(Request("GET", f"/shops/{shop_id}", "show the shop", signed=False), models.shop)

    def sections(self, shop_id: int) -> list[Named]:
        return self._list(f"/shops/{shop_id}/sections", "list the shop's sections", models.section)

    def create_section(self, shop_id: int, title: str) -> Named:
        request = Request(
            "POST", f"/shops/{shop_id}/sections", "make a section", repeatable=False, form=form({"title": title})
        )
        return self._wire.send(request, models.section)

    def shipping_profiles(self, shop_id: int) -> list[Named]:
        """Those that were not deleted: Etsy lists these, too."""
        request = Request("GET", f"/shops/{shop_id}/shipping-profiles", "list the shipping profiles")
        found = self._wire.send(request, models.results)
        return [models.shipping_profile(one) for one in found if not one.get("is_deleted")]

    def return_policies(self, shop_id: int) -> list[Named]:
        return self._list(f"/shops/{shop_id}/policies/return", "list the return policies", models.return_policy)

    def readiness_states(self, shop_id: int) -> list[Named]:
        path = f"/shops/{shop_id}/readiness-state-definitions"
        return self._list(path, "list the processing profiles", models.readiness)

    def production_partners(self, shop_id: int) -> list[Named]:
        path = f"/shops/{shop_id}/production-partners"
        return self._list(path, "list the production partners", models.partner)

    def taxonomy(self) -> list[Category]:
        request = Request("GET", "/seller-taxonomy/nodes", "list the categories", signed=False)
        return self._wire.send(request, models.categories)

    def _list(self, path: str, what: str, parse: Callable[[Any], Item]) -> list[Item]:
        request = Request("GET", path, what)
        return self._wire.send(request, lambda document: [parse(one) for one in models.results(document)])

    # -- listings -------------------------------------------------------------------------------------------------

    def create_draft(self, shop_id: int, fields: Mapping[str, Value]) -> Listing:
        """Sent once. Raises `EtsyUnknown` when it may have been made."""
        path = f"/shops/{shop_id}/listings"
        return self._wire.send(
            Request("POST", path, "make a draft", repeatable=False, form=form(fields)), models.listing
        )

    def update_listing(self, shop_id: int, listing_id: int, fields: Mapping[str, Value]) -> Listing:
        """Change these fields. ``image_ids`` is the full ordered list; price and quantity go through the inventory."""
        path = f"/shops/{shop_id}/listings/{listing_id}"
        return self._wire.send(Request("PATCH", path, "change a listing", form=form(fields)), models.listing)

    def listing(self, listing_id: int) -> Listing:
        """With its images. Raises `EtsyNotFound`."""
        request = Request("GET", f"/listings/{listing_id}", "show a listing", query={"includes": "Images"})
        return self._wire.send(request, models.listing)

    def listings(self, shop_id: int, state: str = "draft") -> Iterator[Listing]:
        """All of that state. Without a state Etsy answers active ones only, and drafts stay hidden."""
        seen: set[int] = set()
        for offset in range(0, MOST_OFFSET + 1, PAGE):
            query = form({"state": state, "limit": PAGE, "offset": offset})
            request = Request("GET", f"/shops/{shop_id}/listings", f"list the {state} listings", query=query)
            page = self._wire.send(request, models.page)
            yield from (one for one in page.listings if one.id not in seen)
            seen |= {one.id for one in page.listings}
            if len(page.listings) < PAGE or offset + PAGE >= page.count:
                return

    def delete_listing(self, listing_id: int) -> None:
        request = Request("DELETE", f"/listings/{listing_id}", "delete a listing")
        self._wire.send(request, lambda document: None)

    # -- pictures and files ---------------------------------------------------------------------------------------

    def upload_image(
        self, shop_id: int, listing_id: int, data: bytes, *, name: str, content_type: str, rank: int, alt_text: str = ""
    ) -> ListingImage:
        """Put a picture at ``rank``, in place of what is there: sent twice, it is there once, under its last id."""
        fields: dict[str, Value] = {"rank": rank, "overwrite": True, "alt_text": alt_text or None}
        path = f"/shops/{shop_id}/listings/{listing_id}/images"
        request = Request(
            "POST", path, f"take picture {rank}", form=form(fields), files={"image": (name, data, content_type)}
        )
        return self._wire.send(request, models.image)

    def images(self, listing_id: int) -> tuple[ListingImage, ...]:
        return self._wire.send(Request("GET", f"/listings/{listing_id}/images", "list pictures"), models.images)

    def delete_image(self, shop_id: int, listing_id: int, image_id: int) -> None:
        path = f"/shops/{shop_id}/listings/{listing_id}/images/{image_id}"
        self._wire.send(Request("DELETE", path, "remove a picture"), lambda document: None)

    def upload_file(self, shop_id: int, listing_id: int, data: bytes, *, name: str, rank: int = 1) -> ListingFile:
        """Add a digital file. Sent once: a second time there would be two. Raises `EtsyUnknown`."""
        path = f"/shops/{shop_id}/listings/{listing_id}/files"
        fields = form({"name": name, "rank": rank})
        files = {"file": (name, data, "application/octet-stream")}
        request = Request("POST", path, "take the digital file", repeatable=False, form=fields, files=files)
        return self._wire.send(request, models.file)

    def files(self, shop_id: int, listing_id: int) -> tuple[ListingFile, ...]:
        path = f"/shops/{shop_id}/listings/{listing_id}/files"
        return self._wire.send(Request("GET", path, "list digital files"), models.files)

    def delete_file(self, shop_id: int, listing_id: int, file_id: int) -> None:
        path = f"/shops/{shop_id}/listings/{listing_id}/files/{file_id}"
        self._wire.send(Request("DELETE", path, "remove a digital file"), lambda document: None)

    # -- inventory ------------------------------------------------------------------------------------------------

    def inventory(self, listing_id: int) -> dict[str, Any]:
        """In the shape that `put_inventory` takes."""
        request = Request("GET", f"/listings/{listing_id}/inventory", "show the inventory")
        return self._wire.send(request, inventory.for_put)

    def put_inventory(self, listing_id: int, document: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any]:
        """Replace all products by those of ``document``."""
        path = f"/listings/{listing_id}/inventory"
        request = Request("PUT", path, "change price, quantity or SKU", document=document)
        return self._wire.send(request, inventory.for_put)
