"""The errors of the expected range and of its baselines, pooled over the symbols by session. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.prediction.scoring.significance import count_periods
from services.prediction.types import Array
from services.prediction.universe.panel import MIN_SHARE
from services.prediction.universe.symbol_records import RangeResult
from shared.schemas.leaderboard import RankedRange
from shared.statistics.skill import skill_interval

Days = NDArray[np.datetime64]


@dataclass
class _Sums:
    """Of the symbols that have exactly these sessions."""

    sessions: Days
    errors: Array
    n_symbols: int


class PooledRange:
    """Adds up the errors of each symbol, in units of its mean error of as_last_time, and forgets them."""

    def __init__(self) -> None:
        self._sums: dict[bytes, _Sums] = {}
        self._coverages: list[float] = []

    def add(self, sessions: Days, result: RangeResult) -> None:
        """Add one symbol; `sessions` are those of its errors. One whose range never changed has nothing to beat."""
        errors = np.array([result.errors, result.errors_as_last_time, result.errors_of_mean], np.float64)
        unit = errors[1].mean()
        if unit == 0:
            return
        sums = self._sums.setdefault(sessions.tobytes(), _Sums(sessions, np.zeros_like(errors), 0))
        sums.errors += errors / unit
        sums.n_symbols += 1
        self._coverages.append(result.coverage)

    def rank(self, horizon: int) -> RankedRange | None:
        """Compare the forecast with both baselines on the sessions that most symbols have; None if there are none."""
        losses = self._losses() if self._coverages else np.zeros((3, 0))
        if not losses[1:].any(axis=1).all():
            return None
        forecast, last_time, mean = losses
        n_periods = count_periods(len(forecast), horizon)
        over_last_time, over_mean = (skill_interval(forecast, other, n_periods) for other in (last_time, mean))
        return RankedRange(
            skill=float(1 - forecast.mean() / last_time.mean()),
            lower=over_last_time and over_last_time.lower,
            upper=over_last_time and over_last_time.upper,
            skill_over_mean=float(1 - forecast.mean() / mean.mean()),
            lower_over_mean=over_mean and over_mean.lower,
            upper_over_mean=over_mean and over_mean.upper,
            coverage=float(np.mean(self._coverages)),
            n_symbols=len(self._coverages),
        )

    def _losses(self) -> Array:
        """Return the mean errors of each session, shape `(3, n_sessions)`, ascending by session."""
        parts = list(self._sums.values())
        sessions, position = np.unique(np.concatenate([part.sessions for part in parts]), return_inverse=True)
        weights = np.concatenate([np.full(len(part.sessions), part.n_symbols) for part in parts])
        n_symbols = np.bincount(position, weights, len(sessions))
        errors = np.concatenate([part.errors for part in parts], axis=1)
        sums = np.array([np.bincount(position, row, len(sessions)) for row in errors])
        is_common = n_symbols >= MIN_SHARE * len(self._coverages)
        losses: Array = sums[:, is_common] / n_symbols[is_common]
        return losses
