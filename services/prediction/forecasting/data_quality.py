"""Describes the bars behind a forecast or an evaluation, and warns about problems in them."""

from datetime import date

from services.prediction.inputs import warnings
from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.volatility import volatility_of
from shared.schemas.forecasts import EvaluationQuery, ForecastQuery
from shared.schemas.ranges import RangeQuery
from shared.schemas.wire import Data, Warning


def describe_data(history: History, *, adjusted: bool) -> Data:
    """Describe the bars that were used."""
    return Data(
        revision=history.revision,
        first_session=history.session(0),
        last_session=history.session(-1),
        bars=len(history),
        adjusted=adjusted,
    )


def check_dates(history: History, calendar: str | None, today: date | None) -> list[Warning]:
    """Check the dates of the bars by the calendar, None for every weekday, and by today's date in UTC unless None."""
    late = [] if today is None else warnings.bars_and_today(history.sessions, calendar, today)
    return [*late, *warnings.off_calendar(history.sessions, calendar, history.symbol)]


def collect_warnings(
    history: History, query: ForecastQuery | EvaluationQuery | RangeQuery, n_scored: int, n_requested: int
) -> list[Warning]:
    """Collect the warnings about the bars and the number of scored windows."""
    adjusted = query.adjusted
    collected = warnings.incomplete_bars(history.n_incomplete, adjusted=adjusted)
    collected += warnings.unreadable_rows(history.n_skipped)
    collected += warnings.rejected_newest(history.newest_rejected, history.session(-1))
    collected += warnings.price_jumps(
        history.sessions, history.open, history.close, adjusted=adjusted, can_adjust=history.has_adjusted_prices
    )
    collected += warnings.long_gap(history.sessions)
    collected += warnings.volatility_from_closes(bool(volatility_of(history).is_from_closes[-1]))
    if n_scored < n_requested:
        detail = f"The bars allow only {n_scored} test sessions, so the scores may be far off by chance."
        collected.append(Warning(code="few_windows", detail=detail))
    collected += warnings.constant_prices(history.sessions, history.close, LOOKBACK)
    if adjusted and query.as_of is not None:
        detail = "Adjusted prices of a past day include later splits and dividends; returns are not affected."
        collected.append(Warning(code="adjusted_later", detail=detail))
    return collected
