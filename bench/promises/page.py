"""The figures as tables of Markdown, and where docs/promises.md holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.promises.rows import PROMISES, TESTED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "promises.md"
Found = Mapping[str, Mapping[str, Any]]


def promises(found: Found) -> str:
    """Every promise; what was not measured yet says so."""
    return _table(("promise", "figure", "kept", "the replaced system", "measured by"), _promise_rows(found))


def _promise_rows(found: Found) -> Iterator[tuple[str, ...]]:
    for one in PROMISES:
        data = found.get(one.part)
        figure = ("not measured", "?", "") if data is None else _measured(one, dict(data))
        yield (one.name, *figure, f"`{one.command}`")


def _measured(one: Any, data: dict[str, Any]) -> tuple[str, str, str]:
    return one.figure(data), "yes" if one.kept(data) else "**no**", one.baseline(data)


def chaos(found: Found) -> str:
    """Every fault of the soak: how long it lasted, what was lost, when work went on."""
    soak = found.get("soak")
    return _table(
        ("fault", "lasted", "lost", "the next design is stored after"), () if soak is None else _fault_rows(soak)
    )


def _fault_rows(soak: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    lost = "; ".join(one for one in soak["wrong"] if "grew by" not in one) or "nothing"
    for name in dict.fromkeys(one["name"] for one in soak["faults"]):
        of_name = [one for one in soak["faults"] if one["name"] == name]
        took = [one["recovered_s"] for one in of_name]
        longest = "not in time" if None in took else f"{max(took):.1f} s"
        yield name, f"{max(one['lasted_s'] for one in of_name):.0f} s", lost, longest


def tested() -> str:
    """The faults that come in tests only."""
    return _table(("fault", "nothing is lost or done twice, asserts"), ((one.name, f"`{one.file}`") for one in TESTED))


def write(found: Found, machine: str) -> None:
    """Put the tables into docs/promises.md, between their marks."""
    text = PAGE.read_text(encoding="utf-8")
    for name, content in {
        "promises": promises(found),
        "chaos": chaos(found),
        "tested": tested(),
        "machine": machine,
    }.items():
        mark = re.compile(rf"(<!-- {name} -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)
        assert mark.search(text), name
        text = mark.sub(lambda found, content=content: f"{found.group(1)}{content}\n{found.group(2)}", text)
    PAGE.write_text(text, encoding="utf-8")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(head)}", *lines[1:]])
