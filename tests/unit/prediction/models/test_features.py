"""The features against pandas' rolling windows over winsorised moves; none of them uses a later bar."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.prediction.inputs.history import History
from services.prediction.models import features
from services.prediction.models.features import FEATURES, LOOKBACK, TRAINING_FEATURES, matrix
from services.prediction.models.volatility import Volatility
from services.prediction.types import Array
from tests.support.prediction.simulated import history, random_walk, sample_bars
from tests.support.prediction.winsorised import winsorised, winsorised_after_first

NAMES = (
    "log_return_lag_1",
    "log_return_lag_2",
    "log_return_lag_3",
    "log_return_lag_4",
    "log_return_lag_5",
    "log_range",
    "log_gap",
    "volume_change",
    "mean_return_10",
    "mean_return_20",
    "volatility_5",
    "volatility_20",
    "is_tuesday",
    "is_wednesday",
    "is_thursday",
    "is_friday",
    "distance_to_mean",
)
PRICES = ["open", "high", "low", "close"]


def _by_pandas(bars: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    close, before = bars["close"], bars["close"].shift()
    returns = winsorised_after_first(np.log(close).diff())
    gaps = winsorised_after_first(np.log(bars["open"]) - np.log(before))
    ranges = winsorised((np.log(bars["high"]) - np.log(bars["low"])).tolist())
    changes = winsorised_after_first(np.log(bars["volume"] + 1).diff().fillna(0))
    days = bars["session"].dt.day_name().str.lower()
    return (
        {f"log_return_lag_{lag}": returns.shift(lag - 1) for lag in (1, 2, 3, 4, 5)}
        | {"log_range": pd.Series(ranges)}
        | {"log_gap": gaps}
        | {"volume_change": changes}
        | {f"mean_return_{window}": returns.rolling(window).mean() for window in (10, 20)}
        | {f"volatility_{window}": returns.rolling(window).std(ddof=0) for window in (5, 20)}
        | {f"is_{day}": (days == day).astype(float) for day in ("tuesday", "wednesday", "thursday", "friday")}
        | {"distance_to_mean": np.log(close.rolling(20).mean()) - np.log(close)}
    )


def _some_without_volume() -> pd.DataFrame:
    bars = random_walk(200, seed=1)
    bars.loc[50:60, "volume"] = np.nan
    bars.loc[100:110, "volume"] = 0
    return bars


def _all(bars_history: History) -> dict[str, Array]:
    return {name: feature.compute(bars_history) for name, feature in FEATURES.items()}


@pytest.mark.parametrize("bars", [sample_bars("AAPL"), sample_bars("FB"), _some_without_volume()])
@pytest.mark.parametrize("name", NAMES)
def test_each_feature_equals_that_of_pandas(name: str, bars: pd.DataFrame) -> None:
    expected = _by_pandas(bars)[name].to_numpy()
    np.testing.assert_allclose(FEATURES[name].compute(history(bars)), expected, rtol=0, atol=1e-12)


def test_a_hand_made_table() -> None:
    bars = random_walk(4, seed=1).assign(low=1.0, volume=[0, 1, np.nan, 3])  # Monday to Thursday
    bars = bars.assign(open=[1.0, 2, 2, 8], high=[4.0, 4, 8, 8], close=[1.0, 2, 4, 2])
    names = ("log_return_lag_2", "log_range", "log_gap", "volume_change", "is_tuesday")
    nan, ln_2 = np.nan, np.log(2)
    expected = [
        [nan, 2 * ln_2, nan, nan, 0],
        [nan, 2 * ln_2, ln_2, 4e-4, 1],  # the only change of volume: of no use against changes of zero
        [ln_2, 3 * ln_2, 0, 0, 0],
        [ln_2, 3 * ln_2, ln_2, 0, 0],
    ]
    np.testing.assert_allclose(matrix(history(bars), names), expected, rtol=0, atol=1e-10)


def test_the_features_are_these_in_this_order() -> None:
    assert [feature.name for feature in FEATURES.values()] == list(NAMES)
    assert list(TRAINING_FEATURES) == list(NAMES[:-1])


def test_the_matrix_has_the_columns_that_are_asked_for_in_that_order() -> None:
    bars_history = history(random_walk(60, seed=1))
    columns = matrix(bars_history, ("log_gap", "log_return_lag_1"))
    np.testing.assert_array_equal(columns[:, 0], np.round(features.log_gap(bars_history), 10))
    np.testing.assert_array_equal(columns[:, 1], np.round(features.log_return(bars_history, lag=1), 10))
    assert matrix(bars_history, ()).shape == (60, 0)


@pytest.mark.parametrize("name", NAMES)
def test_each_feature_says_what_it_is(name: str) -> None:
    of = FEATURES[name].compute
    function = of.func if isinstance(of, partial) else of
    assert len(function.__doc__ or "") > 40
    assert FEATURES[name].name == name
    assert FEATURES[name].description.endswith(".")


ANY_PRICE = st.floats(1e-6, 1e6) | st.sampled_from([1e-6, 1.0, 1e6])
ANY_BAR = st.tuples(*[ANY_PRICE] * 4, st.sampled_from([0.0, 1.0, 1e12, np.nan]))


@settings(max_examples=30, deadline=None)
@given(st.lists(ANY_BAR, min_size=LOOKBACK + 1, max_size=40))
def test_every_row_from_the_longest_look_back_on_is_finite(rows: list[tuple[float, ...]]) -> None:
    bars = random_walk(len(rows), seed=1)
    bars[[*PRICES, "volume"]] = rows
    bars_history = history(bars)
    assert np.isfinite(matrix(bars_history, NAMES)[LOOKBACK:]).all()
    volatility = Volatility(bars_history).ahead(1)
    assert (volatility[LOOKBACK:] > 0).all()
    assert np.isfinite(volatility[LOOKBACK:]).all()
    assert np.isnan(volatility[:LOOKBACK]).all()


@pytest.mark.parametrize("n_bars", [1, 5, LOOKBACK])
def test_fewer_bars_than_the_look_back_give_no_complete_row(n_bars: int) -> None:
    bars_history = history(random_walk(n_bars, seed=1))
    assert matrix(bars_history, NAMES).shape == (n_bars, len(NAMES))
    assert np.isnan(matrix(bars_history, NAMES)).any(axis=1).all()
    assert np.isnan(Volatility(bars_history).ahead(1)).all()


N_BARS = 60
BARS = random_walk(N_BARS, seed=2)
BEFORE = _all(history(BARS))


def _changed(row: int, change: str) -> pd.DataFrame:
    """Return the bars with one row of them changed, or with others after the last."""
    bars = BARS.copy()
    if change == "appended":
        more = random_walk(N_BARS + row, seed=3).iloc[N_BARS:]
        return pd.concat([bars, more], ignore_index=True)
    if change == "deleted":
        return bars.drop(row).reset_index(drop=True)
    bars.loc[row, [*PRICES, "volume"]] *= 10 if change == "tenfold" else np.nan
    return bars


@pytest.mark.parametrize("change", ["to NaN", "tenfold", "deleted", "appended"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_feature_knows_a_later_bar(change: str, data: st.DataObject) -> None:
    last = data.draw(st.integers(LOOKBACK, N_BARS - 2), "the last row that may be known")
    row = data.draw(st.integers(last + 1, N_BARS - 1), "the row that is changed")
    after = _all(history(_changed(row, change)))
    for name, before in BEFORE.items():
        assert after[name][: last + 1].tobytes() == before[: last + 1].tobytes(), name
