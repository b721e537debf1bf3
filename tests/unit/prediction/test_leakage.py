"""Every model passes the placebo and the truncation test, and forecasters that look ahead are caught.

One of them is our own same-session result, relabelled as a forecast.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from services.prediction.models.features import LOOKBACK
from services.prediction.models.registry import MODELS
from services.prediction.models.training_set import MIN_TRAIN
from services.prediction.same_session.result import compute_result
from services.prediction.walk_forward.run import predict_log_returns
from services.prediction.walk_forward.windows import Windows
from shared.schemas.forecasts import ModelName
from tests.support.prediction import simulated
from tests.support.prediction.leakage_checks import SEED, Forecaster, placebo, truncation


def _walk_forward(name: ModelName) -> Forecaster:
    """Return the model as a forecaster over all possible windows, including the one of the next session."""

    def forecaster(bars: pd.DataFrame) -> "pd.Series[float]":
        history = simulated.history(bars)
        rows = np.arange(LOOKBACK + MIN_TRAIN, len(bars))
        windows = Windows(horizon=1, rows=rows, start=np.full(len(rows), LOOKBACK), stop=rows, n_calibration=0)
        (predicted,), _ = predict_log_returns(history, [MODELS[name]], windows)
        return _shift_to_next(bars, history.close * np.exp(np.concatenate([np.full(rows[0], np.nan), predicted])))

    return forecaster


def _shift_to_next(bars: pd.DataFrame, predicted: "pd.Series[float] | np.ndarray") -> "pd.Series[float]":
    """Index the predictions made at the end of each session by the next session."""
    after = bars["session"].iloc[-1] + pd.offsets.BDay()
    return pd.Series(np.asarray(predicted), [*bars["session"].iloc[1:], after])


def _same_session_result(bars: pd.DataFrame) -> "pd.Series[float]":
    predictions = compute_result(simulated.to_payload(bars), "AAPL").predictions
    return pd.Series(predictions.predicted, pd.DatetimeIndex(predictions.session))


def _same_session_model(bars: pd.DataFrame) -> "pd.Series[float]":
    """Predict by the same method, trained on a part that does not depend on the number of bars."""
    known = bars[["open", "high", "low"]]
    model = LinearRegression().fit(known[:250], bars["close"][:250])
    return pd.Series(model.predict(known[250:]), bars["session"][250:])


def _centred_mean(bars: pd.DataFrame) -> "pd.Series[float]":
    return _shift_to_next(bars, bars["close"].rolling(3, center=True, min_periods=2).mean())


def _twentieth_of_tomorrow(bars: pd.DataFrame) -> "pd.Series[float]":
    """Leak a twentieth of the next change: a feature that is off by one, in a model that hardly uses it."""
    return _shift_to_next(bars, bars["close"] + 0.05 * bars["close"].diff().shift(-1).fillna(0.0))


def _mean_of_all(bars: pd.DataFrame) -> "pd.Series[float]":
    """Predict drift with the mean of all returns, like a scaler that is fitted on everything."""
    return _shift_to_next(bars, bars["close"] * np.exp(np.log(bars["close"]).diff().mean()))


def _filled_backwards(bars: pd.DataFrame) -> "pd.Series[float]":
    """Predict persistence, but fill the missing close of every tenth day from the next day."""
    is_missing = np.arange(len(bars)) % 10 == 9
    return _shift_to_next(bars, bars["close"].mask(is_missing).bfill().ffill())


@pytest.mark.parametrize("name", MODELS)
def test_every_model_passes(name: ModelName) -> None:
    assert placebo(_walk_forward(name)) is None
    assert truncation(_walk_forward(name)) is None


@pytest.mark.parametrize(
    ("forecaster", "skill"), [(_same_session_result, "0.61"), (_same_session_model, "0.59")], ids=["result", "walked"]
)
def test_the_same_session_method_is_caught_by_both(forecaster: Forecaster, skill: str) -> None:
    assert (
        placebo(forecaster) == f"Its skill on 20 random walks from seed {SEED} is {skill}, where no forecast has any."
    )
    assert "It predicts nothing for " in str(truncation(forecaster))


@pytest.mark.parametrize("forecaster", [_centred_mean, _twentieth_of_tomorrow, _filled_backwards])
def test_a_forecaster_that_knows_the_next_session_is_caught_by_both_checks(forecaster: Forecaster) -> None:
    assert "Its skill on 20 random walks" in str(placebo(forecaster))
    assert "Its predictions change" in str(truncation(forecaster))


def test_a_mean_of_all_bars_is_caught_by_truncation_alone() -> None:
    """It gains too little for any score to show, so the placebo alone is not enough."""
    assert placebo(_mean_of_all) is None
    assert "Its predictions change" in str(truncation(_mean_of_all))
