"""Jumps that no market makes, and what a market does."""

import numpy as np
import pandas as pd
import pytest

from shared.market.price_jumps import PriceJumps, find_price_jumps, mark_jumps
from tests.support.data.cases import read_case


def _walk(n: int, *, seed: int = 1, deviation: float = 0.015) -> np.ndarray:
    return np.asarray(100 * np.exp(np.random.default_rng(seed).normal(0, deviation, n).cumsum()))


def _find(closes: np.ndarray, opens: np.ndarray | None = None, days: np.ndarray | None = None) -> PriceJumps:
    sessions = np.busday_offset("2024-01-01", np.arange(len(closes)), roll="forward") if days is None else days
    return find_price_jumps(sessions, closes if opens is None else opens, closes)


def test_a_reverse_split_on_a_wild_day_is_a_jump() -> None:
    """0.17 to 3.51: the factor is none of the usual ones."""
    bars = read_case("basis/reverse_split.csv")
    jumps = find_price_jumps(bars["Date"].to_numpy("datetime64[D]"), bars["Open"].to_numpy(), bars["Close"].to_numpy())
    assert bars["Date"].iloc[jumps.lasting].astype(str).tolist() == ["2020-12-02"]
    assert not len(jumps.wrong_rows)


def test_two_jumps_that_undo_each_other_are_wrong_rows() -> None:
    bars = read_case("basis/unit_error.csv")
    jumps = find_price_jumps(bars["Date"].to_numpy("datetime64[D]"), bars["Open"].to_numpy(), bars["Close"].to_numpy())
    assert bars["Date"].iloc[jumps.wrong_rows].astype(str).tolist() == ["2021-12-30", "2021-12-31"]
    assert not len(jumps.lasting)


@pytest.mark.parametrize("tick", [1e-8, 0.0001, 0.001, 0.005, 0.05])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_tick_is_no_jump_though_it_doubles_the_price(tick: float, seed: int) -> None:
    """Shares of a few ticks move by a third, a half or the whole of their price, and back."""
    random, numbers = np.random.default_rng(seed), [2]
    for step in random.choice([-1, 0, 0, 1], 300):
        numbers.append(min(max(numbers[-1] + int(step), 1), 5))
    closes = np.round(np.array(numbers) * tick, 10)
    opens = np.where(random.random(301) < 0.7, closes, np.concatenate([closes[:1], closes[:-1]]))
    jumps = _find(closes, opens)
    assert not len(jumps.lasting) + len(jumps.over_gaps) + len(jumps.wrong_rows)
    sessions = np.busday_offset("2024-01-01", np.arange(301), roll="forward").astype("datetime64[D]")
    assert not mark_jumps(sessions, opens, closes).any()
    far = np.concatenate([sessions[:150], sessions[150:] + 30])
    assert not len(_find(closes, opens, far).over_gaps)
    assert not mark_jumps(far, opens, closes).any()
    consolidated = np.concatenate([closes, np.full(20, 1000 * closes[-1])])  # a thousand shares into one
    assert _find(consolidated).lasting.tolist() == [301]


@pytest.mark.parametrize("ratio", [4 / 3, 1.5, 2, 20, 23.7])
def test_a_split_of_any_ratio_is_a_jump(ratio: float) -> None:
    closes = _walk(120)
    closes[60:] /= ratio
    opens = np.concatenate([closes[:1], closes[:-1]])
    opens[60] = closes[59] / ratio
    closes[60] = opens[60] * 1.001
    assert _find(closes, opens).lasting.tolist() == [60]


@pytest.mark.parametrize("fall", [0.2, 0.28, 0.45])
def test_a_crash_is_not_a_jump(fall: float) -> None:
    closes = _walk(120)
    closes[60:] *= 1 - fall
    opens = np.concatenate([closes[:1], closes[:-1]])
    opens[60] = closes[60] * 1.06  # and it falls on
    assert _find(closes, opens).lasting.tolist() == []


def test_a_jump_over_a_gap_is_told_from_what_the_price_moves_in_that_time() -> None:
    closes = _walk(200)
    days = np.busday_offset("2024-01-01", np.arange(200), roll="forward")
    days[100:] += 30
    assert not len(_find(closes, days=days).over_gaps)
    closes[100:] *= 4
    jumps = _find(closes, days=days)
    assert (jumps.over_gaps.tolist(), jumps.lasting.tolist()) == ([100], [])
    days[100:] += 365 * 20  # in twenty years a price may well be four times as high
    assert not len(_find(closes, days=days).over_gaps)


@pytest.mark.parametrize("value", [np.nan, 0.0, -1.0, np.inf, 1e-320])
def test_an_invalid_price_is_not_a_jump(value: float) -> None:
    closes = _walk(60)
    closes[30] = value
    assert not len(_find(closes).lasting)


def test_a_bar_without_a_close_hides_no_split_after_it() -> None:
    closes = _walk(120)
    closes[60:] /= 4
    closes[61] = opened = closes[58] / 4
    opens = np.concatenate([closes[:1], closes[:-1]])
    opens[61] = opened
    closes[59:61] = np.nan
    assert _find(closes, opens).lasting.tolist() == [61]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_bars_have_no_jump(n: int) -> None:
    assert not len(_find(_walk(n)).lasting)


def test_calm_prices_have_no_jumps() -> None:
    for seed in range(20):
        closes = pd.Series(_walk(500, seed=seed, deviation=0.02)).to_numpy()
        jumps = _find(closes, np.concatenate([closes[:1], closes[:-1]]))
        assert not len(jumps.lasting) + len(jumps.over_gaps) + len(jumps.wrong_rows)
