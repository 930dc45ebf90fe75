"""Secrets appear where they are handed over, and nowhere else: not in logs, errors, reprs, lists or the settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from printdock.accounts.access import LinkForm
from printdock.accounts.oidc import Pending, Provider
from printdock.accounts.roles import Scope
from printdock.api.routes.links import LinkUse
from printdock.api.routes.session import PasswordChange, SignInForm
from printdock.settings import Settings, load
from tests.api.conftest import Api
from tests.services.serving import Serving, printdock_json
from tests.services.serving import serve as serve  # a fixture

SECRETS = {
    "PRINTDOCK_SECRET": "xsecretx" * 6,
    "PRINTDOCK_OIDC_CLIENT_SECRET": "xclientx" * 6,
    "PRINTDOCK_OIDC_CLIENT_ID": "printdock",
    "PRINTDOCK_OIDC_ISSUER": "http://127.0.0.1:9",
    "PRINTDOCK_LOG_LEVEL": "DEBUG",
}
PASSWORD, WRONG, NEW = "xpasswordx word", "xwrongx guess", "xnewx password"


def test_a_server_says_none_of_them(serve: Callable[..., Serving]) -> None:
    server = serve(environment=SECRETS)
    (link,) = re.findall(r"/welcome#([\w-]{43})", server.output)
    rose = httpx.Client(base_url=server.url, headers={"Origin": server.url})
    used = rose.post("/api/v1/links/use", json={"token": link, "email": "r@example.com", "password": PASSWORD})
    csrf = used.json()["csrf_token"]
    cookie = rose.cookies["printdock_session"]
    rose.headers["X-CSRF-Token"] = csrf
    made = rose.post("/api/v1/keys", json={"name": "NAS", "scopes": list(Scope)}).json()["key"]
    invited = rose.post("/api/v1/invitations", json={"email": "l@example.com"}).json()["link"].partition("#")[2]
    answers = [
        rose.post("/api/v1/session", json={"email": "r@example.com", "password": WRONG}),
        rose.post("/api/v1/session", json={"email": 5, "password": [WRONG]}),
        rose.post("/api/v1/session", content=b'{"password": "' + WRONG.encode()),
        rose.post("/api/v1/me/password", json={"old": WRONG, "new": NEW}),
        rose.post("/api/v1/me/password", json={"old": PASSWORD, "new": NEW, "x": NEW}),
        rose.get("/api/v1/oidc/start"),
        rose.get("/api/v1/keys"),
        rose.get("/api/v1/invitations"),
        rose.get("/api/v1/audit"),
        rose.get("/api/v1/members"),
        rose.get("/api/v1/settings"),
        httpx.get(f"{server.url}/api/v1/templates", headers={"Authorization": f"Bearer {made}"}),
        httpx.get(f"{server.url}/api/v1/templates", headers={"Authorization": f"Bearer {made}x"}),
        httpx.get(f"{server.url}/api/v1/nothing?token={link}&code={invited}"),
    ]
    assert [answer.status_code for answer in answers[3:5]] == [401, 204]
    server.ask_to_end()
    assert server.wait() == 0
    told = server.output.replace(f"/welcome#{link}", "")
    said = told + "".join(answer.text for answer in answers) + str(printdock_json(server.home, "users", "log"))
    for secret in (*_values(), PASSWORD, WRONG, NEW, link, cookie, csrf, made, made[13:], invited):
        assert secret not in said, secret


def _values() -> list[str]:
    return [SECRETS["PRINTDOCK_SECRET"], SECRETS["PRINTDOCK_OIDC_CLIENT_SECRET"]]


def test_what_holds_one_does_not_show_it(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    settings = load()
    shown: list[Any] = [
        settings,
        small_api.services,
        small_api.services.secret,
        Provider("https://id.example", "printdock", SECRETS["PRINTDOCK_OIDC_CLIENT_SECRET"]),
        Pending("x" * 43, NEW, WRONG, "/"),
        LinkForm("r@example.com", "Rose", PASSWORD),
        SignInForm(email="r@example.com", password=PASSWORD),
        PasswordChange(old=PASSWORD, new=NEW),
        LinkUse(token=NEW, password=PASSWORD),
    ]
    said = "".join(f"{one!r} {one!s}" for one in shown)
    small_api.services.secret.key("csrf")
    root = (small_api.services.settings.home / "secret").read_text().strip()
    for secret in (*_values(), PASSWORD, WRONG, NEW, root, "x" * 43):
        assert secret not in said, secret


def test_every_setting_that_is_secret_is_of_a_kind_that_hides_itself() -> None:
    words = re.compile("secret|password")
    for name, field in Settings.model_fields.items():
        if words.search(name):
            assert "SecretStr" in str(field.annotation), name
