"""A file that disagrees with what is stored stops the load; corrections do not."""

import numpy as np
import pandas as pd
import pytest

from services.data.bars.comparison import check_upsert
from shared.errors import HistoryChanged
from shared.schemas.arrow import NUMBERS, PRICES, BarFrame

N = 60
_RETURNS = np.random.default_rng(7).normal(0, 0.01, N).cumsum()


def _frame(first: int = 0, end: int = N, *, factor: float = 1.0, adjusted: bool = True) -> BarFrame:
    """Return bars of some of N days, all prices times the factor."""
    closes = 100 * np.exp(_RETURNS)
    opens = np.concatenate([closes[:1], closes[:-1]])
    bars = pd.DataFrame(
        {
            "session": np.busday_offset("2024-01-01", np.arange(N), roll="forward").astype("datetime64[s]"),
            "open": opens * factor,
            "high": np.maximum(opens, closes) * 1.004 * factor,
            "low": np.minimum(opens, closes) * 0.996 * factor,
            "close": closes * factor,
            "volume": 1e6,
            "adj_close": closes * factor if adjusted else np.nan,
        }
    )
    return BarFrame("AAPL", bars[["session", *NUMBERS]].iloc[first:end].reset_index(drop=True))


def _scale(frame: BarFrame, rows: int | slice, names: tuple[str, ...], factor: float | np.ndarray) -> None:
    """Multiply some prices of some rows."""
    for name in names:
        column = frame.bars[name].to_numpy(np.float64).copy()
        column[rows] *= factor
        frame.bars[name] = column


def _refuse(stored: BarFrame, new: BarFrame) -> HistoryChanged:
    with pytest.raises(HistoryChanged) as caught:
        check_upsert(stored, new)
    assert all(mode in caught.value.detail for mode in ("replace", "keep", "force"))
    return caught.value


def test_the_same_bars_and_bars_that_follow_are_added() -> None:
    check_upsert(_frame(), _frame())
    check_upsert(_frame(0, 40), _frame(30, 60))
    check_upsert(_frame(0, 40), _frame(40, 60))


@pytest.mark.parametrize("factor", [0.25, 0.995, 1.01, 100])
@pytest.mark.parametrize(("first", "end"), [(0, 60), (20, 60), (39, 60), (10, 30)])
def test_another_scale_is_told_by_its_factor(factor: float, first: int, end: int) -> None:
    error = _refuse(_frame(0, 40), _frame(first, end, factor=factor))
    assert error.extras["reason"] == "other_scale"
    assert float(error.extras["factor"]) == pytest.approx(factor, rel=1e-5)
    assert error.extras["overlap"] == min(40, end) - first


def test_another_history_is_refused() -> None:
    new = _frame(20, 60)
    _scale(new, slice(3, 9), PRICES, np.linspace(1.01, 1.05, 6))
    error = _refuse(_frame(0, 40), new)
    assert (error.extras["reason"], error.extras["differing"], error.extras["overlap"]) == ("changed_history", 6, 20)
    assert "6 of 20 stored sessions of AAPL, first on 2024-02-01" in error.detail


def test_a_correction_of_a_session_or_two_is_taken() -> None:
    new = _frame(20, 60)
    _scale(new, 3, ("high",), 1.02)
    _scale(new, 9, ("close",), 1.001)
    check_upsert(_frame(0, 40), new)


def test_the_last_stored_bar_may_be_from_before_the_end_of_its_session() -> None:
    stored = _frame(0, 40)
    _scale(stored, 39, ("close",), 1.03)
    check_upsert(stored, _frame(30, 60))


def test_wrong_rows_are_corrected_though_by_one_factor() -> None:
    stored = _frame(0, 40)
    _scale(stored, slice(20, 22), (*PRICES, "adj_close"), 100)
    check_upsert(stored, _frame(20, 22))


def test_what_another_source_rounded_is_the_same() -> None:
    new = _frame(20, 60)
    new.bars[list(PRICES)] = new.bars[list(PRICES)].round(2)
    new.bars["adj_close"] = new.bars["adj_close"].round(2)
    check_upsert(_frame(0, 40), new)


def test_newly_adjusted_closes_are_another_scale_too() -> None:
    new = _frame(20, 60)
    new.bars["adj_close"] *= 0.99
    assert "adjusted closes differ in 20 of 20" in _refuse(_frame(0, 40), new).detail


def test_without_an_overlap_adjusted_prices_that_jump_are_on_another_basis() -> None:
    assert _refuse(_frame(0, 40), _frame(40, 60, factor=0.25)).extras["reason"] == "other_basis"


def test_a_split_of_unadjusted_prices_is_not_another_basis() -> None:
    check_upsert(_frame(0, 40, adjusted=False), _frame(40, 60, factor=0.25, adjusted=False))
    new = _frame(40, 60, factor=0.25)
    new.bars["adj_close"] *= 4
    check_upsert(_frame(0, 40), new)
