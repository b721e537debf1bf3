import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from services.prediction.same_session.least_squares import predict_by_least_squares
from tests.support.prediction.simulated import random_walk, sample_bars

FEATURES = ["open", "high", "low"]


@pytest.mark.parametrize("symbol", ["AAPL", "FB", "GOOG", "IBM", "MSFT"])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.64])
def test_it_equals_scikit_learn_to_the_bit(symbol: str, share: float) -> None:
    bars = sample_bars(symbol)
    features = np.array([bars[name] for name in FEATURES]).T  # in the memory order of the result's
    closes, first = bars["close"].to_numpy(), max(5, int(share * len(bars)))
    expected = LinearRegression().fit(features[:first], closes[:first]).predict(features[first:])
    found = predict_by_least_squares(features[:first], closes[:first], features[first:])
    assert found.tolist() == expected.tolist()


def test_it_equals_scikit_learn_where_columns_are_equal_or_constant() -> None:
    closes = random_walk(300, seed=1)["close"].to_numpy()
    for columns in ([closes, closes, closes], [closes, closes, np.full(300, 7.0)], [np.full(300, 7.0)] * 3):
        features = np.array(columns).T
        expected = LinearRegression().fit(features[:200], closes[:200]).predict(features[200:])
        found = predict_by_least_squares(features[:200], closes[:200], features[200:])
        assert found.tolist() == expected.tolist()
