"""The file of bars that the benchmarks load: one's own, or one as large as five years of the S&P 500."""

from pathlib import Path

from tests.support.prediction.run_system import write_walks

N_SYMBOLS, N_BARS = 505, 1226


def choose(arguments: list[str], folder: Path) -> Path:
    """Return the file that the command line names, or generate one."""
    if arguments:
        return Path(arguments[0])
    path = folder / "generated.csv"
    write_walks(path, N_SYMBOLS, N_BARS)
    return path
