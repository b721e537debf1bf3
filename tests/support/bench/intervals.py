"""Measures prediction intervals and verdicts: on a file of bars of many symbols, and on simulated errors.

`python -m tests.support.bench.intervals FILE --as-of 2016-02-29` prints, for each number of sessions ahead, the
interval score of the intervals around no change and of the plain normal band, both over the mean absolute move, and how
often they held; then what a split and a wrong price do to the width. The file has the columns date, open, high, low,
close, volume and Name. `--simulated` needs no file: the size of the test, how often the skill's interval held the true
skill, and how often each verdict is given, where no model has any skill. `--models` prints how often the interval held
the skill of each model of the registry on simulated walks.
"""

import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from services.prediction.inputs.history import History
from services.prediction.models.registry import MODELS
from services.prediction.models.volatility import volatility_of
from services.prediction.scoring.significance import count_periods, diebold_mariano
from services.prediction.scoring.verdicts import estimate_skill
from services.prediction.types import Array
from services.prediction.walk_forward.run import WalkForward, run_walk_forward
from services.prediction.walk_forward.windows import bars_needed, walk_forward_windows
from shared.statistics.skill import skill_interval
from tests.support.prediction.skill_coverage import KINDS, QUICK, TREES, shares_held

HORIZONS = (1, 5, 20)
PRICES = ["open", "high", "low", "close"]
N_WINDOWS = 500  # for calibration and scores
N_SIMULATED = 2000
SEED = 20261129
Draw = Callable[[np.random.Generator, int], Array]


def main(
    file: Annotated[Path | None, typer.Argument(help="Bars of many symbols, as CSV.")] = None,
    *,
    as_of: Annotated[str, typer.Option(help="Last session that may be used, as an ISO date.")] = "2018-02-07",
    simulated: Annotated[bool, typer.Option(help="Measure the verdicts on simulated errors instead.")] = False,
    models: Annotated[int, typer.Option(help="Walk every model along so many simulated walks of each kind.")] = 0,
) -> None:
    """Print the tables in Markdown."""
    if simulated:
        lines = _verdict_table()
    elif models:
        lines = _model_table(models)
    elif file is not None:
        lines = _interval_table(list(read_histories(pd.read_csv(file), date.fromisoformat(as_of))), as_of)
    else:
        sys.exit("Name a file of bars, or use --simulated or --models.")
    for line in lines:
        print(line, flush=True)


def read_histories(bars: pd.DataFrame, as_of: date) -> Iterator[History]:
    """Yield the bars of each symbol until a session, without those with impossible prices."""
    bars = bars.rename(columns=str.lower).sort_values(["name", "date"])
    bars = bars[(bars["date"] <= as_of.isoformat()) & (bars[PRICES] > 0).all(axis=1)]
    for name, rows in bars.groupby("name"):
        sessions = rows["date"].to_numpy("datetime64[D]")
        opens, highs, lows, closes, volumes = (rows[column].to_numpy(np.float64) for column in (*PRICES, "volume"))
        yield History(str(name), "", sessions, opens, highs, lows, closes, volumes)


def _interval_table(histories: list[History], as_of: str) -> Iterator[str]:
    yield f"| until {as_of}: sessions ahead | symbols | interval score | plain band | held | plain band held |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for horizon in HORIZONS:
        scores = np.array([row for history in histories if (row := _score(history, horizon)) is not None])
        score, plain, held, plain_held = scores.mean(axis=0)
        yield f"| {horizon} | {len(scores)} | {score:.3f} | {plain:.3f} | {held:.1%} | {plain_held:.1%} |"
    yield ""
    yield "| volatility, as a multiple of that of the unchanged bars | same session | 1 later | 5 later | 20 later |"
    yield "| --- | --- | --- | --- | --- |"
    for name, change in (("unadjusted 2:1 split", _split), ("close × 10", _bad_tick)):
        ratios = np.array([_ratios(history, change) for history in histories if len(history) > N_WINDOWS])
        yield f"| {name}, largest of all symbols | " + " | ".join(f"{ratio:.2f}" for ratio in ratios.max(axis=0)) + " |"


def _score(history: History, horizon: int) -> list[float] | None:
    windows = walk_forward_windows(len(history), horizon, 250) if len(history) >= bars_needed(horizon) else ()
    if len(windows) < N_WINDOWS:
        return None
    run = run_walk_forward(history, [MODELS["persistence"]], windows, [90])  # type: ignore[arg-type]  # not ()
    return _row(run)


