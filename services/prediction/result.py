"""The result of the public contract: the same-session close by linear regression, scored beside persistence."""

from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LinearRegression

from services.prediction import baselines, holdout, scores
from shared.arrow import PRICES, BarFrame, InvalidArrow, decode
from shared.clients.data import BarsPayload
from shared.errors import NotEnoughBars, UpstreamFailed
from shared.jumps import split_like_jumps
from shared.predictions import Baseline, Data, Metrics, Model, Predictions, Result, Span, Split, Warning

FEATURES = {"Open": "open", "High": "high", "Low": "low"}
MIN_TRAIN = len(FEATURES) + 2  # three coefficients, an intercept, and one bar more, so that the fit is not exact
MIN_TEST = 2  # R² of one session is undefined
FEW_TEST_BARS = 30  # below it the standard error of a mean is over 18 % of the deviation: 1/√30


def result_of(payload: BarsPayload, symbol: str, *, adjusted: bool = False) -> Result:
    """Return the same-session result of `symbol` from its bars as they travel; `adjusted` says what these are.

    Raises:
        NotEnoughBars: The split would leave too few bars on one side.
        UpstreamFailed: The payload is not bars.
    """
    try:
        frame = decode(payload.arrow)
    except InvalidArrow as error:
        raise UpstreamFailed("The data service gave bars that could not be read.") from error
    bars = frame.bars.dropna(subset=list(PRICES)).reset_index(drop=True)
    _require_enough(bars, symbol)
    first = holdout.split_position(len(bars))
    features = bars[list(FEATURES.values())].to_numpy(np.float64)
    closes = bars["close"].to_numpy(np.float64)
    model = LinearRegression().fit(features[:first], closes[:first])
    predicted = model.predict(features[first:])
    actual, before = closes[first:], baselines.persistence(closes, first)
    model_scores = scores.score(actual, predicted, before)
    baseline_scores = scores.score(actual, before, before)
    skill = scores.skill(model_scores.mae, baseline_scores.mae)
    return Result(
        stock_symbol=symbol,
        task="same_session_close",
        skill=skill,
        mse=model_scores.mse,
        metrics=Metrics(**asdict(model_scores)),
        baseline=Baseline(**asdict(baseline_scores)),
        warnings=_warnings(frame, bars, n_test=len(actual), skill=skill, adjusted=adjusted),
        model=Model(
            name="linear_regression",
            feature_names=list(FEATURES),
            coefficients=model.coef_.tolist(),
            intercept=float(model.intercept_),
        ),
        data=Data(revision=payload.revision, adjusted=adjusted, **_span(bars).model_dump()),
        split=Split(train=_span(bars[:first]), test=_span(bars[first:])),
        predictions=Predictions(session=_sessions(bars[first:]), actual=actual.tolist(), predicted=predicted.tolist()),
    )


def warm_up() -> None:
    """Import and run once what `result_of` needs, which takes longer than a result does."""
    LinearRegression().fit(np.eye(len(FEATURES)), np.ones(len(FEATURES)))


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


def _warnings(
    frame: BarFrame, bars: pd.DataFrame, *, n_test: int, skill: float | None, adjusted: bool
) -> list[Warning]:
    found = {
        "look_ahead": "This estimates the close of a day from the highest and lowest price of that same day, which are "
        "known only when the day is over. It looks back: it is no forecast, and a good score here does not mean that "
        "tomorrow can be predicted."
    }
    if skill is not None and skill <= 0:
        found["no_skill"] = "The model is no better than assuming that each close equals the close before."
    if n_test < FEW_TEST_BARS:
        found["few_test_sessions"] = f"The errors are means over only {n_test} sessions and may be far off by chance."
    if n_left_out := len(frame.bars) - len(bars):
        needed = "open, high, low, close or adjusted close" if adjusted else "open, high, low or close"
        found["incomplete_bars"] = f"{n_left_out} bars without an {needed} were left out."
    if frame.skipped:
        found["unreadable_rows"] = f"{frame.skipped} stored rows were left out: no readable date, or one used twice."
    jumps = split_like_jumps(bars["open"].to_numpy(np.float64), bars["close"].to_numpy(np.float64))
    if len(jumps) and not adjusted:
        found["split_like_jump"] = _jumps(frame, bars, jumps)
    return [Warning(code=code, detail=detail) for code, detail in found.items()]


def _jumps(frame: BarFrame, bars: pd.DataFrame, jumps: npt.NDArray[np.intp]) -> str:
    first = bars["session"].iloc[jumps[0]].date()
    seen = f"once, on {first}" if len(jumps) == 1 else f"{len(jumps)} times, first on {first}"
    remedy = (
        "Ask with adjusted=true for prices without such jumps."
        if frame.has_adjusted_prices
        else "Load adjusted bars, or bars with an adjusted close and ask with adjusted=true."
    )
    return f"Prices jump from one session to the next as at a split, {seen}, and are not adjusted for it. {remedy}"
