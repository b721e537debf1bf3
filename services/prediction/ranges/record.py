"""Scores range forecasts and both baselines, and says in one sentence what to expect."""

import numpy as np

from services.prediction.models.volatility import MIN_VARIANCE
from services.prediction.ranges.walk_forward import LEVEL, PARKINSON, RangeRun
from services.prediction.scoring.scores import skill
from services.prediction.scoring.significance import count_periods
from services.prediction.types import Array
from shared.schemas.ranges import RangeHorizon, RangeRecord, RangeScore, RangeSkill
from shared.statistics.skill import judge, skill_interval

_PERIODS: dict[int, tuple[str, str]] = {
    1: ("Typical day ahead", "as yesterday"),
    5: ("Typical five days ahead", "as the last five days"),
}


def qlike(actual: Array, variance: Array) -> float:
    """Compute the mean QLIKE of variance forecasts: actual / forecast − ln(actual / forecast) − 1; lower is better.

    Args:
        actual: Log ranges, shape `(n,)`.
        variance: Forecasts of their squares over 4 ln 2, shape `(n,)`.

    Source: Patton (2011), Volatility forecast comparison using imperfect volatility proxies, J. Econometrics 160(1).
    """
    ratios = np.maximum(actual**2 / PARKINSON, MIN_VARIANCE) / np.maximum(variance, MIN_VARIANCE)
    return float(np.mean(ratios - np.log(ratios) - 1))


def score_ranges(run: RangeRun, horizon: RangeHorizon) -> RangeRecord:
    """Score the forecasts of a run."""
    actual, scored = run.actual, run.scored
    errors, last_errors, mean_errors = map(run.errors, (scored.expected, scored.as_last_time, scored.mean))
    return RangeRecord(
        windows=len(actual),
        level=LEVEL,
        coverage=float(np.mean((scored.lower <= actual) & (actual <= scored.upper))),
        scores=[
            RangeScore(name="log_har", mae=_percent(errors), qlike=qlike(actual, scored.variance)),
            RangeScore(
                name="as_last_time", mae=_percent(last_errors), qlike=qlike(actual, scored.variance_as_last_time)
            ),
            RangeScore(name="mean", mae=_percent(mean_errors), qlike=qlike(actual, scored.mean_variance)),
        ],
        skill=_estimate(errors, last_errors, horizon),
        skill_over_mean=_estimate(errors, mean_errors, horizon),
    )


def describe(lower_percent: float, upper_percent: float, record: RangeRecord, horizon: RangeHorizon) -> str:
    """Write the band and the track record in one sentence.

    Args:
        lower_percent: The lower end of the band, in percent of the low.
        upper_percent: The upper end.
        record: The track record.
        horizon: Sessions ahead.
    """
    period, last_time = _PERIODS[horizon]
    ends = lower_percent, upper_percent  # the lower one may be nothing
    digits = next((digits for end in ends for digits in (1, 2, 3, 4) if end >= 10**-digits), 1)
    band = f"{period}: {lower_percent:.{digits}f} to {upper_percent:.{digits}f} % between low and high"
    estimate, over_mean = record.skill, record.skill_over_mean
    if estimate.skill is None:
        return f"{band}; there is nothing to beat: “{last_time}” made no error."
    if estimate.verdict == "too_early":
        return f"{band}; too early to tell whether this is closer than “{last_time}”."
    if estimate.verdict == "no_better":
        return f"{band}; as tested, no closer than “{last_time}”."
    tested = f"as tested, {_write_share(estimate.skill)} closer than “{last_time}”"
    if over_mean.verdict == "better" and over_mean.skill is not None:
        return f"{band}; {tested} and {_write_share(over_mean.skill)} closer than the average of a year."
    closer = "no closer" if over_mean.verdict == "no_better" else "not surely closer"
    return f"{band}; {tested}, but {closer} than the average of a year."


def _write_share(skill: float) -> str:
    return f"{100 * skill:.{0 if skill >= 0.01 else 1}f} %"


def _estimate(errors: Array, baseline_errors: Array, horizon: int) -> RangeSkill:
    estimate = skill(float(errors.mean()), float(baseline_errors.mean()))
    interval = skill_interval(errors, baseline_errors, count_periods(len(errors), horizon))
    lower, upper, _ = interval or (None, None, None)
    verdict = judge(upper, lower)  # of one forecast, not of the best of several
    return RangeSkill(skill=estimate, lower=lower, upper=upper, verdict=verdict)


def _percent(errors: Array) -> float:
    return 100 * float(errors.mean())
