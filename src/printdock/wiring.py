"""Settings in, working parts out: the only place that names concrete classes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import SecretStr

from printdock.accounts.secret import ServerSecret
from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.db.statistics import ensure_statistics
from printdock.designs.item import Duplicates, Event, Limits, Upload
from printdock.designs.lease import Clock, new_owner
from printdock.designs.old_hashes import has_old_hashes
from printdock.errors import UsageError
from printdock.mockups.kept import Kept
from printdock.pipeline.limits import keep_memory
from printdock.settings import Settings
from printdock.shops.queries import Shop, ensure_shop, get_shop
from printdock.storage.base import Storage
from printdock.storage.health import StorageHealth
from printdock.storage.measured import MeasuredStorage, samples
from printdock.storage.resilient import StorageEvent
from printdock.storage.spool import Spool
from printdock.telemetry import logs, meters
from printdock.telemetry.table import NAS_OUTAGES
from printdock.templates.queries import Template, ensure_template, find_template

if TYPE_CHECKING:
    from printdock.accounts.oidc import Provider
    from printdock.backup.source import Library
    from printdock.etsy.app import App
    from printdock.listings.desk import Desk
    from printdock.listings.plan import Planned
    from printdock.listings.templates import StoredTemplate
    from printdock.mockups.batch import Batch, Progress
    from printdock.mockups.easel import Easel
    from printdock.mockups.plan import Plan
    from printdock.mockups.types import MockupSet
    from printdock.moving.move import Listing, Moved
    from printdock.uploads.place import Place


def utc_now() -> datetime:
    """The clock handed to everything that needs the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """What a command works with, or a server and all its jobs: safe from many threads.

    ``storage`` retries; ``stop`` ends waiting and working early; ``bases`` are base images made ready for mockups.
    """

    settings: Settings
    database: Database
    storage: Storage
    spool: Spool
    clock: Clock
    stop: threading.Event
    secret: ServerSecret
    health: StorageHealth
    bases: Kept

    @property
    def storage_at_once(self) -> Storage:
        """The storage for somebody who looks at a screen: while it is away, calls fail instead of waiting."""
        from printdock.storage.resilient import ResilientStorage

        storage = self.storage
        return storage.at_once() if isinstance(storage, ResilientStorage) else storage

    def until(self, stop: threading.Event) -> Services:
        """The same services for work that ends when ``stop`` is set, whatever else goes on. Not to be closed."""
        from printdock.storage.resilient import ResilientStorage

        storage = self.storage.until(stop) if isinstance(self.storage, ResilientStorage) else self.storage
        return replace(self, stop=stop, storage=storage)

    def place(self) -> Place:
        """The incoming folder of the settings, made when it is new. Raises `UsageError`."""
        from printdock.uploads.place import open_place

        return open_place(self.settings.incoming_folder)

    def shop_of(self, shop_id: int) -> Shop:
        """The shop with this id. Raises `UsageError`."""
        with self.database.read() as connection:
            return get_shop(connection, shop_id)

    def shop(self, name: str | None = None) -> Shop:
        """The shop called ``name`` (the default one when None), made when it is new."""
        with self.database.write() as connection:
            return ensure_shop(connection, name or self.settings.shop, self.clock())

    def template(self, name: str, shop: Shop) -> Template:
        """The shop's template ``name``; a preset is added when first used. Raises `UsageError` with the known names."""
        with self.database.read() as connection:
            found = find_template(connection, shop, name)
        if found is not None:
            return found
        with self.database.write() as connection:
            return ensure_template(connection, shop, name, self.clock())

    def upload(
        self,
        template: Template,
        *,
        report: Callable[[Event], None],
        dry_run: bool = False,
        resumes: UUID | None = None,
        stop: threading.Event | None = None,
    ) -> Upload:
        """A new upload for ``template``, with the limits of the settings; or the one that ``resumes`` names, which has
        its row. ``stop`` ends it early, where it is not to end with these services."""
        from uuid_utils.compat import uuid7

        settings = self.settings
        with self.database.read() as connection:
            knows_old_hashes = has_old_hashes(connection, template.shop)
        return Upload(
            id=resumes or uuid7(),
            template=template,
            owner=new_owner(),
            database=self.database,
            storage=self.storage,
            spool=self.spool,
            limits=limits(settings),
            duplicates=Duplicates(str(settings.duplicates)),
            dry_run=dry_run,
            clock=self.clock,
            report=report,
            stop=stop or self.stop,
            resumes=resumes is not None,
            knows_old_hashes=knows_old_hashes,
            reread=None
            if settings.lookup_cache
            else lambda: self.template(template.name, self.shop(template.shop.name)),
        )

    @contextmanager
    def etsy_desk(self, shop: Shop) -> Iterator[Desk]:
        """Where the shop's listings are worked at. Nothing is asked of Etsy yet. Raises `UsageError`, `EtsyReconnect`."""
        from printdock.etsy.client import Etsy
        from printdock.etsy.wire import Wire
        from printdock.listings.connection import get_connection
        from printdock.listings.desk import Desk
        from printdock.listings.pace import DatabasePace
        from printdock.listings.tokens import DatabaseTokens

        with self.database.read() as connection:
            connected = get_connection(connection, shop)
        app = etsy_app(self.settings)
        tokens = DatabaseTokens(self.database, shop, app, self.secret.fernet("etsy"), self.clock, self.stop)
        wire = Wire(app, tokens, DatabasePace(self.database, shop, self.clock, self.stop), stop=self.stop)
        try:
            yield Desk(shop, connected, self.database, self.storage, Etsy(wire), self.clock, self.stop)
        finally:
            wire.close()

    def draft_plan(
        self,
        desk: Desk,
        template: str,
        *,
        numbers: Sequence[int] | None = None,
        designs: Sequence[UUID] | None = None,
        overwrite: bool = False,
        look: bool = False,
        ask: bool = True,
    ) -> tuple[StoredTemplate, list[Planned]]:
        """What drafts of designs (by number or id; all when neither is given) would need (see `make_plan`).

        Raises `UsageError`.
        """
        from printdock.listings.plan import make_plan
        from printdock.listings.subject import find_subjects
        from printdock.listings.templates import get_listing_template

        with self.database.read() as connection:
            stored = get_listing_template(connection, desk.shop, template)
        product = self.template(stored.template.product or stored.template.name, desk.shop)
        with self.database.read() as connection:
            subjects = find_subjects(connection, product, numbers=numbers, ids=designs)
        return stored, make_plan(desk, stored, subjects, overwrite=overwrite, look=look, ask=ask)

    def mockup_plan(
        self,
        shop: Shop,
        set_name: str,
        template: str | None = None,
        *,
        numbers: Sequence[int] | None = None,
        designs: Sequence[UUID] | None = None,
        colours: Sequence[str] | None = None,
    ) -> Plan:
        """The mockups of designs (by number or id; all when neither is given) on a set. Raises `UsageError`."""
        from printdock.mockups.plan import find_print_files, make_plan

        mockup_set, product = self.mockup_set(shop, set_name, template)
        with self.database.read() as connection:
            files = find_print_files(connection, product, numbers, designs)
        return make_plan(mockup_set, product, files, colours)

    def mockup_set(self, shop: Shop, name: str, template: str | None = None) -> tuple[MockupSet, Template]:
        """A set, and the template whose designs are shown on it: its own where none is named. Raises `UsageError`."""
        from printdock.mockups.sets import find_set

        with self.database.read() as connection:
            mockup_set = find_set(connection, shop, name)
        product = template or mockup_set.template
        if product is None:
            raise UsageError(f"The set {name!r} serves any template.", code="no_template", remedy="Say which template.")
        return mockup_set, self.template(product, shop)

    def mockup_batch(
        self,
        *,
        report: Callable[[Progress], None],
        force: bool = False,
        force_before: datetime | None = None,
        dry_run: bool = False,
    ) -> Batch:
        """A batch of mockups of imported sets, with the limits of the settings."""
        from printdock.mockups.batch import Batch
        from printdock.mockups.sets import load_picture

        return Batch(
            database=self.database,
            storage=self.storage,
            load=load_picture,
            bases=self.bases,
            clock=self.clock,
            limits=limits(self.settings),
            force=force,
            force_before=force_before,
            dry_run=dry_run,
            report=report,
            stop=self.stop,
        )

    def move_over(
        self,
        source: str,
        *,
        files: str | None = None,
        only: Collection[str] = (),
        dry_run: bool = False,
        all_hashes: bool = False,
        report: Callable[[str], None] = lambda sentence: None,
        listing: Listing = lambda row: None,
    ) -> Moved:
        """Bring the replaced system over from ``source``. ``files``: the storage with its files, where that is another.

        Raises `UsageError` and as `moving.move.move_over`.
        """
        from printdock.moving.move import move_over
        from printdock.moving.parts import Parts

        settings, bounds = self.settings, limits(self.settings)
        with ExitStack() as closing:
            old = self.storage
            if files is not None:
                elsewhere = settings.model_copy(update={"storage": SecretStr(files)})
                old = open_storage(elsewhere, stop=self.stop)
                closing.callback(old.close)
            parts = Parts(
                self.database, self.storage, old, self.clock, self.stop, settings.home,
                workers=bounds.workers, memory_bytes=bounds.memory_bytes, group=bounds.batch_images,
                max_pixels=bounds.max_pixels, all_hashes=all_hashes, dry_run=dry_run, report=report,
            )  # fmt: skip
            return move_over(source, parts, only=only, listing=listing)


