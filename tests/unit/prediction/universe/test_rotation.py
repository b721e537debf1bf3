"""Rotations of sums: against explicit orthogonal matrices, and the statistics that luck gives against Student's t."""

import numpy as np
import pytest
from scipy import stats

from services.prediction.types import Array
from services.prediction.universe.rotation import draw_directions, rotated_statistics

SEED = 20261130


def _sums(n_series: int) -> Array:
    """Return correlated sums of as many series, the first of them with skill."""
    random = np.random.default_rng(SEED)
    sums: Array = random.normal(size=(n_series, 9)) + random.normal(size=9)
    sums[0, 0] += 20
    return sums


def _rotate(sums: Array, direction: Array) -> Array:
    """Rotate with a whole matrix, the first of whose axes is the direction."""
    axes, _ = np.linalg.qr(np.column_stack([direction, np.eye(len(direction))]))
    axes[:, 0] = direction
    rotated: Array = sums @ axes[:, : len(direction)]
    return rotated


def test_a_statistic_is_that_of_the_rotated_sums() -> None:
    sums, directions = _sums(5), draw_directions(9, 40)
    for number, direction in enumerate(directions):
        rotated = _rotate(sums, direction)
        expected = rotated[:, 0] / np.sqrt(np.mean(rotated[:, 1:] ** 2, axis=1))
        np.testing.assert_allclose(rotated_statistics(sums, directions)[:, number], expected, rtol=1e-9)


def test_luck_makes_students_t_of_every_series_whatever_its_skill() -> None:
    for row in rotated_statistics(_sums(3), draw_directions(9, 4000)):
        assert stats.kstest(row, stats.t(8).cdf).pvalue > 0.01


def test_directions_point_everywhere_alike_and_are_the_same_each_time() -> None:
    directions = draw_directions(3, 4000)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0, rtol=1e-12)
    for axis in directions.T:  # in three dimensions, each coordinate of a random direction is uniform
        assert stats.kstest(axis, stats.uniform(-1, 2).cdf).pvalue > 0.01
    np.testing.assert_array_equal(directions, draw_directions(3, 4000))
    assert (directions != draw_directions(3, 4000, seed=1)).any()


def test_the_statistics_of_zero_sums_are_zero() -> None:
    assert rotated_statistics(np.zeros((1, 9)), draw_directions(9, 3)).tolist() == [[0.0, 0.0, 0.0]]


def test_the_unit_of_a_series_changes_nothing() -> None:
    sums, directions = _sums(4), draw_directions(9, 20)
    assert rotated_statistics(1000 * sums, directions) == pytest.approx(rotated_statistics(sums, directions), rel=1e-9)
