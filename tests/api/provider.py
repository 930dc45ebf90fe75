"""A tiny OpenID Connect provider in this process: real HTTP, real signed tokens, and lies on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "printdock", "a secret / with odd signs"


class TestProvider:
    """Lets everybody in as `person`. ``lies`` overrides claims of the next tokens; ``key`` signs them."""

    __test__ = False

    def __init__(self) -> None:
        self.person = {"sub": "4711", "email": "lily@example.com", "email_verified": True, "name": "Lily"}
        self.lies: dict[str, Any] = {}
        self.published = self.key = self.new_key()
        self.broken = False
        self._codes: dict[str, dict[str, str]] = {}
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def new_key(self) -> RSAKey:
        return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def authorize(self, address: str) -> tuple[str, str]:
        """What the person's browser does there: answers the path and query it is sent back to, and the whole address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split() and asked["client_id"] == CLIENT
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})
        parts = urlsplit(back)
        return f"{parts.path}?{parts.query}", back

    def about(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def tokens(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The answer to a code, or None for a refusal."""
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return None
        basic = f"{CLIENT}:a%20secret%20%2F%20with%20odd%20signs"
        if authorization != "Basic " + base64.b64encode(basic.encode()).decode():
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person | self.lies
        header = {"alg": "RS256", "kid": self.key.kid}
        return {"id_token": jwt.encode(header, claims, self.key), "access_token": "x", "token_type": "Bearer"}


class _Handler(BaseHTTPRequestHandler):
    provider: TestProvider

    def do_GET(self) -> None:
        if self.provider.broken:
            self._answer(500, {})
        elif self.path == "/.well-known/openid-configuration":
            self._answer(200, self.provider.about())
        else:
            self._answer(200, {"keys": [self.provider.published.as_dict(private=False)]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        tokens = self.provider.tokens(form, self.headers.get("Authorization", ""))
        self._answer(400 if tokens is None else 200, tokens or {"error": "invalid_grant"})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass
