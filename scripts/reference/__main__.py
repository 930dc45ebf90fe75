"""``python -m scripts.reference``: write docs/errors.md and docs/options.md."""

from __future__ import annotations

from pathlib import Path

from scripts.reference import errors_page, options_page

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"errors.md": errors_page.page, "options.md": options_page.page}


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
