"""A template and a design become a draft: placeholders filled, names turned into ids, and every problem told."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from printdock.errors import FieldProblem
from printdock.etsy.encode import Value
from printdock.listings import limits
from printdock.listings.checks import check_draft
from printdock.listings.directory import Directory
from printdock.listings.draft import DigitalFile, Draft, Picture
from printdock.listings.edits import Edits
from printdock.listings.placeholders import fill
from printdock.listings.shared import SharedPicture
from printdock.listings.subject import Shot, Subject
from printdock.listings.template import ListingTemplate

#: Fields of a template that name one thing of the shop, and what Etsy calls its id.
_ONE = (
    ("section", "shop_section_id", "section_unknown"),
    ("shipping_profile", "shipping_profile_id", "shipping_unknown"),
    ("return_policy", "return_policy_id", "returns_unknown"),
    ("processing_profile", "readiness_state_id", "readiness_unknown"),
)

#: These make no sense for what is only downloaded.
_OF_PARCELS = ("shipping_profile", "return_policy", "processing_profile")


@dataclass(frozen=True, slots=True)
class Composed:
    """``draft`` as it would be sent; with ``problems`` it is not."""

    draft: Draft
    problems: tuple[FieldProblem, ...]


@dataclass(slots=True)
class Composer:
    """Makes drafts of one template in one shop. ``shared``: the pictures it knows by their names; ``alt_texts``: of single
    pictures, by their file names."""

    template: ListingTemplate
    directory: Directory
    currency: str
    shop_name: str
    shared: Mapping[str, SharedPicture]
    now: datetime
    alt_texts: Mapping[str, str] = field(default_factory=dict)
    _problems: list[FieldProblem] = field(default_factory=list)

    def compose(self, subject: Subject, own: Mapping[str, str] | None = None, edits: Edits | None = None) -> Composed:
        """The draft of ``subject``; ``own``: the seller's words about its design, before those of the template;
        ``edits``: what the seller set for it in the template's place."""
        if edits:
            edited = replace(self, template=edits.applied(self.template), alt_texts=edits.alt_texts)
            return edited.compose(subject, own)
        self._problems = []
        words = {**self.template.fields, **(own or {}), **subject.words}
        words |= {"template": self.template.name, "shop": self.shop_name}
        fields = self._fields(words)
        draft = Draft(
            fields, sku=self._text("sku", self.template.sku, words), pictures=self._pictures(subject, words),
            file=_file(subject) if self.template.digital else None,
        )  # fmt: skip
        problems = [*self._problems, *check_draft(self.template, draft, self.currency, self.now)]
        return Composed(draft, tuple(problems))

    def _fields(self, words: Mapping[str, str | int]) -> dict[str, Value]:
        template = self.template
        fields: dict[str, Value] = {
            "title": self._text("title", template.title, words),
            "description": self._text("description", template.description, words),
            "price": template.price,
            "quantity": template.quantity,
            "who_made": template.who_made,
            "when_made": template.when_made,
            "is_supply": template.is_supply,
            "taxonomy_id": self._category(),
            "type": template.type,
            "should_auto_renew": template.should_auto_renew,
            "is_customizable": template.is_customizable,
            "is_taxable": template.is_taxable,
        }
        for name, found in (("tags", template.tags), ("materials", template.materials), ("styles", template.styles)):
            fields[name] = [self._text(name, one, words) for one in found] or None
        fields |= self._named()
        fields |= {
            name: getattr(template, name) for name in ("item_weight", "item_length", "item_width", "item_height")
        }
        fields["item_weight_unit"] = template.item_weight_unit or None
        fields["item_dimensions_unit"] = template.item_dimensions_unit or None
        return {name: value for name, value in fields.items() if value is not None}

    def _text(self, name: str, pattern: str, words: Mapping[str, str | int]) -> str:
        filled = fill(pattern, words)
        if filled.broken:
            self._add(name, "pattern_broken", f"is no usable pattern: {filled.broken}", "Write {{ for a brace itself.")
        for unknown in filled.unknown:
            self._add(
                name,
                "word_missing",
                f"{{{unknown}}} stands for nothing",
                "Give the template a field of that name, or the design one: `printdock listings words FILE`.",
            )
        return unicodedata.normalize("NFC", filled.text.replace("\r\n", "\n").strip())

    def _category(self) -> int | None:
        text = self.template.category
        if not text:
            self._add("category", "field_missing", "is not set", "Such as 'Mugs': `printdock listings names category`.")
            return None
        found = self.directory.find_category(text)
        if len(found) == 1 and found[0].leaf:
            return found[0].id
        if not found:
            self._add(
                "category", "taxonomy_unknown", f"{text!r} is no category of Etsy's", "See `printdock listings names`."
            )
        elif len(found) == 1:
            self._add("category", "taxonomy_unknown", f"{text!r} has categories below it", "Name one of those.")
        else:
            paths = "; ".join(one.path for one in found[:3])
            self._add(
                "category", "taxonomy_several", f"{text!r} stands for {len(found)}: {paths}", "Give the whole path."
            )
        return found[0].id if found else _number(text)

    def _named(self) -> dict[str, Value]:
        fields: dict[str, Value] = {}
        for kind, name, code in _ONE:
            text = getattr(self.template, kind)
            if text and (self.template.physical or kind not in _OF_PARCELS):
                fields[name] = self._resolve(kind, text, code)
        partners = [
            self._resolve("production_partners", one, "partner_unknown") for one in self.template.production_partners
        ]
        fields["production_partner_ids"] = [one for one in partners if one is not None] or None
        profile = [one for one in self.directory.shipping_profile if one.id == fields.get("shipping_profile_id")]
        if profile and profile[0].kind == "calculated" and self.template.item_weight is None:
            self._add(
                "item_weight",
                "weight_missing",
                f"is empty, and {profile[0].name!r} ships by weight",
                "Set it with its unit.",
            )
        return fields

    def _resolve(self, kind: str, text: str, code: str) -> int | None:
        found = self.directory.find(kind, text)
        if len(found) == 1:
            return found[0].id
        known = ", ".join(repr(one.name) for one in self.directory.named(kind)[:10]) or "none"
        if not found:
            self._add(kind, code, f"the shop has no {text!r}", f"It has: {known}.")
            return _number(text)
        ids = ", ".join(str(one.id) for one in found)
        self._add(kind, "name_several", f"{text!r} is the name of {len(found)}", f"Give the id: {ids}.")
        return found[0].id

    def _pictures(self, subject: Subject, words: Mapping[str, str | int]) -> tuple[Picture, ...]:
        shots = self._shots(subject.shots)
        pictures = [self._shot(one, words) for one in shots]
        for name in self.template.shared_pictures:
            shared = self.shared.get(name)
            if shared is None:
                self._add(
                    "shared_pictures",
                    "picture_unknown",
                    f"there is no {name!r}",
                    "Add it: `printdock listings pictures add`.",
                )
                continue
            self._check_picture(name, shared.format, shared.size, shared.width, shared.height)
            pictures.append(Picture(shared.key, shared.alt_text, shared.sha256, shared=True))
        return tuple({one.digest: one for one in pictures}.values())  # the same picture twice is shown once

    def _shots(self, shots: Sequence[Shot]) -> list[Shot]:
        """Those of the template's sets, in the order in which it names them; all where it names none."""
        names = self.template.mockup_sets
        if not names:
            return list(shots)
        for name in names:
            if not any(shot.set_name == name for shot in shots):
                self._add(
                    "mockup_sets", "pictures_missing", f"no mockup of {name!r}", "Render it: printdock mockups render."
                )
        return [shot for name in names for shot in shots if shot.set_name == name]

    def _shot(self, shot: Shot, words: Mapping[str, str | int]) -> Picture:
        form = shot.path.rsplit(".", 1)[-1].lower().replace("jpg", "jpeg")
        self._check_picture(shot.path, form, shot.size, shot.width, shot.height)
        seen = {**words, "picture": shot.picture, "colour": shot.colour or "", "set": shot.set_name}
        pattern = self.alt_texts.get(shot.name, self.template.alt_text)
        return Picture(shot.path, self._text("alt_text", pattern, seen), shot.sha256)

    def _check_picture(self, name: str, form: str, size: int, width: int, height: int) -> None:
        name = name.rsplit("/", 1)[-1]
        if form not in limits.PICTURE_FORMATS:
            self._add(
                "mockup_sets",
                "picture_format",
                f"{name} is {form.upper()}",
                "Etsy takes JPG, PNG and GIF: render the set in one of these.",
            )
        if size > limits.MOST_PICTURE_BYTES:
            self._add("mockup_sets", "picture_big", f"{name} has {size / 1e6:.1f} MB", "Etsy asks for less than 10 MB.")
        if min(width, height) < limits.LEAST_PICTURE_SIDE:
            least = limits.LEAST_PICTURE_SIDE
            self._add(
                "mockup_sets", "picture_small", f"{name} has {width} x {height} px", f"Both sides need {least} px."
            )

    def _add(self, name: str, code: str, message: str, remedy: str = "") -> None:
        problem = FieldProblem(name, code, message, remedy)
        if problem not in self._problems:
            self._problems.append(problem)


def _file(subject: Subject) -> DigitalFile:
    return DigitalFile(subject.path, subject.path.rsplit("/", 1)[-1], subject.size)


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None
