"""How fast files reach a bucket: ours against obstore's plain ``put``, to one SeaweedFS server on loopback.

100 files of 5 MB from 4 threads. The contenders take turns, so that what else the machine does hits all of them; the answer is
a ratio of medians. CPU seconds are those of the client alone. The last two rows show what each of our promises costs: the
digest that the server compares, and that nothing is replaced.

    python -m bench.s3_speed [--rounds 5] [--json result.json]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.store import S3Store

from printdock.storage.s3 import S3Storage
from tests.services.s3 import BUCKET, KEY_ID, SECRET, S3Server, find_seaweedfs

if TYPE_CHECKING:
    from obstore import PutMode

FILES, SIZE, THREADS = 100, 5_000_000, 4
Put = Callable[[str, bytes], object]


def _plain(server: S3Server, folder: str, *, mode: PutMode = "overwrite", **options: str) -> Put:
    store = S3Store(
        BUCKET, prefix=folder, endpoint=server.endpoint, region="us-east-1", access_key_id=KEY_ID,
        secret_access_key=SECRET, client_options={"allow_http": True}, **options,
    )  # fmt: skip
    return lambda key, data: obstore.put(store, key, data, mode=mode, use_multipart=False)


def _contenders(server: S3Server, folder: str) -> dict[str, Put]:
    return {
        "printdock": S3Storage(server.target(f"{folder} ours")).put,
        "plain put": _plain(server, f"{folder} plain"),
        "plain put, SHA-256": _plain(server, f"{folder} digest", checksum_algorithm="SHA256"),
        "plain put, If-None-Match": _plain(server, f"{folder} create", mode="create"),
    }


def _timed(put: Put, contents: list[bytes]) -> tuple[float, float]:
    """Seconds on the wall, and of this process's CPU."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(put, (f"{number}.png" for number in range(FILES)), contents))
    wall_s, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(rounds: int) -> list[dict[str, object]]:
    """A row for each contender."""
    contents = [os.urandom(SIZE) for _ in range(FILES)]
    runs: dict[str, list[tuple[float, float]]] = {}
    with S3Server(find_seaweedfs()) as server:
        for number in range(rounds):
            for name, put in _contenders(server, str(number)).items():
                runs.setdefault(name, []).append(_timed(put, contents))
            for page in obstore.list(server.client()):
                obstore.delete(server.client(), [found["path"] for found in page])
    plain_s = statistics.median(wall for wall, _ in runs["plain put"])
    return [
        {
            "what": name,
            "mb_per_s": round(FILES * SIZE / 1e6 / statistics.median(wall for wall, _ in each), 1),
            "wall_s": round(statistics.median(wall for wall, _ in each), 2),
            "cpu_s_per_100_mb": round(statistics.median(cpu for _, cpu in each) / (FILES * SIZE / 1e8), 3),
            "speed_against_plain": round(plain_s / statistics.median(wall for wall, _ in each), 2),
        }
        for name, each in runs.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = run(options.rounds)
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    if options.json:
        options.json.write_text(json.dumps({"results": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
