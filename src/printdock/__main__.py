"""``python -m printdock`` and the ``printdock`` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from printdock.cli.app import run

    run()


if __name__ == "__main__":
    main()
