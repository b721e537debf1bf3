"""A run over a few simulated symbols: its bars, its request, and the results of its symbols."""

from datetime import datetime
from functools import cache

from services.prediction.universe.symbol_result import compute_symbol_result
from shared.schemas.bars import EncodedBars
from shared.schemas.runs import Run, RunRequest
from tests.support.prediction import simulated
from tests.support.prediction.runs import make_run

SYMBOLS = ("CCC", "AAA", "BBB", "DDD")
REQUEST = RunRequest(horizons=[1, 5], level=80, windows=60)


@cache
def bars_of(symbol: str, n_bars: int = 420) -> EncodedBars:
    """Return bars with calm and volatile times; DDD repeats a pattern, which models can find."""
    seed = sum(map(ord, symbol))
    make = simulated.autoregression if symbol == "DDD" else simulated.volatility_clusters
    return simulated.to_payload(make(n_bars, seed), symbol)


def compute_results(request: RunRequest = REQUEST) -> list[tuple[str, str, bytes]]:
    """Return symbol, revision and result of each symbol."""
    every = {symbol: bars_of(symbol) for symbol in SYMBOLS}
    return [(symbol, bars.revision, compute_symbol_result(bars, symbol, request)) for symbol, bars in every.items()]


def build_run(request: RunRequest = REQUEST, ended_at: datetime | None = None) -> Run:
    """Return a run of these symbols."""
    n_symbols = len(SYMBOLS)
    return make_run(request=request, ended_at=ended_at, n_symbols=n_symbols, n_done=n_symbols, n_failed=0)
