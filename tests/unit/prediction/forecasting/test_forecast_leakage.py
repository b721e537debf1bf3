"""No forecast uses later bars, and the same request gives the same bytes, for every model."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.prediction import simulated
from tests.support.prediction.forecasts import ASKED, forecast, session

N_BARS = 180
KNOWN = 150  # of them, where later ones are changed


@cache
def _as_of_known(model: str) -> str:
    bars = simulated.random_walk(N_BARS, 1)
    return forecast(bars, model=model, horizon=2, as_of=session(bars, KNOWN - 1)).model_dump_json()


@pytest.mark.parametrize("asked", ASKED)
@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    change=st.sampled_from(["missing", "tenfold", "deleted", "zero"]),
    first=st.integers(KNOWN, N_BARS - 6),
    columns=st.sets(st.sampled_from(["open", "high", "low", "close", "volume", "adj_close"]), min_size=1),
    n_fewer=st.integers(0, 5),
)
@pytest.mark.scenario("D11")
def test_no_later_bar_changes_a_byte(asked: str, change: str, first: int, columns: set[str], n_fewer: int) -> None:
    bars = simulated.random_walk(N_BARS, 1)[: N_BARS - n_fewer]
    later, which = bars.index >= first, sorted(columns)
    if change == "deleted":
        bars = bars[~later]
    else:
        factor = {"missing": np.nan, "tenfold": 10.0, "zero": 0.0}[change]
        bars.loc[later, which] *= factor
    answer = forecast(bars, model=asked, horizon=2, as_of=session(bars, KNOWN - 1))
    assert answer.model_dump_json() == _as_of_known(asked)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.scenario("D11")
def test_it_equals_the_forecast_of_that_day(asked: str) -> None:
    then = simulated.random_walk(N_BARS, 1)[:KNOWN]
    assert forecast(then, model=asked, horizon=2).model_dump_json() == _as_of_known(asked)


@pytest.mark.parametrize("asked", ASKED)
def test_the_same_request_gives_the_same_bytes_fitted_anew_or_kept(asked: str, tmp_path: Path) -> None:
    bars = simulated.random_walk(N_BARS, 1)
    answers = {
        forecast(bars, model=asked, horizon=2, models_dir=models_dir).model_dump_json()
        for models_dir in (None, None, tmp_path, tmp_path)
    }
    assert len(answers) == 1
