"""``printdock keys``: API keys for scripts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from printdock.accounts.roles import Scope
from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for

if TYPE_CHECKING:
    from printdock.accounts.keys import ApiKey

app = typer.Typer(help="API keys: what scripts sign in with.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[Scope], typer.Option("--scope", help="What it may do; repeatable.")],
    days: Annotated[int | None, typer.Option("--days", min=1, max=36_500, help="Days until it expires.")] = None,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make an API key and print it, this once."""
    from printdock.accounts import audit, keys

    with services_for(home) as services:
        chosen, now = services.shop(shop), services.clock()
        expires_at = None if days is None else now + timedelta(days=days)
        with services.database.write() as connection:
            key, text = keys.make_key(connection, chosen.id, name, set(scope), "console", now, expires_at=expires_at)
            data = {"scopes": sorted(key.scopes), "prefix": key.prefix}
            audit.record(connection, chosen.id, audit.CONSOLE, "key_made", now, subject=key.name, data=data)
    if json:
        print_json(_data(key) | {"key": text})
    else:
        console.print("Keep it well: it is not shown again.", highlight=False)
        console.print(text, highlight=False, soft_wrap=True, markup=False)


@app.command("list")
def list_(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The shop's API keys, newest first."""
    from printdock.accounts import keys

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            own = keys.list_keys(connection, chosen.id)
        now = services.clock()
    if json:
        print_json([_data(one) for one in own])
        return
    table = Table("key", "name", "scopes", "state", "last used", box=None, pad_edge=False)
    for one in own:
        state = "works" if one.works(now) else "revoked" if one.revoked_at else "expired"
        used = "never" if one.used_at is None else one.used_at.strftime("%Y-%m-%d %H:%M")
        table.add_row(one.prefix, shown(one.name), " ".join(sorted(one.scopes)), state, used)
    console.print(table)


@app.command()
def revoke(
    prefix: Annotated[str, typer.Argument(help="The key's first part, as the list shows it.")],
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a key useless. Twice is once."""
    from printdock.accounts import audit, keys

    with services_for(home) as services:
        chosen, now = services.shop(shop), services.clock()
        with services.database.write() as connection:
            key = keys.key_by_prefix(connection, chosen.id, prefix)
            keys.revoke_key(connection, key, now)
            data = {"prefix": key.prefix}
            audit.record(connection, chosen.id, audit.CONSOLE, "key_revoked", now, subject=key.name, data=data)
    print_json({"prefix": key.prefix, "revoked": True}) if json else console.print(f"{key.prefix} works no more.")


def _data(key: ApiKey) -> dict[str, Any]:
    plain = asdict(key) | {"id": str(key.id), "scopes": sorted(key.scopes)}
    moments = ("created_at", "expires_at", "revoked_at", "used_at")
    plain |= {name: None if plain[name] is None else plain[name].isoformat() for name in moments}
    plain.pop("shop_id")
    return plain | {"shop": plain.pop("shop_name")}
