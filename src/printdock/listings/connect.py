"""The last step of connecting: which shop at Etsy the seller has."""

from __future__ import annotations

from printdock.errors import EtsyRefused
from printdock.listings import connection
from printdock.listings.connection import EtsyConnection
from printdock.listings.desk import Desk


def note_own_shop(desk: Desk) -> EtsyConnection:
    """Ask Etsy for the seller's shop, and write it down. Safe to run again. Raises `EtsyRefused` where there is none."""
    me = desk.etsy.me()
    if not me.shop_id:
        raise EtsyRefused("This Etsy account has no shop.", code="etsy_no_shop", remedy="Open one at Etsy first.")
    etsy_shop = desk.etsy.shop(me.shop_id)
    with desk.database.write() as tables:
        connection.note_shop(tables, desk.shop, etsy_shop)
        return connection.get_connection(tables, desk.shop)
