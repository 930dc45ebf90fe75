"""The last figures of each part, kept so that parts can be measured at different times."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import psutil

_FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "bench" / "promises"

#: Seconds for which it is looked whether the machine does anything else.
_LOOK_S = 3.0


class Measuring:
    """Made right before a part is measured; looks how busy the machine is without it."""

    def __init__(self, part: str) -> None:
        self._part, self._began = part, datetime.datetime.now(datetime.UTC)
        self._busy = psutil.cpu_percent(interval=_LOOK_S)

    def keep(self, data: dict[str, Any]) -> None:
        """The part is measured: ``data`` are its figures from now on."""
        took = (datetime.datetime.now(datetime.UTC) - self._began).total_seconds()
        about = {"at": self._began.isoformat(timespec="minutes"), "took_s": round(took), "busy_percent": self._busy}
        _FOLDER.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"about": about, **data}, indent=2)
        (_FOLDER / f"{self._part}.json").write_text(text + "\n", encoding="utf-8")


def kept() -> dict[str, dict[str, Any]]:
    """The figures by part; those never measured here are missing."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(_FOLDER.glob("*.json"))}
