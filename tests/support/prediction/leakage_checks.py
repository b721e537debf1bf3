"""Two checks that a forecaster does not look ahead, and evaluations of many simulated series."""

import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import services.prediction.models.estimators  # noqa: F401  # only libraries that are loaded already are limited
from services.prediction.forecasting.evaluation import compute_evaluation
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery
from tests.support.prediction.simulated import random_walk, to_payload

# Maps bars to predicted closes, indexed by the predicted session: sessions among the bars, and the next one.
Forecaster = Callable[[pd.DataFrame], "pd.Series[float]"]
N_BARS = 400
N_WALKS = 20
N_CUTS = 30  # consecutive, so that a leak on one day of ten is found
SEED = 20261124


def placebo(forecaster: Forecaster) -> str | None:
    """Return what is wrong, or None: on random walks no forecaster beats persistence.

    By chance the mean skill exceeds both 0.01 and three standard errors in far less than one of a hundred runs.
    """
    skills = np.array([_skill(forecaster, random_walk(N_BARS, SEED + walk)) for walk in range(N_WALKS)])
    mean, error = skills.mean(), skills.std(ddof=1) / np.sqrt(N_WALKS)
    if mean <= max(0.01, 3 * error):
        return None
    return f"Its skill on {N_WALKS} random walks from seed {SEED} is {mean:.2f}, where no forecast has any."


def truncation(forecaster: Forecaster) -> str | None:
    """Return what is wrong, or None: predictions up to a session must not need the bars from that session on."""
    bars = random_walk(N_BARS, SEED)
    predictions = forecaster(bars).dropna()
    for session in predictions.index[predictions.index.isin(bars["session"])][-N_CUTS:]:
        before = predictions[predictions.index <= session]
        again = forecaster(bars[bars["session"] < session]).reindex(before.index)
        if again.isna().any():
            missing = again.index[again.isna()][-1].date()
            return f"It predicts nothing for {missing} without the bars from {session.date()} on."
        if not np.allclose(again, before, rtol=1e-9, atol=0):
            return f"Its predictions change without the bars from {session.date()} on."
    return None


def evaluations(make: Callable[[int], pd.DataFrame], seeds: Iterable[int], query: EvaluationQuery) -> list[Evaluation]:
    """Evaluate the bars of each seed in two processes of one thread each."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, initializer=_start) as pool:
        return list(pool.map(partial(_evaluation, make, query), seeds, chunksize=10))


def _start() -> None:
    """Limit the threads of scikit-learn; unpickling this function has imported this module, and so it."""
    threadpool_limits(1)


def _evaluation(make: Callable[[int], pd.DataFrame], query: EvaluationQuery, seed: int) -> Evaluation:
    return compute_evaluation(to_payload(make(seed)), "AAPL", query)


def _skill(forecaster: Forecaster, bars: pd.DataFrame) -> float:
    closes = bars.set_index("session")["close"]
    aligned = pd.DataFrame({"predicted": forecaster(bars), "close": closes, "before": closes.shift()}).dropna()
    errors = aligned[["predicted", "before"]].sub(aligned["close"], axis=0).abs().mean()
    return float(1 - errors["predicted"] / errors["before"])
