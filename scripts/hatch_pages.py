"""Makes the pages part of the wheel. An editable install leaves them alone: `make web` builds them where they lie."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface):
    """Runs the build of ``web/`` before a wheel is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "web" / "package.json").is_file():  # a source archive that has them built
            return
        subprocess.run([str(root / "scripts" / "web"), "build"], check=True)
