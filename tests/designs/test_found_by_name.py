"""A design is found by what a seller calls it; what is meant by nobody's name or by two is told with a way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from printdock.db.tables import print_files
from printdock.designs.queries import find_design
from printdock.errors import UsageError
from printdock.templates.queries import add_template
from tests.designs.conftest import SMALL, Library, now

Draw = Callable[..., Path]


def test_a_file_elsewhere_is_found_by_its_path_and_its_bare_name_says_so(library: Library, draw: Draw) -> None:
    (stored,) = library.ingest(draw("fox.png", 3)).files
    name = stored["path"].rsplit("/", 1)[-1]
    with library.database.write() as connection:
        assert find_design(connection, library.shop, name) == UUID(stored["design"])
        connection.execute(print_files.update().values(path=f"My Shop/Old Server/2019/{name}"))
        for known in (f"My Shop/Old Server/2019/{name}", f"Old Server/2019/{name}", str(stored["number"])):
            assert find_design(connection, library.shop, known) == UUID(stored["design"])
        with pytest.raises(UsageError, match="folders of the shop's templates") as refused:
            find_design(connection, library.shop, name)
        assert "give its path" in refused.value.remedy and refused.value.code == "unknown_design"


def test_a_file_name_of_two_designs_is_not_called_a_number(library: Library, draw: Draw) -> None:
    first, second = library.ingest(draw("fox.png", 3), draw("owl.png", 4)).files
    with library.database.write() as connection:
        other = add_template(connection, library.shop, "Other", SMALL, now())
        moved = print_files.update().where(print_files.c.number == second["number"])
        name = first["path"].rsplit("/", 1)[-1]
        connection.execute(moved.values(path=f"{other.folder}/{name}"))
        with pytest.raises(UsageError, match="stands for 2 designs"):
            find_design(connection, library.shop, name)
        assert find_design(connection, library.shop, first["path"]) == UUID(first["design"])