def library_of(services: Services) -> Library:
    """What a backup copies and a restore fills."""
    from printdock.backup.manifest import INCOMING, SPOOL
    from printdock.backup.source import Library

    settings = services.settings
    return Library(
        database=services.database,
        storage=services.storage,
        waiting={SPOOL: services.spool.folder, INCOMING: settings.incoming_folder},
        secret=services.secret.key("telling secrets apart").hex()[:16],
        shown=settings.storage_shown,
        transfers=settings.store_transfers,
        stop=services.stop,
    )


@contextmanager
def open_telemetry(settings: Settings, *, metrics_port: bool = False) -> Iterator[None]:
    """Logs, metrics and traces of a process that serves or works for long, as the settings say.

    ``metrics_port``: answer `/metrics` on a port of its own where the settings name one, for a process without another
    door. Raises `UsageError` where that port is taken.
    """
    from printdock.telemetry import exposition, traces

    logs.configure(form=settings.log_format, level=settings.log_level, secrets=settings.secrets())
    exposition.switch_on()
    with ExitStack() as closing:
        if settings.otlp_endpoint:
            closing.callback(traces.switch_on(settings.otlp_endpoint))
        if metrics_port and settings.metrics_port:
            try:
                closing.callback(exposition.serve(settings.metrics_host, settings.metrics_port))
            except OSError as error:
                raise UsageError(
                    f"/metrics cannot listen on {settings.metrics_host}:{settings.metrics_port}: {error.strerror}.",
                    remedy="Set PRINTDOCK_METRICS_PORT to a free port.",
                ) from error
        yield


