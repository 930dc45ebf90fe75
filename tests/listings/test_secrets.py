"""No token and no secret in any log, error, repr, answer or file, whatever went wrong on the way."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from printdock.demo.etsy import Fault
from printdock.errors import PrintdockError
from printdock.etsy.auth import TokenPair
from printdock.etsy.models import EtsyShop
from printdock.listings import connection
from printdock.listings import tokens as tokens_module
from printdock.listings.batch import Options, make_drafts
from printdock.listings.work import make_draft
from tests.listings.conftest import Studio, utc_now


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'printdock.db'}"


def test_secrets_stay_secret(
    studio: Studio, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    secret: set[str] = {studio.etsy.world.shared_secret}
    said: list[str] = []
    real = tokens_module.refresh

    def noting(*arguments: object) -> TokenPair:
        pair = real(*arguments)
        secret.update((pair.access, pair.refresh, repr(pair)[:0]))
        return pair

    monkeypatch.setattr(tokens_module, "refresh", noting)
    address = studio.begin()
    secret.add(address.split("code=")[1].split("&")[0])
    caplog.clear()  # the browser's own request: that was the test
    connection.finish(studio.database, studio.shop, studio.app, address, studio.secret.fernet("etsy"), utc_now())
    with studio.database.write() as tables:
        connection.note_shop(tables, studio.shop, EtsyShop(studio.at_etsy.id, "RosePrints", "USD", ""))
    stored = studio.stock(2)
    with studio.desk() as desk:
        desk.etsy._wire._tokens._refresh_pair = noting
        secret.add(desk.etsy._wire._tokens.access())
        keys = studio.enter(desk, stored)
        studio.etsy.tokens.expire()  # renewed in the middle
        studio.etsy.faults.at_rates({Fault.COMMIT_THEN_DROP: 0.2, Fault.HTML_502: 0.2, Fault.ERROR_500: 0.1}, seed=1)
        said += map(str, make_drafts(desk, keys, Options(workers=2, wait_s=0.01), lambda entry: None))
        studio.etsy.faults.clear()
        studio.etsy.tokens.forget(studio.at_etsy.user_id)
        studio.template(tags=["rose"])
        for key in keys:
            with pytest.raises(PrintdockError) as raised:
                make_draft(desk, key)
            said += [str(raised.value), repr(raised.value), repr(vars(raised.value)), repr(desk), repr(studio.app)]
    assert len(secret) >= 5
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "secret"]
    assert any(path.name == "printdock.db" for path in files)
    for one in secret - {""}:
        assert one not in caplog.text
        assert not [sentence for sentence in said if one in sentence]
        assert not [path for path in files if one.encode() in path.read_bytes()]
