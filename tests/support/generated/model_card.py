"""Measures every model of the registry and writes docs/model-card.md: `make model-card`.

All numbers are measured anew: on random walks, where no model may be named better; with later bars changed, which must
change no forecast; and on the sample bars, as the API states them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import sklearn.ensemble  # noqa: F401  # loads what is limited to one thread below
from threadpoolctl import threadpool_limits

from services.prediction.forecasting.evaluation import compute_evaluation
from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.registry import MODELS, ModelSpec
from services.prediction.types import Array
from services.prediction.walk_forward.run import predict_log_returns
from services.prediction.walk_forward.windows import Windows
from shared.schemas.bars import EncodedBars
from shared.schemas.evaluations import Evaluation, ModelEvaluation
from shared.schemas.forecasts import EvaluationQuery, ModelName
from tests.support.prediction import simulated

PATH = Path(__file__).parents[3] / "docs" / "model-card.md"
SEED = 20261202
SAMPLE = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
HORIZONS = (1, 5)
INTRODUCTION = """# Model card

`make model-card` measures everything on this page and writes it. Each model of `GET /api/models` is asked:

* *Does it find skill where there is none?* On {n_walks} random walks of 1,200 sessions no forecast beats no change. The
  rule for *better* lets chance pass in 0.5 % of cases.
* *Does it know what it cannot know?* At the end of each of the last {n_cuts} sessions of AAPL except the last it
  forecasts without the later bars, and again with them, tenfold: not a bit of the forecast may change.
* *What are its forecasts worth?* On the sample bars of {symbols}, over the last 250 sessions (of FB fewer), one and
  five sessions ahead: the mean skill against no change, how often the 90 % interval held, and its interval score over
  the mean absolute move, compared with that of a plain normal band.
"""
HEAD = (
    "| model | named better on random walks | forecasts changed by later bars | skill | 90 % held "
    "| interval score (plain band) |\n| --- | --- | --- | --- | --- | --- |"
)
CONCLUSION = """
No model here is meant for decisions about money: the README says how rarely any has beaten no change on the S&P 500.
[0035](decisions/0035-models-learn-from-winsorised-moves.md) says what they learn from, and
[0012](decisions/0012-intervals-are-adaptive-conformal.md) how wide their intervals are.
"""


@dataclass(frozen=True)
class Measured:
    """What the card states of one model.

    Attributes:
        better: Share of the random walks on which it was named better than no change.
        changed: Forecasts that later bars changed.
        by_horizon: Its evaluations on the sample, a list for each of `HORIZONS`.
    """

    better: float
    changed: int
    by_horizon: list[list[ModelEvaluation]]


def measure(n_walks: int, n_cuts: int, symbols: Sequence[str] = SAMPLE) -> dict[ModelName, Measured]:
    """Measure every model, on this many random walks and with bars cut off after this many sessions."""
    walks = [compute_evaluation(_walk(number), "AAPL", EvaluationQuery()) for number in range(n_walks)]
    sample = [[_evaluate(symbol, horizon) for symbol in symbols] for horizon in HORIZONS]
    return {
        name: Measured(
            better=fmean(_of(name, walk).skill.outcome == "better" for walk in walks),
            changed=count_changed(
                partial(_forecast, spec), simulated.history(simulated.sample_bars(symbols[0])), n_cuts
            ),
            by_horizon=[[_of(name, evaluation) for evaluation in evaluations] for evaluations in sample],
        )
        for name, spec in MODELS.items()
    }


def count_changed(forecast: Callable[[History, int], bytes], history: History, n_cuts: int) -> int:
    """Count the last sessions at whose end the forecast is another one once later bars are known, and are wild."""
    n_changed = 0
    prices: dict[str, Array] = {name: getattr(history, name) for name in ("open", "high", "low", "close", "volume")}
    for row in range(len(history) - n_cuts - 1, len(history) - 1):
        stop = row + 1
        known: dict[str, Any] = {name: part[:stop] for name, part in prices.items()}
        cut = replace(history, sessions=history.sessions[:stop], **known)
        later: dict[str, Any] = {name: np.concatenate([part[:stop], 10 * part[stop:]]) for name, part in prices.items()}
        n_changed += forecast(cut, row) != forecast(replace(history, **later), row)
    return n_changed


def format_card(measured: dict[ModelName, Measured], n_walks: int, n_cuts: int) -> str:
    """Format the page."""
    rows = [_format_row(name, one, n_cuts) for name, one in measured.items()]
    descriptions = [f"| {name} | {MODELS[name].description} |" for name in measured]
    text = INTRODUCTION.format(n_walks=n_walks, n_cuts=n_cuts, symbols=", ".join(SAMPLE))
    return "\n".join([text, HEAD, *rows, "", "| model | what it does |", "| --- | --- |", *descriptions, CONCLUSION])


def _format_row(name: ModelName, one: Measured, n_cuts: int) -> str:
    skills = [fmean(model.skill.skill or 0.0 for model in models) for models in one.by_horizon]
    held = [fmean(model.interval.coverage for model in models) for models in one.by_horizon]
    cells = [
        name,
        "–" if name == "persistence" else f"{100 * one.better:.1f} %",
        f"{one.changed} of {n_cuts}",
        " · ".join(f"{skill:.3f}".replace("-", "−") for skill in skills),
        " · ".join(f"{100 * share:.1f} %" for share in held),
        " · ".join(_format_scores(models) for models in one.by_horizon),
    ]
    return f"| {' | '.join(cells)} |"


def _format_scores(models: Sequence[ModelEvaluation]) -> str:
    moves = [model.metrics.mae / (1 - (model.skill.skill or 0.0)) for model in models]
    scores, plain = (
        fmean(score / move for score, move in zip(values, moves, strict=True))
        for values in (
            [model.interval.score for model in models],
            [model.interval.score_of_plain_band for model in models],
        )
    )
    return f"{scores:.2f} ({plain:.2f})"


def _walk(number: int) -> EncodedBars:
    return simulated.to_payload(simulated.random_walk(1200, SEED + number))


def _evaluate(symbol: str, horizon: int) -> Evaluation:
    payload = simulated.to_payload(simulated.sample_bars(symbol))
    return compute_evaluation(payload, symbol, EvaluationQuery(horizon=horizon))


def _of(name: ModelName, evaluation: Evaluation) -> ModelEvaluation:
    return next(model for model in evaluation.models if model.name == name)


def _forecast(spec: ModelSpec, history: History, row: int) -> bytes:
    windows = Windows(1, np.array([row]), np.array([LOOKBACK]), np.array([row]), n_calibration=0)
    return predict_log_returns(history, [spec], windows)[0].tobytes()


if __name__ == "__main__":
    with threadpool_limits(1):
        PATH.write_text(format_card(measure(n_walks=200, n_cuts=50), n_walks=200, n_cuts=50))