def limits(settings: Settings) -> Limits:
    """The bounds of an upload, in bytes and counts."""
    return Limits(
        batch_images=settings.batch_images,
        batch_bytes=settings.batch_mb * 1_000_000,
        memory_bytes=settings.memory_mb * 1_000_000,
        transfers=settings.store_transfers,
        workers=settings.workers,
        max_pixels=settings.max_pixels,
        max_file_bytes=settings.max_file_mb * 1_000_000,
    )


@contextmanager
def open_services(
    settings: Settings, *, on_storage: Callable[[str], None] = lambda sentence: None
) -> Iterator[Services]:
    """Open what the settings name; everything is closed at the end.

    ``on_storage`` is told in a sentence when the storage goes away and when it is back. Raises `UsageError` for
    settings that make no sense together, `DatabaseUnavailable` when the database does not answer.
    """
    _make_home(settings.home)
    keep_memory()
    stop = threading.Event()
    secret = server_secret(settings)
    health = StorageHealth(utc_now)
    bases = Kept(settings.mockup_cache_mb * 1_000_000)
    database = Database(settings.database)

    def noticed(event: StorageEvent) -> None:
        health.note(event)
        _measure(event)
        on_storage(_sentence(event))

    try:
        ready(database)
        ensure_statistics(database)
        storage = open_storage(settings, stop=stop, on_event=noticed)
        spool = Spool(settings.home / "spool")
        unwatch = meters.watch(lambda: samples(storage, spool, here=health.state.here))
        try:
            yield Services(settings, database, storage, spool, utc_now, stop, secret, health, bases)
        finally:
            unwatch()
            storage.close()
    finally:
        database.close()


