"""``printdock etsy``: connect a shop, see how it stands, disconnect it."""

from __future__ import annotations

import sys
import webbrowser
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from printdock.cli.common import console, errors_console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.listings.connection import EtsyConnection
    from printdock.shops.queries import Shop
    from printdock.wiring import Services

#: Etsy's terms ask for this sentence, word for word.
TRADEMARK = (
    "The term 'Etsy' is a trademark of Etsy, Inc. This application uses the Etsy API but is not endorsed or certified by "
    "Etsy, Inc."
)

#: How long the page on this machine waits for the browser, seconds.
WAIT_S = 600.0

app = typer.Typer(help=f"The shop's connection to Etsy. {TRADEMARK}", no_args_is_help=True)


@app.command()
def connect(
    paste: Annotated[
        bool, typer.Option("--paste", help="Ask for the address you landed on, instead of listening for it.")
    ] = False,
    begin: Annotated[
        bool, typer.Option("--begin", help="Only print the address to open; finish with --address.")
    ] = False,
    address: Annotated[
        str | None, typer.Option("--address", help="The address you landed on, of a connection begun before.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Connect the shop: sign in at Etsy, allow it, and come back."""
    from printdock.wiring import etsy_app

    with services_for(home) as services:
        chosen, key = services.shop(shop), etsy_app(services.settings)
        if address is None:
            from printdock.listings import connection

            redirect, fernet = services.settings.etsy_redirect, services.secret.fernet("etsy")
            url = connection.begin(services.database, chosen, key, redirect, fernet, services.clock())
            if begin:
                print_json({"open": url}) if json else console.print(url, soft_wrap=True, highlight=False)
                return
            address = _ask(url, redirect, paste=paste, browser=browser, services=services)
        connected = _finish(services, chosen, key, address)
    if json:
        print_json(connected.as_dict())
        return
    console.print(f"The shop {shown(chosen.name)} is connected to {shown(connected.name)} at Etsy.", highlight=False)
    console.print(f"[dim]{TRADEMARK}[/]", highlight=False)


def _ask(url: str, redirect: str, *, paste: bool, browser: bool, services: Services) -> str:
    """Send the seller to Etsy; the address they come back to."""
    from printdock.etsy.callback import Callback

    callback = None if paste else Callback(redirect)
    try:
        errors_console.print("Sign in at Etsy and allow printdock, here:", highlight=False)
        errors_console.print(url, soft_wrap=True, highlight=False)
        if browser:
            webbrowser.open(url)
        if callback is None:
            errors_console.print("\nThen paste the address you landed on (the page itself need not open):")
            return sys.stdin.readline().strip()
        found = callback.wait(WAIT_S, services.stop)
        if found is None:
            raise UsageError(
                "The browser did not come back.",
                code="etsy_no_answer",
                remedy=f"Is {redirect} the callback of your app at Etsy, letter by letter? Or use --paste.",
            )
        return found
    finally:
        if callback is not None:
            callback.close()


def _finish(services: Services, shop: Shop, key: Any, address: str) -> EtsyConnection:
    from printdock.listings import connection
    from printdock.listings.connect import note_own_shop

    fernet = services.secret.fernet("etsy")
    connection.finish(services.database, shop, key, address, fernet, services.clock())
    with services.etsy_desk(shop) as desk:
        return note_own_shop(desk)


@app.command()
def status(
    check: Annotated[bool, typer.Option("--check", help="Ask Etsy whether key and connection are good.")] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """How the shop's connection stands, and how many calls are left today. Exit code 3 when it does not work."""
    from printdock.listings.connection import find_connection
    from printdock.listings.pace import budget

    with services_for(home) as services:
        chosen = services.shop(shop)
        if check:
            with services.etsy_desk(chosen) as desk:
                desk.etsy.ping()
                desk.etsy.me()
        with services.database.read() as tables:
            connected = find_connection(tables, chosen)
            calls = budget(tables, chosen, services.clock())
    document = {
        "shop": chosen.name,
        "connected": connected is not None and connected.broken is None,
        "connection": connected.as_dict() if connected else None,
        "calls": calls.as_dict() if calls else None,
    }
    print_json(document) if json else _show(document)
    raise typer.Exit(0 if document["connected"] else 3)


def _show(document: dict[str, Any]) -> None:
    connection, calls = document["connection"], document["calls"]
    if connection is None:
        console.print(f"The shop {shown(document['shop'])} is not connected. Connect it: printdock etsy connect")
        return
    table = Table("", "", box=None, pad_edge=False, show_header=False)
    table.add_row("Etsy shop", shown(connection["etsy_shop"]))
    table.add_row(
        "state", f"[red]ended[/]: {shown(connection['broken'], 400)}" if connection["broken"] else "[green]good[/]"
    )
    table.add_row("currency", shown(connection["currency"]))
    table.add_row("allowed", shown(" ".join(connection["scopes"])))
    if calls:
        left = "" if calls["left_today"] is None else f", {calls['left_today']} of {calls['per_day']} left today"
        table.add_row("calls", f"{calls['per_second']} a second{left}")
        if calls["parked_until"]:
            until = datetime.fromisoformat(calls["parked_until"]).astimezone(UTC)
            table.add_row("goes on at", f"[yellow]{until:%Y-%m-%d %H:%M} UTC[/]: the calls of the day are used up")
    console.print(table)
    if connection["broken"]:
        console.print("Connect it again: printdock etsy connect")


@app.command()
def disconnect(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Forget the shop's tokens. Drafts that were made stay at Etsy, and printdock still knows them."""
    from printdock.listings import connection

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.write() as tables:
            gone = connection.disconnect(tables, chosen)
    if json:
        print_json({"disconnected": gone})
    else:
        words = "is not connected to Etsy any more" if gone else "was not connected"
        console.print(f"The shop {shown(chosen.name)} {words}.")
