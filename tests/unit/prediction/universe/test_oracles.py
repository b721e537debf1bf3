"""q-values and the model confidence set against `scipy` and `arch`, to the last digit with the same resamples."""

import numpy as np
import pytest
from arch.bootstrap import MCS
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.prediction.types import Array
from services.prediction.universe.confidence_set import confidence_set_p_values
from services.prediction.universe.date_bootstrap import resample_sessions
from services.prediction.universe.false_discovery import q_values

N_SESSIONS, N_RESAMPLES, BLOCK = 150, 300, 8


def _gains(seed: int, n_series: int = 12, lowest: float = -1.0) -> Array:
    """Return series with means from `lowest` to a little above zero, that share a part."""
    random = np.random.default_rng(seed)
    own, shared = random.standard_t(4, size=(n_series, N_SESSIONS)), random.standard_t(4, size=N_SESSIONS)
    return own + 0.7 * shared + np.linspace(lowest, 0.25, n_series)[:, None]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_q_values_are_those_of_scipy(values: list[float]) -> None:
    p_values = np.array(values)
    np.testing.assert_allclose(q_values(p_values), stats.false_discovery_control(p_values), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("seed", range(8))
def test_the_confidence_set_is_that_of_arch(seed: int) -> None:
    losses = -_gains(seed, 6, lowest=-0.2)
    oracle = MCS(losses.T, 0.05, reps=N_RESAMPLES, block_size=BLOCK, method="R", seed=seed)
    oracle.compute()
    expected = oracle.pvalues["Pvalue"].sort_index().to_numpy()
    resamples = np.array(oracle._bootstrap_indices)
    np.testing.assert_allclose(confidence_set_p_values(losses, resamples), expected, atol=1e-12)
    assert len(set(expected)) > 2


def test_with_its_own_resamples_the_confidence_set_agrees_within_the_bootstrap_error() -> None:
    losses = -_gains(2, 6, lowest=-0.2)
    oracle = MCS(losses.T, 0.05, reps=4000, block_size=BLOCK, method="R", seed=1)
    oracle.compute()
    ours = confidence_set_p_values(losses, resample_sessions(N_SESSIONS, BLOCK, 4000))
    np.testing.assert_allclose(ours, oracle.pvalues["Pvalue"].sort_index(), atol=0.04)


def test_models_that_predict_the_same_leave_the_confidence_set_together() -> None:
    losses = np.abs(np.random.default_rng(5).normal(size=(3, N_SESSIONS)))
    losses = np.array([losses[0], losses[0], losses[0] + 0.5 + 0.1 * losses[1]])
    p_values = confidence_set_p_values(losses, resample_sessions(N_SESSIONS, BLOCK, 200))
    assert p_values.tolist() == [1.0, 1.0, 0.0]
