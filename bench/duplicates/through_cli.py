"""The labelled set through the whole product: real files, two ingests, the answers held against the labels.

    python -m bench.duplicates.through_cli --cases 12 [--first 200] [--json FILE]

The shop's designs are ingested first, then everything else in one upload. ``same`` and ``copy`` should be refused or
flagged, ``distinct`` stored and not flagged.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from bench.duplicates.make_set import write_files
from printdock.ablation import ingest_command, measure

TEMPLATE = "DTF Adult"
WANTED = {"same": {"duplicate"}, "copy": {"duplicate", "similar"}, "distinct": {"new"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument(
        "--first", type=int, default=0, help="the first case; cases of high numbers were never tuned on"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="printdock-labels-") as name:
        folder = Path(name)
        write_files(folder / "set", range(options.first, options.first + options.cases))
        labels = json.loads((folder / "set" / "labels.json").read_text())
        result = judge(folder, labels)
    for kind, counts in sorted(result["kinds"].items()):
        print(f"{kind:44} {counts}")
    for one in result["wrong"]:
        print(f"{one['file']}, {one['group']} {one['kind']}: {one['outcome']}", end=" ")
        print(f"({one['like']} {one['like_kind'] or ''}: {one['reason']})" if one["like"] else "")
    print(json.dumps(result["totals"], indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


def judge(folder: Path, labels: list[dict[str, str]]) -> dict[str, object]:
    """Ingest, and count outcomes by label and by kind."""
    by_name = {label["file"]: label for label in labels}
    runs = [
        measure(ingest_command(folder / "home", folder / "set" / part, TEMPLATE), {}) for part in ("stored", "incoming")
    ]
    ran = runs[-1]
    names = {
        e["design"]: Path(e["source"]).name for run in runs for e in run.output["files"] if e["outcome"] == "stored"
    }
    wrong = []
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in ran.output["files"]:
        label = by_name[Path(entry["source"]).name]
        outcome = "similar" if entry["similar_to"] else {"stored": "new"}.get(entry["outcome"], entry["outcome"])
        totals[label["group"]][outcome] += 1
        kinds[f"{label['group']} {label['kind']}"][outcome] += 1
        if outcome not in WANTED[label["group"]]:
            other = names.get(entry["similar_to"] or entry["duplicate_of"] or "", "")
            wrong.append({**label, "outcome": outcome, "like": other, "like_kind": by_name.get(other, {}).get("kind"),
                          "reason": entry["reason"]})  # fmt: skip
    shares = {
        label: {outcome: f"{count} ({count / sum(counts.values()):.1%})" for outcome, count in counts.items()}
        for label, counts in totals.items()
    }
    return {
        "wrong": wrong,
        "totals": shares,
        "kinds": {kind: dict(counts) for kind, counts in kinds.items()},
        "seconds": ran.wall_s,
    }


if __name__ == "__main__":
    main()
