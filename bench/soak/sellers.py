"""What people do all the time: upload, look at the answer, try again what failed, ask for mockups."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.soak.site import MOCKUP_SET, TEMPLATE, Soak
from tests.end_to_end.pictures import art, resaved, save

#: Files of one upload: new art, copies of stored art under other bytes, files that are no pictures.
NEW, COPIES, JUNK = 6, 2, 1
SIDE_PX = 900
_REFUSED = "unsupported_format"
_NO_ROOM = "MB left for incoming files"


@dataclass
class Told:
    """What all sellers were answered."""

    uploads: int = 0
    again: int = 0
    no_room: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    stored: dict[int, str] = field(default_factory=dict)
    refused_new: list[int] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    mockup_jobs: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Seller(threading.Thread):
    """Uploads until told to end; what was begun is finished. Seeds of art are no one else's."""

    def __init__(
        self, there: Soak, key: str, place: Path, seeds: itertools.count[int], told: Told, over: threading.Event
    ):
        super().__init__(daemon=True)
        self._there, self._key, self._place, self._seeds, self._told, self._over = there, key, place, seeds, told, over
        self._earlier: list[Path] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for turn in itertools.count():
                if self._over.is_set():
                    return
                self._upload(self._place / f"batch {turn}")
        except BaseException as error:
            self.error = error
            raise

    def _upload(self, folder: Path) -> None:
        seeds = self._draw(folder)
        answered: dict[str, dict[str, Any]] = {}
        for attempt in range(20):
            for entry in self._send(folder):
                name = Path(entry["source"]).name
                if name not in answered or answered[name]["outcome"] == "failed":
                    answered[name] = entry
            if answered and not self._failed(answered):
                break
            with self._told.lock:
                self._told.again += 1
            time.sleep(min(10, 1 + attempt))
        self._note(seeds, answered, folder)
        self._ask_for_mockups([entry["number"] for entry in answered.values() if entry["outcome"] == "stored"])
        self._keep_some(folder)

    def _draw(self, folder: Path) -> dict[str, int]:
        folder.mkdir(parents=True)
        with self._told.lock:
            seeds = [next(self._seeds) for _ in range(NEW)]
        for seed in seeds:
            save(folder / f"new {seed}.png", art(seed, SIDE_PX))
        for number, source in enumerate(self._earlier):
            resaved(source, folder / f"copy {number}.png")
        for number in range(JUNK):
            (folder / f"notes {number}.png").write_text(f"not a picture {seeds[0]}")
        return {f"new {seed}.png": seed for seed in seeds}

    def _send(self, folder: Path) -> list[dict[str, Any]]:
        """The answer to each file; none where the server has no room for them, and took nothing in."""
        command = [sys.executable, "-m", "printdock", "upload", str(folder), "--server", self._there.line.url]
        command += ["--template", TEMPLATE, "--json", "--home", str(self._place / "home")]
        done = subprocess.run(
            command, env={**os.environ, "PRINTDOCK_API_KEY": self._key}, capture_output=True, text=True, check=False
        )
        if done.returncode == 1 and _NO_ROOM in " ".join(done.stderr.split()):
            with self._told.lock:
                self._told.no_room += 1
            return []
        if done.returncode not in (0, 3):
            raise AssertionError(f"exit {done.returncode}: {done.stderr[-2000:]}")
        files: list[dict[str, Any]] = json.loads(done.stdout)["files"]
        return files

    @staticmethod
    def _failed(answered: dict[str, dict[str, Any]]) -> list[str]:
        """Files that failed through no fault of theirs."""
        return [
            name
            for name, entry in answered.items()
            if entry["outcome"] == "failed" and not entry["reason"].startswith(_REFUSED)
        ]

    def _note(self, seeds: dict[str, int], answered: dict[str, dict[str, Any]], folder: Path) -> None:
        told = self._told
        with told.lock:
            told.uploads += 1
            told.answers.update(entry["outcome"] for entry in answered.values())
            told.lost += [f"{folder.name}/{name}" for name in self._failed(answered)]
            for name, seed in seeds.items():
                entry = answered.get(name)
                if entry is None:
                    told.lost.append(f"{folder.name}/{name} got no answer")
                elif entry["outcome"] == "stored" or "bytes are already" in (entry["reason"] or ""):
                    told.stored[seed] = entry["path"] or entry["reason"]
                elif entry["outcome"] == "duplicate":
                    told.refused_new.append(seed)

    def _ask_for_mockups(self, numbers: list[int]) -> None:
        if not numbers:
            return
        deadline = time.monotonic() + 120
        while True:
            try:
                answer = httpx.post(
                    f"{self._there.line.url}/api/v1/mockups",
                    headers={"Authorization": f"Bearer {self._key}"},
                    json={"set": MOCKUP_SET, "numbers": numbers},
                    timeout=30,
                )
                answer.raise_for_status()
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
            else:
                with self._told.lock:
                    self._told.mockup_jobs.append(answer.json()["id"])
                return

    def _keep_some(self, folder: Path) -> None:
        """A few are copied by later uploads; the others go, as from a person's desktop."""
        kept = self._place / "kept"
        kept.mkdir(exist_ok=True)
        fresh = sorted(folder.glob("new *.png"))[:COPIES]
        self._earlier = [Path(shutil.copy(one, kept / one.name)) for one in fresh]
        shutil.rmtree(folder)
