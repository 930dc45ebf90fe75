"""Where one shop's listings are worked at: its parts, and how patient it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from printdock.db.engine import Database
from printdock.designs.lease import Clock, new_owner
from printdock.errors import Cancelled
from printdock.etsy.client import Etsy
from printdock.listings.connection import EtsyConnection
from printdock.shops.queries import Shop
from printdock.storage.base import Storage


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to look before believing that something is not there, or not right yet.

    ``looks_s``: waits before each look for a draft that may have been made, a bit over a minute in all. How soon a new
    draft shows up in Etsy's lists is written nowhere.
    ``read_back_s``: waits before each look whether the pictures stand in order; Etsy sorts them within minutes.
    """

    looks_s: tuple[float, ...] = (1.0, 4.0, 10.0, 20.0, 30.0)
    read_back_s: tuple[float, ...] = (0.0, 2.0, 5.0, 10.0, 20.0, 30.0)
    #: Etsy's clock and this one may differ so much.
    skew: timedelta = timedelta(minutes=10)
    #: How often one draft is sent at most in one run.
    sends: int = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that work on listings. Safe from many threads."""

    shop: Shop
    connected: EtsyConnection
    database: Database
    storage: Storage
    etsy: Etsy
    clock: Clock
    stop: threading.Event
    patience: Patience = Patience()
    owner: str = field(default_factory=new_owner)

    def wait(self, seconds: float) -> None:
        """Wait. Raises `Cancelled` when the work is to stop."""
        if self.stop.wait(seconds):
            raise Cancelled(
                "Stopped while waiting for Etsy.", remedy="What was begun is looked up and finished next time."
            )
