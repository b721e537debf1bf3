"""Results of many symbols, made from those of a few by noise: a run of any size without its hours of computing."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.prediction.universe.symbol_records import (
    HorizonResult,
    ModelResult,
    SymbolResult,
    WidthResult,
    decode_result,
    encode_result,
)
from services.prediction.universe.symbol_result import compute_symbol_result
from shared.schemas.runs import RunRequest
from tests.support.prediction import simulated

Noise = NDArray[np.float32]
N_REAL = 20
N_BARS = 700


def make_results(n_symbols: int, request: RunRequest) -> Iterator[tuple[str, str, bytes]]:
    """Yield symbol, revision and result of each symbol."""
    random = np.random.default_rng(1)
    known = [
        decode_result(
            compute_symbol_result(simulated.to_payload(simulated.volatility_clusters(N_BARS, n)), "X", request)
        )
        for n in range(N_REAL)
    ]
    for number in range(n_symbols):
        result = _disturb(known[number % N_REAL], random)
        yield _name(number), random.bytes(8).hex(), encode_result(result)


def _name(number: int) -> str:
    letters = ""
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _disturb(known: SymbolResult, random: np.random.Generator) -> SymbolResult:
    scale = float(np.exp(random.normal(0, 0.5)))
    noise = np.exp(random.normal(0, 0.01, len(known.spark)))
    return replace(
        known,
        close=round(known.close * scale, 2),
        change_1=float(random.normal(0, 1.5)),
        change_5=float(random.normal(0, 3)),
        change_20=float(random.normal(0, 6)),
        spark=(np.array(known.spark) * noise * scale).tolist(),
        horizons=[_disturb_horizon(horizon, random) for horizon in known.horizons],
    )


def _disturb_horizon(known: HorizonResult, random: np.random.Generator) -> HorizonResult:
    luck = _noise(random, 0.3, len(known.models[0].errors))  # the same for all models of the symbol
    of_range = known.range
    if of_range is not None:
        expected = of_range.expected * float(np.exp(random.normal(0, 0.3)))
        of_range = replace(of_range, expected=expected, percentile=float(random.uniform(0, 100)))
    return replace(
        known,
        models=[_disturb_model(model, luck, random) for model in known.models],
        widths=[_disturb_width(width, random) for width in known.widths],
        range=of_range,
    )


def _disturb_model(model: ModelResult, luck: Noise, random: np.random.Generator) -> ModelResult:
    own = _noise(random, 0.0 if model.name == "persistence" else 0.01, len(luck))
    by = float(random.normal(0, 0.01))
    return replace(
        model,
        errors=model.errors * luck * own,
        skill=_shift(model.skill, by),
        lower=_shift(model.lower, by),
        upper=_shift(model.upper, by),
        interval_score=_shift(model.interval_score, float(random.normal(0, 0.3))),
    )


def _disturb_width(width: WidthResult, random: np.random.Generator) -> WidthResult:
    return replace(
        width,
        width=width.width * float(np.exp(random.normal(0, 0.3))),
        percentile=float(random.uniform(0, 100)),
        coverage=round(width.coverage + float(random.integers(-5, 6)) / 250, 3),
        interval_score=_shift(width.interval_score, float(random.normal(0, 0.3))),
        plain_score=_shift(width.plain_score, float(random.normal(0, 0.3))),
    )


def _noise(random: np.random.Generator, deviation: float, n: int) -> Noise:
    return np.exp(random.normal(0, deviation, n)).astype(np.float32)


def _shift(value: float | None, by: float) -> float | None:
    return None if value is None else value + by
