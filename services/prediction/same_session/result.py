"""The same-session close by linear regression, scored against persistence, the midrange and a fixed formula."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
from sklearn import config_context
from sklearn.linear_model import LinearRegression

from services.prediction.inputs import warnings
from services.prediction.inputs.history import TOO_LARGE, decode_or_fail, describe_size
from services.prediction.same_session import baselines, holdout, intervals
from services.prediction.same_session.intervals import LEVEL, Intervals
from services.prediction.scoring import scores
from services.prediction.scoring.conformal import MIN_SCORES
from services.prediction.scoring.scores import Scores
from services.prediction.types import Array, Sessions
from shared.errors import NotEnoughBars
from shared.schemas.arrow import PRICES, BarColumns
from shared.schemas.bars import EncodedBars
from shared.schemas.results import (
    SAME_SESSION,
    Baseline,
    FixedFormula,
    Midrange,
    Model,
    Predictions,
    Result,
    ResultInterval,
    Span,
    Split,
)
from shared.schemas.wire import Data, Metrics, Warning
from shared.statistics.skill import skill_interval

FEATURES = {"Open": "open", "High": "high", "Low": "low"}
MIN_TRAIN = len(FEATURES) + 2  # three coefficients, an intercept, and one more bar, so that the fit is not exact
MIN_TEST = 2  # R² of one session is undefined
ROUNDING = 1e-12  # of the price
FEW_TEST_BARS = 30  # below it the standard error of a mean is over 18 % of the deviation: 1/√30
LOOK_AHEAD = (
    "This computes a day's close from the high and low of that same day, which are known only when the day is over. "
    "It says nothing about tomorrow, however good the scores look."
)
# Measured on 60 simulated random walks of each of two kinds: skill 0.61 and 0.56, midrange skill 0.30 and 0.23.
WEAK_BASELINE = (
    "Beating no change proves nothing here: on simulated random walks the same method makes errors about 60 % smaller "
    "than assuming no change, and about 25 % smaller than guessing the middle between the day's high and low. The fair "
    "comparison is the fixed formula 0.8 × (high + low) − 0.6 × open, which knows as much and learns nothing."
)
FitContext = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class _FittedResult:
    """The fitted model with its predictions and scores; arrays of shape `(n_test,)`."""

    model: LinearRegression
    actual: Array
    predicted: Array
    intervals: Intervals | None
    model_scores: Scores
    persistence_scores: Scores
    midrange_scores: Scores
    formula_scores: Scores
    is_beyond_chance: bool  # that its errors are smaller than those of the formula

    @property
    def skill(self) -> float | None:
        return self._skill_over(self.persistence_scores)

    @property
    def midrange_skill(self) -> float | None:
        return self._skill_over(self.midrange_scores)

    @property
    def formula_skill(self) -> float | None:
        return self._skill_over(self.formula_scores)

    def _skill_over(self, baseline: Scores) -> float | None:
        """Return the skill; None if the baseline errs by rounding only, as the formula does on closes alone."""
        if baseline.mae <= ROUNDING * float(np.mean(np.abs(self.actual))):
            return None
        return scores.skill(self.model_scores.mae, baseline.mae)


def compute_result(
    encoded: EncodedBars, symbol: str, *, adjusted: bool = False, measure_fit: FitContext = nullcontext
) -> Result:
    """Compute the same-session result of `symbol` from its bars; the model is fitted in the context of `measure_fit`.

    Raises:
        NotEnoughBars: The split leaves too few bars on one side.
        UpstreamFailed: The bars cannot be decoded.
    """
    stored = decode_or_fail(encoded.arrow)
    prices = np.array([stored.numbers[name] for name in PRICES])
    bars = stored.select(np.asarray((np.abs(prices) < TOO_LARGE).all(axis=0)))  # nor is NaN below it
    _require_enough(bars, symbol, len(stored) - len(bars))
    first = holdout.split_position(len(bars))
    fitted = _fit_and_score(bars, first, measure_fit)
    return Result(
        stock_symbol=symbol,
        task=SAME_SESSION,
        skill=fitted.skill,
        midrange_skill=fitted.midrange_skill,
        fixed_formula_skill=fitted.formula_skill,
        mse=fitted.model_scores.mse,
        metrics=Metrics(**vars(fitted.model_scores)),
        baseline=Baseline(**vars(fitted.persistence_scores)),
        midrange=Midrange(**vars(fitted.midrange_scores)),
        fixed_formula=FixedFormula(**vars(fitted.formula_scores)),
        interval=_build_interval(fitted),
        warnings=[*_warn_about_scores(fitted, len(bars)), *_warn_about_bars(stored, bars, adjusted=adjusted)],
        model=Model(
            name="linear_regression",
            feature_names=list(FEATURES),
            coefficients=fitted.model.coef_.tolist(),
            intercept=float(fitted.model.intercept_),
        ),
        data=Data(revision=encoded.revision, adjusted=adjusted, **_span(bars.sessions).model_dump()),
        split=Split(train=_span(bars.sessions[:first]), test=_span(bars.sessions[first:])),
        predictions=_build_predictions(bars.sessions[first:], fitted),
    )


def _fit_and_score(bars: BarColumns, first: int, measure_fit: FitContext) -> _FittedResult:
    """Fit on the bars before position `first` and score on the others."""
    features = np.array([bars.numbers[name] for name in FEATURES.values()]).T
    opens, highs, lows, closes = (bars.numbers[name] for name in PRICES)
    with measure_fit(), config_context(assume_finite=True, skip_parameter_validation=True):  # the bars are complete
        model = LinearRegression().fit(features[:first], closes[:first])
    predicted = features[first:] @ model.coef_ + model.intercept_  # as `predict`, which would check its input again
    actual, before = closes[first:], baselines.persistence(closes, first)
    widths = intervals.ranges(highs, lows)
    formula = baselines.fixed_formula(opens[first:], highs[first:], lows[first:])
    over_formula = skill_interval(np.abs(predicted - actual), np.abs(formula - actual), len(actual))
    return _FittedResult(
        model=model,
        actual=actual,
        predicted=predicted,
        intervals=intervals.build_intervals(features, closes, widths, predicted),
        model_scores=scores.score(actual, predicted, before),
        persistence_scores=scores.score(actual, before, before),
        midrange_scores=scores.score(actual, baselines.midrange(highs[first:], lows[first:]), before),
        formula_scores=scores.score(actual, formula, before),
        is_beyond_chance=over_formula is not None and over_formula.lower > 0,
    )


def _require_enough(bars: BarColumns, symbol: str, n_incomplete: int) -> None:
    required = holdout.bars_needed(MIN_TRAIN, MIN_TEST)
    if len(bars) < required:
        raise NotEnoughBars(
            f"{describe_size(symbol, len(bars), n_incomplete)}; at least {required} are needed to train on 80 % of "
            "them and test on the rest. Load more bars.",
            required=required,
            available=len(bars),
        )


def _span(sessions: Sessions) -> Span:
    return Span(first_session=sessions[0].item(), last_session=sessions[-1].item(), bars=len(sessions))


def _build_interval(fitted: _FittedResult) -> ResultInterval | None:
    intervals = fitted.intervals
    if intervals is None:
        return None
    return ResultInterval(
        level=LEVEL,
        coverage=intervals.coverage(fitted.actual),
        mean_width=intervals.mean_width,
        n_calibration=intervals.n_calibration,
    )


def _build_predictions(sessions: Sessions, fitted: _FittedResult) -> Predictions:
    return Predictions.model_validate(
        {
            "session": sessions.tolist(),
            "actual": fitted.actual.tolist(),
            "predicted": fitted.predicted.tolist(),
            "lower": fitted.intervals and fitted.intervals.lower.tolist(),
            "upper": fitted.intervals and fitted.intervals.upper.tolist(),
        }
    )


def _warn_about_scores(fitted: _FittedResult, n_bars: int) -> list[Warning]:
    details = {"look_ahead": LOOK_AHEAD}
    if fitted.skill is not None and fitted.skill > 0:
        details["weak_baseline"] = WEAK_BASELINE
    if fitted.skill is not None and fitted.skill <= 0:
        details["no_skill"] = "The model is no better than assuming no change: that each close equals the one before."
    if (fitted.formula_skill or 0.0) > 0 and not fitted.is_beyond_chance:
        details["formula_by_chance"] = "The model erred less than the fixed formula by no more than chance explains."
    if (n_test := len(fitted.actual)) < FEW_TEST_BARS:
        details["few_test_sessions"] = (
            f"The errors are means over only {n_test} sessions, so they may be far off by chance."
        )
    if fitted.intervals is None:
        n_errors = intervals.n_calibration(n_bars)
        details["no_interval"] = (
            f"There are no prediction intervals: they need at least {MIN_SCORES} earlier errors, and there are only "
            f"{n_errors}."
        )
    return [Warning(code=code, detail=detail) for code, detail in details.items()]


def _warn_about_bars(stored: BarColumns, bars: BarColumns, *, adjusted: bool) -> list[Warning]:
    return [
        *warnings.incomplete_bars(len(stored) - len(bars), adjusted=adjusted, above_zero=False),
        *warnings.unreadable_rows(stored.skipped),
        *warnings.rejected_newest(stored.newest_rejected, bars.sessions[-1].item()),
        *warnings.price_jumps(
            bars.sessions,
            bars.numbers["open"],
            bars.numbers["close"],
            adjusted=adjusted,
            can_adjust=stored.has_adjusted_prices,
        ),
    ]
