"""The client against the stand-in: what it sends, what it makes of answers, what it repeats and what it never does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import pytest

from printdock.demo.etsy import FakeEtsy, Fault
from printdock.errors import (
    EtsyError,
    EtsyKeyRefused,
    EtsyNotFound,
    EtsyReconnect,
    EtsyRefused,
    EtsyUnavailable,
    EtsyUnknown,
    InputRefused,
)
from printdock.etsy import inventory, wire
from printdock.etsy.answers import refused, said
from printdock.etsy.app import App
from printdock.etsy.client import Etsy
from printdock.etsy.encode import form
from printdock.etsy.pace import Allowance, TooMany, allowance_of, too_many_of
from printdock.etsy.wire import Wire
from tests.etsy.conftest import JPEG, Caller


@dataclass
class Notes:
    """A pace that lets every call through and remembers what it was told; tokens that know one refresh."""

    caller: Caller
    turns: int = 0
    allowances: list[Allowance] = field(default_factory=list)
    refusals: list[TooMany] = field(default_factory=list)
    renewals: int = 0

    def turn(self) -> None:
        self.turns += 1

    def heard(self, allowance: Allowance) -> None:
        self.allowances.append(allowance)

    def refused(self, too_many: TooMany) -> None:
        self.refusals.append(too_many)

    def access(self) -> str:
        return self.caller.token

    def renewed(self, refused: str) -> str:
        self.renewals += 1
        answer = self.caller.ask_token(grant_type="refresh_token", refresh_token=self.caller.refresh).json()
        self.caller.token, self.caller.refresh = answer["access_token"], answer["refresh_token"]
        return self.caller.token


@pytest.fixture
def notes(caller: Caller) -> Notes:
    return Notes(caller)


@pytest.fixture
def etsy(fake: FakeEtsy, notes: Notes) -> Iterator[Etsy]:
    made = Wire(_app(fake), notes, notes, timeout=httpx.Timeout(0.6), first_wait_s=0.01)
    yield Etsy(made)
    made.close()


def _app(fake: FakeEtsy, **more: str) -> App:
    return App(
        **{"keystring": fake.world.keystring, "shared_secret": fake.world.shared_secret, "api": fake.api, **more}
    )


def _fields(caller: Caller, **changes: Any) -> dict[str, Any]:
    return {
        "quantity": 5, "title": "UV 906 | Rose's Wreath", "description": "It's a wrap.", "price": Decimal("3.50"),
        "who_made": "i_did", "when_made": "made_to_order", "is_supply": False, "taxonomy_id": 1071,
        "shipping_profile_id": next(iter(caller.shop.shipping)), "tags": ["cup wrap", "uv dtf"],
        "readiness_state_id": next(iter(caller.shop.readiness)), **changes,
    }  # fmt: skip


def test_a_draft_with_pictures_file_and_sku_comes_back_as_it_was_sent(etsy: Etsy, caller: Caller) -> None:
    shop = etsy.me().shop_id
    made = etsy.create_draft(shop, _fields(caller))
    assert (made.title, made.description, made.price) == ("UV 906 | Rose's Wreath", "It's a wrap.", Decimal("3.5"))
    assert made.fields["tags"] == ["cup wrap", "uv dtf"] and made.fields["readiness_state_id"] > 2**32
    images = [
        etsy.upload_image(shop, made.id, JPEG, name=f"{n}.jpg", content_type="image/jpeg", rank=n, alt_text=f"No. {n}")
        for n in (1, 2, 3)
    ]
    order = [images[2].id, images[0].id, images[1].id]
    etsy.update_listing(shop, made.id, {"image_ids": order})
    shown = etsy.listing(made.id).images
    assert shown is not None and [one.id for one in shown] == order and shown[0].alt_text == "No. 3"
    document = inventory.single(
        sku="UV-906", price=Decimal("4.5"), quantity=7, readiness_state_id=made.fields["readiness_state_id"]
    )
    assert etsy.put_inventory(made.id, document) == document == etsy.inventory(made.id)
    assert etsy.put_inventory(made.id, etsy.inventory(made.id)) == document, "what a GET shows can be put back"
    assert etsy.listing(made.id).price == Decimal("4.5")
    assert etsy.upload_file(shop, made.id, b"art", name="art.png").size == 3
    assert [one.name for one in etsy.files(shop, made.id)] == ["art.png"]


def test_what_a_shop_has(etsy: Etsy) -> None:
    shop = etsy.me().shop_id
    assert etsy.ping() and etsy.shop(shop).currency == "USD"
    assert [one.name for one in etsy.sections(shop)] == ["Cup wraps", "Posters"]
    assert [one.name for one in etsy.shipping_profiles(shop)] == ["Standard", "By weight"], "deleted ones are left out"
    assert [one.name for one in etsy.return_policies(shop)] == ["no returns", "returns and exchanges within 30 days"]
    assert [one.name for one in etsy.readiness_states(shop)] == ["ready_to_ship 1-2 days", "made_to_order 3-5 days"]
    assert [one.name for one in etsy.production_partners(shop)] == ["Print House"]
    paths = {one.id: (one.path, one.leaf) for one in etsy.taxonomy()}
    assert paths[1071] == ("Home & Living > Kitchen & Dining > Drink & Barware > Tumblers & Water Glasses", True)
    assert not paths[6648][1]


def test_drafts_are_listed_over_all_pages(etsy: Etsy, caller: Caller) -> None:
    made = [caller.made() for _ in range(103)]
    assert sorted(one.id for one in etsy.listings(caller.shop.id)) == made
    assert list(etsy.listings(caller.shop.id, "active")) == []


@pytest.mark.parametrize(
    "fault", [Fault.COMMIT_THEN_DROP, Fault.COMMIT_THEN_500, Fault.COMMIT_THEN_SLOW, Fault.COMMIT_THEN_GARBLED]
)
def test_a_draft_that_may_have_been_made_is_not_sent_again(
    fault: Fault, etsy: Etsy, caller: Caller, fake: FakeEtsy
) -> None:
    fake.faults.plan(fault, "createDraftListing", times=9)
    with pytest.raises(EtsyUnknown):
        etsy.create_draft(caller.shop.id, _fields(caller))
    assert fake.count("createDraftListing") == 1 and len(fake.world.drafts(caller.shop)) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.HTML_502, Fault.DROP])
def test_nor_one_that_may_not(fault: Fault, etsy: Etsy, caller: Caller, fake: FakeEtsy) -> None:
    fake.faults.plan(fault, "createDraftListing", times=9)
    with pytest.raises(EtsyUnknown) as raised:
        etsy.create_draft(caller.shop.id, _fields(caller))
    assert fake.count("createDraftListing") == 1
    assert (fault is Fault.DROP) or raised.value.request_id


@pytest.mark.parametrize("fault", list(Fault))
def test_what_may_be_repeated_is(fault: Fault, etsy: Etsy, caller: Caller, fake: FakeEtsy, notes: Notes) -> None:
    listing = caller.made()
    fake.faults.plan(fault, "updateListing", times=2)
    assert etsy.update_listing(caller.shop.id, listing, {"title": "Another"}).title == "Another"
    assert len(notes.refusals) == (2 if fault in (Fault.TOO_MANY, Fault.TIRED) else 0)


def test_a_draft_refused_for_too_many_calls_is_sent_again(etsy: Etsy, caller: Caller, fake: FakeEtsy) -> None:
    fake.faults.plan(Fault.TOO_MANY, "createDraftListing", times=2)
    etsy.create_draft(caller.shop.id, _fields(caller))
    assert fake.count("createDraftListing") == 3 and len(fake.world.drafts(caller.shop)) == 1


def test_a_draft_is_sent_again_when_nobody_listened(caller: Caller, notes: Notes, fake: FakeEtsy) -> None:
    made = Wire(_app(fake, api="http://127.0.0.1:1"), notes, notes, first_wait_s=0.001)
    with pytest.raises(EtsyUnavailable):
        Etsy(made).create_draft(caller.shop.id, _fields(caller))
    assert notes.turns == wire.TRIES
    made.close()


def test_an_ended_token_is_renewed_once(etsy: Etsy, caller: Caller, fake: FakeEtsy, notes: Notes) -> None:
    fake.tokens.expire()
    etsy.create_draft(caller.shop.id, _fields(caller))
    assert notes.renewals == 1 and len(fake.world.drafts(caller.shop)) == 1
    caller.sign_in("listings_r")
    with pytest.raises(EtsyReconnect, match="lacks scope"):
        etsy.me()


def test_every_failure_of_the_http_library_has_its_meaning() -> None:
    """Only those before anything was sent count as not sent; a new one of the library fails this test."""

    def below(kind: type[Exception]) -> set[type[Exception]]:
        return {kind} | {one for sub in kind.__subclasses__() for one in below(sub)}

    leaves = {kind for kind in below(httpx.RequestError) if not kind.__subclasses__()}
    sent = {
        "ReadTimeout", "WriteTimeout", "ReadError", "WriteError", "CloseError", "LocalProtocolError",
        "RemoteProtocolError", "DecodingError", "TooManyRedirects",
    }  # fmt: skip
    assert {kind.__name__ for kind in leaves - set(wire.NOT_SENT)} == sent


def test_key_errors_are_about_settings(fake: FakeEtsy, notes: Notes) -> None:
    made = Wire(_app(fake, shared_secret=""), notes, notes)
    with pytest.raises(EtsyKeyRefused, match="ETSY_SHARED_SECRET"):
        Etsy(made).ping()
    made.close()


def test_what_is_refused_says_so_in_etsys_words(etsy: Etsy, caller: Caller) -> None:
    with pytest.raises(EtsyRefused, match="cannot be more than 140 characters") as raised:
        etsy.create_draft(caller.shop.id, _fields(caller, title="x" * 141))
    assert raised.value.status == 400 and len(raised.value.request_id) == 36
    with pytest.raises(EtsyNotFound):
        etsy.listing(1)


SHAPES = [
    (400, b'{"error":"There was a problem with /shop/section/id : Shop section not found."}', EtsyRefused, "/shop/section"),
    (400, b'[{"path":"/title/1","type":"x","message":"bad"},{"path":"/price","message":"low"}]', EtsyRefused, "/title/1 bad;"),
    (400, b'{"error":"invalid_grant","error_description":"refresh_token is revoked"}', EtsyReconnect, "revoked"),
    (401, b'{"error":"invalid_token","error_description":"access token is expired"}', EtsyReconnect, "expired"),
    (403, b'{"error":"Access token lacks scope for this request (requires scope: shops_r)."}', EtsyReconnect, "shops_r"),
    (403, b'{"error":"Shared secret is required in x-api-key header."}', EtsyKeyRefused, "Shared secret"),
    (404, b'{"error":"Resource not found"}', EtsyNotFound, "Resource not found"),
    (409, b'{"error":"Conflict"}', EtsyRefused, "run it again"),
    (413, b"<html><body>Request   Entity\nToo Large</body></html>", EtsyRefused, "Request Entity Too Large"),
    (400, b"", EtsyRefused, "HTTP 400"),
    (400, b'{"error":[{"path":"/a","message":"b"}]}', EtsyRefused, "/a b"),
    (400, b"\xff\xfe", EtsyRefused, "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "words"), SHAPES)
def test_errors_of_every_shape(status: int, body: bytes, kind: type[EtsyError], words: str) -> None:
    error = refused(said(status, {"x-etsy-request-uuid": "u"}, body), "do it")
    assert type(error) is kind and words in str(error) and error.request_id == "u" and error.words


def test_forms_hold_one_value_per_array() -> None:
    sent = form({"tags": ["a b", "c"], "is_supply": False, "price": Decimal("1.50"), "none": None, "image_ids": [1, 2]})
    assert sent == {"tags": "a b,c", "is_supply": "false", "price": "1.50", "image_ids": "1,2"}
    with pytest.raises(InputRefused):
        form({"tags": ["a,b"]})


def test_unknown_words_in_answers_do_not_break_reading(etsy: Etsy, caller: Caller, fake: FakeEtsy) -> None:
    listing = fake.world.listings[caller.made()]
    listing.state, listing.listing_type = "removed", "hologram"
    listing.fields |= {"who_made": "a_robot", "when_made": "2030_2031"}
    shown = etsy.listing(listing.id)
    assert (shown.state, shown.fields["type"], shown.fields["who_made"]) == ("removed", "hologram", "a_robot")


def test_headers_of_both_spellings_and_both_kinds_of_429(etsy: Etsy, notes: Notes, fake: FakeEtsy) -> None:
    etsy.ping()
    fake.quota.misspelled = True
    etsy.ping()
    assert all(one.left_this_second is not None and one.per_second == 2000 for one in notes.allowances)
    assert allowance_of({"x-limit-per-day": "nonsense"}) == Allowance()
    assert too_many_of({"retry-after": "1"}, "Exceeded per second rate limit") == TooMany(False, 1.0)
    assert too_many_of({"retry-after": "86400"}, "?").daily
    assert too_many_of({}, "Exceeded daily rate limit") == TooMany(True, None)


def test_secrets_are_in_no_error_and_no_repr(fake: FakeEtsy, caller: Caller, notes: Notes) -> None:
    app = _app(fake)
    assert fake.world.shared_secret not in repr(app) and fake.world.keystring not in repr(app)
    echoed = said(400, {}, f'{{"error":"bad {caller.token}"}}'.encode(), (caller.token,))
    assert caller.token not in echoed.words and "***" in echoed.words
    made = Wire(_app(fake, api="http://127.0.0.1:1"), notes, notes, first_wait_s=0.001, stop=threading.Event())
    with pytest.raises(EtsyUnavailable) as raised:
        Etsy(made).me()
    error: BaseException | None = raised.value
    while error is not None:
        assert (
            caller.token not in f"{error!r}{vars(error)}" and fake.world.shared_secret not in f"{error!r}{vars(error)}"
        )
        error = error.__cause__
    made.close()