def open_easel(settings: Settings) -> Easel:
    """Where this process paints the previews of mockup editors; holds at most half of what a batch may."""
    from printdock.mockups.easel import Easel

    return Easel(settings.mockup_cache_mb * 500_000, max(1, settings.workers))


def server_secret(settings: Settings) -> ServerSecret:
    """The secret of this server, or of all that share the setting. Raises `UsageError` for one that is too short."""
    given = settings.secret
    return ServerSecret(settings.home / "secret", None if given is None else given.get_secret_value())


def etsy_app(settings: Settings) -> App:
    """The app that the settings name. Raises `UsageError`."""
    from printdock.etsy.app import App

    missing = [
        name
        for name, value in (
            ("ETSY_KEYSTRING", settings.etsy_keystring),
            ("ETSY_SHARED_SECRET", settings.etsy_shared_secret),
        )
        if value is None or not value.get_secret_value().strip()
    ]
    if missing or settings.etsy_keystring is None or settings.etsy_shared_secret is None:
        raise UsageError(
            f"{' and '.join(missing)} not set: printdock needs the key of your app at Etsy.",
            code="etsy_no_key",
            remedy="Both stand on your app's page at etsy.com/developers; the README says how to get one.",
        )
    return App(
        settings.etsy_keystring.get_secret_value().strip(),
        settings.etsy_shared_secret.get_secret_value().strip(),
        settings.etsy_api.rstrip("/"),
        settings.etsy_site.rstrip("/"),
    )


def sign_in_provider(settings: Settings) -> Provider | None:
    """The OpenID Connect provider of the settings. Raises `UsageError` when only half of it is set."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None:
        raise UsageError("PRINTDOCK_OIDC_ISSUER needs PRINTDOCK_OIDC_CLIENT_ID.", code="half_a_setting")
    from printdock.accounts.oidc import Provider

    secret = settings.oidc_client_secret
    return Provider(
        settings.oidc_issuer, settings.oidc_client_id, None if secret is None else secret.get_secret_value()
    )


def open_storage(
    settings: Settings, *, stop: threading.Event, on_event: Callable[[StorageEvent], None] = lambda event: None
) -> Storage:
    """The storage of the settings: a folder, or a NAS (SFTP) or bucket (S3) behind retries and a circuit breaker."""
    url = settings.storage_url
    if "://" not in url:
        from printdock.storage.local import LocalStorage

        return MeasuredStorage(LocalStorage(Path(url).expanduser()))
    from printdock.storage.resilient import ResilientStorage

    remote = _bucket(settings) if url.startswith("s3://") else _nas(settings)
    return ResilientStorage(
        MeasuredStorage(remote), patience_s=settings.store_patience_s, cancel=stop, on_event=on_event
    )


def _nas(settings: Settings) -> Storage:
    from printdock.storage.sftp import SftpStorage
    from printdock.storage.urls import parse_storage_url

    target = parse_storage_url(settings.storage_url, known_hosts=known_hosts(settings), key_file=settings.nas_key_file)
    return SftpStorage(target, max_connections=settings.nas_max_connections)


def _bucket(settings: Settings) -> Storage:
    from printdock.storage.s3 import S3Storage
    from printdock.storage.s3_target import parse_s3_url

    target = parse_s3_url(
        settings.storage_url,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        key_id=None if settings.s3_key_id is None else settings.s3_key_id.get_secret_value(),
        secret=None if settings.s3_secret is None else settings.s3_secret.get_secret_value(),
    )
    return S3Storage(target)


def _measure(event: StorageEvent) -> None:
    if event.kind == "away":
        meters.count(NAS_OUTAGES)
    level = logging.WARNING if event.kind == "away" else logging.INFO
    said = {"away_s": round(event.away_s, 1), "tries": event.tries, "next_try_s": round(event.next_try_s, 1)}
    logs.event(f"storage_{event.kind}", level=level, place="nas", error=str(event.error or ""), **said)


def _sentence(event: StorageEvent) -> str:
    if event.kind == "back":
        return f"📤 The storage is back after {event.away_s:.0f} s."
    return f"📤 The storage is away, trying again in {event.next_try_s:.0f} s. {event.error or ''}".strip()


def known_hosts(settings: Settings) -> Path:
    """Where the NAS's pinned host key is kept."""
    return settings.known_hosts or settings.home / "known_hosts"


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The home {home} cannot be made: {error.strerror}.", remedy="Choose another with --home."
        ) from error
