"""Every setting, its default and the environment variable (or line of ``settings.toml``) that changes it.

Read once at the edge by `load` and handed down in pieces. Order: environment, then files that the environment names
for secrets (``DATABASE_URL_FILE``), then ``settings.toml`` in the home, then the defaults here.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeGuard
from urllib.parse import quote, unquote, urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from printdock.errors import UsageError

#: Behind the variable of a secret: the value is the path of a file that holds it.
SECRET_FILE = "_FILE"

Source = Literal["default", "environment", "file", "command"]


@dataclass(frozen=True, slots=True)
class InForce:
    """One setting: its variable, its value for people (stars for a secret), and where that comes from."""

    variable: str
    value: str | None
    source: Source
    secret: bool
    description: str


class DuplicateSearch(StrEnum):
    """How far the search for duplicates goes."""

    ON = "on"  # same bytes, and the same art whatever the file
    EXACT = "exact"  # same bytes only
    OFF = "off"  # everything is stored


class LogFormat(StrEnum):
    """How logs are written."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """What is worth logging."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def _env(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Settings(BaseSettings):
    """The settings in force. Field descriptions are the documentation (README's table is checked against them)."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, validate_default=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("printdock"),
        validation_alias=_env("PRINTDOCK_HOME"),
        description="Folder of the database, settings.toml, the spool and, by default, the nas/ folder",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=_env("DATABASE_URL"),
        description="PostgreSQL as postgresql://user:password@host/name; SQLite in the home when unset",
    )
    storage: SecretStr | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_STORAGE"),
        description="sftp://user:password@host:22/share/Graphics, s3://bucket/folder, or a folder; nas/ in the home when unset",
    )
    s3_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#@\s]+/?$",
        validation_alias=_env("PRINTDOCK_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
        description="Address of an S3 server, such as http://minio.local:9000; Amazon's when unset",
    )
    s3_region: str = Field(
        default="us-east-1",
        min_length=1,
        validation_alias=_env("PRINTDOCK_S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
        description="Region of the bucket; most servers but Amazon's take any",
    )
    s3_key_id: SecretStr | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_S3_KEY_ID", "AWS_ACCESS_KEY_ID"),
        description="Key id (access key) for the bucket; the machine's own role when unset",
    )
    s3_secret: SecretStr | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_S3_SECRET", "AWS_SECRET_ACCESS_KEY"),
        description="Secret key that belongs to it",
    )
    nas_key_file: Path | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_NAS_KEY"),
        description="Private SSH key for the NAS, instead of a password",
    )
    known_hosts: Path | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_KNOWN_HOSTS"),
        description="File with the NAS's pinned host key; known_hosts in the home when unset",
    )
    nas_max_connections: int = Field(
        default=10,
        ge=1,
        le=64,
        validation_alias=_env("NAS_MAX_CONNECTIONS"),
        description="Most SFTP connections of this process; 1 undoes the pool",
    )
    store_transfers: int = Field(
        default=4,
        ge=1,
        le=64,
        validation_alias=_env("PRINTDOCK_STORE_TRANSFERS"),
        description="Files sent to the storage at the same time",
    )
    store_patience_s: float = Field(
        default=120.0,
        ge=0,
        validation_alias=_env("PRINTDOCK_STORE_PATIENCE"),
        description="Seconds to keep trying a storage that is away before a print file goes to the spool",
    )
    duplicates: DuplicateSearch = Field(
        default=DuplicateSearch.ON,
        validation_alias=_env("PRINTDOCK_DUPLICATES"),
        description="on: same art; exact: same bytes only; off: everything is stored",
    )
    batch_images: int = Field(
        default=20,
        ge=1,
        le=1000,
        validation_alias=_env("PRINTDOCK_BATCH_IMAGES"),
        description="Most files in flight, and most rows in one statement",
    )
    batch_mb: int = Field(
        default=50,
        ge=1,
        validation_alias=_env("PRINTDOCK_BATCH_MB"),
        description="Most megabytes of files in flight, before decoding",
    )
    memory_mb: int = Field(
        default=180,
        ge=16,
        validation_alias=_env("PRINTDOCK_MEMORY_MB"),
        description="Most megabytes of decoded pictures in flight; a larger picture goes alone",
    )
    mockup_cache_mb: int = Field(
        default=256,
        ge=1,
        validation_alias=_env("PRINTDOCK_MOCKUP_CACHE_MB"),
        description="Most megabytes of base images that a process keeps ready for mockups",
    )
    lookup_cache: bool = Field(
        default=True,
        validation_alias=_env("PRINTDOCK_LOOKUP_CACHE"),
        description="Read shop and template once per upload; 0 reads them for every image",
    )
    workers: int = Field(
        default_factory=lambda: (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        ),
        ge=1,
        le=256,
        validation_alias=_env("PRINTDOCK_WORKERS"),
        description="Pictures prepared at the same time; the machine's cores when unset",
    )
    job_slots: int = Field(
        default=2,
        ge=1,
        le=64,
        validation_alias=_env("PRINTDOCK_JOB_SLOTS"),
        description="Jobs that a worker runs at the same time; of two or more, one is never taken by low priority",
    )
    max_pixels: int = Field(
        default=300_000_000,
        ge=1,
        validation_alias=_env("PRINTDOCK_MAX_PIXELS"),
        description="Most pixels a picture may have; larger ones are refused before decoding",
    )
    max_file_mb: int = Field(
        default=1024,
        ge=1,
        validation_alias=_env("PRINTDOCK_MAX_FILE_MB"),
        description="Largest source file, megabytes",
    )
    incoming: Path | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_INCOMING"),
        description="Folder of files being uploaded, shared where several machines work; incoming/ in the home when unset",
    )
    upload_files: int = Field(
        default=2000,
        ge=1,
        le=100_000,
        validation_alias=_env("PRINTDOCK_UPLOAD_FILES"),
        description="Most files of one upload over HTTP",
    )
    upload_expiry_h: float = Field(
        default=24.0,
        gt=0,
        validation_alias=_env("PRINTDOCK_UPLOAD_EXPIRY_H"),
        description="Hours after which an upload that is not sent to its end is given up",
    )
    shop: str = Field(
        default="My Shop",
        min_length=1,
        validation_alias=_env("PRINTDOCK_SHOP"),
        description="The shop used when a command names none; also its folder on the NAS",
    )

    cdn_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^?#@\s]+$",
        validation_alias=_env("PRINTDOCK_CDN_URL"),
        description="Address of a CDN in front of the server, such as https://cdn.example.com: pictures are linked there",
    )
    log_format: LogFormat = Field(
        default=LogFormat.AUTO,
        validation_alias=_env("PRINTDOCK_LOG_FORMAT"),
        description="Logs of server and worker: json, console, or auto (console on a terminal)",
    )
    log_level: LogLevel = Field(
        default=LogLevel.INFO,
        validation_alias=_env("PRINTDOCK_LOG_LEVEL"),
        description="Least level that is logged: DEBUG, INFO, WARNING or ERROR",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="Collector of OpenTelemetry traces, such as http://collector:4318; no traces when unset",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_METRICS_TOKEN"),
        description="What Prometheus sends as bearer token to read /metrics; only this machine may when unset",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        validation_alias=_env("PRINTDOCK_METRICS_PORT"),
        description="Port of a worker's own /metrics on PRINTDOCK_METRICS_HOST; none when 0",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        validation_alias=_env("PRINTDOCK_METRICS_HOST"),
        description="Address that a worker's /metrics listens on",
    )
    secret: SecretStr | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_SECRET"),
        description="Signs sessions and links; the same on all servers of one database. The file secret in the home when unset",
    )
    url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#@\s]+/?$",
        validation_alias=_env("PRINTDOCK_URL"),
        description="Address people reach the server by, such as https://prints.example.com; the request's own when unset",
    )
    host: str = Field(
        default="127.0.0.1",
        validation_alias=_env("PRINTDOCK_HOST"),
        description="Address the server listens on; 0.0.0.0 lets other machines in",
    )
    port: int = Field(
        default=8000, ge=1, le=65535, validation_alias=_env("PRINTDOCK_PORT"), description="Port the server listens on"
    )
    server_workers: int = Field(
        default=1,
        ge=1,
        le=64,
        validation_alias=_env("PRINTDOCK_SERVER_WORKERS"),
        description="Processes that answer requests",
    )
    server_jobs: bool = Field(
        default=True,
        validation_alias=_env("PRINTDOCK_SERVER_JOBS"),
        description="Run jobs in the server's processes, too; 0 leaves them to printdock worker",
    )
    tls_cert: Path | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_TLS_CERT"),
        description="Certificate chain (PEM): the server speaks TLS",
    )
    tls_key: Path | None = Field(
        default=None, validation_alias=_env("PRINTDOCK_TLS_KEY"), description="Its private key (PEM, PKCS#8)"
    )
    grace_s: int = Field(
        default=15,
        ge=1,
        le=3600,
        validation_alias=_env("PRINTDOCK_GRACE"),
        description="Seconds that requests and jobs under way get to finish when the server is asked to end",
    )
    drain_s: int = Field(
        default=0,
        ge=0,
        le=3600,
        validation_alias=_env("PRINTDOCK_DRAIN"),
        description="Seconds the server goes on as not ready before it ends, for a load balancer to notice",
    )
    trusted_proxies: str = Field(
        default="",
        validation_alias=_env("PRINTDOCK_TRUSTED_PROXIES"),
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, with commas between",
    )
    oidc_issuer: str | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_OIDC_ISSUER"),
        description="Sign in with this OpenID Connect provider, too, such as https://id.example.com",
    )
    oidc_client_id: str | None = Field(
        default=None, validation_alias=_env("PRINTDOCK_OIDC_CLIENT_ID"), description="What the provider calls printdock"
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None,
        validation_alias=_env("PRINTDOCK_OIDC_CLIENT_SECRET"),
        description="What printdock proves that with",
    )
    etsy_keystring: SecretStr | None = Field(
        default=None, validation_alias=_env("ETSY_KEYSTRING"), description="Keystring of your app at Etsy"
    )
    etsy_shared_secret: SecretStr | None = Field(
        default=None, validation_alias=_env("ETSY_SHARED_SECRET"), description="Shared secret of your app at Etsy"
    )
    etsy_redirect: str = Field(
        default="http://localhost:8517/callback",
        validation_alias=_env("ETSY_REDIRECT"),
        description="Callback address of your app, letter by letter as Etsy has it",
    )
    etsy_api: str = Field(
        default="https://api.etsy.com", validation_alias=_env("ETSY_API"), description="Where Etsy's API answers"
    )
    etsy_site: str = Field(
        default="https://www.etsy.com", validation_alias=_env("ETSY_SITE"), description="Where sellers sign in"
    )

    redis_host: str | None = Field(
        default=None,
        validation_alias=_env("REDIS_HOST"),
        description="Redis that tells workers of new jobs at once; without it they look twice a second",
    )
    redis_port: int = Field(default=6379, ge=1, le=65535, validation_alias=_env("REDIS_PORT"), description="Redis port")
    redis_password: SecretStr | None = Field(
        default=None, validation_alias=_env("REDIS_PASSWORD"), description="Redis password"
    )
    redis_db: int = Field(
        default=0, ge=0, validation_alias=_env("REDIS_DB"), description="Redis database; one for each printdock"
    )
    redis_sentinels: str | None = Field(
        default=None,
        pattern=r"^(\[[0-9A-Fa-f:]+\]|[^\s,:\[\]]+)(:\d{1,5})?(\s*,\s*(\[[0-9A-Fa-f:]+\]|[^\s,:\[\]]+)(:\d{1,5})?)*$",
        validation_alias=_env("REDIS_SENTINELS"),
        description="Sentinels that know which Redis is the master, host:port,host:port; instead of REDIS_HOST",
    )
    redis_service: str = Field(
        default="mymaster",
        min_length=1,
        validation_alias=_env("REDIS_SERVICE"),
        description="What the Sentinels call the master",
    )

    # The replaced system's own variables; used when PRINTDOCK_STORAGE is unset.
    qnap_host: str | None = Field(
        default=None, validation_alias=_env("QNAP_HOST"), description="NAS host, as the old system named it"
    )
    qnap_port: int = Field(default=22, validation_alias=_env("QNAP_PORT"), description="NAS port, old name")
    qnap_username: str | None = Field(
        default=None, validation_alias=_env("QNAP_USERNAME"), description="NAS user, old name"
    )
    qnap_password: SecretStr | None = Field(
        default=None, validation_alias=_env("QNAP_PASSWORD"), description="NAS password, old name"
    )
    nas_base_path: str = Field(
        default="/share/Graphics",
        validation_alias=_env("NAS_BASE_PATH"),
        description="Root folder on the NAS, old name",
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url is None:
            return f"sqlite:///{self.home / 'printdock.db'}"
        url = self.database_url.get_secret_value()
        for scheme in ("postgresql://", "postgres://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @property
    def incoming_folder(self) -> Path:
        """Where uploaded files lie until they are taken in."""
        return (self.incoming or self.home / "incoming").expanduser()

    @property
    def address(self) -> str:
        """Where people reach the server, such as ``http://127.0.0.1:8000``."""
        if self.url:
            return self.url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        host = f"[{host}]" if ":" in host else host
        return f"http{'s' if self.tls_cert else ''}://{host}:{self.port}"

    @property
    def storage_url(self) -> str:
        """Where print files go: an ``sftp://`` or ``s3://`` address, or a folder."""
        if self.storage is not None:
            return self.storage.get_secret_value()
        if self.qnap_host is not None:
            user = quote(self.qnap_username or "", safe="")
            password = f":{quote(self.qnap_password.get_secret_value(), safe='')}" if self.qnap_password else ""
            return f"sftp://{user}{password}@{self.qnap_host}:{self.qnap_port}{quote(self.nas_base_path)}"
        return str(self.home / "nas")

    @property
    def storage_shown(self) -> str:
        """`storage_url` for people: without its password."""
        url = self.storage_url
        if "://" not in url:
            return url
        scheme, rest = url.split("://", 1)
        user, at, host = rest.rpartition("@")
        return f"{scheme}://{user.split(':', 1)[0]}{at}{host}"

    def in_force(self) -> list[InForce]:
        """Every setting as it is now, and where that comes from; secrets as stars."""
        in_file = _file_names(self.home)
        return [self._in_force(name, field, in_file) for name, field in type(self).model_fields.items()]

    def _in_force(self, name: str, field: FieldInfo, in_file: set[str]) -> InForce:
        names = [str(choice) for choice in field.validation_alias.choices] if _has_choices(field) else [name]
        value = getattr(self, name)
        hidden = _is_secret(field)
        source: Source = "default"
        if any(choice in os.environ or (hidden and choice + SECRET_FILE in os.environ) for choice in names):
            source = "environment"
        elif any(choice in in_file for choice in (*names, name)):
            source = "file"
        elif name in self.model_fields_set:
            source = "command"
        shown = None if value is None else "*****" if hidden else str(value)
        return InForce(names[0], shown, source, hidden, str(field.description))

    def secrets(self) -> list[str]:
        """The secrets in force, which must appear in no log and no answer; passwords of addresses by themselves, too."""
        values = [getattr(self, name) for name in type(self).model_fields]
        plain = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        passwords = [unquote(urlsplit(value).password or "") for value in (*plain, self.storage_url) if "://" in value]
        return [secret for secret in (*plain, *passwords) if secret]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = init_settings().get("PRINTDOCK_HOME") or os.environ.get("PRINTDOCK_HOME") or user_data_path("printdock")
        toml = TomlConfigSettingsSource(settings_cls, Path(home) / "settings.toml")
        return init_settings, env_settings, _SecretFiles(settings_cls), toml


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets from files, as container engines, Kubernetes and systemd hand them over: ``REDIS_PASSWORD_FILE`` names one.

    White space around the content is dropped: most editors end a file with a line feed. Raises `UsageError` where a
    file cannot be read.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        for choice in field.validation_alias.choices if _is_secret(field) and _has_choices(field) else ():
            path = os.environ.get(f"{choice}{SECRET_FILE}")
            if path:
                return _content(str(choice), Path(path)), str(choice), False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {key: value for value, key, _complex in found if value is not None}


def _content(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(
            f"{variable}{SECRET_FILE} names {path}, which cannot be read: {reason}.",
            code="no_secret_file",
            remedy="Check the path, and that printdock's user may read it.",
        ) from error


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def _has_choices(field: FieldInfo) -> TypeGuard[Any]:
    return isinstance(field.validation_alias, AliasChoices)


def _file_names(home: Path) -> set[str]:
    """The settings that ``settings.toml`` names."""
    file = home / "settings.toml"
    return set(tomllib.loads(file.read_text())) if file.is_file() else set()


def load(home: Path | None = None) -> Settings:
    """The settings in force; ``home`` (from ``--home``) outranks the environment.

    Raises `UsageError` naming the setting and what is wrong with it.
    """
    given: dict[str, Any] = {} if home is None else {"PRINTDOCK_HOME": home}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"The setting {name} is not usable: {first['msg']}.", remedy="See the settings table in the README."
        ) from error
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()})
