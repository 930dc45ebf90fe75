"""The report on a print: figures, lights, findings, and the findings that stop a file."""

from __future__ import annotations

import pytest

from printdock.errors import InputRefused
from printdock.imaging.preflight import Facts, light, preflight
from printdock.imaging.recipe import place
from printdock.imaging.types import Box, Fit, Preflight, Recipe

CLEAN = Facts(Box(0, 0, 3000, 3000), True, 0.01, False, 0, None, 1)


def _report(recipe: Recipe, **changes: object) -> Preflight:
    facts = Facts(**{**{name: getattr(CLEAN, name) for name in CLEAN.__slots__}, **changes})
    return preflight(facts, place(facts.art.width, facts.art.height, recipe), recipe)


def _codes(report: Preflight) -> list[str]:
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize(
    "dpi, word",
    [
        (400, "excellent"),
        (300, "excellent"),
        (299.6, "excellent"),
        (299, "good"),
        (250, "good"),
        (249, "fair"),
        (200, "fair"),
        (199, "poor"),
        (72, "poor"),
        (71, "unusable"),
    ],
)
def test_lights(dpi: float, word: str) -> None:
    assert light(dpi) == word


def test_effective_dpi_is_source_px_by_inches_whatever_the_print_dpi() -> None:
    for dpi in (150, 300, 600):
        report = _report(Recipe(10, 10, dpi))
        assert report.effective_dpi == pytest.approx(300, abs=0.5)
        assert report.upscale == pytest.approx(dpi / 300)
    assert _report(Recipe(10, 20, 300, Fit.STRETCH)).effective_dpi == pytest.approx(150)


def test_clean_art_has_no_findings() -> None:
    assert _report(Recipe(10, 10, 300)).findings == ()


@pytest.mark.parametrize(
    "code, recipe, changes",
    [
        ("low_dpi", Recipe(16, 16), {}),
        ("upscaled", Recipe(10, 10, max_upscale=0.9), {}),
        ("tiny_art", Recipe(0.5, 0.5), {"art": Box(0, 0, 190, 150)}),
        ("no_alpha", Recipe(10, 10, needs_alpha=True), {"opaque_page": True}),
        ("semi_transparent", Recipe(10, 10), {"semi_transparent": 0.4}),
        ("specks", Recipe(10, 10), {"specks": 3}),
        ("wrong_colour_space", Recipe(10, 10), {"converted": "cmyk"}),
        ("distorted", Recipe(10, 5, fit=Fit.STRETCH), {}),
        ("cropped", Recipe(10, 5, fit=Fit.COVER), {}),
        ("extra_pages", Recipe(10, 10), {"pages": 3}),
    ],
)
def test_each_finding_warns_and_stops_only_where_asked(code: str, recipe: Recipe, changes: dict[str, object]) -> None:
    report = _report(recipe, **changes)
    assert _codes(report) == [code]
    assert report.findings[0].message.endswith(".")
    assert report.as_dict()["findings"][0]["code"] == code
    values = {name: getattr(recipe, name) for name in recipe.__slots__}
    with pytest.raises(InputRefused) as refusal:
        _report(Recipe(**{**values, "errors": frozenset({code})}), **changes)
    assert refusal.value.code == code and refusal.value.remedy
    _report(Recipe(**{**values, "errors": frozenset({"something_else"})}), **changes)


def test_enlarging_is_never_silent() -> None:
    report = _report(Recipe(10, 10, 300, max_upscale=4), art=Box(0, 0, 300, 300))
    assert "upscaled" in _codes(report) and report.upscale == pytest.approx(10)
    assert report.findings[1].value == pytest.approx(10)


def test_opaque_is_fine_where_the_product_does_not_need_transparency() -> None:
    assert _report(Recipe(10, 10), opaque_page=True).findings == ()


def test_stretch_says_by_how_much() -> None:
    finding = _report(Recipe(9.5, 4.33, 400, Fit.STRETCH)).findings[-1]
    assert finding.code == "distorted" and finding.value == pytest.approx(9.5 / 4.33 - 1, abs=0.002)
