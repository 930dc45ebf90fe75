"""A shop's connection to Etsy: made with the seller's consent, shown, ended."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from printdock.db.engine import Database
from printdock.db.etsy_tables import etsy_connections, etsy_consents
from printdock.db.inserting import added
from printdock.errors import EtsyReconnect, UsageError
from printdock.etsy.answers import RECONNECT
from printdock.etsy.app import SCOPES, App
from printdock.etsy.auth import Consent, TokenPair, code_in, exchange, new_consent, state_in
from printdock.etsy.models import EtsyShop
from printdock.listings.vault import seal, unseal
from printdock.shops.queries import Shop

#: How long a question waits for the seller's answer. Etsy's codes live for minutes.
CONSENT_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class EtsyConnection:
    """A shop at Etsy that this shop may work in. ``broken``: why it may no longer; None while all is well."""

    etsy_user_id: int
    etsy_shop_id: int
    name: str
    currency: str
    scopes: tuple[str, ...]
    broken: str | None
    connected_at: datetime
    refreshed_at: datetime | None

    @property
    def whole(self) -> bool:
        """Whether it is known which shop at Etsy it is: not where connecting was cut off between its two steps."""
        return self.etsy_shop_id != 0

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """What printdock asks for today, and the seller has not allowed: connections keep what they were made with."""
        return tuple(one for one in SCOPES if one not in self.scopes)

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "etsy_shop": self.name,
            "etsy_shop_id": self.etsy_shop_id,
            "currency": self.currency,
            "scopes": list(self.scopes),
            "broken": self.broken,
            "connected_at": self.connected_at.isoformat(),
            "refreshed_at": self.refreshed_at.isoformat() if self.refreshed_at else None,
        }


def find_connection(connection: Connection, shop: Shop) -> EtsyConnection | None:
    """The shop's connection, or None where there is none."""
    found = select(etsy_connections).where(etsy_connections.c.shop_id == shop.id)
    row = connection.execute(found).one_or_none()
    return None if row is None else _connection(row)


def get_connection(connection: Connection, shop: Shop) -> EtsyConnection:
    """The shop's connection, in working order. Raises `EtsyReconnect`."""
    found = find_connection(connection, shop)
    if found is None:
        raise EtsyReconnect(
            f"The shop {shop.name} is not connected to Etsy.", code="etsy_not_connected", remedy=RECONNECT
        )
    if found.broken:
        raise EtsyReconnect(f"The connection of the shop {shop.name} has ended: {found.broken}", remedy=RECONNECT)
    return found


def _connection(row: Row[Any]) -> EtsyConnection:
    return EtsyConnection(
        row.etsy_user_id, row.etsy_shop_id, row.name, row.currency, tuple(row.scopes.split()), row.broken,
        row.connected_at, row.refreshed_at,
    )  # fmt: skip


def begin(
    database: Database,
    shop: Shop,
    app: App,
    redirect: str,
    fernet: Fernet,
    now: datetime,
    *,
    asked_by: str | None = None,
) -> str:
    """A new question for the seller, kept until it is answered: the address for the browser.

    ``asked_by``: who alone may bring the answer; anybody who has the address where it is None.
    """
    consent = new_consent(redirect)
    sealed = seal(fernet, {"state": consent.state, "verifier": consent.verifier, "redirect": redirect})
    with database.write() as connection:
        connection.execute(delete(etsy_consents).where(etsy_consents.c.created_at < now - CONSENT_LIFE))
        row = {"state": _digest(consent.state), "shop_id": shop.id, "sealed": sealed, "created_at": now}
        row["asked_by"] = asked_by
        connection.execute(insert(etsy_consents).values(**row))
    return consent.url(app)


