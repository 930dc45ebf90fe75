"""The stand-in for Etsy, with a seller's shop and a caller that knows nothing of printdock's client."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from printdock.demo.etsy import FakeEtsy, Limits
from printdock.demo.etsy.world import Shop

SCOPES = "listings_r listings_w listings_d shops_r shops_w"
REDIRECT = "http://localhost:8517/callback"
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
VERIFIER = "v" * 50


@dataclass
class Caller:
    """Sends requests as they are."""

    etsy: FakeEtsy
    shop: Shop
    http: httpx.Client
    token: str = ""
    refresh: str = ""

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"x-api-key": self.etsy.key, **more.pop("headers", {})}
        if self.token:
            headers.setdefault("authorization", f"Bearer {self.token}")
        return self.http.request(method, f"{self.etsy.api}/v3/application{path}", headers=headers, **more)

    def consent(self, scope: str = SCOPES, **query: str) -> httpx.Response:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.etsy.world.keystring, "redirect_uri": REDIRECT, "scope": scope,
            "state": "abc", "code_challenge": challenge, "code_challenge_method": "S256", **query,
        }  # fmt: skip
        return self.http.get(f"{self.etsy.api}/oauth/connect", params=asked, follow_redirects=False)

    def ask_token(self, **fields: str) -> httpx.Response:
        asked = {"client_id": self.etsy.world.keystring, **fields}
        return self.http.post(f"{self.etsy.api}/v3/public/oauth/token", data=asked)

    def sign_in(self, scope: str = SCOPES) -> Caller:
        sent = urlsplit(self.consent(scope).headers["location"])
        code = parse_qs(sent.query)["code"][0]
        pair = self.ask_token(
            grant_type="authorization_code", code=code, code_verifier=VERIFIER, redirect_uri=REDIRECT
        ).json()
        self.token, self.refresh = pair["access_token"], pair["refresh_token"]
        return self

    def form(self, **changes: Any) -> dict[str, Any]:
        """A listing that Etsy takes."""
        shop = self.shop
        fields = {
            "quantity": "5", "title": "UV 906 | Bloom Wreath", "description": "It's a wrap.", "price": "3.50",
            "who_made": "i_did", "when_made": "made_to_order", "is_supply": "false", "taxonomy_id": "1071",
            "shipping_profile_id": str(next(iter(shop.shipping))), "readiness_state_id": str(next(iter(shop.readiness))),
            "tags": "cup wrap,uv dtf", **changes,
        }  # fmt: skip
        return {name: value for name, value in fields.items() if value is not None}

    def create(self, **changes: Any) -> httpx.Response:
        return self.call("POST", f"/shops/{self.shop.id}/listings", data=self.form(**changes))

    def made(self, **changes: Any) -> int:
        answer = self.create(**changes)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["listing_id"])

    def upload(self, listing: int, data: bytes = JPEG, **fields: str) -> httpx.Response:
        files = {"image": ("a.jpg", data, "image/jpeg")}
        return self.call("POST", f"/shops/{self.shop.id}/listings/{listing}/images", data=fields, files=files)

    def patch(self, listing: int, **fields: str) -> httpx.Response:
        return self.call("PATCH", f"/shops/{self.shop.id}/listings/{listing}", data=fields)


@pytest.fixture
def fake() -> Iterator[FakeEtsy]:
    """A running stand-in with one shop."""
    with FakeEtsy(Limits(per_second=2000, per_day=100_000)) as etsy:
        etsy.world.add_shop("RosePrints")
        yield etsy


@pytest.fixture
def caller(fake: FakeEtsy) -> Iterator[Caller]:
    """Signed in as the shop's seller."""
    with httpx.Client(timeout=5) as http:
        yield Caller(fake, next(iter(fake.world.shops.values())), http).sign_in()
