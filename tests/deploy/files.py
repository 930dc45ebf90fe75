"""The deployment files as data."""

from __future__ import annotations

import faulthandler
import functools
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import yaml
from typer.exceptions import TyperException

from printdock.cli.app import app
from printdock.settings import SECRET_FILE, Settings

ROOT = Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
UNITS = ROOT / "deploy" / "systemd"


def takes_minutes() -> None:
    """The test that calls this is not taken for one that hangs. What it waits for must have limits of its own."""
    faulthandler.cancel_dump_traceback_later()


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return document


def manifests() -> list[dict[str, Any]]:
    """Every object that ``kubectl apply -k`` makes."""
    kustomization = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    return [one for name in kustomization["resources"] for one in yaml.safe_load_all((KUBERNETES / name).read_text())]


def manifest(kind: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in manifests() if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def dockerfile() -> list[tuple[str, str]]:
    """Its instructions in order: word and rest, continued lines joined."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in joined.splitlines()]


def stage(name: str) -> list[tuple[str, str]]:
    """The instructions of one stage, without its FROM."""
    found: list[tuple[str, str]] = []
    inside = False
    for word, rest in dockerfile():
        if word == "FROM":
            inside = rest.endswith(f" AS {name}")
        elif inside:
            found.append((word, rest))
    assert found, f"the Dockerfile has no stage {name}"
    return found


def known_variables() -> set[str]:
    """Every variable that printdock reads."""
    names: set[str] = set()
    for field in Settings.model_fields.values():
        choices = {str(choice) for choice in field.validation_alias.choices}
        names |= choices
        if "SecretStr" in str(field.annotation):
            names |= {choice + SECRET_FILE for choice in choices}
    return names


def unit_commands() -> Iterator[tuple[str, list[str]]]:
    """Each unit's printdock commands, without the program."""
    for unit in sorted(UNITS.glob("*.service")):
        for line in unit.read_text().splitlines():
            if line.startswith(("ExecStart=", "ExecStartPre=")):
                yield unit.name, shlex.split(line.split("=", 1)[1])[1:]


@functools.cache
def _commands() -> Any:
    return typer.main.get_command(app)


def parses(arguments: list[str]) -> bool:
    """Whether the command line takes these arguments: the command exists, and each option of it."""
    group = _commands()
    rest = list(arguments)
    while hasattr(group, "commands"):
        if not rest or rest[0] not in group.commands:
            return False
        group = group.commands[rest.pop(0)]
    try:
        group.make_context("printdock", rest, resilient_parsing=False)
    except TyperException:
        return False
    return True
