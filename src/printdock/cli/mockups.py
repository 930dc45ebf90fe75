"""``printdock mockups``: the sets of base images a shop shows its designs on."""

from __future__ import annotations

import typer

app = typer.Typer(help="The base images a shop shows its designs on.", no_args_is_help=True)
