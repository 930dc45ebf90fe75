"""``printdock storage``: is the NAS there, is it the right one, and what waits for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for, settings_for
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.wiring import Services

app = typer.Typer(help="The NAS or folder that print files are stored in.", no_args_is_help=True)

#: Bytes written, read back and deleted by a check.
_PROBE_BYTES = 1_000_000


@app.command()
def check(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Write, read back and delete a file in the shop's folder."""
    with services_for(home) as services:
        result = check_storage(services, shop or services.settings.shop)
    if json:
        print_json(result)
    else:
        speed = ", ".join(f"{word} {result[f'{word}_ms']:.0f} ms" for word in ("write", "read", "delete"))
        console.print(
            f"[green]ok[/] {shown(result['storage'], 200)} ({speed}; {result['spooled']} files wait in the spool)"
        )


def check_storage(services: Services, shop: str) -> dict[str, Any]:
    """Write, read back, compare and delete a megabyte. Raises the storage's error."""
    from uuid_utils.compat import uuid4

    from printdock.storage.base import TEMPORARY_PREFIX, TEMPORARY_SUFFIX

    key = f"{shop}/{TEMPORARY_PREFIX}check-{uuid4().hex}{TEMPORARY_SUFFIX}"
    data = uuid4().bytes * (_PROBE_BYTES // 16)
    storage, times = services.storage, {}
    started = time.perf_counter()
    storage.put(key, data)
    times["write_ms"] = _since(started)
    try:
        started = time.perf_counter()
        with storage.open(key) as stream:
            same = stream.read() == data
        times["read_ms"] = _since(started)
    finally:
        started = time.perf_counter()
        storage.delete(key)
        times["delete_ms"] = _since(started)
    if not same:
        raise UsageError(
            "What was read back is not what was written.", code="storage_corrupts", remedy="Check the NAS's disks."
        )
    return {"storage": services.settings.storage_shown, "ok": True, "spooled": len(services.spool.waiting()), **times}


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


@app.command()
def trust(
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask: the fingerprint was checked otherwise.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Pin the NAS's host key: shows its fingerprint, asks, and from then on talks to no other machine.

    Then it logs in, and makes the folder of print files where it is missing.
    """
    from printdock.storage.hostkeys import fetch_host_key
    from printdock.storage.hostkeys import trust as pin
    from printdock.storage.sftp import SftpStorage
    from printdock.storage.urls import parse_storage_url
    from printdock.wiring import known_hosts

    settings = settings_for(home)
    if "://" not in settings.storage_url:
        raise UsageError("The storage is a folder; there is no host to trust.")
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = parse_storage_url(settings.storage_url, known_hosts=known_hosts(settings), key_file=settings.nas_key_file)
    found = fetch_host_key(target.host, target.port)
    console.print(f"{target.host}:{target.port} shows the host key {found.fingerprint}")
    if not yes:
        typer.confirm("Is that the NAS's own (see its control panel)?", abort=True)
    pin(known_hosts(settings), found)
    storage = SftpStorage(target, max_connections=1)
    try:
        storage.make_root()
    finally:
        storage.close()
    console.print(f"Trusted, and logged in. Print files go to {shown(target.root, 200)}.")


@app.command()
def replay(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Send what waits in the spool. Every ingest does it too."""
    from printdock.designs.recover import recover_shop

    with services_for(home) as services:
        chosen = services.shop(shop)
        done = recover_shop(chosen, services.database, services.storage, services.spool, services.clock)
        left = len(services.spool.waiting())
    if json:
        print_json({"sent": done.sent, "waiting": left})
    else:
        console.print(f"Sent {done.sent}; {left} still wait.")
    raise typer.Exit(3 if left else 0)