def finish(
    database: Database,
    shop: Shop,
    app: App,
    address: str,
    fernet: Fernet,
    now: datetime,
    *,
    asked_by: str | None = None,
) -> int:
    """Take the address the seller landed on, and keep the tokens it leads to; answers the seller's id at Etsy.

    `note_shop` says afterwards whose they are. ``asked_by``: who brings it. Raises `UsageError` where the address answers
    no open question of this shop and person, or belongs to another seller than before, `EtsyReconnect` where the seller
    said no.
    """
    consent = _take(database, shop, state_in(address), asked_by, fernet, now)
    pair = exchange(app, consent, code_in(consent, address), now)
    user = int(pair.access.split(".", 1)[0])
    with database.write() as connection:
        _keep(connection, shop, _values(user, consent, pair, fernet, now))
    return user


def _take(database: Database, shop: Shop, state: str, asked_by: str | None, fernet: Fernet, now: datetime) -> Consent:
    """The open question with this state; it is good once, whatever becomes of it."""
    askers = etsy_consents.c.asked_by
    with database.write() as connection:
        taken = (
            delete(etsy_consents)
            .where(
                etsy_consents.c.state == _digest(state),
                etsy_consents.c.shop_id == shop.id,
                etsy_consents.c.created_at >= now - CONSENT_LIFE,
                or_(askers.is_(None), askers == asked_by),
            )
            .returning(etsy_consents.c.sealed)
        )
        sealed = connection.execute(taken).scalar_one_or_none()
    if sealed is None:
        raise UsageError(
            "This address answers no open question: it was used before, is over an hour old, or is another shop's or "
            "person's.",
            code="etsy_wrong_state",
            remedy="Begin again: `printdock etsy connect`.",
        )
    values = unseal(fernet, sealed)
    return Consent(values["state"], values["verifier"], values["redirect"])


def _values(user: int, consent: Consent, pair: TokenPair, fernet: Fernet, now: datetime) -> dict[str, Any]:
    return {
        "etsy_user_id": user,
        "scopes": " ".join(consent.scopes),
        "tokens": sealed_pair(fernet, pair),
        "expires_at": pair.expires_at,
        "broken": None,
        "refresher": None,
        "refresh_until": None,
        "connected_at": now,
        "refreshed_at": None,
    }


def _keep(connection: Connection, shop: Shop, values: dict[str, Any]) -> None:
    """The shop's first connection, or that of the same seller anew. Raises `UsageError` where it is another seller's."""
    before = find_connection(connection, shop)
    if before is None:
        fresh = {"shop_id": shop.id, "etsy_shop_id": 0, "name": "", "currency": ""}
        if added(connection, etsy_connections, fresh | values) is not None:
            return
        before = find_connection(connection, shop)  # another consent of the shop was first, in this moment
    if before is not None and before.etsy_user_id != values["etsy_user_id"]:
        raise UsageError(
            f"The shop {shop.name} is connected to {before.name or 'another seller'} at Etsy, and you signed in as "
            "somebody else.",
            code="etsy_other_seller",
            remedy="Sign in at Etsy as that seller, or `printdock etsy disconnect` first.",
        )
    connection.execute(update(etsy_connections).where(etsy_connections.c.shop_id == shop.id).values(**values))


def note_shop(connection: Connection, shop: Shop, etsy_shop: EtsyShop) -> None:
    """Write down which shop at Etsy it is."""
    values = {"etsy_shop_id": etsy_shop.id, "name": etsy_shop.name[:200], "currency": etsy_shop.currency}
    connection.execute(update(etsy_connections).where(etsy_connections.c.shop_id == shop.id).values(**values))


def disconnect(connection: Connection, shop: Shop) -> bool:
    """Forget the tokens; answers whether there were any. What was made at Etsy stays, and stays known."""
    gone = delete(etsy_connections).where(etsy_connections.c.shop_id == shop.id)
    connection.execute(delete(etsy_consents).where(etsy_consents.c.shop_id == shop.id))
    return connection.execute(gone).rowcount > 0


def sealed_pair(fernet: Fernet, pair: TokenPair) -> bytes:
    """Tokens as rows keep them."""
    return seal(fernet, {"access": pair.access, "refresh": pair.refresh})


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode("utf-8", "surrogateescape")).digest()
