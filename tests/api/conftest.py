"""An API in this process on a real database, and people and scripts that call it."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from printdock.accounts import keys, sessions, users
from printdock.accounts.passwords import hash_password
from printdock.accounts.roles import Role, Scope
from printdock.accounts.sessions import Browser
from printdock.api.app import create_app
from printdock.settings import load
from printdock.shops.queries import Shop, ensure_shop
from printdock.wiring import Services, open_services

PASSWORD = "correct horse battery"
ADDRESS = "http://127.0.0.1:8000"


@functools.cache
def encoded_password() -> str:
    """`PASSWORD` as the database keeps it. Made once: it is meant to be slow."""
    return hash_password(PASSWORD)


@dataclass
class Clock:
    """The time, which tests may move on."""

    moved: timedelta = field(default_factory=timedelta)
    stopped_at: datetime | None = None

    def __call__(self) -> datetime:
        return (self.stopped_at or datetime.now(UTC)) + self.moved

    def stop(self) -> None:
        self.stopped_at = datetime.now(UTC)

    def move(self, **how_far: float) -> None:
        self.moved += timedelta(**how_far)


class Person:
    """A browser: cookies, the headers that browsers add, and the page's own CSRF token."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.headers = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}

    def __call__(self, method: str, path: str, **request: Any) -> Any:
        headers = self.headers | request.pop("headers", {})
        return self.client.request(method, _full(path), headers=headers, **request)

    def sign_in(self, email: str, password: str = PASSWORD) -> Any:
        answer = self("POST", "session", json={"email": email, "password": password})
        if answer.status_code == 200:
            self.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return answer


class Script:
    """A program with an API key."""

    def __init__(self, client: TestClient, key: str) -> None:
        self.client, self.key = client, key

    def __call__(self, method: str, path: str, **request: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} | request.pop("headers", {})
        return self.client.request(method, _full(path), headers=headers, **request)


class Api:
    """The running application. Shops, people and scripts are made straight in the database."""

    def __init__(self, services: Services, clock: Clock, client: TestClient) -> None:
        self.services, self.clock, self._client = services, clock, client

    @property
    def app(self) -> Any:
        return self._client.app

    def client(self, **options: Any) -> TestClient:
        """Another one, with cookies of its own."""
        made = TestClient(self.app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False, **options)
        made.portal = self._client.portal  # all in the loop of the running application, as a server does
        return made

    def shop(self, name: str) -> Shop:
        with self.services.database.write() as connection:
            return ensure_shop(connection, name, self.clock())

    def nobody(self) -> Person:
        return Person(self.client())

    def person(self, role: Role = Role.OWNER, *, shop: str = "My Shop", email: str | None = None) -> Person:
        """Somebody of the shop, signed in."""
        email = email or f"{role}@{shop.replace(' ', '-').lower()}.test"
        here = self.shop(shop)
        with self.services.database.write() as connection:
            user = users.find_user(connection, email)
            if user is None:
                user = users.add_user(connection, email, email.partition("@")[0], encoded_password(), self.clock())
                users.add_member(connection, here.id, user.id, role, self.clock())
            token = sessions.start_session(connection, user.id, Browser("127.0.0.1", "test"), self.clock())
        made = self.nobody()
        made.client.cookies.set("printdock_session", token)
        made.headers["X-CSRF-Token"] = sessions.csrf_token(self.services.secret.key("csrf"), token)
        return made

    def script(self, *scopes: Scope, shop: str = "My Shop") -> Script:
        here = self.shop(shop)
        with self.services.database.write() as connection:
            _, text = keys.make_key(connection, here.id, "test", scopes or tuple(Scope), "test", self.clock())
        return Script(self.client(), text)

    def document(self) -> dict[str, Any]:
        """A copy: the application is not this test's alone."""
        return copy.deepcopy(self.app.openapi())


def _full(path: str) -> str:
    return path if path.startswith("/") else f"/api/v1/{path}"


@pytest.fixture
def api(database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The API on an empty database, once of each kind."""
    yield from running(database_url, home, monkeypatch)


@pytest.fixture
def small_api(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The API on SQLite, for what has nothing to do with the database."""
    yield from running(f"sqlite:///{tmp_path / 'printdock.db'}", home, monkeypatch)


def running(database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The API on a database, with a clock of the test's."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    clock = Clock()
    monkeypatch.setattr("printdock.wiring.utc_now", clock)
    made = _IDLE.pop() if _IDLE else Application()
    made.services.next = open_services(load(home))
    with TestClient(made.app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False) as client:
        yield Api(made.app.state.services, clock, client)
    _IDLE.append(made)


class Application:
    """An application, to be started again and again: it takes a second to make and to answer each route once.

    What it knows of a home, a database and people it makes anew at each start.
    """

    def __init__(self) -> None:
        self.services = NextServices()
        self.app = create_app(self.services)


class NextServices(AbstractContextManager[Services]):
    """The services of the next start: ``next``, which may be entered once."""

    next: AbstractContextManager[Services]

    def __enter__(self) -> Services:
        self._entered = self.next
        return self._entered.__enter__()

    def __exit__(self, *error: Any) -> bool | None:
        return self._entered.__exit__(*error)


#: Those that no test uses now.
_IDLE: list[Application] = []
