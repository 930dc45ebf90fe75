"""The model of large libraries: its arithmetic, on numbers that are known."""

from __future__ import annotations

import math

import pytest

from bench.scale_model import Growth, Measured, Model, error, fit
from printdock.designs.index import MAX_CANDIDATES

TRUE = Model(2.0, 0.05, 0.3, {"new": Growth(0.01, 0.6), "hot": Growth(20.0, 0.1)})


def _measured(model: Model, kind: str, designs: int) -> Measured:
    return Measured(kind, designs, model.growth[kind].met(designs), model.ms(kind, designs))


def _points(*sizes: int) -> list[Measured]:
    return [_measured(TRUE, kind, size) for kind in TRUE.growth for size in sizes]


def test_what_follows_the_model_is_predicted() -> None:
    model = fit(_points(100_000, 1_000_000))
    assert (model.fixed, model.each_met, model.each_tenfold) == pytest.approx((2.0, 0.05, 0.3), rel=1e-6)
    for kind in TRUE.growth:
        beyond = _measured(TRUE, kind, 5_000_000)
        assert model.ms(kind, 5_000_000) == pytest.approx(beyond.ms, rel=1e-6)
        assert error(model, beyond) == pytest.approx(0.0, abs=1e-6)


def test_the_sum_is_that_of_its_parts() -> None:
    met = 0.01 * 1_000_000**0.6
    assert TRUE.ms("new", 1_000_000) == pytest.approx(2.0 + 0.05 * met + 0.3 * 6)
    assert Growth(0.01, 0.6).met(10) == pytest.approx(0.01 * 10**0.6)


def test_no_more_are_met_than_are_read() -> None:
    assert Growth(1.0, 1.0).met(100_000_000) == MAX_CANDIDATES
    assert TRUE.ms("hot", 10**30) == pytest.approx(2.0 + 0.05 * MAX_CANDIDATES + 0.3 * 30)


def test_the_error_is_a_share_of_what_was_measured() -> None:
    slower = Measured("new", 1_000_000, 0.0, TRUE.ms("new", 1_000_000) / 0.8)
    assert error(TRUE, slower) == pytest.approx(-0.2)


def test_noise_makes_no_part_negative() -> None:
    faster_when_larger = [
        Measured("new", 100_000, 10.0, 5.0), Measured("new", 1_000_000, 40.0, 4.0),
        Measured("hot", 100_000, 200.0, 9.0), Measured("hot", 1_000_000, 256.0, 8.0),
    ]  # fmt: skip
    model = fit(faster_when_larger)
    assert min(model.fixed, model.each_met, model.each_tenfold) >= 0
    assert all(0 <= growth.power <= 1 for growth in model.growth.values())
    assert math.isfinite(model.ms("new", 100_000_000))
