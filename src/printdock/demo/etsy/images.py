"""Images and digital files of a listing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from printdock.demo.etsy.bodies import Part
from printdock.demo.etsy.rules import refuse
from printdock.demo.etsy.world import File, Image, Listing, Placed, World

if TYPE_CHECKING:
    from printdock.demo.etsy.routes import Call

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
MOST_IMAGES = 20
MOST_FILES, FILE_BYTES = 5, 20 * 1024 * 1024


def upload_image(call: Call) -> tuple[int, Any]:
    listing = call.own_listing()
    world, fields = call.world, call.body.fields
    rank = int(fields.get("rank") or 1)
    overwrite = fields.get("overwrite", "").lower() in ("true", "1")
    alt = fields.get("alt_text", "")
    if len(alt) > 500:
        raise refuse("alt_long")
    image = _known_image(call, listing) or _new_image(world, listing, call.body.files.get("image"), alt)
    kept = [placed for placed in listing.images if not (overwrite and placed.rank == rank)]
    if len(kept) >= MOST_IMAGES:
        raise refuse("images_many")
    listing.images = [*kept, Placed(image.id, rank)]
    listing.ordered, listing.uploaded_at = False, world.clock()
    world.images[image.id] = image
    return 201, image_shown(world, listing, image, rank)


def _known_image(call: Call, listing: Listing) -> Image | None:
    given = call.body.fields.get("listing_image_id")
    if not given:
        return None
    found = call.world.images.get(int(given))
    if found is None or found.shop_id != listing.shop_id:
        raise refuse("images_unknown")
    return found


def _new_image(world: World, listing: Listing, part: Part | None, alt: str) -> Image:
    if part is None or not part.name or not part.content_type or not part.data:
        raise refuse("image_missing")
    if not part.data.startswith(_MAGIC):
        raise refuse("image_unreadable")
    digest = hashlib.sha256(part.data).hexdigest()
    return Image(world.new_id(), listing.shop_id, digest, len(part.data), part.name, alt, world.clock())


def place_images(world: World, listing: Listing, ids: list[str]) -> None:
    """Exactly these images in this order."""
    listing.images = [Placed(int(key), rank) for rank, key in enumerate(ids, 1)]
    listing.ordered = True


def in_order(world: World, listing: Listing) -> list[Placed]:
    """As lists show them: in disorder while a burst of uploads settles."""
    if not listing.ordered and world.clock() < listing.uploaded_at + world.settle_s:
        return list(reversed(listing.images))
    return sorted(listing.images, key=lambda placed: placed.rank)


def images_shown(world: World, listing: Listing) -> list[dict[str, Any]]:
    return [image_shown(world, listing, world.images[placed.image], placed.rank) for placed in in_order(world, listing)]


def image_shown(world: World, listing: Listing, image: Image, rank: int) -> dict[str, Any]:
    """Colours and size come later."""
    seen = world.clock() > image.at + 5.0
    return {
        "listing_id": listing.id, "listing_image_id": image.id, "rank": rank, "alt_text": image.alt or None,
        "hex_code": "A0B0C0" if seen else None, "red": 160 if seen else None, "green": 176 if seen else None,
        "blue": 192 if seen else None, "full_width": 2000 if seen else None, "full_height": 2000 if seen else None,
        "url_fullxfull": f"https://i.etsystatic.com/il_fullxfull.{image.id}.jpg", "created_timestamp": int(image.at),
    }  # fmt: skip


def list_images(call: Call) -> tuple[int, Any]:
    listing = call.world.listings.get(call.number("listing"))
    if listing is None:
        raise refuse("not_found")
    found = images_shown(call.world, listing)
    return 200, {"count": len(found), "results": found}


def delete_image(call: Call) -> tuple[int, Any]:
    listing, key = call.own_listing(), call.number("image")
    if key not in {placed.image for placed in listing.images}:
        raise refuse("not_found")
    if len(listing.images) == 1:
        raise refuse("image_last")
    listing.images = [placed for placed in listing.images if placed.image != key]
    return 204, None


def upload_file(call: Call) -> tuple[int, Any]:
    listing, part = call.own_listing(), call.body.files.get("file")
    name = call.body.fields.get("name", "")
    if part is None or not part.data or not name:
        raise refuse("file_missing")
    if len(name) > 70:
        raise refuse("file_name_long")
    if len(part.data) > FILE_BYTES:
        raise refuse("file_big")
    if len(listing.files) >= MOST_FILES:
        raise refuse("files_many")
    digest = hashlib.sha256(part.data).hexdigest()
    rank = int(call.body.fields.get("rank") or len(listing.files) + 1)
    made = File(call.world.new_id(), name, digest, len(part.data), rank, call.world.clock())
    listing.files.append(made)
    if listing.listing_type == "physical":
        listing.listing_type = "download"
        listing.fields["type"] = "download"
        listing.fields.pop("shipping_profile_id", None)
        listing.inventory = listing.inventory[:1]
    return 201, _file_shown(listing, made)


def list_files(call: Call) -> tuple[int, Any]:
    listing = call.own_listing()
    found = [_file_shown(listing, one) for one in listing.files]
    return 200, {"count": len(found), "results": found}


def delete_file(call: Call) -> tuple[int, Any]:
    listing, key = call.own_listing(), call.number("file")
    if key not in {one.id for one in listing.files}:
        raise refuse("not_found")
    listing.files = [one for one in listing.files if one.id != key]
    if not listing.files:
        listing.listing_type = listing.fields["type"] = "physical"
    return 204, None


def _file_shown(listing: Listing, file: File) -> dict[str, Any]:
    return {
        "listing_file_id": file.id, "listing_id": listing.id, "rank": file.rank, "filename": file.name,
        "filesize": f"{file.size / 1e6:.1f} MB", "size_bytes": file.size, "filetype": "application/octet-stream",
        "create_timestamp": int(file.at),
    }  # fmt: skip
