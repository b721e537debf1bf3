"""Wire models of the ledger: forecasts recorded when issued, with their outcomes."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.bars import Symbol
from shared.schemas.forecasts import Adjusted, Forecast, ForecastQuery, Horizon, Level, ModelChoice, ModelName
from shared.schemas.text import VisibleText
from shared.schemas.wire import Outcome, Wire

OutcomeState = Literal["pending", "scored", "late", "never_came", "unclear"]


class KnownClose(Wire):
    """A close as it was known when a forecast was issued."""

    session: date
    close: float = Field(gt=0)


class LedgerEntry(Wire):
    """The recorded forecast of one session. It is never changed."""

    symbol: Symbol
    as_of: date
    sessions_ahead: int = Field(ge=1, le=20)
    session: date
    model: ModelName
    level: int = Field(ge=50, le=99)
    adjusted: bool
    last_close: float = Field(
        gt=0, description="The close of `as_of` when the forecast was issued: the prediction of persistence."
    )
    point: float
    lower: float
    upper: float
    revision: VisibleText = Field(
        min_length=1, max_length=64, description="Revision of the bars that it was computed from."
    )
    bellwether: VisibleText = Field(min_length=1, max_length=32, description="Version of Bellwether that computed it.")
    asked_for: ModelChoice | None = Field(
        None,
        description="The model that was requested; auto if Bellwether chose it. Null in entries that predate this.",
    )
    closes: list[KnownClose] = Field(
        [],
        max_length=5,
        description="The last closes up to `as_of`, ascending, as the data service knew them: they show whether "
        "all prices were restated since, as after a split, or one was corrected. Empty in entries that predate this.",
    )

    @property
    def key(self) -> str:
        """Return the identity of the entry: of two entries with the same key, the ledger keeps the first."""
        prices = "adjusted" if self.adjusted else "as-they-are"
        return f"{self.symbol} {self.as_of} {self.sessions_ahead} {self.model} {self.level} {prices}"


class LedgerRecord(LedgerEntry):
    """A recorded forecast, when it was issued, and the actual close."""

    given_at: datetime = Field(description="When it was recorded, in UTC.")
    state: OutcomeState = Field(
        description="scored; pending until the session's bar is stored; late if it was recorded after the session's "
        "close; never_came if there is no close 30 days after the session; unclear if prices have changed since in a "
        "way that no split or dividend explains, or jump as at a split that no adjusted close confirms. Only scored "
        "ones count."
    )
    actual: float | None = Field(
        description="The actual close in the price units at issue: if most earlier closes were restated by one factor, "
        "as after a split, it is scaled by the same factor. Null while it is unknown or unclear."
    )
    is_inside: bool | None = Field(
        description="Whether the actual close lay inside the interval. Null if there is no actual."
    )


class CoverageRecord(Wire):
    """How often the actual close lay inside the intervals of one level."""

    level: int = Field(description="Nominal coverage, in percent.")
    n_scored: int
    n_independent: int = Field(
        description="How many of them have periods from `as_of` to `session` that do not overlap: forecasts of one "
        "period succeed or fail together, so only these count for the confidence interval."
    )
    coverage: float | None
    lower: float | None = Field(description="Lower end of the 95 % confidence interval of the coverage (Wilson 1927).")
    upper: float | None = Field(description="Upper end.")


class LedgerScore(Wire):
    """The track record of one model at one distance and level, from forecasts whose session is over."""

    model: ModelName
    sessions_ahead: int
    level: int
    adjusted: bool = Field(description="Whether the forecasts are of adjusted prices, whose errors have other units.")
    n_scored: int
    n_pending: int
    n_left_out: int = Field(description="Forecasts that are late, unclear, or whose session never came.")
    n_independent: int = Field(description="How many of the scored ones have periods that do not overlap.")
    coverage: float | None
    coverage_lower: float | None = Field(description="Lower end of the 95 % confidence interval of the coverage.")
    coverage_upper: float | None = Field(description="Upper end.")
    interval_score: float | None = Field(
        description="Mean interval score (Winkler 1972), in the price units at issue; lower is better: the width, plus "
        "2 / (1 − level) times the distance of a close outside."
    )
    interval_score_of_plain_band: float | None = Field(
        description="The same for the band that needs no model: no change, give or take the normal quantile times the "
        "standard deviation of the last 250 returns up to `as_of`. Null if too few of those bars are stored."
    )
    mae: float | None = Field(description="Mean absolute error, in the price units at issue.")
    mae_of_persistence: float | None = Field(
        description="Mean absolute error of persistence, which predicts `last_close`."
    )
    skill: float | None = Field(
        description="1 − MAE / MAE of persistence; zero or less is no better than no change. "
        "Null if persistence made no error."
    )
    skill_lower: float | None = Field(
        description="Lower end of the 95 % confidence interval of the skill; null below 10 independent periods, and "
        "for persistence itself."
    )
    skill_upper: float | None = Field(description="Upper end.")
    skill_lower_of_several: float | None = Field(
        description="Lower end of the 99 % confidence interval: 95 % for the best of the five models (Bonferroni)."
    )
    outcome: Outcome | None = Field(
        description="By the same rule as in an evaluation. `better`: `skill_lower_of_several` lies above zero; "
        "`no_better`: otherwise, `skill_upper` is below 0.05; `too_early` to tell: neither. Null for persistence "
        "itself, and if there is nothing to compare."
    )


class Ledger(Wire):
    """The recorded forecasts of a symbol, latest first, and their scores."""

    symbol: str
    n_scored: int
    n_pending: int
    n_late: int = Field(description="Forecasts recorded after their session's close: left out.")
    n_never_came: int = Field(description="Forecasts without a close 30 days after their session: left out.")
    n_unclear: int = Field(description="Forecasts whose actual is unknown in the price units at issue: left out.")
    coverage: list[CoverageRecord] = Field(
        description="Share of the scored forecasts of each level whose actual close lay inside the interval."
    )
    scores: list[LedgerScore]
    records: list[LedgerRecord]
    next_cursor: str | None = Field(description="Pass it as `cursor` to get the next page; null on the last.")


class Kept(Wire):
    """How many of the sent entries were recorded."""

    kept: int = Field(description="Newly recorded entries.")
    known: int = Field(description="Entries that were recorded already and stay unchanged.")


class KeepRequest(BaseModel):
    """Selects the forecast to issue and record. There is no `as_of`: the ledger accepts no forecasts of the past."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: Horizon = 5
    model: ModelChoice = "auto"
    level: Level = 90
    adjusted: Adjusted = False

    def query(self) -> ForecastQuery:
        """Return the query for the forecast."""
        return ForecastQuery(horizon=self.horizon, model=self.model, level=[self.level], adjusted=self.adjusted)


class KeptForecast(Kept):
    """A forecast, and how many of its entries were recorded."""

    forecast: Forecast


class LedgerQuery(BaseModel):
    """Selects a page of the ledger, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(100, ge=1, le=1000, description="Records per page.")
    cursor: str | None = Field(None, max_length=500, description="`next_cursor` of the previous page.")


def build_entries(forecast: Forecast) -> list[LedgerEntry]:
    """Build the ledger entries of this forecast."""
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
            asked_for=forecast.choice.asked_for,
        )
        for step in forecast.steps
    ]
