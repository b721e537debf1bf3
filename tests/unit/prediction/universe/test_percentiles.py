"""Percentiles equal those of scipy and pandas, ties by mid-rank."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import percentileofscore

from services.prediction.universe.percentiles import percentile_of, percentiles

FEW = st.lists(st.sampled_from([-1.5, 0.0, 0.25, 2.0]), min_size=1, max_size=30)


@given(st.sampled_from([-2.0, -1.5, 0.0, 1.0, 2.0]), FEW)
def test_one_value_equals_scipy(value: float, others: list[float]) -> None:
    expected = percentileofscore(others, value, kind="mean")
    np.testing.assert_allclose(percentile_of(value, np.array(others)), expected, rtol=0, atol=1e-9)


@given(st.lists(st.sampled_from([-1.5, 0.0, 0.25, 2.0, float("nan")]), max_size=30))
def test_all_values_equal_pandas(values: list[float]) -> None:
    series = pd.Series(values, dtype=np.float64)
    expected = 100 * (series.rank(method="average") - 0.5) / series.count()
    found = percentiles(np.array(values, np.float64))
    np.testing.assert_allclose(found, expected.to_numpy(np.float64), rtol=0, atol=1e-9)
