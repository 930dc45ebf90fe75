"""The upload as the replaced system does it, for the other side of every ratio.

    python -m bench.baseline.old_way --sftp 'sftp://user@127.0.0.1:2222/share' --key KEY --database URL FILE...

prints one JSON object. It is the old system's image, duplicate, transfer and database work alone, with its defects:
alpha is dropped by the hashes, duplicates are dropped in silence, files go to their final name. What made it slower
still is left out on purpose, so that it is at its best: HTTP, logs, the progress stream, sending every file twice,
ORM objects, one database session shared (and fought over) by all threads, and the whole upload in memory at once.

Two generations. ``found``: as it runs today, with its batches, threads, pool and bulk inserts. ``before``: as it was
before those were added: one file after the other, one connection, an INSERT and the look-ups per image.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import unquote, urlsplit

import cv2
import imagehash
import numpy as np
import paramiko
import sqlalchemy as sa
from PIL import Image

#: 9.5 x 4.33 in at 400 DPI: what the workflow path stretches every design to.
PRINT_PX = (3800, 1732)
HASH_SIZE = 16
KINDS = ("phash", "ahash", "dhash", "whash")
#: Hashes at most so many of 256 bits apart are "equal"; two equal hashes of the four make a duplicate.
NEAR_BITS, NEAR_HASHES = 5, 2
RECENT_ROWS = 1000
SHOP, TEMPLATE = "Bench Shop", "UVDTF 16oz"

metadata = sa.MetaData()
templates = sa.Table(
    "etsy_product_templates",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False),
    sa.Column("name", sa.String, nullable=False),
)
size_configs = sa.Table(
    "size_configs",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("product_template_id", sa.Uuid, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("width_inches", sa.Float, nullable=False),
    sa.Column("height_inches", sa.Float, nullable=False),
)
designs = sa.Table(
    "design_images",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False),
    sa.Column("filename", sa.String, nullable=False),
    sa.Column("file_path", sa.String, nullable=False),
    *(sa.Column(kind, sa.String(64)) for kind in KINDS),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
)
_active = designs.c.is_active.is_(True)
for _kind in KINDS:
    sa.Index(f"idx_design_{_kind}", designs.c[_kind], postgresql_where=_active, sqlite_where=_active)
sa.Index("idx_design_user", designs.c.user_id, designs.c.is_active, postgresql_where=_active, sqlite_where=_active)


@dataclass(frozen=True, slots=True)
class Way:
    """How the old system goes about it. Every field can be set on its own, to see what it is worth."""

    batch_images: int = 20
    batch_bytes: int = 50_000_000
    threads: int = 4  # batches side by side; the images of one batch are always worked off one after the other
    transfers: int = 4  # uploads side by side, per batch
    connections: int = 10  # of the pool, all batches together
    connection_per_file: bool = False
    insert_per_image: bool = False
    lookup_per_image: bool = False
    keep_duplicates: bool = False  # store what its duplicate rule would drop (it drops new designs too)


FOUND = Way()
BEFORE = Way(
    threads=1,
    transfers=1,
    connections=1,
    connection_per_file=True,
    insert_per_image=True,
    lookup_per_image=True,
)
GENERATIONS = {"found": FOUND, "before": BEFORE}


@dataclass(frozen=True, slots=True)
class Target:
    """The NAS: an SFTP server and a folder on it."""

    host: str
    port: int
    username: str
    root: str
    password: str | None = None
    key_file: str | None = None


@dataclass(slots=True)
class Stages:
    """Seconds in each stage, all threads added up: on the clock, and of the thread's CPU."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            with self.lock:
                self.wall[stage] = self.wall.get(stage, 0.0) + time.perf_counter() - wall
                self.cpu[stage] = self.cpu.get(stage, 0.0) + time.thread_time() - cpu


@dataclass(frozen=True, slots=True)
class Processed:
    filename: str
    png: bytes
    hashes: tuple[int, ...]


