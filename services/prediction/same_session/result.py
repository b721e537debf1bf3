"""The result of the public contract: the same-session close by linear regression, scored beside doing without it."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

from services.prediction.inputs import warnings
from services.prediction.inputs.history import decoded
from services.prediction.same_session import baselines, holdout, intervals
from services.prediction.same_session.intervals import LEVEL, Band
from services.prediction.scoring import scores
from services.prediction.scoring.conformal import MIN_SCORES
from services.prediction.scoring.scores import Scores
from services.prediction.types import Array
from services.prediction.workers import measurements
from shared.errors import NotEnoughBars
from shared.schemas.arrow import PRICES, BarFrame
from shared.schemas.bars import EncodedBars
from shared.schemas.results import Baseline, Midrange, Model, Predictions, Result, ResultInterval, Span, Split
from shared.schemas.wire import Data, Metrics, Warning

SAME_SESSION = "same_session_close"
FEATURES = {"Open": "open", "High": "high", "Low": "low"}
MIN_TRAIN = len(FEATURES) + 2  # three coefficients, an intercept, and one bar more, so that the fit is not exact
MIN_TEST = 2  # R² of one session is undefined
FEW_TEST_BARS = 30  # below it the standard error of a mean is over 18 % of the deviation: 1/√30
LOOK_AHEAD = (
    "This works out a day's close from the highest and lowest price of that same day, which nobody knows before the "
    "day is over. It says nothing about tomorrow, however good the scores look."
)
# Measured on 60 simulated random walks of each of two kinds: skill 0.61 and 0.56, midrange skill 0.30 and 0.23.
WEAK_BASELINE = (
    "To beat doing nothing proves nothing here: on made-up prices that move by pure chance, the same recipe "
    "makes errors about 60 % smaller than doing nothing, and about 25 % smaller than guessing the middle between the "
    "day's highest and lowest price."
)


@dataclass(frozen=True)
class _Outcome:
    """What was fitted and said; arrays of shape `(n_test,)`."""

    model: LinearRegression
    actual: Array
    predicted: Array
    band: Band | None
    of_model: Scores
    of_persistence: Scores
    of_midrange: Scores

    @property
    def skill(self) -> float | None:
        return scores.skill(self.of_model.mae, self.of_persistence.mae)

    @property
    def midrange_skill(self) -> float | None:
        return scores.skill(self.of_model.mae, self.of_midrange.mae)


def result_of(payload: EncodedBars, symbol: str, *, adjusted: bool = False) -> Result:
    """Return the same-session result of `symbol` from its bars as they travel; `adjusted` says what these are.

    Raises:
        NotEnoughBars: The split would leave too few bars on one side.
        UpstreamFailed: The payload is not bars.
    """
    frame = decoded(payload.arrow)
    bars = frame.bars.dropna(subset=list(PRICES)).reset_index(drop=True)
    _require_enough(bars, symbol)
    first = holdout.split_position(len(bars))
    found = _outcome(bars, first)
    return Result(
        stock_symbol=symbol,
        task=SAME_SESSION,
        skill=found.skill,
        midrange_skill=found.midrange_skill,
        mse=found.of_model.mse,
        metrics=Metrics(**asdict(found.of_model)),
        baseline=Baseline(**asdict(found.of_persistence)),
        midrange=Midrange(**asdict(found.of_midrange)),
        interval=_interval(found),
        warnings=[*_about_scores(found, len(bars)), *_about_bars(frame, bars, adjusted=adjusted)],
        model=Model(
            name="linear_regression",
            feature_names=list(FEATURES),
            coefficients=found.model.coef_.tolist(),
            intercept=float(found.model.intercept_),
        ),
        data=Data(revision=payload.revision, adjusted=adjusted, **_span(bars).model_dump()),
        split=Split(train=_span(bars[:first]), test=_span(bars[first:])),
        predictions=_predictions(bars[first:], found),
    )


def _outcome(bars: pd.DataFrame, first: int) -> _Outcome:
    """Fit on the bars before position `first`, and score on the others."""
    features = bars[list(FEATURES.values())].to_numpy(np.float64)
    highs, lows, closes = (bars[name].to_numpy(np.float64) for name in ("high", "low", "close"))
    with measurements.fitting(SAME_SESSION):
        model = LinearRegression().fit(features[:first], closes[:first])
    predicted = model.predict(features[first:])
    actual, before = closes[first:], baselines.persistence(closes, first)
    widths = intervals.ranges(highs, lows)
    return _Outcome(
        model=model,
        actual=actual,
        predicted=predicted,
        band=intervals.band(model, features, closes, widths, predicted),
        of_model=scores.score(actual, predicted, before),
        of_persistence=scores.score(actual, before, before),
        of_midrange=scores.score(actual, baselines.midrange(highs[first:], lows[first:]), before),
    )


def _require_enough(bars: pd.DataFrame, symbol: str) -> None:
    required = holdout.bars_needed(MIN_TRAIN, MIN_TEST)
    if len(bars) < required:
        raise NotEnoughBars(
            f"{symbol} has {len(bars)} complete bars; at least {required} are needed to train on 80 % of them "
            "and to test on the rest. Add more bars.",
            required=required,
            available=len(bars),
        )


def _sessions(bars: pd.DataFrame) -> list[object]:
    return list(bars["session"].dt.date)


def _span(bars: pd.DataFrame) -> Span:
    sessions = _sessions(bars.iloc[[0, -1]])
    return Span.model_validate({"first_session": sessions[0], "last_session": sessions[1], "bars": len(bars)})


def _interval(found: _Outcome) -> ResultInterval | None:
    band = found.band
    if band is None:
        return None
    return ResultInterval(
        level=LEVEL,
        coverage=band.coverage(found.actual),
        mean_width=band.mean_width,
        n_calibration=band.n_calibration,
    )


def _predictions(test: pd.DataFrame, found: _Outcome) -> Predictions:
    return Predictions.model_validate(
        {
            "session": _sessions(test),
            "actual": found.actual.tolist(),
            "predicted": found.predicted.tolist(),
            "lower": found.band and found.band.lower.tolist(),
            "upper": found.band and found.band.upper.tolist(),
        }
    )


def _about_scores(outcome: _Outcome, n_bars: int) -> list[Warning]:
    found = {"look_ahead": LOOK_AHEAD}
    if outcome.skill is not None and outcome.skill > 0:
        found["weak_baseline"] = WEAK_BASELINE
    if outcome.skill is not None and outcome.skill <= 0:
        found["no_skill"] = "The model is no better than assuming that each close equals the close before."
    if (n_test := len(outcome.actual)) < FEW_TEST_BARS:
        found["few_test_sessions"] = f"The errors are means over only {n_test} sessions and may be far off by chance."
    if outcome.band is None:
        n_errors = intervals.n_calibration(n_bars)
        found["no_interval"] = (
            f"There are no intervals around the predictions: they need {MIN_SCORES} earlier errors to go by, and there "
            f"are only {n_errors}."
        )
    return [Warning(code=code, detail=detail) for code, detail in found.items()]


def _about_bars(frame: BarFrame, bars: pd.DataFrame, *, adjusted: bool) -> list[Warning]:
    return [
        *warnings.incomplete_bars(len(frame.bars) - len(bars), adjusted=adjusted, above_zero=False),
        *warnings.unreadable_rows(frame.skipped),
        *warnings.split_like_jump(
            bars["session"].to_numpy("datetime64[D]"),
            bars["open"].to_numpy(np.float64),
            bars["close"].to_numpy(np.float64),
            adjusted=adjusted,
            can_adjust=frame.has_adjusted_prices,
        ),
    ]
