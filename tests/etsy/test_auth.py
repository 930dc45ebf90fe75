"""Signing in: PKCE, the address one lands on, the page on this machine."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from printdock.demo.etsy import FakeEtsy, Fault
from printdock.errors import EtsyReconnect, EtsyUnavailable, UsageError
from printdock.etsy.app import App
from printdock.etsy.auth import Consent, code_in, exchange, new_consent, refresh, state_in
from printdock.etsy.callback import Callback
from tests.etsy.conftest import REDIRECT

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def app(fake: FakeEtsy) -> App:
    return App(fake.world.keystring, fake.world.shared_secret, fake.api, fake.api)


def _land(app: App, consent: Consent) -> str:
    return httpx.get(consent.url(app)).headers["location"]


def test_consent_then_tokens_then_rotated_ones(app: App) -> None:
    consent = new_consent(REDIRECT)
    address = _land(app, consent)
    assert state_in(address) == consent.state
    pair = exchange(app, consent, code_in(consent, address), NOW)
    assert pair.expires_at == NOW + timedelta(hours=1) and pair.access.split(".")[0].isdigit()
    renewed = refresh(app, pair.refresh, NOW)
    assert renewed.refresh != pair.refresh
    with pytest.raises(EtsyReconnect, match="password"):
        refresh(app, pair.refresh, NOW)


def test_only_the_query_may_be_pasted(app: App) -> None:
    consent = new_consent(REDIRECT)
    query = _land(app, consent).split("?")[1]
    assert code_in(consent, f"  ?{query}\n")


def test_the_answer_to_another_question_is_refused(app: App) -> None:
    address = _land(app, new_consent(REDIRECT))
    with pytest.raises(UsageError, match="does not belong"):
        code_in(new_consent(REDIRECT), address)
    consent = new_consent(REDIRECT)
    with pytest.raises(UsageError, match="no code"):
        code_in(consent, f"{REDIRECT}?state={consent.state}")


def test_a_seller_may_say_no(app: App, fake: FakeEtsy) -> None:
    fake.denies = True
    consent = new_consent(REDIRECT)
    with pytest.raises(EtsyReconnect, match="denied"):
        code_in(consent, _land(app, consent))


def test_a_code_is_good_once(app: App) -> None:
    consent = new_consent(REDIRECT)
    code = code_in(consent, _land(app, consent))
    exchange(app, consent, code, NOW)
    with pytest.raises(EtsyReconnect):
        exchange(app, consent, code, NOW)


@pytest.mark.parametrize("fault", [Fault.COMMIT_THEN_DROP, Fault.ERROR_500, Fault.COMMIT_THEN_GARBLED])
def test_a_lost_answer_says_that_etsy_is_away(fault: Fault, app: App, fake: FakeEtsy) -> None:
    consent = new_consent(REDIRECT)
    pair = exchange(app, consent, code_in(consent, _land(app, consent)), NOW)
    fake.faults.plan(fault, "token")
    with pytest.raises(EtsyUnavailable) as raised:
        refresh(app, pair.refresh, NOW)
    assert pair.refresh not in repr(raised.value) and raised.value.__cause__ is None


def test_tokens_are_in_no_repr(app: App) -> None:
    consent = new_consent(REDIRECT)
    pair = exchange(app, consent, code_in(consent, _land(app, consent)), NOW)
    shown = f"{pair!r}{consent!r}{app!r}"
    assert not any(secret in shown for secret in (pair.access, pair.refresh, consent.verifier, consent.state))


def test_the_page_on_this_machine_catches_the_address(app: App, fake: FakeEtsy) -> None:
    with pytest.raises(UsageError, match="--paste"):
        Callback("https://shop.example/callback")
    callback = Callback("http://localhost:0/callback")
    port = callback._server.server_address[1]
    redirect = f"http://localhost:{port}/callback"
    fake.world.redirects.add(redirect)
    consent = new_consent(redirect)
    with pytest.raises(UsageError, match="--paste"):
        Callback(redirect)  # the port is taken
    assert httpx.get(f"http://127.0.0.1:{port}/favicon.ico").status_code == 404
    browser = threading.Thread(target=lambda: httpx.get(_land(app, consent).replace("localhost", "127.0.0.1")))
    browser.start()
    address = callback.wait(10)
    browser.join()
    callback.close()
    assert address is not None and exchange(app, consent, code_in(consent, address), NOW)
