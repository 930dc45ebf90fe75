"""Same design or not: golden pairs, and laws."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from printdock.dedupe.rule import Outcome, Verdict, coarse_look, decide, fine_look
from printdock.imaging.fingerprint import fingerprint

from . import art

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def verdict(newcomer: np.ndarray, stored: np.ndarray, readable: bool = True) -> Verdict:
    coarse = coarse_look(fingerprint(newcomer).coarse, fingerprint(stored).coarse)
    return decide(coarse, fine_look(newcomer, stored) if readable else None)


def text(*words: str, ink: tuple[int, int, int] = BLACK) -> np.ndarray:
    out = art.blank(300, 620)
    for line, word in enumerate(words):
        out = art.lettered(out, word, (20, 80 + 90 * line), 2.2, ink, 4)
    return art.trimmed(out)


COPIES = {
    "half the size": lambda a: art.scaled(a, 0.5),
    "half again as large": lambda a: art.scaled(a, 1.5),
    "JPEG 80 on white": lambda a: art.jpeg(a, 80),
    "JPEG 90 on black": lambda a: art.jpeg(a, 90, 0),
    "scaled, then JPEG": lambda a: art.jpeg(art.scaled(a, 0.7), 85),
    "blurred": lambda a: cv2.GaussianBlur(a, (0, 0), 0.8),
    "padded white": lambda a: cv2.copyMakeBorder(
        art.flattened(a), 30, 12, 8, 40, cv2.BORDER_CONSTANT, value=(255,) * 4
    ),
    "alpha noise": lambda a: np.where(a[:, :, 3:] > 0, a, np.array([0, 0, 0, 1], np.uint8)),
}


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_duplicates(kind: str) -> None:
    original = art.dated("Est. 2019")
    found = verdict(COPIES[kind](original), original)
    assert found.outcome is Outcome.DUPLICATE, found


@pytest.mark.parametrize("sides", [(5, 0, 0, 0), (0, 0, 0, 8), (5, 5, 5, 5)])
def test_cropped_copies_are_flagged_not_refused(sides: tuple[int, int, int, int]) -> None:
    original = art.picture()
    top, bottom, left, right = sides
    height, width = original.shape[:2]
    cut = np.ascontiguousarray(original[top : height - bottom, left : width - right])
    assert verdict(cut, original).outcome is Outcome.SIMILAR


DISTINCT = {
    "next year": (art.dated("Est. 2019"), art.dated("Est. 2020")),
    "other name": (art.dated("for Emma"), art.dated("for Olivia")),
    "year added": (art.dated("Est. 2019"), art.picture()),
    "black and white ink": (art.recoloured(art.picture(), BLACK), art.recoloured(art.picture(), WHITE)),
    "other colour": (art.picture((40, 70, 160)), art.picture((40, 150, 90))),
    "other black picture": (art.picture(BLACK, 3), art.picture(BLACK, 4)),
    "mirrored": (art.picture(), np.ascontiguousarray(art.picture()[:, ::-1])),
    "other word": (text("BEST", "MAMA"), text("BEST", "NANA")),
    "other word, white ink": (text("BEST", "MAMA", ink=WHITE), text("BEST", "NANA", ink=WHITE)),
    "other year as large": (text("SINCE", "1988"), text("SINCE", "1989")),
}


@pytest.mark.parametrize("kind", DISTINCT)
def test_distinct_designs_are_new(kind: str) -> None:
    for newcomer, stored in (DISTINCT[kind], DISTINCT[kind][::-1]):
        found = verdict(newcomer, stored)
        assert found.outcome is Outcome.NEW, found


def test_a_small_star_more_is_new() -> None:
    plain = art.picture()
    starred = plain.copy()
    cv2.circle(starred, (plain.shape[1] // 2, 20), 7, (230, 30, 40, 255), -1, cv2.LINE_AA)
    assert verdict(starred, plain).outcome is Outcome.NEW


def test_white_fill_is_not_no_fill() -> None:
    """Over white they look alike: only the alpha tells."""
    line = art.blank(300, 300)
    cv2.circle(line, (150, 150), 140, (0, 0, 0, 255), 8, cv2.LINE_AA)
    filled = art.blank(300, 300)
    cv2.circle(filled, (150, 150), 140, (255, 255, 255, 255), -1, cv2.LINE_AA)
    cv2.circle(filled, (150, 150), 140, (0, 0, 0, 255), 8, cv2.LINE_AA)
    assert verdict(art.trimmed(line), art.trimmed(filled)).outcome is Outcome.NEW


def test_without_the_stored_picture_it_is_similar_at_most() -> None:
    original = art.picture()
    assert verdict(original, original, readable=False).outcome is Outcome.SIMILAR


def test_transparency_that_the_stored_one_lacks_is_not_refused() -> None:
    original = art.picture()
    assert verdict(original, art.flattened(original)).outcome is Outcome.SIMILAR
    assert verdict(art.flattened(original), original).outcome is Outcome.DUPLICATE


def test_evidence_is_plain_data_with_a_sentence() -> None:
    found = verdict(art.dated("Est. 2019"), art.dated("Est. 2020"))
    assert isinstance(found.evidence["why"], str) and found.evidence["why"].endswith(".")
    assert all(isinstance(v, (str, int, float, list, dict)) for v in found.evidence.values())


@st.composite
def looks(draw: st.DrawFn) -> np.ndarray:
    """Any picture: discs of any colours on transparent or opaque ground, of any size."""
    height, width = draw(st.integers(1, 260)), draw(st.integers(1, 260))
    out = np.zeros((height, width, 4), np.uint8)
    if draw(st.booleans()):
        out[:] = (*draw(st.tuples(*[st.integers(0, 255)] * 3)), 255)
    for _ in range(draw(st.integers(0, 5))):
        centre = draw(st.integers(0, width)), draw(st.integers(0, height))
        colour = draw(st.tuples(*[st.integers(0, 255)] * 3))
        cv2.circle(out, centre, draw(st.integers(1, 80)), (*colour, 255), -1, cv2.LINE_AA)
    return art.premultiplied_clamp(out)


RELAXED = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@RELAXED
@given(looks())
def test_a_picture_is_a_duplicate_of_itself(look: np.ndarray) -> None:
    found = verdict(look, look.copy())
    assert found.outcome is Outcome.DUPLICATE and found.distance == 0


@RELAXED
@given(looks(), looks())
def test_any_two_pictures_get_an_answer_and_never_flip_to_refused(a: np.ndarray, b: np.ndarray) -> None:
    assume(a[:, :, 3].any() and b[:, :, 3].any())  # empty pictures are refused by name, never compared
    there, back = verdict(a, b), verdict(b, a)
    assert there.distance >= 0
    if there.outcome is Outcome.DUPLICATE:
        assert back.outcome is not Outcome.NEW


def solid_with_line(text: str) -> np.ndarray:
    """A black sheet with round corners and a small line beneath: little for a map to hold on to."""
    out = art.blank(620, 560)
    cv2.rectangle(out, (0, 30), (559, 550), (0, 0, 0, 255), -1)
    cv2.rectangle(out, (30, 0), (529, 580), (0, 0, 0, 255), -1)
    for centre in ((30, 30), (529, 30), (30, 550), (529, 550)):
        cv2.circle(out, centre, 30, (0, 0, 0, 255), -1, cv2.LINE_AA)
    return art.trimmed(art.lettered(out, text, (250, 610), 0.5, BLACK))


def test_a_crop_of_plain_art_is_still_recognised() -> None:
    original = solid_with_line("Est. 2018")
    cut = np.ascontiguousarray(original[:, 6:])
    assert verdict(cut, original).outcome is Outcome.SIMILAR


def test_a_changed_spot_shows_although_one_is_cropped() -> None:
    original = art.picture()
    changed = original.copy()
    cv2.circle(changed, (200, 150), 12, (230, 30, 40, 255), -1, cv2.LINE_AA)
    cropped = np.ascontiguousarray(original[8:-8, 8:-8])
    assert verdict(changed, cropped).outcome is Outcome.NEW


def test_a_line_that_stands_apart_is_no_crop() -> None:
    assert verdict(art.dated("Est. 2019"), art.picture()).outcome is Outcome.NEW
    assert verdict(art.picture(), art.dated("Est. 2019")).outcome is Outcome.NEW


def test_a_crop_that_takes_the_line_off_is_one_if_it_cuts_elsewhere_too() -> None:
    original = art.dated("Est. 2019")
    cut = art.trimmed(np.ascontiguousarray(original[: art.picture().shape[0], 9:]))
    assert verdict(cut, original).outcome is Outcome.SIMILAR


def test_dark_blue_ink_is_not_taken_for_a_black_margin() -> None:
    original = art.dated("Est. 2019")
    flag = cv2.copyMakeBorder(original, 40, 0, 60, 60, cv2.BORDER_CONSTANT, value=(0, 0, 160, 255))
    flag[-22:, :60] = flag[-22:, -60:] = 0
    assert verdict(art.jpeg(flag, 85, 0), flag).outcome is Outcome.DUPLICATE
