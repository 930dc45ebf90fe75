"""``printdock users``: who may sign in, and as what."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from printdock.accounts.roles import Role
from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for
from printdock.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from printdock.accounts.users import User

app = typer.Typer(help="Who may sign in, and as what.", no_args_is_help=True)

EmailArgument = Annotated[str, typer.Argument(help="The person's e-mail address.")]


@app.command()
def add(
    email: EmailArgument,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")] = Role.MEMBER,
    name: Annotated[str | None, typer.Option("--name", help="What they are called; with --password-stdin.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Make the account now, with the password read from stdin.")
    ] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Invite somebody: prints a link for them."""
    from printdock.accounts import audit, links, users
    from printdock.accounts.passwords import hash_password

    plain = users.normal_email(email)
    encoded = hash_password(sys.stdin.readline().rstrip("\n")) if password_stdin else None
    with services_for(home) as services:
        chosen, now = services.shop(shop), services.clock()
        with services.database.write() as connection:
            data = {"role": str(role)}
            if encoded is not None:
                user = users.add_user(connection, plain, name or plain, encoded, now)
                users.add_member(connection, chosen.id, user.id, role, now)
                audit.record(connection, chosen.id, audit.CONSOLE, "member_added", now, subject=plain, data=data)
                link = None
            else:
                token = links.invite(connection, chosen.id, plain, role, "console", now)
                audit.record(connection, chosen.id, audit.CONSOLE, "person_invited", now, subject=plain, data=data)
                link = links.address(services.settings.address, token)
    if json:
        print_json({"email": plain, "role": str(role), "shop": chosen.name, "link": link})
    elif link is None:
        console.print(f"{shown(plain)} may sign in as {role}.", highlight=False)
    else:
        _print_link(f"For {shown(plain)}, within a week, once:", link)


@app.command("list")
def list_(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The shop's people and open invitations."""
    from printdock.accounts import links, users

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            members = users.members(connection, chosen.id)
            invited = links.invitations(connection, chosen.id, services.clock())
    rows: list[dict[str, Any]] = [
        {"email": one.email, "name": one.name, "role": str(one.role), "state": "member", "since": one.since}
        for one in members
    ] + [
        {"email": one.email, "name": None, "role": str(one.role), "state": "invited", "since": one.created_at}
        for one in invited
    ]
    if json:
        print_json([row | {"since": row["since"].isoformat()} for row in rows])
        return
    table = Table("e-mail", "name", "role", "", "since", box=None, pad_edge=False)
    for row in rows:
        table.add_row(shown(row["email"]), shown(row["name"] or ""), row["role"], row["state"], _day(row["since"]))
    console.print(table)


@app.command("role")
def role_(
    email: EmailArgument, role: Role, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None
) -> None:
    """Give a member another role."""
    from printdock.accounts import audit, users

    with services_for(home) as services:
        chosen, now = services.shop(shop), services.clock()
        with services.database.write() as connection:
            user = _user(connection, email)
            before = users.change_role(connection, chosen.id, user.id, role)
            data = {"from": str(before), "to": str(role)}
            audit.record(connection, chosen.id, audit.CONSOLE, "role_changed", now, subject=user.email, data=data)
    if json:
        print_json({"email": user.email, "role": str(role), "before": str(before)})
    else:
        console.print(f"{shown(user.email)}: {before} before, {role} now.", highlight=False)


@app.command()
def link(email: EmailArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Print a link that signs a member in, once, and lets them choose a new password."""
    from printdock.accounts import audit, links, users

    with services_for(home) as services:
        chosen, now = services.shop(shop), services.clock()
        with services.database.write() as connection:
            user = _user(connection, email)
            member = users.find_member(connection, chosen.id, user.id)
            token = links.sign_in_link(connection, chosen.id, user, member.role, "console", now)
            audit.record(connection, chosen.id, audit.CONSOLE, "link_made", now, subject=user.email)
            address = links.address(services.settings.address, token)
    if json:
        print_json({"email": user.email, "link": address})
    else:
        _print_link(f"Signs {shown(user.email)} in, within an hour, once:", address)


@app.command()
def remove(email: EmailArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Take a member (or an invitation) out of the shop."""
    from printdock.accounts import audit, links, users

    plain = users.normal_email(email)
    with services_for(home) as services:
        chosen, now = services.shop(shop), services.clock()
        with services.database.write() as connection:
            invited = [one for one in links.invitations_for(connection, plain, now) if one.shop_id == chosen.id]
            for one in invited:
                links.withdraw(connection, chosen.id, one.id)
                audit.record(connection, chosen.id, audit.CONSOLE, "invitation_withdrawn", now, subject=plain)
            if users.find_user(connection, plain) is not None or not invited:
                users.remove_member(connection, chosen.id, _user(connection, plain).id)
                audit.record(connection, chosen.id, audit.CONSOLE, "member_removed", now, subject=plain)
    print_json({"email": plain, "removed": True}) if json else console.print(f"{shown(plain)} is out.")


@app.command()
def log(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most lines.")] = 50,
    nobody: Annotated[bool, typer.Option("--nobody", help="What concerned no shop's account.")] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What was done that matters later, and by whom, newest first."""
    from printdock.accounts import audit

    with services_for(home) as services:
        chosen = None if nobody else services.shop(shop).id
        with services.database.read() as connection:
            entries = audit.entries(connection, chosen, limit)
    if json:
        print_json(
            [
                {
                    "at": one.at.isoformat(),
                    "actor": one.actor.name,
                    "address": one.actor.address,
                    "action": one.action,
                    "subject": one.subject,
                    "data": one.data,
                }
                for one in entries
            ]
        )
        return
    table = Table("at", "who", "from", "did", "to", box=None, pad_edge=False)
    for one in entries:
        table.add_row(
            one.at.strftime("%Y-%m-%d %H:%M:%S"),
            shown(one.actor.name),
            shown(one.actor.address or ""),
            one.action,
            shown(one.subject or ""),
        )
    console.print(table)


def _user(connection: Connection, email: str) -> User:
    from printdock.accounts import users

    plain = users.normal_email(email)
    user = users.find_user(connection, plain)
    if user is None:
        raise NotFound(
            f"Nobody here has the address {plain}.", code="no_such_member", remedy="See printdock users list."
        )
    return user


def _print_link(words: str, link: str) -> None:
    console.print(words, highlight=False)
    console.print(link, highlight=False, soft_wrap=True, markup=False)


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")