def to_print_size(pixels: np.ndarray) -> np.ndarray:
    """Crop to alpha != 0, then stretch, on straight alpha. Height x width x 4."""
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        alpha = pixels[..., 3] != 0
        rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
        pixels = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if pixels.dtype == np.uint16:
        pixels = (pixels // 256).astype(np.uint8)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGRA)
    elif pixels.shape[2] == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)
    grows = PRINT_PX[0] > pixels.shape[1] or PRINT_PX[1] > pixels.shape[0]
    return cv2.resize(pixels, PRINT_PX, interpolation=cv2.INTER_CUBIC if grows else cv2.INTER_AREA)


def four_hashes(image: Image.Image) -> tuple[int, ...]:
    """ImageHash's perceptual, average, difference and wavelet hash, 256 bits each. It drops alpha."""
    functions = (imagehash.phash, imagehash.average_hash, imagehash.dhash, imagehash.whash)
    return tuple(int(str(function(image, hash_size=HASH_SIZE)), 16) for function in functions)


def near(ours: Sequence[int], theirs: set[int]) -> bool:
    """Whether at least two of our hashes are within 5 bits of any of theirs, whatever their kind."""
    return sum(any((a ^ b).bit_count() <= NEAR_BITS for b in theirs) for a in ours) >= NEAR_HASHES


def to_hex(value: int) -> str:
    return f"{value:064x}"


class Database:
    """The old system's queries, each on a connection of its own thread."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url, pool_size=16, max_overflow=16)
        metadata.create_all(self.engine)
        self.user, self.template = uuid.uuid4(), uuid.uuid4()
        with self.engine.begin() as connection:
            connection.execute(sa.insert(templates), {"id": self.template, "user_id": self.user, "name": TEMPLATE})
            size = {"product_template_id": self.template, "name": TEMPLATE, "width_inches": 9.5, "height_inches": 4.33}
            connection.execute(sa.insert(size_configs), {"id": uuid.uuid4(), **size})

    def look_up(self) -> tuple[str, float, float]:
        """The template's name, and its size in inches."""
        with self.engine.connect() as connection:
            name = connection.execute(sa.select(templates.c.name).where(templates.c.id == self.template)).scalar_one()
            size = sa.select(size_configs.c.width_inches, size_configs.c.height_inches)
            row = connection.execute(size.where(size_configs.c.product_template_id == self.template)).one()
        return str(name), float(row[0]), float(row[1])

    def is_duplicate(self, hashes: tuple[int, ...]) -> bool:
        """Any of the four values in any of the four columns; else the newest 1,000 rows, once per hash."""
        columns = [designs.c[kind] for kind in KINDS]
        ours = sa.select(*columns).where(designs.c.user_id == self.user, _active)
        values = [to_hex(value) for value in hashes]
        with self.engine.connect() as connection:
            equal = connection.execute(ours.where(sa.or_(*(c.in_(values) for c in columns))).limit(10)).all()
            if sum(cell in values for row in equal for cell in row) >= NEAR_HASHES:
                return True
            found = 0
            for value, mine in zip(values, hashes, strict=True):
                if connection.execute(ours.where(sa.or_(*(c == value for c in columns))).limit(1)).first():
                    found += 1
                    continue
                recent = connection.execute(ours.order_by(designs.c.created_at.desc()).limit(RECENT_ROWS))
                cells = (int(cell, 16) for row in recent for cell in row if cell)
                found += any((mine ^ cell).bit_count() <= NEAR_BITS for cell in cells)
        return found >= NEAR_HASHES

    def insert(self, images: list[Processed]) -> None:
        if not images:
            return
        rows = [
            {
                "id": uuid.uuid4(),
                "user_id": self.user,
                "filename": image.filename,
                "file_path": f"/share/Graphics/{SHOP}/{TEMPLATE}/{image.filename}",
                "is_active": True,
                **{kind: to_hex(value) for kind, value in zip(KINDS, image.hashes, strict=True)},
            }
            for image in images
        ]
        with self.engine.begin() as connection:
            connection.execute(sa.insert(designs), rows)


