"""Imported by the fork server (`forks`): the commands are built there once, not by each of hundreds of processes."""

from __future__ import annotations

import functools

import typer.main

from printdock.cli.app import app

typer.main.get_command = functools.cache(typer.main.get_command)
typer.main.get_command(app)
