"""Draws the conclusions of a run over all its symbols from its results, as the data service streams them. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import Run, RunFailure

Payload = tuple[str, str, bytes]  # symbol, revision and payload


class Conclusions(Protocol):
    """The conclusions of a run: `Outcome` of `services.prediction.universe.outcome`."""

    @property
    def leaderboards(self) -> Sequence[Leaderboard]:
        """Return one for each horizon."""
        ...

    @property
    def screeners(self) -> Mapping[int, bytes]:
        """Return an Arrow IPC stream for each horizon."""
        ...


Conclude = Callable[[Iterator[Payload], list[RunFailure], Run], Conclusions]


class RunFailed(Exception):
    """The run cannot be completed; the message says why, and what to do."""


def conclude_from(pages: Iterator[bytes], conclude: Conclude, run: Run) -> Conclusions:
    """Draw the conclusions from the results, with one page of them in memory at a time.

    Args:
        pages: Arrow IPC streams of the columns symbol, revision, payload and reason.
        conclude: Takes the results, the failures, which are complete once all results have been read, and the run.
        run: The run.

    Raises:
        RunFailed: There is no result.
    """
    failures: list[RunFailure] = []
    results = _read(pages, failures)
    first = next(results, None)
    if first is None:
        reason = f" The reason for {failures[0].symbol}: {failures[0].reason}" if failures else ""
        start = "The symbol could not" if run.n_symbols == 1 else f"None of the {run.n_symbols} symbols could"
        raise RunFailed(f"{start} be evaluated.{reason}")
    return conclude(chain([first], results), failures, run)


def _read(pages: Iterator[bytes], failures: list[RunFailure]) -> Iterator[Payload]:
    """Yield the results, and append the failures to `failures` as they are read."""
    import pyarrow as pa  # noqa: PLC0415  # the web process, which imports this room, reads no results

    for page in pages:
        with pa.ipc.open_stream(page) as reader:
            table = reader.read_all()
        columns = (table.column(name).to_pylist() for name in ("symbol", "revision", "payload", "reason"))
        for symbol, revision, payload, reason in zip(*columns, strict=True):
            if payload is None:
                failures.append(RunFailure(symbol=symbol, reason=reason or ""))
            else:
                yield symbol, revision, payload
