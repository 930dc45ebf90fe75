"""The ordered stage: each file, in the upload's order, is found new or the same as another; then rows and numbers are
claimed, one transaction for all that has gathered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row
from uuid_utils.compat import uuid7

from printdock.dedupe.nearest import Candidate
from printdock.dedupe.rule import Outcome, Verdict
from printdock.designs import index, known, ledger
from printdock.designs.compare import Judgement, Newcomer, Picture, Recent, judge, stored_picture
from printdock.designs.item import Duplicates, Event, Item, Stage, Upload
from printdock.designs.known import KnownFile
from printdock.designs.ledger import NewPrintFile, RefusedSource, Stale
from printdock.designs.matches import flagged
from printdock.designs.old_hashes import design_of_label, same_old_hashes
from printdock.designs.outcomes import Duplicate, Failed, Planned
from printdock.designs.resume import own_files
from printdock.errors import Cancelled
from printdock.imaging.fingerprint import Fingerprint
from printdock.imaging.small import SmallPicture
from printdock.telemetry import meters
from printdock.telemetry.table import DATABASE_WRITE_SECONDS, DUPLICATE_CHECK_SECONDS, DUPLICATE_CHECKED

Decision = NewPrintFile | RefusedSource | KnownFile

#: How often a print file that another process is storing is looked at again, s.
_POLL_S = 0.1


class Waiting(Exception):
    """Another process is storing something this depends on: it has to finish, or be given up, first."""


@dataclass(frozen=True, slots=True)
class Onward:
    """Where decided files go, and what deciding needs from the other stages."""

    prepare: Callable[[Item], None]  # decode now: a file that was skipped because it was known, and is not any more
    encode: Callable[[Item], None]
    settle: Callable[[Item], None]
    follow: Callable[[Item, Item], None]  # (follower, leader): settles as its leader does
    recover: Callable[[], None]  # finish or release what dead processes left


class Decider:
    """Decides groups of files. Runs on one thread."""

    def __init__(self, upload: Upload, onward: Onward) -> None:
        self._upload, self._onward = upload, onward
        self._first_of: dict[bytes, Item] = {}  # digest -> the first file of this upload with these bytes
        self._by_print_file: dict[UUID, Item] = {}  # what this upload claimed
        self._by_design: dict[UUID, Item] = {}
        self._unclaimed: dict[UUID, Item] = {}  # design -> file found new, without rows yet (in a dry run: for good)
        self._pictures: Recent[UUID, Picture | None] = Recent(4)

    def handle(self, group: Sequence[Item]) -> None:
        """Decide ``group`` and hand every file on."""
        waiting = [item for item in group if not self._is_answered(item)]
        while waiting:
            try:
                self._decide(waiting)
                return
            except Stale:
                continue
            except Waiting:
                self._onward.recover()
                self._upload.stop.wait(_POLL_S)
            waiting = [item for item in waiting if item.outcome is None and not self._is_stopped(item)]

    def _is_answered(self, item: Item) -> bool:
        first = item if item.admitted is None else self._first_of.setdefault(item.digest, item)
        if item.outcome is not None:
            self._onward.settle(item)
            return True
        if self._is_stopped(item):
            return True
        if first is item or self._upload.duplicates is Duplicates.OFF:
            return False
        item.reason, item.distance = f"It has the same bytes as {first.name}, sent with it.", 0.0
        self._onward.follow(item, first)
        return True

    def _is_stopped(self, item: Item) -> bool:
        if not self._upload.stop.is_set():
            return False
        item.outcome = Failed.of(Cancelled("The upload was stopped before this file.", remedy="Run it again."))
        self._onward.settle(item)
        return True

    def _decide(self, items: Sequence[Item]) -> None:
        """Decide and claim; raises `Stale` or `Waiting` with nothing claimed and nothing handed on."""
        if not self._upload.dry_run:
            self._unclaimed = {}
        items = self._settle_own(items)
        if not items:
            return
        seen, files, apart = self._upload.read(lambda connection: self._look_up(connection, items))
        for item in items:
            file = files.get(item.digest)
            if item.prepared is None and item.outcome is None and (file is None or file.state == "missing"):
                self._onward.prepare(item)
        for item in items:
            if item.outcome is not None:
                self._onward.settle(item)
        items = [item for item in items if item.outcome is None]
        with meters.timed(DUPLICATE_CHECK_SECONDS):
            met = self._candidates([item for item in items if item.digest not in files])
            decisions = [self._decision(item, files, met, apart) for item in items]
        meters.count(DUPLICATE_CHECKED, len(items))
        claims = self._claim(decisions, seen)
        for item, decision in zip(items, decisions, strict=True):
            self._hand_on(item, decision, claims)

    def _settle_own(self, items: Sequence[Item]) -> list[Item]:
        """Answer what an earlier run of this upload stored; the rest is to be decided. Raises `Waiting`."""
        upload = self._upload
        if not upload.resumes:
            return list(items)
        positions = [item.file.position for item in items]
        shop = upload.template.shop
        own = upload.read(lambda connection: own_files(connection, shop, upload.id, positions))
        for item in items:
            if (file := own.get(item.file.position)) is not None and file.outcome is not None:
                item.outcome, item.prepared = file.outcome, None
                self._onward.settle(item)
        if any(file.outcome is None for file in own.values()):
            raise Waiting
        return [item for item in items if item.outcome is None]

    def _look_up(
        self, connection: Connection, items: Sequence[Item]
    ) -> tuple[int, dict[bytes, KnownFile], dict[bytes, set[UUID]]]:
        template, digests = self._upload.template, [item.digest for item in items]
        seen = ledger.revision(connection, template.shop)
        if self._upload.duplicates is Duplicates.OFF:
            return seen, {}, {}
        files = known.known_files(connection, template, digests)
        return seen, files, known.kept_apart(connection, template.shop, digests)

    def _candidates(self, items: Sequence[Item]) -> dict[int, list[Candidate[UUID]]]:
        """By position, the stored designs that share a band with the file: one query for all."""
        signed = [(item.position, item.fingerprint) for item in items if item.fingerprint is not None]
        if self._upload.duplicates is not Duplicates.ON or not signed:
            return {}
        shop, prints = self._upload.template.shop, [fingerprint for _, fingerprint in signed]
        found = self._upload.read(lambda connection: index.candidates(connection, shop, prints))
        return {position: near for (position, _), near in zip(signed, found, strict=True)}

    def _decision(
        self,
        item: Item,
        files: dict[bytes, KnownFile],
        met: dict[int, list[Candidate[UUID]]],
        apart: dict[bytes, set[UUID]],
    ) -> Decision:
        file = files.get(item.digest)
        if file is not None:
            return self._of_known(item, file)
        judged = self._judge(item, met.get(item.position, []), apart.get(item.digest, set()))
        decision = self._of_judgement(item, judged) if judged is not None else self._of_new(item)
        if isinstance(decision, NewPrintFile) and decision.is_new_design:
            self._unclaimed[decision.design] = item
        return decision

    def _of_known(self, item: Item, file: KnownFile) -> Decision:
        if file.state == "storing" and file.print_file not in self._by_print_file:
            raise Waiting
        if file.state == "missing":
            return self._new(item, file.design, is_new_design=False, restores=file.print_file)
        return file

    def _judge(self, item: Item, met: list[Candidate[UUID]], apart: set[UUID]) -> Judgement | None:
        if self._upload.duplicates is not Duplicates.ON or item.fingerprint is None or item.prepared is None:
            return None
        fresh = [
            Candidate.of(design, other.fingerprint)
            for design, other in self._unclaimed.items()
            if other.fingerprint is not None
        ]
        return judge(
            Newcomer(item.fingerprint, item.prepared, self._upload.template.recipe),
            [candidate for candidate in (*met, *fresh) if candidate.id not in apart],
            fingerprints=self._fingerprints,
            picture=self._picture,
            originals=lambda designs: self._originals(designs, apart),
        )

    def _originals(self, designs: Sequence[UUID], apart: set[UUID]) -> dict[UUID, UUID]:
        """What designs are flagged as similar to, but for what a person said this file is not the same as."""
        shop, own = self._upload.template.shop, self._unclaimed
        found = {key: like for key in designs if key in own and (like := own[key].similar_to) is not None}
        stored = [key for key in designs if key not in own]
        if stored:
            found |= self._upload.read(lambda connection: flagged(connection, shop, stored))
        return {key: root for key, root in found.items() if root not in apart}

    def _of_new(self, item: Item) -> NewPrintFile:
        """New art; flagged where the replaced system had a design with the same hashes."""
        shop, old = self._upload.template.shop, item.old
        if old is None:
            return self._new(item, uuid7(), is_new_design=True)
        label = self._upload.read(lambda connection: same_old_hashes(connection, shop, old))
        if label is None:
            return self._new(item, uuid7(), is_new_design=True)
        item.reason = f"The replaced system had a design with the same hashes: {label}."
        design = self._upload.read(lambda connection: design_of_label(connection, shop, label))
        if design is None:
            item.warnings = (*item.warnings, f"seen_before: {item.reason}")
            return self._new(item, uuid7(), is_new_design=True)
        item.similar_to, item.distance = design, 0.0
        verdict = Verdict(Outcome.SIMILAR, 0.0, {"why": item.reason, "label": label})
        return self._new(item, uuid7(), is_new_design=True, similar=(design, verdict))

    def _of_judgement(self, item: Item, judged: Judgement) -> Decision:
        design, verdict = judged.design, judged.verdict
        rows = [] if design in self._unclaimed else self._rows(design)
        named = self._unclaimed[design].name if design in self._unclaimed else _file_name(rows)
        if not rows and design not in self._unclaimed:
            return self._new(item, uuid7(), is_new_design=True)  # what it looked like was released meanwhile
        if verdict.outcome is Outcome.SIMILAR:
            item.similar_to, item.distance = design, verdict.distance
            item.reason = f"Looks like {named}. {verdict.evidence['why']}"
            return self._new(item, uuid7(), is_new_design=True, similar=(design, verdict), sides=self._files(judged))
        item.distance, item.reason = verdict.distance, f"Same art as {named}. {verdict.evidence['why']}"
        here = [row for row in rows if row.template_id == self._upload.template.id]
        if design not in self._unclaimed and not here:
            item.reason = item.distance = None
            return self._new(item, design, is_new_design=False)
        if here and here[0].state == "missing":
            return self._new(item, design, is_new_design=False, restores=here[0].id)
        key = here[0].id if here else None
        return RefusedSource(
            item.source,
            item.digest,
            design,
            key,
            verdict.distance,
            item.reason,
            verdict.evidence,
            self._files(judged),
        )

    def _files(self, judged: Judgement) -> dict[str, SmallPicture]:
        """Both sides for the match; a dry run records none."""
        return {} if self._upload.dry_run else judged.sides.files()

    def _new(
        self,
        item: Item,
        design: UUID,
        *,
        is_new_design: bool,
        restores: UUID | None = None,
        similar: tuple[UUID, Verdict] | None = None,
        sides: dict[str, SmallPicture] | None = None,
    ) -> NewPrintFile:
        prepared = item.prepared
        assert prepared is not None
        return NewPrintFile(
            design=design,
            is_new_design=is_new_design,
            source=item.source,
            position=item.file.position,
            name=PurePath(item.source).stem[:300].encode("utf-8", "backslashreplace").decode(),
            sha256=item.digest,
            width=prepared.width,
            height=prepared.height,
            dpi=prepared.dpi,
            art_width=prepared.art_width,
            art_height=prepared.art_height,
            preflight=prepared.preflight.as_dict(),
            fingerprint=item.fingerprint,
            restores=restores,
            similar_to=None if similar is None else similar[0],
            distance=None if similar is None else similar[1].distance,
            evidence=None if similar is None else similar[1].evidence,
            sides=sides or {},
        )

    # --- claiming and handing on ---------------------------------------------------------------------------------

    def _claim(self, decisions: Sequence[Decision], seen: int) -> dict[UUID, ledger.Claim]:
        """Rows and numbers for what is new, by design."""
        upload = self._upload
        news = [decision for decision in decisions if isinstance(decision, NewPrintFile)]
        refused = [decision for decision in decisions if isinstance(decision, RefusedSource)]
        if upload.dry_run or not (news or refused):
            return {}
        template = upload.template if upload.reread is None else upload.reread()
        with meters.timed(DATABASE_WRITE_SECONDS, step="claim"):
            claims = upload.write(
                lambda connection: ledger.claim(
                    connection,
                    template,
                    news,
                    refused,
                    seen=seen,
                    owner=upload.owner,
                    upload=upload.id,
                    now=upload.clock(),
                )
            )
        return {claim.design: claim for claim in claims}

    def _hand_on(self, item: Item, decision: Decision, claims: dict[UUID, ledger.Claim]) -> None:
        self._upload.report(Event(Stage.DECIDED, item.source, item.file.position))
        match decision:
            case NewPrintFile() if self._upload.dry_run:
                item.outcome = Planned(
                    decision.design, *item.size, decision.similar_to, item.distance, item.reason, item.warnings
                )
                item.prepared = None
                self._onward.settle(item)
            case NewPrintFile():
                item.claim = claims[decision.design]
                self._by_print_file[item.claim.print_file] = self._by_design[item.claim.design] = item
                self._onward.encode(item)
            case RefusedSource():
                leader = self._unclaimed.get(decision.design) or self._by_design.get(decision.design)
                self._answer(item, leader, Duplicate(decision.design, decision.distance, decision.reason))
            case KnownFile():
                outcome = decision.as_outcome()
                item.reason, item.distance = outcome.reason, 0.0
                self._answer(item, self._by_print_file.get(decision.print_file), outcome)

    def _answer(self, item: Item, leader: Item | None, outcome: Duplicate) -> None:
        item.prepared = None
        if leader is not None:
            self._onward.follow(item, leader)
        else:
            item.outcome = outcome
            self._onward.settle(item)

    # --- what newcomers are compared with ------------------------------------------------------------------------

    def _fingerprints(self, designs: Sequence[UUID]) -> dict[UUID, Fingerprint]:
        own = {key: item.fingerprint for key, item in self._unclaimed.items() if item.fingerprint and key in designs}
        stored = [key for key in designs if key not in own]
        if stored:
            shop = self._upload.template.shop
            own |= self._upload.read(lambda connection: index.stored_fingerprints(connection, shop, stored))
        return own

    def _picture(self, design: UUID) -> Picture | None:
        if design in self._unclaimed:
            return self._own_picture(self._unclaimed[design])
        rows = self._rows(design)
        if not rows:
            return None  # released since it was found
        row = rows[0]
        own = self._by_print_file.get(row.id)
        picture = None if own is None else self._own_picture(own)
        if picture is None and row.state == "storing":
            raise Waiting  # another process's; or our own, settled since its row was read
        return picture or self._pictures.get(row.id, lambda: self._stored_picture(row))

    def _own_picture(self, item: Item) -> Picture | None:
        """The picture of a file of this upload, from memory (decoded again in a dry run, which stores none)."""
        recipe = self._upload.template.recipe
        if self._upload.dry_run and item.prepared is None:
            self._onward.prepare(item)
            prepared, item.prepared = item.prepared, None
        else:
            prepared = item.prepared
        if prepared is not None:
            return Picture(recipe, prepared)
        png = item.png
        return None if png is None else Picture(recipe, png, item.art_size)

    def _stored_picture(self, row: Row[Any]) -> Picture | None:
        if row.state == "missing":
            return None
        return stored_picture(self._upload.spool if row.state == "spooled" else self._upload.storage, row)

    def _rows(self, design: UUID) -> list[Row[Any]]:
        """The design's print files: those of this template first, and of these the ones that can be read now."""
        template = self._upload.template
        rows = self._upload.read(lambda connection: known.print_files_of(connection, template.shop, [design]))
        order = {"stored": 0, "spooled": 1, "storing": 2, "missing": 3}
        return sorted(rows.get(design, []), key=lambda row: (row.template_id != template.id, order[row.state]))


def _file_name(rows: Sequence[Row[Any]]) -> str:
    return str(rows[0].path.rsplit("/", 1)[-1]) if rows else "a design of this shop"
