"""Measurements made in a worker process and returned with its result, for the parent to export.

Nothing scrapes a worker process. `measured` runs the work there, and returns its value or its error together with the
measurements.
"""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Generic, Literal, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
FitOutcome = Literal["fitted", "kept", "failed"]
Task = Literal["result", "forecast", "evaluation", "explanation", "range"]


@dataclass(frozen=True)
class Fit:
    """A model that was fitted or taken from the store; `seconds` is None if it was taken from the store."""

    model: str
    outcome: FitOutcome
    seconds: float | None = None


@dataclass
class Measurements:
    """The measurements of one computation.

    Attributes:
        fits: Each model that it needed.
        skills: Each walk-forward skill that it computed, by model.
        seconds: The duration of each task.
    """

    fits: list[Fit] = field(default_factory=list)
    skills: list[tuple[str, float]] = field(default_factory=list)
    seconds: list[tuple[Task, float]] = field(default_factory=list)


class WorkerTraceback(Exception):
    """The traceback of an error as text, since traceback objects cannot be pickled."""


@dataclass(frozen=True)
class Measured(Generic[T]):
    """The value or the error of a computation, with its measurements.

    Attributes:
        outcome: What the work returned or raised.
        measurements: What was measured, also if the work failed.
        traceback: Where the error was raised; empty if there is none.
    """

    outcome: T | Exception
    measurements: Measurements
    traceback: str = ""

    def unwrap(self) -> T:
        """Return the value, or raise the error with the worker's traceback as its cause."""
        if isinstance(self.outcome, Exception):
            raise self.outcome from WorkerTraceback(self.traceback)
        return self.outcome


_current: ContextVar[Measurements | None] = ContextVar("measurements", default=None)


def measured(task: Task, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Measured[T]:
    """Run `work` as `task` and return its outcome with the measurements."""
    measurements = Measurements()
    token = _current.set(measurements)
    try:
        with measure_task(task):
            value = work(*args, **kwargs)
        return Measured(value, measurements)
    except Exception as error:
        return Measured(error, measurements, traceback.format_exc())
    finally:
        _current.reset(token)


@contextmanager
def measure_task(task: Task) -> Iterator[None]:
    """Measure the duration of the block if it succeeds."""
    started_at = time.perf_counter()
    yield
    _measurements().seconds.append((task, time.perf_counter() - started_at))


@contextmanager
def measure_fit(model: str) -> Iterator[None]:
    """Measure the duration and the outcome of a fit in the block."""
    started_at = time.perf_counter()
    outcome: FitOutcome = "failed"
    try:
        yield
        outcome = "fitted"
    finally:
        _measurements().fits.append(Fit(model, outcome, time.perf_counter() - started_at))


def record_reuse(model: str) -> None:
    """Record that a model was taken from the store."""
    _measurements().fits.append(Fit(model, "kept"))


def record_skill(model: str, skill: float | None) -> None:
    """Record a skill, except of persistence, which defines it, and where it is undefined."""
    if skill is not None and model != "persistence":
        _measurements().skills.append((model, skill))


def _measurements() -> Measurements:
    """Return the measurements of the running computation; outside of one they are discarded."""
    return _current.get() or Measurements()
