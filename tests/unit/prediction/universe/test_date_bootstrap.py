"""Resamples of sessions: blocks of the right length, whose means vary as those of `arch` do."""

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap

from services.prediction.universe.date_bootstrap import (
    mean_block_length,
    resample_sessions,
    session_weights,
)

SEED = 20261130


def _persistent_series(n_series: int, n_sessions: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    noise = np.random.default_rng(SEED).normal(size=(n_series, n_sessions + 4))
    return np.array([np.convolve(row, np.ones(5), "valid") for row in noise])


def test_blocks_are_runs_of_sessions_of_the_length_that_is_asked_for() -> None:
    resamples = resample_sessions(100, 8, 2000)
    goes_on = resamples[:, 1:] == (resamples[:, :-1] + 1) % 100
    assert resamples.min() == 0
    assert resamples.max() == 99
    # A block ends with probability 1/8, and the next begins where this one would go on with probability 1/100.
    assert goes_on.mean() == pytest.approx(1 - 1 / 8 + 1 / 800, abs=0.003)


def test_every_session_is_drawn_equally_often() -> None:
    counts = np.bincount(resample_sessions(50, 7, 4000).ravel(), minlength=50)
    assert counts == pytest.approx(np.full(50, 4000.0), rel=0.1)


def test_the_same_sessions_are_drawn_each_time() -> None:
    np.testing.assert_array_equal(resample_sessions(60, 5, 10), resample_sessions(60, 5, 10))
    assert (resample_sessions(60, 5, 10) != resample_sessions(60, 5, 10, seed=1)).any()


def test_weights_give_the_mean_of_each_resample() -> None:
    series, resamples = _persistent_series(3, 40), resample_sessions(40, 6, 20)
    np.testing.assert_allclose(series @ session_weights(resamples).T, series[:, resamples].mean(axis=2), atol=1e-12)


def test_means_vary_as_those_of_arch_do() -> None:
    series = _persistent_series(5, 120)
    ours = series @ session_weights(resample_sessions(120, 10, 4000)).T
    oracle = StationaryBootstrap(10, series.T, seed=SEED).apply(lambda values: values.mean(axis=0), 4000)
    np.testing.assert_allclose(ours.std(axis=1), oracle.std(axis=0), rtol=0.05)


@pytest.mark.parametrize(("n_sessions", "horizon", "expected"), [(250, 1, 7), (250, 20, 40), (1000, 1, 10), (64, 3, 6)])
def test_blocks_hold_forecasts_that_overlap(n_sessions: int, horizon: int, expected: int) -> None:
    assert mean_block_length(n_sessions, horizon) == expected
