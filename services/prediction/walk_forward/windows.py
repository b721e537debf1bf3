"""Walk-forward windows: train on what is known at a cutoff, predict one session, move on by one session.

A row is a session by its position. The target of row `s` is known at the end of session `s + horizon`, so a window
whose cutoff is row `t` trains on rows up to `t - horizon`: the gap between training and test is the horizon.

Expanding windows at a horizon of 2 (`*` is a training row, `-` a row whose target is not known yet, `o` the cutoff,
which is the row that is predicted, `x` the session that is predicted, `.` a row that is not used)::

    * * * * * - o . x . . .
    * * * * * * - o . x . .
    * * * * * * * - o . x .
    * * * * * * * * - o . x

Sliding windows keep their length instead of their start::

    * * * * * - o . x . . .
    . * * * * * - o . x . .
    . . * * * * * - o . x .
    . . . * * * * * - o . x

The first windows only calibrate the intervals; the last ones are scored.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.training_set import MIN_TRAIN
from shared.errors import NotEnoughBars

WindowKind = Literal["expanding", "sliding"]
SLIDING_SESSIONS = 504  # two years
MIN_SCORED = 20  # windows; below it a mean error says next to nothing
N_CALIBRATION = 250  # windows, about a year: enough for a level of 99 %


@dataclass(frozen=True)
class Windows:
    """The rows that each window trains on and predicts.

    Attributes:
        horizon: Sessions from a row to its target.
        rows: Shape `(n_windows,)`: the row that each window predicts, ascending by one.
        start: Shape `(n_windows,)`: its first training row.
        stop: Shape `(n_windows,)`: the row after its last training row.
        n_calibration: How many of the first windows only calibrate the intervals and are not scored.
    """

    horizon: int
    rows: NDArray[np.intp]
    start: NDArray[np.intp]
    stop: NDArray[np.intp]
    n_calibration: int

    @property
    def scored_rows(self) -> NDArray[np.intp]:
        """Return the rows of the scored windows."""
        return self.rows[self.n_calibration :]

    def __len__(self) -> int:
        """Return the number of windows, those for calibration included."""
        return len(self.rows)


def bars_needed(horizon: int) -> int:
    """Return the least number of bars that leaves room for training, calibration and scores at this horizon.

    Example:
        >>> bars_needed(1)
        122
    """
    return LOOKBACK + MIN_TRAIN + 2 * MIN_SCORED + 3 * horizon - 1


def walk_forward_windows(n_bars: int, horizon: int, n_scored: int, kind: WindowKind = "expanding") -> Windows:
    """Build the last windows whose target is known: up to `n_scored` to score, after up to `N_CALIBRATION` others.

    If the bars are too few for both, scoring and calibration share the available windows.

    Args:
        n_bars: At least `bars_needed(horizon)`.
        horizon: Sessions ahead.
        n_scored: Windows to score, at most.
        kind: Train on all earlier rows, or on the last `SLIDING_SESSIONS` of them.
    """
    first_row = LOOKBACK + MIN_TRAIN + horizon - 1
    last_row = n_bars - 1 - horizon
    available = last_row - first_row + 1
    n_scored = min(n_scored, (available - horizon) // 2)  # an error is known `horizon` windows later
    n_calibration = min(N_CALIBRATION, available - n_scored)
    rows = np.arange(last_row - n_scored - n_calibration + 1, last_row + 1)
    stop = rows - horizon + 1
    start = np.maximum(LOOKBACK, stop - SLIDING_SESSIONS) if kind == "sliding" else np.full(len(rows), LOOKBACK)
    return Windows(horizon=horizon, rows=rows, start=start, stop=stop, n_calibration=n_calibration)


def require_enough(history: History, horizon: int) -> None:
    """Raise NotEnoughBars if the bars are too few for a walk-forward."""
    required = bars_needed(horizon)
    if len(history) < required:
        raise NotEnoughBars(
            f"{history.describe_size()} to learn from; at least {required} are needed to train, calibrate intervals "
            f"and score at a horizon of {horizon}. Load earlier bars{', or choose a shorter horizon' * (horizon > 1)}.",
            required=required,
            available=len(history),
        )
