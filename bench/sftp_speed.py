"""How fast files reach a NAS: ours against OpenSSH's ``sftp`` and ``rclone``, to one OpenSSH server on loopback.

100 files of 5 MB with 4 connections each, aes128-gcm for all; rclone with its own choice of cipher is shown too. The
contenders take turns, so that what else the machine does hits all of them; the answer is a ratio of medians. CPU
seconds are those of the client alone.

    python bench/sftp_speed.py [--rounds 5] [--folder /dev/shm] [--json result.json]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "src")]

from printdock.storage.sftp import SftpStorage  # noqa: E402
from tests.services.ssh import OpenSshServer  # noqa: E402

FILES, SIZE, CONNECTIONS = 100, 5_000_000, 4
CIPHER = "aes128-gcm@openssh.com"


@dataclass
class Runs:
    """Seconds on the wall and of the client's CPU, one of each a round."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def summary(self, reference_s: float) -> dict[str, float]:
        wall_s = statistics.median(self.wall_s)
        return {
            "mb_per_s": round(FILES * SIZE / 1e6 / wall_s, 1),
            "wall_s": round(wall_s, 3),
            "worst_s": round(max(self.wall_s), 3),
            "cpu_s_per_100_mb": round(statistics.median(self.cpu_s) / (FILES * SIZE / 1e8), 3),
            "speed_against_openssh": round(reference_s / wall_s, 2),
        }


def ours(server: OpenSshServer, source: Path, *, sync: bool) -> Callable[[], None]:
    """`SftpStorage.put` from 4 threads; connecting is part of the time, as it is for the others."""
    contents = [(path.name, path.read_bytes()) for path in sorted(source.iterdir())]

    def run() -> None:
        storage = SftpStorage(server.target("out"), max_connections=CONNECTIONS, sync=sync)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda file: storage.put(*file), contents))
        storage.close()

    return run


def openssh(server: OpenSshServer, source: Path) -> Callable[[], None]:
    """Four ``sftp -b``, 25 files each."""
    batches = []
    names = sorted(path.name for path in source.iterdir())
    for number in range(CONNECTIONS):
        batch = source.parent / f"batch-{number}"
        lines = [f"put {source / name} {server.root}/out/{name}\n" for name in names[number::CONNECTIONS]]
        batch.write_text("".join(lines))
        batches.append(batch)

    def run() -> None:
        options = ["-q", "-F", "none", "-c", CIPHER, "-i", str(server.key_file), "-P", str(server.port),
                   "-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "Compression=no"]  # fmt: skip
        commands = [["sftp", "-b", str(batch), *options, f"{server.username}@{server.host}"] for batch in batches]
        _run_all(commands)

    return run


def rclone(server: OpenSshServer, source: Path, *, cipher: str = "") -> Callable[[], None]:
    """``rclone copy --transfers 4``; without ``cipher`` its own choice. It compares no checksums: nor does sftp."""
    ciphers = f"ciphers={cipher}," if cipher else ""
    remote = (
        f":sftp,host={server.host},port={server.port},user={server.username},key_file={server.key_file},"
        f"known_hosts_file={server.known_hosts},{ciphers}shell_type=unix,md5sum_command=none,"
        f"sha1sum_command=none:{server.root}/out"
    )
    command = ["rclone", "copy", "--transfers", str(CONNECTIONS), "--config", os.devnull, str(source), remote]
    return lambda: _run_all([command])


def measure(contenders: dict[str, Callable[[], None]], out: Path, rounds: int) -> dict[str, Runs]:
    """Each contender once a round, in an order that rotates; every round stores into an empty folder."""
    runs = {name: Runs() for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            os.sync()
            cpu, began = _cpu_s(), time.perf_counter()
            contenders[name]()
            runs[name].wall_s.append(time.perf_counter() - began)
            runs[name].cpu_s.append(_cpu_s() - cpu)
            stored = [path.stat().st_size for path in out.iterdir()]
            assert stored == [SIZE] * FILES, f"{name} stored {len(stored)} files"
    return runs


def main() -> None:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="sftp-speed-", dir=options.folder))
    server = OpenSshServer(folder)
    try:
        server.start()
        source = folder / "source"
        source.mkdir()
        data = os.urandom(SIZE)
        for number in range(FILES):
            (source / f"{number:03d}.png").write_bytes(data)
        contenders = {"openssh": openssh(server, source), "printdock": ours(server, source, sync=True),
                      "printdock, no fsync": ours(server, source, sync=False)}  # fmt: skip
        if shutil.which("rclone"):
            contenders["rclone"] = rclone(server, source)
            contenders["rclone, aes128-gcm"] = rclone(server, source, cipher=CIPHER)
        runs = measure(contenders, server.root / "out", options.rounds)
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
    _report(runs, options)


def _report(runs: dict[str, Runs], options: argparse.Namespace) -> None:
    reference_s = statistics.median(runs["openssh"].wall_s)
    results = {name: run.summary(reference_s) for name, run in runs.items()}
    others = [name for name in results if not name.startswith("printdock")]
    speed = results["printdock"]["mb_per_s"]
    answer = {
        "files": FILES,
        "bytes": SIZE,
        "connections": CONNECTIONS,
        "rounds": options.rounds,
        "folder": str(options.folder),
        "load": os.getloadavg()[0],
        "printdock_against": {name: round(speed / results[name]["mb_per_s"], 2) for name in others},
        "results": results,
    }
    print(f"{'':22}{'MB/s':>8}{'median s':>10}{'worst s':>10}{'CPU s/100 MB':>14}{'x OpenSSH':>11}")
    for name, result in results.items():
        print(f"{name:22}{result['mb_per_s']:8.0f}{result['wall_s']:10.2f}{result['worst_s']:10.2f}"
              f"{result['cpu_s_per_100_mb']:14.2f}{result['speed_against_openssh']:11.2f}")  # fmt: skip
    text = json.dumps(answer, indent=2)
    if options.json is None:
        print(text)
    else:
        options.json.write_text(text + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm") if Path("/dev/shm").is_dir() else None)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _run_all(commands: list[list[str]]) -> None:
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    for process in running:
        if process.wait():
            raise SystemExit(f"{process.args!r} failed")


def _cpu_s() -> float:
    """CPU seconds of this process and of clients it has waited for. The server is not waited for until the end."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
