"""What the walk over every route needs to know of a resource.

A new route is walked by itself. Say here how to make a thing that its path names, once for every name of a path
parameter; and, where the document's own examples do not make a request that is understood, what to send.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from printdock.accounts import keys, links, users
from printdock.accounts.roles import Role, Scope
from printdock.db.etsy_tables import listings
from printdock.db.tables import designs, matches, mockup_sets, print_files
from printdock.downloads.chosen import What
from printdock.downloads.records import put_together
from printdock.jobs import records
from printdock.jobs.kinds import new_job
from printdock.listings.template import listing_template
from printdock.listings.templates import add_listing_template
from printdock.templates.presets import PRESETS
from printdock.templates.queries import add_template
from tests.api.conftest import Api

#: Routes for which nobody needs to be signed in, by operation id.
PUBLIC = {
    "alive", "ready", "sign_in", "look_at_link", "use_link", "list_ways_in", "start_oidc", "finish_oidc",
    "get_file", "head_file", "read_metrics",
}  # fmt: skip

#: Routes about a person's own account, whatever their role: they name no shop's thing and need no scope.
OWN_ACCOUNT = {"sign_out", "show_me", "change_password", "choose_shop", "create_shop"}

#: Everything of the shop that is not the caller's is called so: no answer may hold it.
MARK = "Zanzibar"

#: Path parameter -> makes such a thing in the shop called `MARK` and answers what names it.
THINGS: dict[str, Callable[[Api], Any]] = {}

#: Operation id -> what to send, as keyword arguments of a request.
REQUESTS: dict[str, dict[str, Any]] = {
    "choose_shop": {"json": {"shop": 1}},
    "import_mockup_set": {"content": b"no pack", "headers": {"Content-Type": "application/zip"}},
    "check_pack": {"content": b"no pack", "headers": {"Content-Type": "application/zip"}},
    "upload_mockup": {"data": {"product_data": '{"design_ids": [1], "mockup_id": "x", "product_template_id": "x"}'}},
}


def thing(name: str) -> Callable[[Callable[[Api], Any]], Callable[[Api], Any]]:
    """Registers how to make what the path parameter ``name`` stands for."""

    def register(make: Callable[[Api], Any]) -> Callable[[Api], Any]:
        THINGS[name] = make
        return make

    return register


@thing("shop")
def _shop(api: Api) -> int:
    return api.shop(MARK).id


@thing("template")
def _template(api: Api) -> int:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        return add_template(connection, here, f"{MARK} mug", PRESETS["Mug 11oz"], api.clock()).id


@thing("member")
def _member(api: Api) -> str:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        user = users.add_user(connection, f"{MARK}@example.com".lower(), MARK, None, api.clock())
        users.add_member(connection, here.id, user.id, Role.MEMBER, api.clock())
    return str(user.id)


@thing("invitation")
def _invitation(api: Api) -> str:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        links.invite(connection, here.id, "invited@example.com", Role.VIEWER, MARK, api.clock())
        return str(links.invitations(connection, here.id, api.clock())[0].id)


@thing("key")
def _key(api: Api) -> str:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        made, _ = keys.make_key(connection, here.id, MARK, {Scope.READ}, MARK, api.clock())
    return str(made.id)


@thing("design")
def _design(api: Api) -> str:
    key, here = uuid7(), api.shop(MARK)
    with api.services.database.write() as connection:
        connection.execute(insert(designs).values(id=key, shop_id=here.id, name=MARK, created_at=api.clock()))
    return str(key)


@thing("match")
def _match(api: Api) -> int:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        template = add_template(connection, here, f"{MARK} tumbler", PRESETS["Mug 11oz"], api.clock())
        row = {
            "shop_id": here.id, "template_id": template.id, "kind": "duplicate", "source": MARK, "sha256": bytes(32),
            "matched_design_id": uuid7(), "distance": 0.0, "evidence": {"why": MARK}, "created_at": api.clock(),
        }  # fmt: skip
        made: int = connection.execute(insert(matches).values(**row).returning(matches.c.id)).scalar_one()
    return made


@thing("mockup_set")
def _mockup_set(api: Api) -> str:
    key, here, now = uuid7(), api.shop(MARK), api.clock()
    row = {
        "id": key, "shop_id": here.id, "name": MARK, "pattern": "{number}", "longest_side": 100,
        "output": {"format": "jpeg", "quality": 90, "max_bytes": None}, "manifest": "x.toml", "files": {}, "leftovers": {},
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    with api.services.database.write() as connection:
        connection.execute(insert(mockup_sets).values(**row))
    return str(key)


@thing("job")
@thing("job_id")
def _job(api: Api) -> str:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        return str(records.enqueue(connection, here.id, new_job("probe", {}, place="nowhere")))


@thing("mockup")
@thing("file_id")
def _nothing(api: Api) -> str:
    """What there is none of: a mockup of another shop is looked for by the tests of mockups."""
    return str(uuid7())


THINGS |= {
    "file_kind": lambda api: "print",
    "file_shop": lambda api: api.shop(MARK).id,
    "digest": lambda api: "0" * 64,
    "signature": lambda api: "A" * 22,
    "file_name": lambda api: "x.png",
}


@thing("download")
def _download(api: Api) -> str:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        return str(put_together(connection, here, What.MOCKUPS, MARK, [uuid7()], api.clock()))


@thing("upload")
def _sent(api: Api) -> str:
    from tests.api.sending import begun

    return str(begun(api, api.shop(MARK), f"{MARK}.png").id)


@thing("position")
def _position(api: Api) -> int:
    return 0


REQUESTS |= {
    "put_file": {"content": b"\x89PNG\r\n\x1a\n" + bytes(100)},
    "upload_form": {"data": {"template": "Mug 11oz"}, "files": {"files": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100))}},
    "follow_all": {"headers": {"Last-Event-ID": "none"}},  # it would go on for ever
    "follow_upload": {"headers": {"Last-Event-ID": "none"}},
}


@thing("listing_template")
def _listing_template(api: Api) -> int:
    here = api.shop(MARK)
    with api.services.database.write() as connection:
        return add_listing_template(connection, here, listing_template({"name": f"{MARK} wraps"}), api.clock()).id


REQUESTS |= {
    "import_listing_templates": {"content": b"name\nA\n", "headers": {"Content-Type": "text/csv"}},
    "import_design_words": {"content": b"number\n1\n", "headers": {"Content-Type": "text/csv"}},
    "send_shared_picture": {"params": {"name": ".a"}, "content": b"no picture"},
    "return_from_etsy": {"params": {"state": ""}},
}


@thing("listing")
def _listing(api: Api) -> str:
    here, key, file, now = api.shop(MARK), uuid7(), uuid7(), api.clock()
    design = THINGS["design"](api)
    with api.services.database.write() as connection:
        product = add_template(connection, here, f"{MARK} cup", PRESETS["Mug 11oz"], now)
        kept = add_listing_template(connection, here, listing_template({"name": f"{MARK} cups"}), now)
        row = {
            "id": file, "shop_id": here.id, "template_id": product.id, "design_id": UUID(design), "number": 1, "path": MARK,
            "state": "stored", "recipe": {}, "created_at": now,
        }  # fmt: skip
        connection.execute(insert(print_files).values(**row))
        row = {
            "id": key, "shop_id": here.id, "template_id": kept.id, "design_id": UUID(design), "print_file_id": file,
            "state": "done", "created_at": now, "updated_at": now,
        }  # fmt: skip
        connection.execute(insert(listings).values(**row))
    return str(key)
