"""What we compute, against statsmodels and arch, to nine digits."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from arch.univariate import HARX, EWMAVariance
from scipy import stats

from services.prediction.inputs.history import History
from services.prediction.models.parameters import RIDGE_ALPHA
from services.prediction.models.registry import MODELS
from services.prediction.models.training_set import training_set
from services.prediction.models.volatility import MEANS_OVER, Volatility
from services.prediction.scoring.significance import diebold_mariano
from services.prediction.types import Array
from services.prediction.walk_forward.run import predict_log_returns
from services.prediction.walk_forward.windows import walk_forward_windows
from shared.statistics.skill import skill_interval
from shared.statistics.standard_error import standard_error
from tests.support.prediction import simulated

SEED = 20261130


def _calm() -> History:
    """Return bars whose moves are so even that nothing is clipped."""
    returns = np.random.default_rng(SEED).uniform(-0.02, 0.02, 399)
    history = simulated.history(simulated.build_bars(returns, seed=SEED))
    enclosing = (history.open, history.close)
    return replace(history, high=np.maximum(*enclosing) * 1.004, low=np.minimum(*enclosing) / 1.004)


def _loadings(values: Array) -> Array:
    """Regress on a constant and eight cosines, and return the coefficients of the cosines."""
    time = (np.arange(len(values)) + 0.5) / len(values)
    cosines = np.column_stack([np.sqrt(2) * np.cos(np.pi * j * time) for j in range(1, 9)])
    fitted: Array = sm.OLS(values, sm.add_constant(cosines)).fit().params[1:]
    return fitted


def _errors(n: int) -> tuple[Array, Array]:
    errors, persistence_errors = np.abs(np.random.default_rng(SEED).standard_t(4, (2, n)))
    return errors, persistence_errors


@pytest.mark.parametrize("n", [50, 250, 1000])
def test_the_standard_error_is_that_of_a_regression_on_cosines(n: int) -> None:
    values = np.random.default_rng(SEED).normal(size=n).cumsum()
    assert standard_error(values) == pytest.approx(np.sqrt(np.mean(_loadings(values) ** 2)), rel=1e-9)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_test_and_the_interval_are_those_of_that_regression(horizon: int) -> None:
    errors, persistence_errors = _errors(250)
    difference = persistence_errors - errors
    statistic = difference.mean() / np.sqrt(np.mean(_loadings(difference) ** 2))
    expected = statistic, 2 * stats.t.sf(abs(statistic), 8)
    assert diebold_mariano(errors, persistence_errors, horizon) == pytest.approx(expected, rel=1e-9)
    interval = skill_interval(errors, persistence_errors, 250 // horizon)
    assert interval is not None
    for end, quantile in zip(interval, stats.t.ppf([0.025, 0.975, 0.005], 8), strict=True):
        assert end is not None
        residuals = errors - (1 - end) * persistence_errors  # at the ends, this has mean zero by a hair
        error = np.sqrt(np.mean(_loadings(residuals) ** 2))
        assert residuals.mean() / error == pytest.approx(quantile, rel=1e-9)


def test_the_variance_of_closes_is_that_of_the_exponentially_weighted_model() -> None:
    history = _calm()
    returns = np.diff(np.log(history.close))[20:]  # the first twenty give the first variance
    found = Volatility(history).close_variance
    variance = np.empty(len(returns))
    EWMAVariance(0.94).compute_variance(
        np.empty(0), returns, variance, found[20], np.tile([0.0, np.inf], (len(returns), 1))
    )
    np.testing.assert_allclose(found[20:-1], variance, rtol=1e-9)


def test_the_means_of_realised_variance_are_the_regressors_of_a_har_model() -> None:
    history = _calm()
    volatility = Volatility(history)
    regressors = HARX(volatility.realised_variance[1:], lags=list(MEANS_OVER), rescale=False).regressors[:, 1:]
    # The model regresses a value on the means before it, and knows none before as many as the longest.
    found = np.exp(volatility.log_variances[120:-1, 1:5])
    np.testing.assert_allclose(found, regressors[120:], rtol=1e-9)


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("name", ["linear_regression", "ridge", "drift"])
def test_each_window_predicts_what_a_regression_predicts(name: str, horizon: int) -> None:
    spec = MODELS[name]  # type: ignore[index]  # a model name
    history = simulated.history(simulated.volatility_clusters(500, seed=SEED))
    windows = walk_forward_windows(500, horizon, 100)
    (found,), _ = predict_log_returns(history, [spec], windows)
    learnt = training_set(history, spec.feature_names, horizon)
    for window in range(0, len(windows), 23):
        rows = learnt.select(int(windows.start[window]), int(windows.stop[window]))
        features, row = learnt.features[rows], learnt.features[windows.rows[window]]
        mean, deviation = features.mean(axis=0), features.std(axis=0)
        design = sm.add_constant((features - mean) / deviation, has_constant="add")
        target = learnt.target[rows]
        if name == "ridge":  # least squares with a row for each penalised coefficient
            penalty = np.sqrt(RIDGE_ALPHA) * np.eye(design.shape[1])[1:]
            design, target = np.vstack([design, penalty]), np.concatenate([target, np.zeros(len(penalty))])
        parameters = sm.OLS(target, design).fit().params
        expected = parameters @ np.concatenate([[1.0], (row - mean) / deviation])
        assert found[window] == pytest.approx(expected, rel=1e-9, abs=1e-12)
