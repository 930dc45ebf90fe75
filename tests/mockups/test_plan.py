"""One plan: its order, its names, its sample, its keys."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from printdock.errors import UsageError
from printdock.imaging.output import Output, PictureFormat
from tests.designs.conftest import art
from tests.mockups.studio import MakeStudio, Studio


@pytest.fixture
def studio(make_studio: MakeStudio, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    found = make_studio(f"sqlite:///{tmp_path_factory.mktemp('plan') / 'printdock.db'}")
    for seed in range(4):
        found.add(art(seed), keep=False)
    return found


def test_designs_by_number_on_pictures_by_index_in_each_colour(studio: Studio) -> None:
    shuffled = tuple(reversed(studio.mockup_set.pictures))
    for plan in (studio.plan(), studio.plan(pictures=shuffled)):
        found = [(m.print_file.number, m.picture.index, m.colour) for m in plan.mockups]
        variants = [(0, None), (1, None), (2, "Black"), (2, "Sand")]
        assert found == [(number, *variant) for number, variant in product((900, 901, 902, 903), variants)]


def test_the_old_systems_names(studio: Studio) -> None:
    plan = studio.plan([902])
    assert plan.mockups[0].path == "My Shop/Mockups/UVDTF 16oz/UV 902 UVDTF_16oz_902_BG_0.jpg"
    assert plan.mockups[0].thumbnail == "My Shop/Mockups/UVDTF 16oz/thumbnails/UV 902 UVDTF_16oz_902_BG_0.jpg.webp"


def test_names_do_not_depend_on_which_colours_are_asked_for(studio: Studio) -> None:
    all_of_them = {m.path for m in studio.plan([900]).mockups}
    some = {m.path for m in studio.plan([900], colours=["Sand"]).mockups}
    assert some < all_of_them and len(some) == 3
    assert any(path.endswith("_BG_2_Sand.jpg") for path in some)


def test_one_colour_alone_is_not_in_the_name(studio: Studio) -> None:
    *others, shirt = studio.mockup_set.pictures
    plan = studio.plan([900], pictures=(*others, replace(shirt, colours=("Black",))))
    assert plan.mockups[-1].path.endswith("_BG_2.jpg")


def test_the_suffix_is_that_of_the_format(studio: Studio) -> None:
    for form, suffix in ((PictureFormat.WEBP, ".webp"), (PictureFormat.PNG, ".png")):
        assert studio.plan([900], output=Output(form)).mockups[0].path.endswith(suffix)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{prefix} {number}", "would be called"),
        ("{number}{index}{number", "cannot be read"),
        ("{index}", "not usable"),
        ("{number} {price}", "not usable|cannot be read"),
        ("../{number} {index}", "cannot be stored|plain name"),
        ("{number}/{index}", "plain name"),
        (".{number} {index}", "plain name"),
        ("{number.real} {index}", "not usable|cannot be read"),
    ],
)
def test_names_that_are_not_one_each_or_not_plain_are_refused(studio: Studio, pattern: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        studio.plan(pattern=pattern)


def test_names_that_meet_over_two_numbers_are_refused(studio: Studio) -> None:
    pictures = tuple(replace(p, index=index) for p, index in zip(studio.mockup_set.pictures, (11, 1, 0), strict=True))
    files = [replace(m.print_file, number=n) for m, n in zip(studio.plan([900]).mockups, (1, 11), strict=False)]
    from printdock.mockups.plan import make_plan

    with pytest.raises(UsageError, match="would be called '111"):
        make_plan(replace(studio.mockup_set, pattern="{number}{index}", pictures=pictures), studio.template, files)


def test_a_colours_name_cannot_leave_the_folder(studio: Studio) -> None:
    *others, shirt = studio.mockup_set.pictures
    plan = studio.plan([900], pictures=(*others, replace(shirt, colours=("../../x", "Off / White"))))
    assert [m.path.rsplit("_", 1)[-1] for m in plan.mockups[-2:]] == ["x.jpg", "White.jpg"]
    assert all(m.path.count("/") == 3 for m in plan.mockups)


def test_unknown_colours_numbers_and_other_templates_are_refused(studio: Studio) -> None:
    with pytest.raises(UsageError, match="It has: Black, Sand"):
        studio.plan(colours=["Pink"])
    with pytest.raises(UsageError, match="no print file 90"):
        studio.plan([90])
    with pytest.raises(UsageError, match="for the template 'Mug'"):
        studio.plan(template="Mug")


@pytest.mark.parametrize("count", range(1, 18))
def test_a_sample_shows_each_base_and_colour_before_any_again(studio: Studio, count: int) -> None:
    sample = studio.plan().sample(count).mockups
    assert len(sample) == min(count, 16) == len({m.path for m in sample})
    variants = [(m.picture.name, m.colour) for m in sample]
    assert len(set(variants)) == min(count, 4)
    assert len({m.print_file.number for m in sample}) == min(count, 4), "and other designs, too"


def test_a_sample_of_no_designs_is_empty(studio: Studio) -> None:
    assert studio.plan([]).sample(3).mockups == ()


def test_the_key_knows_everything_that_decides_the_file(studio: Studio) -> None:
    def keys(**changes: object) -> set[bytes]:
        return {m.key for m in studio.plan([900, 901], **changes).mockups}

    plain = keys()
    assert len(plain) == 8
    others = [keys(longest_side=201), keys(output=Output(quality=94)), keys(output=Output(max_bytes=10**6))]
    others += [keys(output=Output(PictureFormat.WEBP))]
    for other in others:
        assert not plain & other
    assert keys(pattern="x {number} {index}") == plain, "another name is the same picture"


def test_another_renderer_makes_all_stale(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {m.key for m in studio.plan().mockups}
    monkeypatch.setattr("printdock.mockups.plan.RENDERER_VERSION", 1_000)
    assert not before & {m.key for m in studio.plan().mockups}
