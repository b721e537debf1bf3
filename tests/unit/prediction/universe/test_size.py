"""How often the statistics over many symbols are wrong, on panels that share a market and have no skill.

`tests/support/bench/universes.py` prints the same on more panels.
"""

import numpy as np
import pytest
from scipy import stats

from services.prediction.universe.chance import Chance, look_better, simulate_luck
from services.prediction.universe.confidence_set import confidence_set_p_values
from services.prediction.universe.gain_statistics import gain_statistics
from services.prediction.universe.panel import Panel, SymbolErrors, build_panel
from tests.support.prediction.universes import score_equal_forecasts, score_forecasts, simulate_returns

N_SESSIONS, N_SYMBOLS, N_PANELS, FACTOR = 250, 15, 120, 0.7
HORIZONS = pytest.mark.parametrize("horizon", [1, 5, 20])


def _panel(errors: list[SymbolErrors]) -> Panel:
    panel = build_panel(errors)
    assert panel is not None
    return panel


def _equal(horizon: int) -> list[tuple[int, Chance]]:
    """Return how many symbols look better on each panel of equally good forecasts, and what luck gives."""
    seeds = range(1000, 1000 + N_PANELS)
    panels = [_panel(score_equal_forecasts(N_SYMBOLS, N_SESSIONS, FACTOR, horizon, seed)) for seed in seeds]
    return [(int(look_better(gain_statistics(panel)).any(axis=0).sum()), simulate_luck(panel)) for panel in panels]


@HORIZONS
def test_p_values_are_uniform_and_the_range_holds_the_count_where_all_are_equally_good(horizon: int) -> None:
    found = _equal(horizon)
    p_values = np.array([chance.p_value for _, chance in found])
    assert stats.kstest(p_values, "uniform").pvalue > 0.01, np.sort(p_values)
    n_rejected = int(np.sum(p_values <= 0.05))
    assert n_rejected <= stats.binom.ppf(0.995, N_PANELS, 0.05), np.sort(p_values)
    n_outside = sum(not chance.any_model.low <= count <= chance.any_model.high for count, chance in found)
    assert n_outside <= stats.binom.ppf(0.995, N_PANELS, 0.05), found


@HORIZONS
def test_the_best_stays_in_the_confidence_set(horizon: int) -> None:
    """No change is the best of the models on a random walk."""
    n_sessions = N_SESSIONS + horizon - 1
    seeds = range(2000, 2000 + N_PANELS)
    panels = [_panel(score_forecasts(simulate_returns(N_SYMBOLS, n_sessions, FACTOR, seed), horizon)) for seed in seeds]
    p_values = np.array([confidence_set_p_values(panel.losses_by_session)[0] for panel in panels])
    assert np.sum(p_values <= 0.05) <= stats.binom.ppf(0.995, N_PANELS, 0.05), np.sort(p_values)
