"""The wire models of the ledger: forecasts that were kept when they were given, and what came."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.bars import Symbol
from shared.schemas.forecasts import Adjusted, Forecast, ForecastQuery, Horizon, Level, ModelName
from shared.schemas.wire import Wire


class LedgerEntry(Wire):
    """What was said of one session. It is never changed."""

    symbol: Symbol
    as_of: date
    sessions_ahead: int = Field(ge=1, le=20)
    session: date
    model: ModelName
    level: int = Field(ge=50, le=99)
    adjusted: bool
    last_close: float = Field(gt=0, description="The close of `as_of` as it was then: what persistence said.")
    point: float
    lower: float
    upper: float
    revision: str = Field(min_length=1, max_length=64, description="Of the bars that it was computed from.")
    bellwether: str = Field(min_length=1, max_length=32, description="The version that computed it.")

    @property
    def key(self) -> str:
        """Return what tells it from all others: of two entries with one key, the ledger has the one that came first."""
        prices = "adjusted" if self.adjusted else "as-they-are"
        return f"{self.symbol} {self.as_of} {self.sessions_ahead} {self.model} {self.level} {prices}"


class LedgerRecord(LedgerEntry):
    """What was said, when, and what came."""

    given_at: datetime = Field(description="When it was kept; in UTC.")
    actual: float | None = Field(
        description="The close of the session, in the price units of then: if the close of `as_of` was restated since, "
        "as after a split, it is scaled by the same factor. Null until the session's bar is there."
    )
    is_inside: bool | None = Field(description="Whether the close lay inside the interval. Null until it is known.")


class LedgerScore(Wire):
    """The record so far of one model at one distance and level: only forecasts whose session has come count."""

    model: ModelName
    sessions_ahead: int
    level: int
    adjusted: bool = Field(description="Whether of adjusted prices, whose errors are in other units than the rest.")
    n_scored: int
    n_pending: int
    coverage: float | None
    mae: float | None = Field(description="Mean absolute error, in the price units of then.")
    mae_of_persistence: float | None = Field(description="The same of `last_close`: of assuming that nothing changes.")
    skill: float | None = Field(
        description="1 − MAE / MAE of persistence; zero or less is no better than doing nothing. "
        "Null when persistence made no error."
    )


class Ledger(Wire):
    """What was said of a symbol, latest first, and how it did."""

    symbol: str
    n_scored: int
    n_pending: int
    coverage: float | None = Field(description="Share of all scored forecasts whose close lay inside the interval.")
    scores: list[LedgerScore]
    records: list[LedgerRecord]
    next_cursor: str | None = Field(description="For the next page; null on the last.")


class Kept(Wire):
    """What became of entries that were sent to be kept."""

    kept: int = Field(description="New in the ledger.")
    known: int = Field(description="There already, and left as they were.")


class KeepRequest(BaseModel):
    """Which forecast to make now and keep. There is no `as_of`: a ledger takes no forecast of the past."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: Horizon = 5
    model: ModelName | Literal["auto"] = "auto"
    level: Level = 90
    adjusted: Adjusted = False

    def query(self) -> ForecastQuery:
        """Return how to ask for the forecast."""
        return ForecastQuery(horizon=self.horizon, model=self.model, level=self.level, adjusted=self.adjusted)


class KeptForecast(Kept):
    """A forecast, and what became of its entries in the ledger."""

    forecast: Forecast


class LedgerQuery(BaseModel):
    """Which part of the ledger, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(100, ge=1, le=1000, description="Records on a page.")
    cursor: str | None = Field(None, max_length=500, description="`next_cursor` of the page before.")


def entries_of(forecast: Forecast) -> list[LedgerEntry]:
    """Return the entries that keep what this forecast says."""
    return [
        LedgerEntry(
            symbol=forecast.stock_symbol,
            as_of=forecast.as_of,
            sessions_ahead=step.sessions_ahead,
            session=step.session,
            model=forecast.model.name,
            level=forecast.level,
            adjusted=forecast.data.adjusted,
            last_close=forecast.last_close,
            point=step.point,
            lower=step.lower,
            upper=step.upper,
            revision=forecast.data.revision,
            bellwether=forecast.provenance.bellwether,
        )
        for step in forecast.steps
    ]
