"""Simulated bars with known properties, which a model must or must not find, and the real bars of the sample.

Every generator takes a seed, so that failures are reproducible.
"""

import math
from datetime import date

import numpy as np
import pandas as pd
from bokeh_sampledata.stocks import data as sample

from services.prediction.inputs.history import History, history_until
from services.prediction.types import Array
from shared.schemas.arrow import NUMBERS, BarFrame, encode
from shared.schemas.bars import EncodedBars
from tests.support.data.bars import make_bars

VOLATILITY = 0.015  # of one session's log return


def build_bars(returns: Array, *, seed: int, first_close: float = 100.0) -> pd.DataFrame:
    """Build one bar per weekday whose closes have these log returns, with opens, highs and lows around them."""
    random = np.random.default_rng([seed, 1])
    n_bars = len(returns) + 1
    close = first_close * np.exp(np.concatenate([[0.0], np.cumsum(returns)]))
    before = np.concatenate([close[:1], close[:-1]])
    opens = before * np.exp(random.normal(0, VOLATILITY / 4, n_bars))
    up, down = np.abs(random.normal(0, VOLATILITY / 2, (2, n_bars)))
    bars = {
        "session": pd.date_range(date(2010, 1, 4), periods=n_bars, freq="B", unit="s"),
        "open": opens,
        "high": np.maximum(opens, close) * np.exp(up),
        "low": np.minimum(opens, close) * np.exp(-down),
        "close": close,
        "volume": np.round(1e6 * np.exp(random.normal(0, 0.3, n_bars))),
        "adj_close": close,
    }
    return pd.DataFrame(bars)[["session", *NUMBERS]]


def walk_within_sessions(n_bars: int, seed: int) -> pd.DataFrame:
    """Build bars of a price that takes 78 random steps in each session and opens at the previous close."""
    steps = np.random.default_rng(seed).normal(0, VOLATILITY / math.sqrt(78), (n_bars, 78))
    prices = 100 * np.exp(steps.cumsum()).reshape(n_bars, 78)
    bars = make_bars(prices[:, -1])
    bars["high"] = np.maximum(bars["open"], prices.max(axis=1))
    bars["low"] = np.minimum(bars["open"], prices.min(axis=1))
    return bars


def random_walk(n_bars: int, seed: int) -> pd.DataFrame:
    """Return bars with unpredictable returns."""
    return build_bars(np.random.default_rng(seed).normal(0, VOLATILITY, n_bars - 1), seed=seed)


def heavy_tails(n_bars: int, seed: int) -> pd.DataFrame:
    """Return bars whose returns follow Student's t with three degrees of freedom."""
    returns = np.random.default_rng(seed).standard_t(3, n_bars - 1) / np.sqrt(3) * VOLATILITY
    return build_bars(returns, seed=seed)


def volatility_clusters(n_bars: int, seed: int) -> pd.DataFrame:
    """Return bars with calm and volatile times: GARCH(1, 1) with α = 0.1 and β = 0.88."""
    random = np.random.default_rng(seed)
    variance, returns = VOLATILITY**2, []
    for shock in random.normal(size=n_bars - 1):
        returns.append(np.sqrt(variance) * shock)
        variance = 0.02 * VOLATILITY**2 + 0.1 * returns[-1] ** 2 + 0.88 * variance
    return build_bars(np.array(returns), seed=seed)


def autoregression(n_bars: int, seed: int, phi: float = 0.4) -> pd.DataFrame:
    """Return bars whose log return is `phi` times the previous one plus noise."""
    noise = np.random.default_rng(seed).normal(0, VOLATILITY * np.sqrt(1 - phi**2), n_bars - 1)
    returns = noise.copy()
    for row in range(1, len(noise)):
        returns[row] += phi * returns[row - 1]
    return build_bars(returns, seed=seed)


def trend(n_bars: int, seed: int = 0, log_return: float = 0.002) -> pd.DataFrame:
    """Return bars whose close grows by the same share in each session."""
    return build_bars(np.full(n_bars - 1, log_return), seed=seed)


def pegged(n_bars: int, seed: int) -> pd.DataFrame:
    """Return bars of a stablecoin: closes of four decimals around 1, most of them 0.9999, 1 or 1.0001."""
    random, deviations = np.random.default_rng(seed), [0.0]
    for shock in random.normal(0, 0.3, n_bars - 1):
        deviations.append(0.5 * deviations[-1] + shock)
    bars = make_bars(np.round(1 + 1e-4 * np.round(deviations), 4), first_session=date(2018, 1, 1))
    up, down = 1e-4 * random.integers(0, 2, (2, n_bars))
    body = bars[["open", "close"]]
    return bars.assign(high=(body.max(axis=1) + up).round(4), low=(body.min(axis=1) - down).round(4))


def sample_bars(symbol: str) -> pd.DataFrame:
    """Return the real daily bars of AAPL, FB, GOOG, IBM or MSFT."""
    rows = sample[sample["ticker"] == symbol].sort_values("date").rename(columns={"date": "session"})
    return rows.reset_index(drop=True)[["session", *NUMBERS]].astype(dict.fromkeys(NUMBERS, "float64"))


def to_payload(bars: pd.DataFrame, symbol: str = "AAPL", skipped: int = 0, calendar: str | None = None) -> EncodedBars:
    """Encode the bars as the data service does."""
    columns = BarFrame(symbol, bars.reset_index(drop=True), skipped, calendar).columns()
    return EncodedBars(columns.revision, encode(columns, columns.revision))


def history(bars: pd.DataFrame) -> History:
    """Return the bars as the models receive them."""
    payload = to_payload(bars)
    return history_until(payload.arrow, payload.revision, symbol="AAPL", as_of=None)
