"""Connecting a shop, and keeping its tokens: sealed, stored before they are used, refreshed by one at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from printdock.accounts.secret import ServerSecret
from printdock.db.engine import Database
from printdock.db.etsy_tables import etsy_connections, etsy_consents
from printdock.demo.etsy import Fault
from printdock.errors import Cancelled, EtsyReconnect, EtsyUnavailable, UsageError
from printdock.etsy.app import App
from printdock.etsy.auth import TokenPair, refresh
from printdock.listings import connection
from printdock.listings.tokens import DatabaseTokens
from printdock.listings.vault import unseal
from printdock.shops.queries import ensure_shop
from tests.db.together import all_look_first, at_once
from tests.listings.conftest import Studio, utc_now


def _tokens(studio: Studio, **more: object) -> DatabaseTokens:
    own = Database(studio.database.url.render_as_string(hide_password=False))
    parts = (own, studio.shop, studio.app, studio.secret.fernet("etsy"), utc_now, studio.stop)
    return DatabaseTokens(*parts, **more)


def _row(studio: Studio) -> object:
    with studio.database.read() as tables:
        return tables.execute(select(etsy_connections)).one()


def _expire(studio: Studio) -> None:
    studio.etsy.tokens.expire()
    with studio.database.write() as tables:
        tables.execute(update(etsy_connections).values(expires_at=utc_now()))


def test_a_connection_is_made_and_ended(studio: Studio) -> None:
    studio.connect()
    with studio.database.write() as tables:
        found = connection.get_connection(tables, studio.shop)
        assert found.etsy_user_id == studio.at_etsy.user_id and "listings_w" in found.scopes
        assert connection.disconnect(tables, studio.shop) and not connection.disconnect(tables, studio.shop)
        with pytest.raises(EtsyReconnect, match="not connected"):
            connection.get_connection(tables, studio.shop)


def test_nothing_in_the_database_is_in_clear(studio: Studio) -> None:
    address = studio.begin()
    with studio.database.read() as tables:
        (sealed,) = tables.execute(select(etsy_consents.c.sealed)).scalars()
    verifier = unseal(studio.secret.fernet("etsy"), sealed)["verifier"]
    assert verifier.encode() not in bytes(sealed)
    connection.finish(studio.database, studio.shop, studio.app, address, studio.secret.fernet("etsy"), utc_now())
    row = _row(studio)
    access = _tokens(studio).access()
    assert access.encode() not in bytes(row.tokens) and access not in repr(row)


def test_an_address_is_good_once_and_for_its_own_shop(studio: Studio) -> None:
    fernet = studio.secret.fernet("etsy")
    with studio.database.write() as tables:
        other = ensure_shop(tables, "Other Prints", utc_now())
    address = studio.begin()
    with pytest.raises(UsageError, match="another shop"):
        connection.finish(studio.database, other, studio.app, address, fernet, utc_now())
    connection.finish(studio.database, studio.shop, studio.app, address, fernet, utc_now())
    with pytest.raises(UsageError, match="used before"):
        connection.finish(studio.database, studio.shop, studio.app, address, fernet, utc_now())
    late = studio.begin()
    with pytest.raises(UsageError, match="an hour old"):
        connection.finish(studio.database, studio.shop, studio.app, late, fernet, utc_now() + timedelta(hours=2))


def test_another_seller_does_not_slip_in(studio: Studio) -> None:
    studio.connect()
    before = _row(studio)
    studio.etsy.signed_in = studio.etsy.world.add_shop("Stranger").user_id
    with pytest.raises(UsageError, match="somebody else"):
        studio.connect()
    assert _row(studio) == before


@pytest.mark.parametrize("sellers", ["the same", "another"])
def test_two_first_consents_at_once_make_one_connection(studio: Studio, sellers: str) -> None:
    fernet = studio.secret.fernet("etsy")
    addresses = [studio.begin()]
    if sellers == "another":
        studio.etsy.signed_in = studio.etsy.world.add_shop("Stranger").user_id
    addresses.append(studio.begin())

    def finish(number: int) -> int:
        return connection.finish(studio.database, studio.shop, studio.app, addresses[number], fernet, utc_now())

    with all_look_first(studio.database, 2):
        answers = at_once(finish, 2, UsageError)
    refused = [one.code for one in answers if isinstance(one, UsageError)]
    assert refused == ([] if sellers == "the same" else ["etsy_other_seller"])
    assert _row(studio).etsy_user_id in answers, "whose consent was first"


def test_tokens_are_stored_before_they_are_used(studio: Studio) -> None:
    studio.connect()
    _expire(studio)
    access = _tokens(studio).access()
    assert unseal(studio.secret.fernet("etsy"), _row(studio).tokens)["access"] == access
    assert _tokens(studio).access() == access and studio.etsy.tokens.refreshes == 1


def test_many_at_once_refresh_once(studio: Studio) -> None:
    studio.connect()
    old = _tokens(studio).access()
    _expire(studio)
    both = threading.Barrier(6)

    def work(number: int) -> str:
        tokens = _tokens(studio)
        both.wait()
        return tokens.renewed(old) if number % 2 else tokens.access()

    with ThreadPoolExecutor(6) as pool:
        got = set(pool.map(work, range(6)))
    assert len(got) == 1 and old not in got and studio.etsy.tokens.refreshes == 1


def test_a_refresher_that_died_is_replaced_at_once(studio: Studio) -> None:
    studio.connect()
    _expire(studio)
    with studio.database.write() as tables:
        owner = "|".join(["elsewhere", "boot", "1", "1", "x"])
        tables.execute(update(etsy_connections).values(refresher=owner, refresh_until=utc_now() - timedelta(seconds=1)))
    assert _tokens(studio).access()


def test_one_waits_while_another_refreshes_and_can_be_stopped(studio: Studio) -> None:
    studio.connect()
    _expire(studio)
    with studio.database.write() as tables:
        owner = "|".join(["elsewhere", "boot", "1", "1", "x"])
        tables.execute(
            update(etsy_connections).values(refresher=owner, refresh_until=utc_now() + timedelta(seconds=60))
        )
    studio.stop.set()
    with pytest.raises(Cancelled):
        _tokens(studio).access()
    assert studio.etsy.count("token") == 1  # the consent's


def test_a_lost_answer_is_tried_again_and_then_asks_for_consent(studio: Studio) -> None:
    """Etsy has given the new pair to nobody: the old one is spent. The seller is told, and nothing retries for ever."""
    studio.connect()
    _expire(studio)
    studio.etsy.faults.plan(Fault.COMMIT_THEN_DROP, "token")
    with pytest.raises(EtsyUnavailable):
        _tokens(studio).access()
    with pytest.raises(EtsyReconnect, match="printdock etsy connect"):
        _tokens(studio).access()
    asked = studio.etsy.count("token")
    with pytest.raises(EtsyReconnect, match="has ended"):
        _tokens(studio).access()
    assert studio.etsy.count("token") == asked, "a broken connection asks no more"
    studio.connect()
    assert _tokens(studio).access()


def test_a_refresh_that_failed_is_tried_again(studio: Studio) -> None:
    studio.connect()
    _expire(studio)
    studio.etsy.faults.plan(Fault.ERROR_500, "token")
    with pytest.raises(EtsyUnavailable):
        _tokens(studio).access()
    assert _tokens(studio).access()


def test_a_changed_password_ends_the_connection(studio: Studio) -> None:
    studio.connect()
    tokens = _tokens(studio)
    studio.etsy.tokens.forget(studio.at_etsy.user_id)
    with pytest.raises(EtsyReconnect, match="password"):
        tokens.renewed(tokens.access())


def test_another_secret_does_not_open_them(studio: Studio, tmp_path: Path) -> None:
    studio.connect()
    other = replace(studio, secret=ServerSecret(tmp_path / "other"))
    with pytest.raises(EtsyReconnect, match="PRINTDOCK_SECRET"):
        _tokens(other).access()


def test_a_refresh_killed_before_it_was_stored_leaves_no_half_pair(studio: Studio) -> None:
    studio.connect()
    _expire(studio)

    def killed(app: App, token: str, now: datetime) -> TokenPair:
        refresh(app, token, now)
        raise SystemExit

    before = _row(studio).tokens
    with pytest.raises(SystemExit):
        _tokens(studio, refresh_pair=killed).access()
    assert _row(studio).tokens == before
