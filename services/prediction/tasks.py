"""The tasks of a worker process: each computes an answer and encodes it, so that only bytes travel back.

Importing this module imports nothing that computes, so the web process stays small.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from services.prediction.provenance import answer_digest
from services.prediction.settings import PredictionSettings
from services.prediction.workers.measurements import measure_fit
from shared.schemas.bars import EncodedBars
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery
from shared.schemas.ranges import RangeForecast, RangeQuery
from shared.schemas.results import SAME_SESSION, Result
from shared.schemas.runs import RunRequest, RunSymbol
from shared.schemas.wire import Warning, Wire

STALE_BARS = Warning(
    code="stale_bars",
    detail="The database does not answer at the moment, so this is computed from bars that were read before: newer or "
    "corrected bars may exist.",
)


class WrongCode(Exception):
    """A process of the cluster has another version of the code or its libraries than the run."""


# What worker processes import, once for all of them: those that answer requests, and those of a run.
PRELOADED = "services.prediction.preloaded"
PRELOADED_FOR_RUNS = "services.prediction.cluster.preloaded"


def prepare(settings: PredictionSettings) -> None:
    """Prepare a worker process for its first request."""
    from services.prediction.warm_up import warm_up  # noqa: PLC0415

    warm_up(settings)


def compute_result(bars: EncodedBars, symbol: str, *, adjusted: bool) -> Result:
    """Compute the same-session result, and measure the fit."""
    from services.prediction.same_session import result  # noqa: PLC0415

    return result.compute_result(bars, symbol, adjusted=adjusted, measure_fit=partial(measure_fit, SAME_SESSION))


def compute_forecast(
    bars: EncodedBars, symbol: str, *, query: ForecastQuery, calendar: str, models_dir: Path | None, today: date | None
) -> Forecast:
    """Compute the forecast with the process's model store."""
    from services.prediction.forecasting import forecast  # noqa: PLC0415
    from services.prediction.warm_up import open_model_store  # noqa: PLC0415

    store = open_model_store(models_dir)
    return forecast.compute_forecast(bars, symbol, query, calendar=calendar, store=store, today=today)


def compute_evaluation(bars: EncodedBars, symbol: str, *, query: EvaluationQuery) -> Evaluation:
    """Compute the walk-forward scores."""
    from services.prediction.forecasting import evaluation  # noqa: PLC0415

    return evaluation.compute_evaluation(bars, symbol, query)


def compute_range(
    bars: EncodedBars, symbol: str, *, query: RangeQuery, calendar: str, today: date | None
) -> RangeForecast:
    """Compute the expected range and its walk-forward."""
    from services.prediction.forecasting import expected_range  # noqa: PLC0415

    return expected_range.compute_range(bars, symbol, query, calendar=calendar, today=today)


def compute_of_run(item: tuple[RunSymbol, EncodedBars], *, request: RunRequest, code: str) -> bytes:
    """Compute one symbol's result in a run.

    Raises:
        WrongCode: This process has other code than the run's other processes.
    """
    from services.prediction.universe.symbol_result import compute_symbol_result  # noqa: PLC0415

    if answer_digest() != code:
        raise WrongCode
    symbol, bars = item
    return compute_symbol_result(bars, symbol.symbol, request)


def encode_answer(work: Callable[[EncodedBars, str], Wire], bars: EncodedBars, symbol: str) -> bytes:
    """Return the value of `work` as JSON, with a warning if the bars are stale."""
    value = work(bars, symbol)
    if bars.is_stale:
        value = value.model_copy(update={"warnings": [STALE_BARS, *getattr(value, "warnings", ())]})
    return value.model_dump_json().encode()
