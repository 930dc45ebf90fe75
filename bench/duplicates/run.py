"""Measures the duplicate rule on the labelled set, look by look.

    python -m bench.duplicates.run [--cases 60] [--half tune|report] [--out FILE] [--failures] [--clip N]

Per kind of copy and of distinct pair: the verdicts, tune and report halves apart; recall of the candidate search and of
`nearest` against brute force; candidates per million designs over N pieces of clip art; CPU ms of each step.
"""

from __future__ import annotations

import argparse
import json
import time
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from printdock.dedupe.bands import Probe, probes, stored_bands
from printdock.dedupe.detail import detail_of
from printdock.dedupe.nearest import Candidate, nearest
from printdock.dedupe.rule import coarse_look, decide, fine_look
from printdock.imaging.fingerprint import Fingerprint, fingerprint

from . import copies, draw
from .make_set import CACHE, Looks, looks

OUTCOMES = ("duplicate", "similar", "new")
WANTED = {"same": ("duplicate",), "copy": ("duplicate", "similar"), "distinct": ("new",)}


@dataclass
class Clock:
    """CPU milliseconds by step."""

    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def timed(self, call: Callable[..., Any], *given: Any) -> Any:
        start = time.process_time()
        value = call(*given)
        self.spent[call.__name__].append((time.process_time() - start) * 1000)
        return value

    def summary(self) -> dict[str, dict[str, float]]:
        return {
            k: {"median_ms": round(float(np.median(v)), 2), "p95_ms": round(float(np.percentile(v, 95)), 2)}
            for k, v in self.spent.items()
        }


@dataclass(frozen=True)
class Row:
    case: str
    half: str
    group: str
    kind: str
    outcome: str
    found: bool  # by an equal band
    near: bool  # and by whole-signature distance
    distance: float
    evidence: dict[str, Any]


def judge(case: Looks, clock: Clock) -> Iterator[Row]:
    known = clock.timed(fingerprint, case.stored)
    bands = stored_bands(known.signatures, detail_of(known))
    for kind, group, look in case.others:
        own = clock.timed(fingerprint, look)
        wanted = clock.timed(probes, own.signatures, clock.timed(detail_of, own))
        coarse = clock.timed(coarse_look, own.coarse, known.coarse)
        fine = clock.timed(fine_look, look, case.stored) if coarse.possible else None
        verdict = decide(coarse, fine)
        near = nearest(own, [Candidate.of(0, known)], 1)
        found = any(bands[_within(bands, one)] for one in wanted)
        yield Row(
            case.name,
            case.half,
            group,
            kind,
            verdict.outcome.value,
            found,
            bool(near),
            verdict.distance,
            verdict.evidence,
        )


def _within(bands: list[int], probe: Probe) -> slice:
    """Where in ascending ``bands`` the probe's are."""
    return slice(bisect_left(bands, probe.low), bisect_right(bands, probe.high))


def table(rows: list[Row]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for half in ("tune", "report"):
        by: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in (r for r in rows if r.half == half):
            by[row.group, row.kind].append(row)
            by[row.group, "ALL"].append(row)
        print(f"\n== {half} half {'verdict of the rule':>38}   found by bands, near")
        for (group, kind), some in sorted(by.items()):
            counts = Counter(r.outcome for r in some)
            shown = "  ".join(f"{o[:3]} {counts[o]:4d} {100 * counts[o] / len(some):5.1f} %" for o in OUTCOMES)
            found, near = (100 * float(np.mean([getattr(r, name) for r in some])) for name in ("found", "near"))
            recall = "" if group == "distinct" else f"   {found:5.1f} %  {near:5.1f} %"
            print(f"{group:9}{kind:32}{shown}{recall}")
            out[f"{half}/{group}/{kind}"] = {
                "n": len(some),
                **{o: counts[o] for o in OUTCOMES},
                "found": sum(r.found for r in some),
                "near": sum(r.near for r in some),
            }
    return out


def failures(rows: list[Row]) -> None:
    for row in rows:
        if row.outcome not in WANTED[row.group]:
            print(row.case, row.half, row.group, row.kind, "->", row.outcome, json.dumps(row.evidence))


def clip_fingerprints(count: int) -> list[Fingerprint]:
    """Of clip art that no case uses, a third of it also in one black or white ink."""
    found: list[Fingerprint] = []
    for number in range(count):
        path = CACHE / "clip" / f"{number:05d}.png"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            art = draw.rasterise(draw.svg_files()[number], 700)
            if art is not None:
                cv2.imwrite(str(path), cv2.cvtColor(art, cv2.COLOR_RGBA2BGRA))
        stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.exists() else None
        if stored is None or stored.ndim != 3 or stored.shape[2] != 4:
            continue
        art = cv2.cvtColor(stored, cv2.COLOR_BGRA2RGBA)
        for version in (art, draw.recoloured(art, (0, 0, 0) if number % 2 else (255, 255, 255)))[
            : 2 if number % 3 == 0 else 1
        ]:
            look = copies.look_of(version)
            if look is not None and min(look.shape[:2]) >= 8:
                found.append(fingerprint(look))
    return found


def candidates(known: list[Fingerprint]) -> dict[str, float]:
    """How many other designs share a band with a newcomer, and how many `nearest` keeps."""
    index = sorted(
        (band, number) for number, one in enumerate(known) for band in stored_bands(one.signatures, detail_of(one))
    )
    bands = [band for band, _ in index]
    met, kept = [], []
    for number, one in enumerate(known):
        wanted = probes(one.signatures, detail_of(one))
        others = {n for probe in wanted for _, n in index[_within(bands, probe)]} - {number}
        met.append(len(others))
        kept.append(len(nearest(one, [Candidate.of(n, known[n]) for n in others], 50)))
    scale = 1e6 / len(known)
    looked_up = [len(probes(one.signatures, detail_of(one))) for one in known]
    return {
        "designs": len(known), "rows_mean": len(index) / len(known), "probes_mean": float(np.mean(looked_up)),
        "candidates_per_million_mean": float(np.mean(met)) * scale, "candidates_per_million_p99":
        float(np.percentile(met, 99)) * scale,
        "kept_per_million_mean": float(np.mean(kept)) * scale,
        "coarse_bytes_median": float(np.median([len(one.coarse) for one in known])),
        "coarse_bytes_p95": float(np.percentile([len(one.coarse) for one in known], 95)),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--half", choices=("tune", "report"), help="only this half")
    parser.add_argument("--clip", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--failures", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    clock = Clock()
    wanted = [i for i in range(arguments.cases) if arguments.half in (None, ("tune", "report")[i % 2])]
    rows = [row for index in wanted for row in judge(looks(index), clock)]
    result: dict[str, Any] = {"table": table(rows), "cpu": clock.summary()}
    if arguments.failures:
        failures(rows)
    if arguments.clip:
        result["index"] = candidates(clip_fingerprints(arguments.clip))
    print(json.dumps({k: v for k, v in result.items() if k != "table"}, indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
