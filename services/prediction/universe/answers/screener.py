"""Builds the columns of the screener at one horizon, one row for each symbol. Pure.

Numbers are rounded to what a person can use, which halves the answer: percentages to hundredths, percentiles to whole
ones, shares to thousandths. Chances are rounded up.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from services.prediction.universe.answers.collected import Row
from services.prediction.universe.conclusion import SymbolConclusion
from services.prediction.universe.percentiles import percentiles
from services.prediction.universe.symbol_records import ModelResult, WidthResult
from shared.schemas.screener import SPARK_TOP
from shared.schemas.stored.screener import SCHEMA

_DIGITS = {
    "change_1": 2,
    "change_5": 2,
    "change_20": 2,
    "expected_range": 2,
    "range_percentile": 0,
    "range_percentile_own": 0,
    "width": 2,
    "width_percentile": 0,
    "width_percentile_own": 0,
    "coverage": 3,
    "interval_score": 2,
    "score_of_plain_band": 2,
    "skill": 4,
    "lower": 4,
    "upper": 4,
}
_ROUNDED_UP = ("p_value", "q_value")  # to four digits: none becomes 0, and none comes to lie within a threshold
Column = Sequence[object]


def build_screener_table(rows: Sequence[Row], conclusions: Mapping[str, SymbolConclusion]) -> pa.Table:
    """Build the table of `shared.schemas.stored.screener.SCHEMA`, ascending by symbol.

    Args:
        rows: The symbols.
        conclusions: By symbol; one that had too few sessions in common with the others has none.
    """
    rows = sorted(rows, key=lambda row: row.symbol)
    columns = _describe(rows) | _describe_widths(rows) | _conclude(rows, conclusions)
    arrays = [pa.array(_round(field.name, columns[field.name]), field.type, from_pandas=True) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _describe(rows: Sequence[Row]) -> dict[str, Column]:
    symbols = [row.symbol_result for row in rows]
    ranges = [row.result.range for row in rows]
    expected = [None if one is None else one.expected for one in ranges]
    return {
        "symbol": [row.symbol for row in rows],
        "revision": [row.revision for row in rows],
        "last_session": [one.last_session for one in symbols],
        "close": [one.close for one in symbols],
        "change_1": [one.change_1 for one in symbols],
        "change_5": [one.change_5 for one in symbols],
        "change_20": [one.change_20 for one in symbols],
        "sessions_since_jump": [one.sessions_since_jump for one in symbols],
        "spark": [_draw(one.spark) for one in symbols],
        "expected_range": expected,
        "range_percentile": _rank(expected),
        "range_percentile_own": [None if one is None else one.percentile for one in ranges],
    }


def _describe_widths(rows: Sequence[Row]) -> dict[str, Column]:
    """Return the columns of each level."""
    columns: dict[str, Column] = {}
    for of_level in zip(*(row.result.widths for row in rows), strict=True):
        widths: Sequence[WidthResult] = of_level
        by_name: dict[str, Column] = {
            "width": [one.width for one in widths],
            "width_percentile": _rank([one.width for one in widths]),
            "width_percentile_own": [one.percentile for one in widths],
            "coverage": [one.coverage for one in widths],
            "interval_score": [one.interval_score for one in widths],
            "score_of_plain_band": [one.plain_score for one in widths],
        }
        columns |= {f"{name}_{widths[0].level}": values for name, values in by_name.items()}
    return columns


def _conclude(rows: Sequence[Row], conclusions: Mapping[str, SymbolConclusion]) -> dict[str, Column]:
    of_symbols = [conclusions.get(row.symbol) for row in rows]
    models = [_choose(row, of_symbol) for row, of_symbol in zip(rows, of_symbols, strict=True)]
    return {
        "verdict": [model.outcome or "no_better" for model in models],  # without a move there is nothing to beat
        "model": [model.name for model in models],
        "skill": [model.skill for model in models],
        "lower": [model.lower for model in models],
        "upper": [model.upper for model in models],
        "p_value": [None if one is None else one.p_value for one in of_symbols],
        "q_value": [None if one is None else one.q_value for one in of_symbols],
        "better_twice": [one is not None and one.is_better_twice for one in of_symbols],
    }


def _choose(row: Row, conclusion: SymbolConclusion | None) -> ModelResult:
    """Return the model with the most significant skill: of a symbol by itself, that whose interval begins highest."""
    models = {model.name: model for model in row.result.models}
    if conclusion is not None:
        return models[conclusion.model]
    compared = [model for model in models.values() if model.name != "persistence" and model.skill is not None]
    return max(compared, key=_lower_end, default=models["persistence"])


def _lower_end(model: ModelResult) -> tuple[float, float]:
    """Return the lower end of its interval; without an interval, the skill alone."""
    return (-np.inf if model.lower is None else model.lower), model.skill or 0.0


def _draw(closes: Sequence[float]) -> list[int]:
    """Return the closes in whole steps from the lowest to the highest."""
    heights = np.array(closes) - min(closes)
    steps: list[int] = np.round(SPARK_TOP * heights / (heights.max() or 1.0)).astype(int).tolist()
    return steps


def _rank(values: Sequence[float | None]) -> Column:
    return list(percentiles(np.array(values, np.float64)))


def _round(name: str, values: Column) -> Column:
    if name in _ROUNDED_UP:
        return list(np.maximum(1.0, np.ceil(1e4 * np.array(values, np.float64) - 1e-6)) / 1e4)
    digits = _DIGITS.get(name, _DIGITS.get(name.rpartition("_")[0]))
    if digits is None:
        return values
    return list(np.round(np.array(values, np.float64), digits) + 0.0)
