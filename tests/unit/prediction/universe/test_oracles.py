"""q-values, the model confidence set and the test of superior ability against `scipy` and `arch`."""

import numpy as np
import pytest
from arch.bootstrap import MCS, SPA
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.prediction.types import Array
from services.prediction.universe.chance import superior_ability_p_value
from services.prediction.universe.confidence_set import confidence_set_p_values, eliminate
from services.prediction.universe.false_discovery import q_values
from services.prediction.universe.rotation import N_ROTATIONS

N_SESSIONS, N_RESAMPLES, BLOCK = 150, 300, 8
MANY_COSINES = 120  # the standard error is then that of white noise, as in a bootstrap of single sessions


def _gains(seed: int, n_series: int = 12, lowest: float = -1.0, n_sessions: int = N_SESSIONS) -> Array:
    """Return series with means from `lowest` to a little above zero, that share a part."""
    random = np.random.default_rng(seed)
    own, shared = random.standard_t(4, size=(n_series, n_sessions)), random.standard_t(4, size=n_sessions)
    return own + 0.7 * shared + np.linspace(lowest, 0.25, n_series)[:, None]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_q_values_are_those_of_scipy(values: list[float]) -> None:
    p_values = np.array(values)
    np.testing.assert_allclose(q_values(p_values), stats.false_discovery_control(p_values), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("seed", range(8))
def test_models_are_dropped_as_arch_drops_them(seed: int) -> None:
    """With the statistics of its bootstrap, to the last digit."""
    losses = -_gains(seed, 6, lowest=-0.2)
    oracle = MCS(losses.T, 0.05, reps=N_RESAMPLES, block_size=BLOCK, method="R", seed=seed)
    oracle.compute()
    expected = oracle.pvalues["Pvalue"].sort_index().to_numpy()
    means = losses.mean(axis=1)
    luck = np.array([losses[:, indices].mean(axis=1) - means for indices in oracle._bootstrap_indices])
    luck = np.moveaxis(luck[:, :, None] - luck[:, None, :], 0, -1)
    errors = np.sqrt(np.mean(luck**2, axis=-1)) + np.diag(np.full(6, np.inf))
    found = eliminate(np.subtract.outer(means, means) / errors, luck / errors[..., None])
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(set(expected)) > 2


@pytest.mark.parametrize("seed", range(3))
def test_without_autocorrelation_the_confidence_set_is_that_of_arch(seed: int) -> None:
    losses = -_gains(seed, 6, lowest=-0.1, n_sessions=600)
    oracle = MCS(losses.T, 0.05, reps=4000, block_size=1, method="R", seed=seed)
    oracle.compute()
    ours = confidence_set_p_values(losses, MANY_COSINES)
    np.testing.assert_allclose(ours, oracle.pvalues["Pvalue"].sort_index(), atol=0.05)


@pytest.mark.parametrize(("seed", "lowest"), [(0, -0.1), (1, -0.3), (2, -0.1), (3, -0.2)])
def test_without_autocorrelation_the_test_of_superior_ability_is_that_of_arch(seed: int, lowest: float) -> None:
    gains = _gains(seed, lowest=lowest, n_sessions=600) - 0.18
    oracle = SPA(np.zeros(600), -gains.T, block_size=1, reps=4000, seed=seed)
    oracle.compute()
    expected = oracle.pvalues["consistent"]
    assert superior_ability_p_value(gains, MANY_COSINES) == pytest.approx(expected, abs=0.05)
    assert 0.05 < expected < 0.95


def test_models_that_predict_the_same_leave_the_confidence_set_together() -> None:
    losses = np.abs(np.random.default_rng(5).normal(size=(3, N_SESSIONS)))
    losses = np.array([losses[0], losses[0], losses[0] + 0.5 + 0.1 * losses[1]])
    assert confidence_set_p_values(losses).tolist() == [1.0, 1.0, 1 / N_ROTATIONS]
