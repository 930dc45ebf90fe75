"""What the stand-in knows: its app, its sellers with their shops, and what they have listed."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

CURRENCY = "USD"

#: (id, name, parent): a sprig of the seller taxonomy. A node without children is a leaf.
TAXONOMY = (
    (1, "Accessories", None),
    (66, "Art & Collectibles", None),
    (118, "Prints", 66),
    (119, "Digital Prints", 118),
    (120, "Giclée", 118),
    (562, "Craft Supplies & Tools", None),
    (6844, "Patterns & How To", 562),
    (6648, "Home & Living", None),
    (1060, "Kitchen & Dining", 6648),
    (1061, "Drink & Barware", 1060),
    (1071, "Tumblers & Water Glasses", 1061),
    (1062, "Mugs", 1061),
    (482, "Shirts & Tees", 1),
    (499, "T-shirts", 482),
)


class Clock:
    """Seconds since the epoch; can be set forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def forward(self, seconds: float) -> None:
        self._ahead += seconds


@dataclass
class Image:
    """An uploaded picture of a shop."""

    id: int
    shop_id: int
    sha256: str
    size: int
    name: str
    alt: str
    at: float


@dataclass
class Placed:
    """An image on a listing."""

    image: int
    rank: int


@dataclass
class File:
    """A digital file of a listing."""

    id: int
    name: str
    sha256: str
    size: int
    rank: int
    at: float


@dataclass
class Listing:
    """A listing. ``fields``: as sent, by their names, in their types."""

    id: int
    shop_id: int
    fields: dict[str, Any]
    created: float
    updated: float
    state: str = "draft"
    visible_from: float = 0.0
    images: list[Placed] = field(default_factory=list)
    ordered: bool = True
    uploaded_at: float = 0.0
    files: list[File] = field(default_factory=list)
    inventory: list[dict[str, Any]] = field(default_factory=list)
    listing_type: str = "physical"


@dataclass
class Shop:
    """A seller's shop with what Shop Manager knows of it."""

    id: int
    user_id: int
    name: str
    currency: str = CURRENCY
    sections: dict[int, str] = field(default_factory=dict)
    shipping: dict[int, dict[str, Any]] = field(default_factory=dict)
    returns: dict[int, dict[str, Any]] = field(default_factory=dict)
    readiness: dict[int, dict[str, Any]] = field(default_factory=dict)
    partners: dict[int, dict[str, Any]] = field(default_factory=dict)


class World:
    """Everything there is. Handlers run one at a time, under ``lock``."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.keystring = "ks" + secrets.token_hex(11)
        self.shared_secret = "sh" + secrets.token_hex(5)
        self.redirects = {"http://localhost:8517/callback"}
        self.shops: dict[int, Shop] = {}
        self.listings: dict[int, Listing] = {}
        self.images: dict[int, Image] = {}
        #: Seconds for which the order of freshly uploaded images is reported wrongly.
        self.settle_s = 0.0
        self._ids = count(1_700_000_001)
        self._readiness_ids = count(1_400_000_000_001)  # past 32 bits, as Etsy's are

    def new_id(self) -> int:
        return next(self._ids)

    def add_shop(self, name: str = "RosePrints") -> Shop:
        """A seller with a shop that has one of everything."""
        with self.lock:
            shop = Shop(id=self.new_id(), user_id=self.new_id(), name=name)
            self.shops[shop.id] = shop
            for title in ("Cup wraps", "Posters"):
                shop.sections[self.new_id()] = title
            self.add_shipping(shop, "Standard", "manual")
            self.add_shipping(shop, "By weight", "calculated")
            self.add_shipping(shop, "Old one", "manual", deleted=True)
            shop.returns[self.new_id()] = {
                "accepts_returns": False,
                "accepts_exchanges": False,
                "return_deadline": None,
            }
            shop.returns[self.new_id()] = {"accepts_returns": True, "accepts_exchanges": True, "return_deadline": 30}
            self.add_readiness(shop, "ready_to_ship", 1, 2)
            self.add_readiness(shop, "made_to_order", 3, 5)
            shop.partners[self.new_id()] = {"partner_name": "Print House", "location": "Austin, United States"}
            return shop

    def add_shipping(self, shop: Shop, title: str, kind: str, *, deleted: bool = False) -> int:
        key = self.new_id()
        shop.shipping[key] = {
            "title": title, "profile_type": kind, "is_deleted": deleted, "origin_country_iso": "US",
            "min_processing_days": 1, "max_processing_days": 3,
        }  # fmt: skip
        return key

    def add_readiness(self, shop: Shop, state: str, least: int, most: int) -> int:
        key = next(self._readiness_ids)
        shop.readiness[key] = {
            "readiness_state": state, "min_processing_days": least, "max_processing_days": most,
            "processing_days_display_label": f"{least}-{most} days",
        }  # fmt: skip
        return key

    def shop_of(self, user_id: int) -> Shop:
        return next(shop for shop in self.shops.values() if shop.user_id == user_id)

    def drafts(self, shop: Shop) -> list[Listing]:
        """The shop's drafts, oldest first, whether lists show them yet or not."""
        with self.lock:
            return [one for one in self.listings.values() if one.shop_id == shop.id and one.state == "draft"]
