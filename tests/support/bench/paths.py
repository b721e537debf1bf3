"""Measures how often the whole path of closes stays inside a fan of intervals, on a file of bars of many symbols.

`python -m tests.support.bench.paths FILE --as-of 2016-02-29` prints, for fans of 5, 10 and 20 sessions around no
change, how often the last close was inside and how often all closes were, and by how much the fan would have to be
wider to hold all closes as often. The file has the columns date, open, high, low, close, volume and Name.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from services.prediction.inputs.history import History
from services.prediction.models.registry import MODELS
from services.prediction.types import Array
from services.prediction.walk_forward.run import run_walk_forward
from services.prediction.walk_forward.windows import walk_forward_windows
from tests.support.bench.intervals import N_WINDOWS, read_histories

LENGTHS = (5, 10, 20)
LONGEST = LENGTHS[-1]


def main(
    file: Annotated[Path, typer.Argument(help="Bars of many symbols, as CSV.")],
    *,
    as_of: Annotated[str, typer.Option(help="Last session that may be used, as an ISO date.")] = "2018-02-07",
    level: Annotated[int, typer.Option(help="Level of the intervals, in percent.")] = 90,
    every: Annotated[int, typer.Option(help="Measure every n-th symbol.")] = 1,
) -> None:
    """Print the table in Markdown."""
    histories = list(read_histories(pd.read_csv(file), date.fromisoformat(as_of)))[::every]
    reaches = [_reaches(one, level) for one in histories if len(one) >= N_WINDOWS + 2 * LONGEST + 60]
    for line in _table(reaches, as_of):
        print(line)


def _reaches(history: History, level: int) -> Array:
    """Return how far each close of each path lies from the middle of the fan, in half widths.

    Shape `(n_paths, LONGEST)`: those of a year, that began on consecutive sessions; of log returns.
    """
    errors, half_widths = [], []
    n_paths = 250 - LONGEST + 1  # of the last 250 forecasts at any horizon, those of the same sessions
    for horizon in range(1, LONGEST + 1):
        windows = walk_forward_windows(len(history), horizon, 250)
        run = run_walk_forward(history, [MODELS["persistence"]], windows, [level])
        first = len(history) - LONGEST - n_paths - int(windows.scored_rows[0])
        part = slice(first, first + n_paths)
        errors.append(np.abs(np.log(run.actual / run.last_close))[part])
        half_widths.append(np.log(run.intervals[0].upper[0] / run.last_close)[part])
    widening = np.maximum.accumulate(np.array(half_widths), axis=0)  # as those of a forecast
    reaches: Array = (np.array(errors) / widening).T
    return reaches


def _table(reaches: list[Array], as_of: str) -> Iterator[str]:
    yield f"| until {as_of}, {len(reaches)} symbols: sessions | last close inside | all closes | factor for all |"
    yield "| --- | --- | --- | --- |"
    for length in LENGTHS:
        furthest = np.concatenate([one[:, :length].max(axis=1) for one in reaches])
        last = np.concatenate([one[:, length - 1] for one in reaches])
        factor = np.quantile(furthest, np.mean(last <= 1))
        yield f"| {length} | {np.mean(last <= 1):.1%} | {np.mean(furthest <= 1):.1%} | {factor:.2f} |"


if __name__ == "__main__":
    typer.run(main)
