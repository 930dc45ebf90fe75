"""docs/promises.md has every promise and every fault, each with its figure, as the last measurement wrote them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bench.promises import page
from bench.promises.rows import PROMISES, TESTED
from bench.soak.faults import FAULTS, Fault, Happened, fewest_turns
from tests.docs.pages import DOCS, ROOT

TEXT = (DOCS / "promises.md").read_text()


def _table(name: str) -> list[list[str]]:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", TEXT, re.DOTALL)
    assert found, name
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in found.group(1).splitlines()[2:]]


def test_every_promise_has_its_row_and_its_figure() -> None:
    rows = _table("promises")
    assert [row[0] for row in rows] == [one.name for one in PROMISES], "python -m bench.promises --parts --write"
    for row, promise in zip(rows, PROMISES, strict=True):
        assert re.search(r"\d", row[1]), row
        assert row[2] == "yes", row
        assert row[4] == f"`{promise.command}`"


def test_every_fault_has_its_row_and_lost_nothing() -> None:
    rows = {row[0]: row[1:] for row in _table("chaos")}
    assert set(rows) == {fault.name for fault in FAULTS}, "python -m bench.promises --parts soak --write"
    for name, (lasted, lost, after) in rows.items():
        assert lasted.endswith(" s") and lost == "nothing" and after.endswith(" s"), name


def test_faults_of_tests_name_files_that_are_there() -> None:
    assert [row[0] for row in _table("tested")] == [one.name for one in TESTED]
    for one in TESTED:
        assert (ROOT / one.file).is_file(), one


def test_a_fault_that_was_least_often_is_next() -> None:
    def nothing(_: Any) -> None: ...

    first, second, third = (Fault(name, 1, nothing, nothing) for name in "abc")
    happened: list[Happened] = []
    for expected in ("a", "b", "c", "a"):
        one = fewest_turns((first, second, third), happened)
        assert one.name == expected
        happened.append(Happened(one.name, 0, 1, 1))
    assert fewest_turns((second, third), happened).name == "b"


@pytest.mark.parametrize(("recovered", "wrong", "said"), [(2.0, [], "nothing"), (None, ["lost: a.png"], "lost: a.png")])
def test_what_was_lost_is_said(recovered: float | None, wrong: list[str], said: str) -> None:
    faults = [{"name": "x", "at_s": 1.0, "lasted_s": 3.2, "recovered_s": one} for one in (1.0, recovered)]
    table = page.chaos({"soak": {"faults": faults, "wrong": [*wrong, "worker grew by 60 MB"]}})
    after = "not in time" if recovered is None else "2.0 s"
    assert table.splitlines()[2] == f"| x | 3 s | {said} | {after} |"


def test_a_promise_that_is_not_kept_says_so() -> None:
    data = {"results": [{"designs": 10, "wall_s": 15.1, "old_wall_s": 30.0, "wall_ratio": 2.0}]}
    row = page.promises(
        {"speed": {**data, "results": [*data["results"], *({**data["results"][0], "designs": n} for n in (50, 100))]}}
    )
    assert row.splitlines()[2].startswith("| 10 images in less than 15 s | 15.1 s | **no** | 30 s (2 times as long) |")
    assert row.splitlines()[5].startswith("| five users send 20 images each at once | not measured | ? |")
