"""Simulated answers about many symbols, for the page's benchmark: a real run of 10,000 takes minutes."""

from datetime import date
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from shared.schemas.forecasts import ModelName
from shared.schemas.leaderboard import ByChance, Leaderboard, NamedSymbol
from shared.schemas.screener import SPARK_SESSIONS, SPARK_TOP, Screener, ScreenerColumns
from tests.support.data import leaderboards
from tests.support.data.leaderboards import make_ranked, make_universe

SECTORS = ("Energy", "Financials", "Health Care", "Industrials", "Information Technology", "Materials", "Utilities")
MODELS: tuple[ModelName, ...] = ("linear_regression", "ridge", "gradient_boosting", "drift", "moving_average")
SEED = 20
Numbers = NDArray[np.float64]


def make_screener(n_symbols: int) -> Screener:
    """Make an answer about independent random walks; equal arguments give equal answers."""
    columns = _columns(np.random.default_rng(SEED), n_symbols)
    return Screener(universe=make_universe(n_symbols=n_symbols), sentence=_sentence(n_symbols), columns=columns)


def make_leaderboard(n_symbols: int) -> Leaderboard:
    """Make the leaderboard of that many symbols, one of a hundred of which is named."""
    luck = ByChance(low=0, high=n_symbols // 30)
    models = [make_ranked(name, -0.01, luck, may_be_best=False, n_better=luck.high // 2) for name in MODELS]
    named = [
        NamedSymbol(symbol=symbol, model="ridge", p_value=0.0001, q_value=0.01)
        for symbol in _symbols(n_symbols)[: n_symbols // 100]
    ]
    return leaderboards.make_leaderboard(
        universe=make_universe(n_symbols=n_symbols),
        sentence=_sentence(n_symbols),
        n_compared=n_symbols,
        p_value=0.01,
        n_better=n_symbols // 40,
        n_discoveries=len(named),
        by_chance=luck,
        named=named,
        models=[make_ranked("persistence", 0.0, None), *models],
    )


def _sentence(n_symbols: int) -> str:
    return f"{n_symbols // 40} of {n_symbols:,} symbols look better than no change; luck alone gives 1 to 60."


def _columns(random: np.random.Generator, n: int) -> ScreenerColumns:
    closes = np.exp(np.cumsum(random.normal(0, 0.015, (n, SPARK_SESSIONS)), axis=1) + random.normal(4, 1, (n, 1)))
    widths = random.lognormal(1.4, 0.4, n)
    ranges = random.lognormal(0.8, 0.4, n)
    skill = random.normal(-0.01, 0.02, n)
    p_values = random.uniform(0, 1, n)
    return ScreenerColumns(
        symbol=_symbols(n),
        name=[f"{'Première ' if row % 97 == 0 else ''}Company {row}, Inc." for row in range(n)],
        sector=[None if row % 50 == 0 else SECTORS[row % len(SECTORS)] for row in range(n)],
        last_session=[date(2018, 2, 7)] * n,
        close=_rounded(closes[:, -1], 2),
        change_1=_change(closes, 1),
        change_5=_change(closes, 5),
        change_20=_change(closes, 20),
        sessions_since_jump=[None] * n,
        spark=[_whole(SPARK_TOP * (row - row.min()) / np.ptp(row)) for row in closes],
        expected_range=[*_rounded(ranges, 3)],
        range_percentile=[*_whole(_percentiles(ranges))],
        range_percentile_own=[*_whole(random.uniform(0, 100, n))],
        width=_rounded(widths, 3),
        width_percentile=_whole(_percentiles(widths)),
        width_percentile_own=_whole(random.uniform(0, 100, n)),
        verdict=[("better", "no_better", "too_early")[min(2, int(p * 40))] for p in p_values],
        model=[MODELS[row % len(MODELS)] for row in range(n)],
        skill=[*_rounded(skill, 4)],
        lower=[*_rounded(skill - 0.03, 4)],
        upper=[*_rounded(skill + 0.03, 4)],
        p_value=[*_rounded(p_values, 4)],
        q_value=[*_rounded(np.minimum(1, p_values * 2), 4)],
        better_twice=[bool(each) for each in random.uniform(0, 1, n) < 0.1],
        coverage=_rounded(random.normal(0.9, 0.015, n), 3),
        interval_score=[*_rounded(random.normal(6, 0.3, n), 3)],
        score_of_plain_band=[*_rounded(random.normal(6.3, 0.3, n), 3)],
        n_findings=[int(each) for each in random.integers(0, 3, n)],
        sessions_behind=[None if row % 101 == 0 else int(row % 17 == 0) * 3 for row in range(n)],
        revision=[f"{row:016x}" for row in range(n)],
        is_current=[row % 23 != 0 for row in range(n)],
    )


def _symbols(n: int) -> list[str]:
    """Return `n` symbols from A to Z, ascending."""
    step = len(ascii_uppercase) ** 4 // n
    places = [len(ascii_uppercase) ** power for power in (3, 2, 1, 0)]
    return ["".join(ascii_uppercase[row * step // place % 26] for place in places) for row in range(n)]


def _change(closes: Numbers, sessions: int) -> list[float | None]:
    return [*_rounded(100 * (closes[:, -1] / closes[:, -1 - sessions] - 1), 3)]


def _percentiles(values: Numbers) -> Numbers:
    return 100 * np.argsort(np.argsort(values)) / max(1, len(values) - 1)


def _whole(values: Numbers) -> list[int]:
    found: list[int] = np.round(values).astype(int).tolist()
    return found


def _rounded(values: Numbers, digits: int) -> list[float]:
    found: list[float] = np.round(values, digits).tolist()
    return found
