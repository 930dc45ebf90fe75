"""Where Redis (or Valkey) is: at an address, or wherever Sentinels say that the master is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

#: A Sentinel's port where none is named.
SENTINEL_PORT = 26379


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """``sentinels``: (host, port) of each; then ``service`` is what they call the master, and host and port mean nothing."""

    host: str
    port: int = 6379
    password: str | None = field(default=None, repr=False)
    db: int = 0
    sentinels: tuple[tuple[str, int], ...] = ()
    service: str = "mymaster"

    def __str__(self) -> str:
        if not self.sentinels:
            return f"{self.host}:{self.port}"
        return f"{self.service} of {', '.join(f'{host}:{port}' for host, port in self.sentinels)}"

    def pool(self, *, connect_s: float, answer_s: float) -> ConnectionPool:
        """Connections that try once, and wait so long. Nothing connects yet. With Sentinels each new connection asks
        them, one after the other, and goes to the master that they name."""
        limits: dict[str, Any] = {
            "socket_connect_timeout": connect_s,
            "socket_timeout": answer_s,
            "retry": Retry(NoBackoff(), 0),
        }
        own = {"password": self.password, "db": self.db, **limits}
        if not self.sentinels:
            return ConnectionPool(host=self.host, port=self.port, **own)
        asked = Sentinel(self.sentinels, sentinel_kwargs={**limits, "socket_timeout": connect_s})
        return SentinelConnectionPool(self.service, asked, **own)


class Secret(Protocol):
    """A password that is not shown by accident."""

    def get_secret_value(self) -> str: ...


class RedisSettings(Protocol):
    """What the settings say of Redis."""

    @property
    def redis_host(self) -> str | None: ...
    @property
    def redis_port(self) -> int: ...
    @property
    def redis_password(self) -> Secret | None: ...
    @property
    def redis_db(self) -> int: ...
    @property
    def redis_sentinels(self) -> str | None: ...
    @property
    def redis_service(self) -> str: ...


def redis_address(settings: RedisSettings) -> RedisAddress | None:
    """The one that the settings name, if any."""
    sentinels = _sentinels(settings.redis_sentinels or "")
    if not settings.redis_host and not sentinels:
        return None
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    return RedisAddress(
        settings.redis_host or "", settings.redis_port, password, settings.redis_db, sentinels, settings.redis_service
    )


def _sentinels(text: str) -> tuple[tuple[str, int], ...]:
    found = []
    for one in filter(None, (part.strip() for part in text.split(","))):
        host, colon, port = one.rpartition(":")
        named = bool(colon) and not one.endswith("]")  # else the colons are those of an IPv6 address
        found.append((host if named else one, int(port) if named else SENTINEL_PORT))
    return tuple((host.strip("[]"), port) for host, port in found)
