"""The file of bars that the benchmarks load: one's own, or one as large as five years of the S&P 500."""

from pathlib import Path

import numpy as np

from tests.support.data.bars import make_bars

N_SYMBOLS, N_BARS = 505, 1226


def choose(arguments: list[str], folder: Path) -> Path:
    """Return the file that the command line names, or generate one."""
    return Path(arguments[0]) if arguments else _generate(folder)


def _generate(folder: Path) -> Path:
    path, random = folder / "generated.csv", np.random.default_rng(7)
    for n in range(N_SYMBOLS):
        bars = make_bars(np.round(100 * np.exp(np.cumsum(random.normal(0, 0.01, N_BARS))), 2)).drop(columns="adj_close")
        bars.assign(Name=f"S{n:03}").to_csv(path, mode="a", header=n == 0, index=False)
    return path
