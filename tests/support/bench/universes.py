"""Measures how often the statistics over many symbols are wrong, on simulated universes where no model has any skill.

`python -m tests.support.bench.universes` prints, for each number of sessions ahead, on panels of 200 symbols that share
a market: how often the test of superior ability rejects at 5 % and at 10 % where all forecasts are equally good, and a
test of whether its p-values are uniform; how often the count of symbols that look better lies above its range; how
often the model confidence set leaves out the best, which is no change; and how often a symbol is named in universes of
500 random walks.
"""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
import typer
from scipy import stats

from services.prediction.types import Array
from services.prediction.universe.conclusion import Conclusion, conclude
from services.prediction.universe.panel import SymbolErrors
from tests.support.prediction.universes import score_equal_forecasts, score_forecasts, simulate_returns

HORIZONS = (1, 5, 20)
N_SESSIONS = 250
FACTOR = 0.7  # the correlation of two symbols' returns


def main(
    *,
    panels: Annotated[int, typer.Option(help="Panels for each number of sessions ahead.")] = 200,
    symbols: Annotated[int, typer.Option(help="Symbols of each panel.")] = 200,
    universes: Annotated[int, typer.Option(help="Universes of 500 walks, of each kind.")] = 50,
) -> None:
    """Print the tables in Markdown."""
    for line in (*_panel_table(panels, symbols), "", *_name_table(universes)):
        print(line, flush=True)


def _panel_table(n_panels: int, n_symbols: int) -> Iterator[str]:
    yield (
        "| sessions ahead | p ≤ 5 % | p ≤ 10 % | uniform (Kolmogorov and Smirnov): p "
        "| count above its range, below | the best left out of the confidence set |"
    )
    yield "| --- | --- | --- | --- | --- | --- |"
    for horizon in HORIZONS:
        equal = [
            _conclude(score_equal_forecasts(n_symbols, N_SESSIONS, FACTOR, horizon, seed), horizon)
            for seed in range(n_panels)
        ]
        p_values = np.array([conclusion.p_value for conclusion in equal])
        above = np.mean([one.n_better > one.by_chance.high for one in equal])
        below = np.mean([one.n_better < one.by_chance.low for one in equal])
        walks = [
            _conclude(score_forecasts(_returns(n_symbols, horizon, FACTOR, seed), horizon), horizon)
            for seed in range(n_panels)
        ]
        left_out = np.mean([not one.models[0].may_be_best for one in walks])
        yield (
            f"| {horizon} | {np.mean(p_values <= 0.05):.1%} | {np.mean(p_values <= 0.1):.1%} "
            f"| {stats.kstest(p_values, 'uniform').pvalue:.2f} | {above:.1%}, {below:.1%} | {left_out:.1%} |"
        )


def _name_table(n_universes: int) -> Iterator[str]:
    yield f"| {n_universes} universes of 500: sessions ahead | a walk is named: independent | sharing a market |"
    yield "| --- | --- | --- |"
    for horizon in HORIZONS:
        shares = [np.mean([_names(horizon, factor, seed) for seed in range(n_universes)]) for factor in (0.0, FACTOR)]
        yield f"| {horizon} | {shares[0]:.1%} | {shares[1]:.1%} |"


def _names(horizon: int, factor: float, seed: int) -> bool:
    return bool(_conclude(score_forecasts(_returns(500, horizon, factor, seed), horizon), horizon).named)


def _returns(n_symbols: int, horizon: int, factor: float, seed: int) -> Array:
    return simulate_returns(n_symbols, N_SESSIONS + horizon - 1, factor, seed)


def _conclude(errors: list[SymbolErrors], horizon: int) -> Conclusion:
    conclusion = conclude(errors, horizon)
    if conclusion is None:
        raise ValueError("The panels are too short for a conclusion.")
    return conclusion


if __name__ == "__main__":
    typer.run(main)
