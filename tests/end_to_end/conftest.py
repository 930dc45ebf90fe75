"""Shops of every kind, and the servers they need."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.end_to_end.pictures import draw
from tests.end_to_end.shop import DPI, TEMPLATE, Shop, copy_home
from tests.services.ssh import OpenSshServer, openssh, openssh_factory, shared_openssh

__all__ = ["openssh", "openssh_factory", "shared_openssh"]

ADD_TEMPLATE = ("templates", "add", TEMPLATE, "--width", "2", "--height", "2", "--dpi", str(DPI))
MakeShop = Callable[..., Shop]


@pytest.fixture(scope="session")
def home_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database has the schema and the template, and nothing else."""
    folder = tmp_path_factory.mktemp("home-template")
    Shop(folder / "home", folder, folder / "home" / "nas").run(*ADD_TEMPLATE).expect(0)
    return folder / "home"


@pytest.fixture
def make_shop(tmp_path: Path, home_template: Path) -> MakeShop:
    """``make_shop()`` is SQLite and a folder; ``database`` (a URL) and ``nas`` (a server) take their places."""
    numbers = count()

    def make(
        *, database: str | None = None, nas: OpenSshServer | None = None, trusted: bool = True, **settings: str
    ) -> Shop:
        folder = tmp_path / f"shop-{next(numbers)}"
        folder.mkdir()
        environment = {"PRINTDOCK_BATCH_IMAGES": "2", "PRINTDOCK_STORE_TRANSFERS": "2", **settings}
        root = folder / "home" / "nas"
        if nas is not None:
            root = Path(nas.target(f"{tmp_path.name}-{folder.name}").root)
            environment["PRINTDOCK_STORAGE"] = f"sftp://{nas.username}@{nas.host}:{nas.port}{root}"
            environment["PRINTDOCK_NAS_KEY"] = str(nas.key_file)
        if database is not None:
            environment["DATABASE_URL"] = database
            (folder / "home").mkdir()
        else:
            copy_home(home_template, folder / "home")
        shop = Shop(folder / "home", folder, root, environment)
        if nas is not None and trusted:
            shop.run("storage", "trust", "--yes").expect(0)
        if database is not None:
            shop.run(*ADD_TEMPLATE).expect(0)
        return shop

    return make


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    """SQLite and a local folder."""
    return make_shop()


@pytest.fixture(params=["sqlite-folder", "postgresql-sftp"])
def any_shop(request: pytest.FixtureRequest, make_shop: MakeShop) -> Shop:
    """A shop of each kind."""
    if request.param == "sqlite-folder":
        return make_shop()
    return make_shop(database=request.getfixturevalue("postgres_url"), nas=request.getfixturevalue("shared_openssh"))


@pytest.fixture(scope="session")
def six_designs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six designs that have nothing in common. Not to be written to."""
    folder = tmp_path_factory.mktemp("six") / "designs"
    draw(folder, range(6))
    return folder