def _row(run: WalkForward) -> list[float]:
    (intervals,) = run.intervals
    scores, move = run.score_intervals(intervals, 0), float(run.persistence_errors.mean())
    plain_inside = (intervals.plain_lower <= run.actual) & (run.actual <= intervals.plain_upper)
    return [scores.score / move, scores.plain_score / move, scores.coverage, float(plain_inside.mean())]


def _split(prices: dict[str, Array], row: int) -> None:
    for values in prices.values():
        values[row:] /= 2


def _bad_tick(prices: dict[str, Array], row: int) -> None:
    prices["close"][row] *= 10
    prices["high"][row] = max(prices["high"][row], prices["close"][row])


def _ratios(history: History, change: Callable[[dict[str, Array], int], None]) -> list[float]:
    row = len(history) - 60
    prices = {name: getattr(history, name).copy() for name in PRICES}
    change(prices, row)
    changed = replace(history, **prices)
    rows = row + np.array([0, 1, 5, 20])
    ratios: list[float] = (volatility_of(changed).ahead(1)[rows] / volatility_of(history).ahead(1)[rows]).tolist()
    return ratios


def _verdict_table() -> Iterator[str]:
    yield "| returns, sessions ahead | rejected at 5 % | skill's interval held: noise, moving average | verdicts |"
    yield "| --- | --- | --- | --- |"
    for name, draw in (("Gaussian", _gaussian), ("t(3)", _heavy), ("GARCH(1,1)", _garch)):
        for horizon in HORIZONS:
            random = np.random.default_rng(SEED)
            walks = [_errors(draw, horizon, random) for _ in range(N_SIMULATED)]
            noisy, opposite, average = (
                [(errors[i], errors[j]) for errors in walks] for i, j in ((0, 3), (0, 1), (2, 3))
            )
            tests = [diebold_mariano(*pair, horizon) for pair in opposite]
            size = np.mean([test is not None and test[1] < 0.05 for test in tests])
            held = ", ".join(f"{_share_held(pairs, horizon):.1%}" for pairs in (noisy, average))
            verdicts = Counter(estimate_skill("ridge", *pair, horizon).outcome for pair in noisy)
            shares = ", ".join(f"{outcome} {count / N_SIMULATED:.1%}" for outcome, count in verdicts.most_common())
            yield f"| {name}, {horizon} | {size:.1%} | {held} | {shares} |"


def _model_table(n_walks: int) -> Iterator[str]:
    yield "| model, sessions ahead | " + " | ".join(KINDS) + " |"
    yield "| --- " * (1 + len(KINDS)) + "|"
    for horizon, names in itertools.product(HORIZONS, (QUICK, TREES)):
        by_kind = [shares_held(make, names, horizon, n_walks) for make in KINDS.values()]
        for name in names:
            yield f"| {name}, {horizon} | " + " | ".join(f"{shares[name]:.1%}" for shares in by_kind) + " |"


def _share_held(pairs: list[tuple[Array, Array]], horizon: int) -> float:
    sums = np.sum([[errors.sum(), persistence_errors.sum()] for errors, persistence_errors in pairs], axis=0)
    skill = 1 - sums[0] / sums[1]
    intervals = [skill_interval(*pair, count_periods(250, horizon)) for pair in pairs]
    return float(np.mean([interval is not None and interval[0] <= skill <= interval[1] for interval in intervals]))


def _errors(draw: Draw, horizon: int, random: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Return absolute errors over 250 sessions: of noise, of its opposite, of the moving average, and of no change.

    The noise is a useless model: its forecasts move as if they knew something, half as far as the closes and as
    slowly. Its opposite is equally good, so that a test at 5 % of one against the other rejects in 5 % of cases.
    """
    returns = draw(random, 270 + horizon)
    price = np.cumsum(returns)
    rows = np.arange(20, 270)
    ahead = price[rows + horizon] - price[rows]
    noise = 0.5 * np.abs(returns).mean() * np.convolve(random.normal(size=249 + horizon), np.ones(horizon), "valid")
    mean = np.convolve(price, np.ones(20) / 20, "valid")[rows - 19]
    return np.abs(ahead - noise), np.abs(ahead + noise), np.abs(price[rows] + ahead - mean), np.abs(ahead)


def _gaussian(random: np.random.Generator, n: int) -> Array:
    return random.normal(size=n)


def _heavy(random: np.random.Generator, n: int) -> Array:
    return random.standard_t(3, size=n)


def _garch(random: np.random.Generator, n: int) -> Array:
    variance, returns = 1.0, []
    for shock in random.normal(size=n):
        returns.append(np.sqrt(variance) * shock)
        variance = 0.02 + 0.1 * returns[-1] ** 2 + 0.88 * variance
    return np.array(returns)


if __name__ == "__main__":
    typer.run(main)
