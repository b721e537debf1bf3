"""What forecasts and evaluations share: enough bars, what to know about them, and what determines the answer."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

import services.prediction
from services.prediction.inputs import warnings
from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.registry import SEED
from services.prediction.walk_forward import windows
from shared.errors import NotEnoughBars
from shared.schemas.forecasts import EvaluationQuery, ForecastQuery, Provenance
from shared.schemas.results import Data, Warning
from shared.web.app import VERSION

PACKAGE = Path(services.prediction.__file__).parent
LIBRARIES = ("exchange-calendars", "numpy", "pandas", "scikit-learn", "scipy")


def require_enough(history: History, horizon: int) -> None:
    """Raise NotEnoughBars if no walk-forward fits into the bars."""
    required = windows.bars_needed(horizon)
    if len(history) < required:
        raise NotEnoughBars(
            f"{history.symbol} has {len(history)} complete bars that may be known; at least {required} are needed to "
            f"train, to set intervals and to score at a horizon of {horizon}. Add earlier bars, or ask for a shorter "
            "horizon.",
            required=required,
            available=len(history),
        )


def data_of(history: History, *, adjusted: bool) -> Data:
    """Return the bars that the answer rests on."""
    return Data(
        revision=history.revision,
        first_session=history.session(0),
        last_session=history.session(-1),
        bars=len(history),
        adjusted=adjusted,
    )


def warnings_of(history: History, query: ForecastQuery | EvaluationQuery, n_scored: int, wanted: int) -> list[Warning]:
    """Return what to know before trusting the numbers."""
    adjusted = query.adjusted
    found = warnings.incomplete_bars(history.n_incomplete, adjusted=adjusted)
    found += warnings.unreadable_rows(history.n_skipped)
    found += warnings.split_like_jump(
        history.sessions, history.open, history.close, adjusted=adjusted, can_adjust=history.has_adjusted_prices
    )
    found += warnings.long_gap(history.sessions)
    if n_scored < wanted:
        detail = f"There are bars for {n_scored} test sessions only, so the scores may be far off by chance."
        found.append(Warning(code="few_windows", detail=detail))
    if np.ptp(history.close[-LOOKBACK - 1 :]) == 0:
        detail = f"The close has not changed in the last {LOOKBACK} sessions; the bars may be stale or not of a market."
        found.append(Warning(code="constant_prices", detail=detail))
    if adjusted and query.as_of is not None:
        detail = "Adjusted prices of a past day are scaled by splits and dividends that came later; returns are not."
        found.append(Warning(code="adjusted_later", detail=detail))
    return found


@cache
def provenance() -> Provenance:
    """Return the versions of the code and libraries that compute; they do not change while the process runs."""
    return Provenance(
        bellwether=f"{VERSION}+{code_digest(PACKAGE)}", libraries={name: version(name) for name in LIBRARIES}, seed=SEED
    )


def code_digest(package: Path) -> str:
    """Compute eight hexadecimal digits from every Python file below `package`, its path included.

    The code may change while the version stays the same; ETags and stored models must follow it.
    """
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:8]
