"""Warnings about prices that jump, each with a remedy that works."""

import numpy as np
import pytest

from services.prediction.inputs.warnings import constant_prices, off_calendar, price_jumps

SESSIONS = np.busday_offset("2024-01-01", np.arange(100), roll="forward").astype("datetime64[D]")


def _closes() -> np.ndarray:
    return np.asarray(100 * np.exp(np.random.default_rng(3).normal(0, 0.01, 100).cumsum()))


def _warn(closes: np.ndarray, *, adjusted: bool = False, can_adjust: bool = False) -> dict[str, str]:
    opens = closes.copy()
    return {
        warning.code: warning.detail
        for warning in price_jumps(SESSIONS, opens, closes, adjusted=adjusted, can_adjust=can_adjust)
    }


@pytest.mark.parametrize(
    ("adjusted", "can_adjust", "remedy"),
    [
        (False, True, "Use adjusted prices (adjusted=true)."),
        (False, False, "load bars with an adjusted close"),
        (True, True, "The bars before are on another basis: reload the whole history (mode=replace)."),
    ],
)
def test_a_jump_that_stays_has_a_remedy_that_works(adjusted: bool, can_adjust: bool, remedy: str) -> None:
    closes = _closes()
    closes[50:] /= 4
    warning = _warn(closes, adjusted=adjusted, can_adjust=can_adjust)["split_like_jump"]
    assert f"once, on {SESSIONS[50]}" in warning
    assert remedy in warning


def test_bars_in_another_unit_are_wrong_rows_and_no_split() -> None:
    closes = _closes()
    closes[50:52] *= 100
    warnings = _warn(closes)
    assert list(warnings) == ["wrong_rows"]
    assert warnings["wrong_rows"].startswith("2 bars have prices on another scale")
    assert f"first on {SESSIONS[50]}" in warnings["wrong_rows"]


def test_what_a_market_does_is_not_a_warning() -> None:
    assert _warn(_closes()) == {}


@pytest.mark.parametrize(("n_since", "is_warned"), [(1, True), (40, True), (41, False)])
@pytest.mark.parametrize("n_before", [0, 100])
def test_prices_that_move_again_after_a_suspension_are_a_warning(n_before: int, n_since: int, is_warned: bool) -> None:
    random = np.random.default_rng(3)
    closes = np.concatenate([random.normal(100, 1, n_before), np.full(121, 100.0), random.normal(100, 1, n_since)])
    sessions = np.busday_offset("2024-01-01", np.arange(len(closes)), roll="forward").astype("datetime64[D]")
    details = [warning.detail for warning in constant_prices(sessions, closes, 20)]
    start = f"The close did not change for 120 sessions before {sessions[-n_since]}. "
    assert [detail.startswith(start) for detail in details] == [True] * is_warned


@pytest.mark.parametrize("n_bars", [1, 60, 61])
def test_a_pause_that_intervals_outlast_is_no_warning(n_bars: int) -> None:
    closes = np.array([*[100.0] * n_bars, 101.0])
    assert len(constant_prices(SESSIONS[: len(closes)], closes, 20)) == (n_bars > 60)


def test_bars_from_before_a_calendar_begins_may_be_sessions() -> None:
    """Exchange calendars begin in 1960 or later, in Tokyo in 1997; the Dow Jones is older than that."""
    days = np.arange(np.datetime64("1996-11-18"), np.datetime64("1997-01-12"))
    weekdays = days[np.is_busday(days)]
    assert off_calendar(weekdays[:-5], "XTKS", "N225") == []
    assert off_calendar(weekdays, "XTKS", "N225") == []
    assert off_calendar(days, "XTKS", "N225")[0].detail.startswith("1 of the last 6 bars is on a day when XTKS was ")
