"""The range forecast over all symbols, where they have little in common."""

import numpy as np
import pytest

from services.prediction.universe.answers.pooled_range import PooledRange
from services.prediction.universe.symbol_records import RangeResult

N_SESSIONS = 30


def _pooled(*first_days: int, mean: float = 2.0) -> PooledRange:
    """Add a symbol for each first day, with the sessions from then on."""
    pooled = PooledRange()
    for day in first_days:
        errors = [np.full(N_SESSIONS, value, np.float32) for value in (1.0, 2.0, mean)]
        sessions = np.datetime64("2024-01-01", "D") + np.arange(day, day + N_SESSIONS)
        pooled.add(sessions, RangeResult(1.0, 50.0, 0.8, *errors))
    return pooled


def test_errors_are_compared_on_the_sessions_in_common() -> None:
    ranked = _pooled(0, 10, 10).rank(horizon=1)
    assert ranked is not None
    assert (ranked.skill, ranked.skill_over_mean, ranked.n_symbols) == (0.5, 0.5, 3)


@pytest.mark.parametrize(
    "pooled", [_pooled(), _pooled(0, 100, 200), _pooled(0, 0, mean=0.0)], ids=["none", "apart", "a mean without errors"]
)
def test_without_anything_in_common_or_to_beat_there_is_no_comparison(pooled: PooledRange) -> None:
    assert pooled.rank(horizon=1) is None