class Nas:
    """paramiko with its defaults, as it is usually called; a pool of connections, or a new one for every file."""

    def __init__(self, target: Target, way: Way) -> None:
        self._target, self._way = target, way
        self._pool: SimpleQueue[tuple[paramiko.SSHClient, paramiko.SFTPClient] | None] = SimpleQueue()
        for _ in range(way.connections):
            self._pool.put(None)  # a free place; opened when first needed
        self.folder = f"{target.root.rstrip('/')}/{SHOP}/{TEMPLATE}"

    def put(self, filename: str, data: bytes) -> int:
        """Upload; the bytes sent."""
        place = self._pool.get()
        ssh, sftp = place or self._connect()
        try:
            self._ensure_folder(sftp)
            sftp.putfo(io.BytesIO(data), f"{self.folder}/{filename}", file_size=len(data))
        finally:
            if self._way.connection_per_file:
                ssh.close()
                self._pool.put(None)
            else:
                self._pool.put((ssh, sftp))
        return len(data)

    def close(self) -> None:
        for _ in range(self._way.connections):
            place = self._pool.get()
            if place is not None:
                place[0].close()

    def _connect(self) -> tuple[paramiko.SSHClient, paramiko.SFTPClient]:
        ssh = paramiko.SSHClient()
        ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        target = self._target
        ssh.connect(
            target.host,
            port=target.port,
            username=target.username,
            password=target.password,
            key_filename=target.key_file,
            look_for_keys=False,
            allow_agent=False,
        )
        return ssh, ssh.open_sftp()

    def _ensure_folder(self, sftp: paramiko.SFTPClient) -> None:
        """Its test whether a folder exists is to list the whole of it."""
        try:
            sftp.listdir(self.folder)
        except FileNotFoundError:
            path = ""
            for part in self.folder.strip("/").split("/"):
                path += f"/{part}"
                try:
                    sftp.mkdir(path)
                except OSError:
                    continue  # it is there, or another thread was faster


class Upload:
    """One upload of many files."""

    def __init__(self, nas: Nas, database: Database, way: Way) -> None:
        self.nas, self.database, self.way = nas, database, way
        self.stages = Stages()
        self.stored = self.bytes_out = 0
        self.duplicates: list[str] = []
        self.failed: list[str] = []
        self._lock = threading.Lock()

    def run(self, paths: Sequence[Path]) -> None:
        numbered = list(enumerate(paths, start=100))
        if not self.way.lookup_per_image:
            self.database.look_up()
        with ThreadPoolExecutor(self.way.threads) as pool:
            for done in [pool.submit(self._batch, batch) for batch in self._batches(numbered)]:
                done.result()

    def _batches(self, numbered: list[tuple[int, Path]]) -> Iterator[list[tuple[int, Path]]]:
        batch: list[tuple[int, Path]] = []
        size = 0
        for number, path in numbered:
            more = path.stat().st_size
            if batch and (len(batch) == self.way.batch_images or size + more > self.way.batch_bytes):
                yield batch
                batch, size = [], 0
            batch.append((number, path))
            size += more
        if batch:
            yield batch

    def _batch(self, batch: list[tuple[int, Path]]) -> None:
        seen: set[int] = set()
        done: list[Processed] = []
        for number, path in batch:
            image = self._process(number, path, seen)
            if image is None:
                continue
            done.append(image)
            if self.way.insert_per_image:
                self._send(image)
                with self.stages.timed("database"):
                    self.database.insert([image])
        if not self.way.insert_per_image:
            with ThreadPoolExecutor(self.way.transfers) as pool:
                list(pool.map(self._send, done))
            with self.stages.timed("database"):
                self.database.insert(done)
        with self._lock:
            self.stored += len(done)

    def _process(self, number: int, path: Path, seen: set[int]) -> Processed | None:
        """One image; None when it is dropped."""
        if self.way.lookup_per_image:
            with self.stages.timed("look-up"):
                self.database.look_up()
        with self.stages.timed("decode"):
            pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        if pixels is None:
            with self._lock:
                self.failed.append(path.name)
            return None
        with self.stages.timed("size"):
            sized = to_print_size(pixels)
            image = Image.fromarray(cv2.cvtColor(sized, cv2.COLOR_BGRA2RGBA))
        with self.stages.timed("hash"):
            hashes = four_hashes(image)
        with self.stages.timed("duplicates"):
            duplicate = near(hashes, seen) or self.database.is_duplicate(hashes)
            seen.update(hashes)
        if duplicate:
            with self._lock:
                self.duplicates.append(path.name)
            if not self.way.keep_duplicates:
                return None
        with self.stages.timed("encode"):
            buffer = io.BytesIO()
            image.save(buffer, format="PNG", optimize=True)
        name = f"UV {number:03d} {TEMPLATE.replace(' ', '_')}_{number:03d}.png"
        return Processed(name, buffer.getvalue(), hashes)

    def _send(self, image: Processed) -> None:
        with self.stages.timed("transfer"):
            sent = self.nas.put(image.filename, image.png)
        with self._lock:
            self.bytes_out += sent


