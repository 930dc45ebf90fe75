"""docs/options.md: every command, its arguments and options, as ``--help`` tells them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import typer

from printdock.cli.app import app

_HEAD = """\
# Every command and its options

What `printdock COMMAND --help` says, on one page. What the commands are for, and their exit codes: [Commands](commands.md).

| wherever it is offered | |
|---|---|
| `--home DIR` | Folder of the database, the settings and, by default, stored files (or `PRINTDOCK_HOME`); also before the command. |
| `--shop NAME` | The shop; the one of `PRINTDOCK_SHOP` when not given. |
| `--json` | One JSON document on stdout; everything else on stderr. |

This page is written from the code by `make docs`.
"""


#: Options that mean the same wherever they are: the page's head explains them.
_EVERYWHERE = ("home", "shop", "json")
_KINDS = {int: "N", float: "NUMBER", Path: "PATH"}
#: In a table of Markdown a bar has to be escaped, in code as elsewhere.
_BAR = "\\|"


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(_section(name, command) for name, command in commands())])


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its words: ``("storage trust", command)``."""
    yield from _below(typer.main.get_command(app), ())


def _below(group: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _below(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def _section(name: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    everywhere = [one for one in options if one.name in _EVERYWHERE]
    options = [one for one in options if one not in everywhere]
    rows = [_row(_argument(one), one) for one in arguments] + [_row(_option(one), one) for one in options]
    usage = " ".join(["printdock", name, *(_argument(one) for one in arguments)])
    table = ["| | |", "|---|---|", *rows] if rows else []
    also = [f"Also {', '.join(f'`{one.opts[0]}`' for one in everywhere)}.", ""] if everywhere else []
    return "\n".join(
        [
            f"## printdock {name}",
            "",
            f"`{usage}`",
            "",
            _paragraphs(command.help),
            "",
            *table,
            *([""] if rows else []),
            *also,
        ]
    )


def _argument(one: Any) -> str:
    name = f"{(one.metavar or one.name).upper().strip('[]').removesuffix('...')}{'...' * (one.nargs == -1)}"
    return name if one.required else f"[{name}]"


def _option(one: Any) -> str:
    return f"{', '.join((*one.opts, *one.secondary_opts))}{'' if one.is_flag or one.count else f' {_value(one)}'}"


def _value(one: Any) -> str:
    """What kind of value follows: its name in the help, the words to choose from, or its kind."""
    kind = one.type_descriptor.annotation
    kind = get_args(kind)[0] if get_args(kind) else kind
    if one.metavar:
        return str(one.metavar)
    return "|".join(map(_word, kind)) if issubclass(kind, Enum) else _KINDS.get(kind, "TEXT")


def _row(shown: str, one: Any) -> str:
    notes = []
    if one.param_type_name == "option":
        notes += ["Needed."] * one.required + ["Can be given again."] * one.multiple
        if not (one.is_flag or one.required or one.multiple) and isinstance(one.default, str | int | float):
            notes.append(f"Default: `{_word(one.default)}`.")
    said = " ".join((getattr(one, "help", None) or "").split())
    said = f"{said}{'' if not said or said[-1] in '.)?' else '.'}"
    return f"| `{shown.replace('|', _BAR)}` | {' '.join([said, *notes]).strip().replace('|', _BAR)} |"


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


def _paragraphs(text: str | None) -> str:
    return inspect.cleandoc(text or "").replace("\f", "")
