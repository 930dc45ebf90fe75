"""The tokens of a shop, kept in the database: one refresh at a time over all processes, stored before it is used.

Every refresh ends the refresh token that it used. Two at once would end each other's, so whoever refreshes holds a
lease in the shop's row; the others wait for it and then read what it stored.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Connection, select, update

from printdock.db.engine import Database
from printdock.db.etsy_tables import etsy_connections
from printdock.designs.lease import Clock, is_dead, new_owner
from printdock.errors import Cancelled, EtsyReconnect, EtsyUnavailable
from printdock.etsy.app import App
from printdock.etsy.auth import TokenPair, refresh
from printdock.listings.connection import get_connection, sealed_pair
from printdock.listings.vault import unseal
from printdock.shops.queries import Shop

#: A token is renewed so long before it ends, and a refresh may take so long (twice the time-out of the call).
EARLY, LEASE = timedelta(seconds=90), timedelta(seconds=90)

#: Seconds between looks while another one refreshes.
LOOK_S = 0.05

Refresh = Callable[[App, str, datetime], TokenPair]


@dataclass(frozen=True, slots=True)
class _Held:
    """The tokens of the row; ``mine``: this one is to refresh them."""

    pair: TokenPair
    mine: bool


class DatabaseTokens:
    """`etsy.wire.Tokens` of one shop. Safe from many threads, and beside other processes."""

    def __init__(
        self,
        database: Database,
        shop: Shop,
        app: App,
        fernet: Fernet,
        clock: Clock,
        stop: threading.Event,
        refresh_pair: Refresh = refresh,
    ) -> None:
        self._database, self._shop, self._app, self._fernet = database, shop, app, fernet
        self._clock, self._stop, self._refresh_pair = clock, stop, refresh_pair
        self._owner = new_owner()
        self._lock = threading.Lock()
        self._pair: TokenPair | None = None

    def access(self) -> str:
        """A token that is good for a while. Raises `EtsyReconnect`, `EtsyUnavailable`, `Cancelled`."""
        with self._lock:
            if self._pair is None or self._ends_soon(self._pair):
                self._pair = self._good(refused="")
            return self._pair.access

    def renewed(self, refused: str) -> str:
        """Another token than ``refused``."""
        with self._lock:
            if self._pair is None or self._pair.access == refused or self._ends_soon(self._pair):
                self._pair = self._good(refused)
            return self._pair.access

    def _ends_soon(self, pair: TokenPair) -> bool:
        return pair.expires_at - EARLY <= self._clock()

    def _good(self, refused: str) -> TokenPair:
        """The row's tokens, refreshed by this process or another where they do not do."""
        deadline = time.monotonic() + 2 * LEASE.total_seconds()
        while True:
            held = self._look(refused)
            if held.mine:
                return self._refreshed(held.pair)
            if held.pair.access != refused and not self._ends_soon(held.pair):
                return held.pair
            if time.monotonic() > deadline:
                raise EtsyUnavailable("Another process has been renewing the connection for too long.")
            if self._stop.wait(LOOK_S):
                raise Cancelled("Stopped while the connection to Etsy was renewed.")

    def _look(self, refused: str) -> _Held:
        """Read the tokens; where they do not do and nobody refreshes them, take that on."""
        now = self._clock()
        with self._database.write() as connection:
            get_connection(connection, self._shop)
            row = connection.execute(
                select(etsy_connections).where(etsy_connections.c.shop_id == self._shop.id).with_for_update()
            ).one()
            values = unseal(self._fernet, row.tokens)
            pair = TokenPair(values["access"], values["refresh"], row.expires_at)
            if pair.access != refused and not self._ends_soon(pair):
                return _Held(pair, mine=False)
            if row.refresher is not None and not is_dead(row.refresher, row.refresh_until, now):
                return _Held(pair, mine=False)
            self._update(connection, refresher=self._owner, refresh_until=now + LEASE)
            return _Held(pair, mine=True)

    def _refreshed(self, old: TokenPair) -> TokenPair:
        try:
            pair = self._refresh_pair(self._app, old.refresh, self._clock())
        except EtsyReconnect as error:
            self._give_back(broken=error.message[:2000])
            raise
        except BaseException:
            self._give_back()
            raise
        with self._database.write() as connection:
            self._update(
                connection,
                tokens=sealed_pair(self._fernet, pair),
                expires_at=pair.expires_at,
                refreshed_at=self._clock(),
                broken=None,
                refresher=None,
                refresh_until=None,
            )
        return pair

    def _give_back(self, broken: str | None = None) -> None:
        """Refresh no longer; nothing changes where another one has taken it on since."""
        row = etsy_connections.c
        mine = update(etsy_connections).where(row.shop_id == self._shop.id, row.refresher == self._owner)
        with self._database.write() as connection:
            connection.execute(mine.values(refresher=None, refresh_until=None, broken=broken))

    def _update(self, connection: Connection, **values: Any) -> None:
        connection.execute(update(etsy_connections).where(etsy_connections.c.shop_id == self._shop.id).values(**values))
