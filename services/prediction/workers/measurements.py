"""What computations note of themselves on the way: in a worker process, where nobody scrapes, to be counted at home.

The notes of a computation come back with what it returns, or on the error that it raises.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
FitOutcome = Literal["fitted", "kept", "failed"]
Task = Literal["result", "forecast", "evaluation", "explanation"]


@dataclass(frozen=True)
class Fit:
    """A model that was fitted, or found in the store; seconds are None for one that was found."""

    model: str
    outcome: FitOutcome
    seconds: float | None = None


@dataclass
class Notes:
    """What one computation noted.

    Attributes:
        fits: Each model that it needed.
        skills: Each skill in a walk-forward that it computed, by model.
        seconds: How long each task took.
    """

    fits: list[Fit] = field(default_factory=list)
    skills: list[tuple[str, float]] = field(default_factory=list)
    seconds: list[tuple[Task, float]] = field(default_factory=list)


_current: ContextVar[Notes | None] = ContextVar("notes", default=None)


def _notes() -> Notes:
    """Return the notes of the computation that runs; nobody reads them outside of one."""
    return _current.get() or Notes()


def found_kept(model: str) -> None:
    """Note that a model was found in the store."""
    _notes().fits.append(Fit(model, "kept"))


@contextmanager
def fitting(model: str) -> Iterator[None]:
    """Note that a model is fitted inside, and how long it takes."""
    began_at, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "fitted"
    finally:
        _notes().fits.append(Fit(model, outcome, time.perf_counter() - began_at))  # type: ignore[arg-type]


def scored(model: str, skill: float | None) -> None:
    """Note a skill; of persistence, which is the measure, there is none, nor where there is nothing to beat."""
    if skill is not None and model != "persistence":
        _notes().skills.append((model, skill))


@contextmanager
def timing(task: Task) -> Iterator[None]:
    """Note how long a task takes that does not fail."""
    began_at = time.perf_counter()
    yield
    _notes().seconds.append((task, time.perf_counter() - began_at))


def noted(task: Task, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, Notes]:
    """Return what `work` returns, and the notes; an error of it has them too, for `notes_of`."""
    notes = Notes()
    token = _current.set(notes)
    try:
        with timing(task):
            return work(*args, **kwargs), notes
    except Exception as error:
        error.bellwether_notes = notes  # type: ignore[attr-defined]  # an attribute survives the way between processes
        raise
    finally:
        _current.reset(token)


def notes_of(error: Exception) -> Notes:
    """Return the notes of the computation that raised the error, none if it raised none."""
    found: Any = getattr(error, "bellwether_notes", None)
    return found if isinstance(found, Notes) else Notes()
