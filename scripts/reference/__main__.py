"""``python -m scripts.reference``: write docs/errors.md and docs/options.md. ``--check`` only says whether they are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.reference import errors_page, options_page

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"errors.md": errors_page.page, "options.md": options_page.page}


def main() -> None:
    pages = {DOCS / name: page() for name, page in PAGES.items()}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:] and stale:
        sys.exit(f"docs/{stale[0].name} is not what the code says: make docs writes it anew")
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")


if __name__ == "__main__":
    main()