def run(paths: Sequence[Path], target: Target, database_url: str, way: Way = FOUND) -> dict[str, Any]:
    """Upload ``paths`` the old way into ``target`` and a database whose tables are made where they are missing.

    CPU and memory are those of this whole process: measure in a process of its own (the command line).
    """
    database, nas = Database(database_url), Nas(target, way)
    upload = Upload(nas, database, way)
    wall, cpu = time.perf_counter(), _cpu_seconds()
    try:
        upload.run(paths)
        seconds, cpu_used = time.perf_counter() - wall, _cpu_seconds() - cpu
    finally:
        nas.close()
        database.engine.dispose()
    return {
        "files": len(paths),
        "stored": upload.stored,
        "dropped_as_duplicates": sorted(upload.duplicates),
        "failed": sorted(upload.failed),
        "seconds_wall": seconds,
        "cpu_seconds": cpu_used,
        "peak_rss_bytes": peak_rss_bytes(),
        "bytes_out": upload.bytes_out,
        "stages_wall": upload.stages.wall,
        "stages_cpu": upload.stages.cpu,
        "way": asdict(way),
    }


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_rss_bytes() -> int:
    """Of this process so far. VmHWM, for ru_maxrss of a child starts at what its parent used before exec."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def parse_target(url: str, key_file: str | None) -> Target:
    parts = urlsplit(url)
    if parts.scheme != "sftp" or not parts.hostname or not parts.username:
        raise SystemExit("--sftp takes sftp://user[:password]@host[:port]/folder")
    password = unquote(parts.password) if parts.password else None
    return Target(parts.hostname, parts.port or 22, unquote(parts.username), unquote(parts.path), password, key_file)


def main() -> None:
    parser = argparse.ArgumentParser(description="Upload files the way the old system does; prints JSON.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sftp", required=True, help="sftp://user[:password]@host[:port]/folder")
    parser.add_argument("--key", help="private key file")
    parser.add_argument("--database", required=True, help="SQLAlchemy URL of an empty database")
    parser.add_argument("--generation", choices=GENERATIONS, default="found")
    for flag in ("connection_per_file", "insert_per_image", "lookup_per_image", "keep_duplicates"):
        parser.add_argument(f"--{flag.replace('_', '-')}", action=argparse.BooleanOptionalAction, default=None)
    for number in ("batch_images", "batch_bytes", "threads", "transfers", "connections"):
        parser.add_argument(f"--{number.replace('_', '-')}", type=int)
    given = vars(parser.parse_args())
    changed = {name: value for name, value in given.items() if name in Way.__dataclass_fields__ and value is not None}
    way = replace(GENERATIONS[given["generation"]], **changed)
    print(json.dumps(run(given["files"], parse_target(given["sftp"], given["key"]), given["database"], way), indent=2))


if __name__ == "__main__":
    main()
