"""Mockup groups of the replaced system: its masks as polygons, a group and its photos as a pack.

Its rules: a mask is pasted upright into its bounding box. Not cropped, the design goes inside, centred both ways,
whatever the alignment says; cropped, it covers the box, surplus width cut by the alignment, surplus height evenly. The lists
(``is_cropped_list``, ``alignment_list``) hold one entry for each mask and go before the single values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from printdock.errors import UsageError
from printdock.mockups.manifest import Manifest
from printdock.mockups.pack import PICTURE_BYTES, Pack, make_pack
from printdock.rendering.types import AlignX, AreaFit, Polygon

#: How strong the replaced system's watermark was, stretched over the bounding box of the first mask.
_OPACITY = 0.45


def polygons(data: Mapping[str, Any]) -> tuple[Polygon, ...]:
    """The polygons of one row of ``mockup_mask_data``; masks of fewer than three points, which were never painted, are
    left out. Raises `UsageError` for what is not such a row.
    """
    try:
        masks = _plain(data["masks"]) or []
        cropped, aligned = _plain(data.get("is_cropped_list")) or [], _plain(data.get("alignment_list")) or []
        found = []
        for k, mask in enumerate(masks):
            cover = bool(cropped[k] if k < len(cropped) else data.get("is_cropped"))
            word = (aligned[k] if k < len(aligned) else data.get("alignment")) or "center"
            points = tuple((float(x), float(y)) for x, y in mask)
            if len(points) >= 3:
                fit, align = (AreaFit.COVER, AlignX(word)) if cover else (AreaFit.CONTAIN, AlignX.CENTER)
                found.append(Polygon(points, fit, align))
        return tuple(found)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"This is not a mask of the old system: {type(error).__name__} {error}.",
            code="old_masks",
            remedy="It needs masks = [[[x, y], ...], ...], and may have is_cropped, alignment and their lists.",
        ) from error


#: What is stored under a path of the old system.
Read = Callable[[str], bytes]


def old_pack(document: Mapping[str, Any], folder: Path) -> Pack:
    """A group as the old ``GET /mockups/by-id`` answers it, with its photos (and watermark) from ``folder``.

    Raises `UsageError` for what cannot be read, and as `make_pack`.
    """
    return old_group(document, lambda path: _inside(folder, path), default_name=folder.name)


def old_group(document: Mapping[str, Any], read: Read, *, default_name: str = "") -> Pack:
    """The same with its photos from wherever ``read`` finds them. Raises as `old_pack`, and what ``read`` raises."""
    images = document.get("mockup_images")
    if not isinstance(images, list) or not images:
        raise UsageError("The file has no mockup_images.", code="old_masks", remedy="Save GET /mockups/by-id as JSON.")
    files: dict[str, bytes] = {}
    pictures, marks = [], set()
    for index, image in enumerate(images):
        name = _take(files, read, image.get("filename") or image.get("file_path"))
        if image.get("watermark_path"):
            marks.add(_take(files, read, image["watermark_path"]))
        areas = [_area(polygon) for data in image.get("mask_data") or [] for polygon in polygons(data)]
        pictures.append({"name": f"{index} {PurePosixPath(name).stem}"[:100], "file": name, "area": areas})
    if len(marks) > 1:
        raise UsageError("The group has two watermarks; a set has one.", code="old_masks")
    values: dict[str, Any] = {"name": str(document.get("name") or default_name), "picture": pictures}
    if document.get("product_template_name"):
        values["template"] = document["product_template_name"]
    for mark in marks:
        values["watermark"] = {"image": mark, "opacity": _OPACITY, "place": "stretched", "over": "area"}
    return make_pack(_manifest(values), files)


def _manifest(values: dict[str, Any]) -> Manifest:
    from pydantic import ValidationError

    try:
        return Manifest.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise UsageError(
            f"The old group cannot be made a pack: {error.errors()[0]['msg']}.", code="old_masks"
        ) from error


def _area(polygon: Polygon) -> dict[str, Any]:
    return {"kind": "polygon", "points": polygon.points, "fit": str(polygon.fit), "align_x": str(polygon.align_x)}


def _take(files: dict[str, bytes], read: Read, path: Any) -> str:
    """Put the picture of that path among ``files``, by its plain name."""
    name = PurePosixPath(str(path).replace("\\", "/")).name
    if name not in files:
        files[name] = read(str(path))
    return name


def _inside(folder: Path, path: str) -> bytes:
    """The file of that name in ``folder``; the folders of the old path are not looked at."""
    name = PurePosixPath(path.replace("\\", "/")).name
    there = folder / name
    if not name or not there.is_file():
        raise UsageError(f"{name!r} is not in {folder}.", code="old_masks", remedy="Copy the group's pictures there.")
    if there.stat().st_size > PICTURE_BYTES:
        raise UsageError(f"{there} is too large.", code="too_large")
    return there.read_bytes()


def _plain(value: Any) -> Any:
    """JSON columns come as text from some exports."""
    return json.loads(value) if isinstance(value, str) else value
