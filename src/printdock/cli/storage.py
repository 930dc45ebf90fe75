"""``printdock storage``: is the NAS there, is it the right one, and what waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for, settings_for
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.storage.hostkeys import HostKey
    from printdock.storage.urls import SftpTarget
    from printdock.wiring import Services

app = typer.Typer(help="The NAS, bucket or folder that print files are stored in.", no_args_is_help=True)


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
    from printdock.storage.probe import probe_storage

    times = asdict(probe_storage(services.storage, shop))
    return {"storage": services.settings.storage_shown, "ok": True, "spooled": len(services.spool.waiting()), **times}


@app.command()
def trust(
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask: the fingerprint was checked otherwise.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="The NAS was set up anew: take its new key in place of the pinned one.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Pin the NAS's host key: shows its fingerprint, asks, and from then on talks to no other machine.

    Then it logs in, and makes the folder of print files where it is missing.
    """
    from printdock.storage.hostkeys import fetch_host_key, pinned_keys, refuse_another
    from printdock.storage.hostkeys import trust as pin
    from printdock.storage.urls import parse_storage_url
    from printdock.wiring import known_hosts

    settings = settings_for(home)
    if not settings.storage_url.startswith("sftp://"):
        kind = "bucket" if "://" in settings.storage_url else "folder"
        raise UsageError(f"The storage is a {kind}; there is no host to trust.")
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = parse_storage_url(settings.storage_url, known_hosts=known_hosts(settings), key_file=settings.nas_key_file)
    found = fetch_host_key(target.host, target.port)
    pinned = pinned_keys(known_hosts(settings), target.host, target.port)
    if not replace:
        refuse_another(found, pinned)
    _ask_about(found, [fingerprint for public, fingerprint in pinned if public != found.public], yes)
    pin(known_hosts(settings), found, replace=replace)
    _log_in(target)


def _ask_about(found: HostKey, earlier: Sequence[str], yes: bool) -> None:
    """Show the key, and those it would take the place of; aborts the command when the person says no."""
    for fingerprint in earlier:
        console.print(f"pinned until now:   {fingerprint}", soft_wrap=True)
    console.print(f"{found.host}:{found.port} shows the host key {found.fingerprint}", soft_wrap=True)
    if not yes:
        typer.confirm("Is that the NAS's own (see its control panel)?", abort=True)


def _log_in(target: SftpTarget) -> None:
    from printdock.storage.sftp import SftpStorage

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
