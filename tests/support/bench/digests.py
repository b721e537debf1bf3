"""Prints a digest of each answer, to compare two states of the code on one machine: `python -m … > before`, then diff.

It covers the symbols of the sample, or those of a file of bars: `python -m tests.support.bench.digests FILE`. Digests
of the code itself are left out. Equal digests mean that every number is equal to the bit.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

from services.data.files.sample import SampleBarSource
from services.data.files.source import FileBarSource
from services.prediction.tasks import compute_evaluation, compute_forecast, compute_range, compute_result, encode_answer
from shared.errors import ServiceError
from shared.schemas.arrow import NUMBERS, BarFrame, encode_with_revision
from shared.schemas.bars import EncodedBars
from shared.schemas.forecasts import EvaluationQuery, ForecastQuery
from shared.schemas.ranges import RangeQuery
from shared.schemas.wire import Wire

CALENDAR = "XNYS"
QUESTIONS: dict[str, Callable[[EncodedBars, str], Wire]] = {
    "result": partial(compute_result, adjusted=False),
    "forecast": partial(compute_forecast, query=ForecastQuery(), calendar=CALENDAR, models_dir=None, today=None),
    "evaluation": partial(compute_evaluation, query=EvaluationQuery()),
    "range": partial(compute_range, query=RangeQuery(), calendar=CALENDAR, today=None),
}


def main() -> None:
    """Print the digests."""
    source = FileBarSource(Path(sys.argv[1])) if len(sys.argv) > 1 else SampleBarSource()
    with threadpool_limits(1):
        for raw in source.frames():
            rows = raw.rows.sort_values("session", ignore_index=True).reindex(columns=["session", *NUMBERS])
            bars = encode_with_revision(BarFrame(raw.symbol, rows).columns())
            for kind, work in QUESTIONS.items():
                print(kind, raw.symbol, _digest(work, bars, raw.symbol), flush=True)


def _digest(work: Callable[[EncodedBars, str], Wire], bars: EncodedBars, symbol: str) -> str:
    try:
        answer = json.loads(encode_answer(work, bars, symbol))
    except ServiceError as error:
        return error.slug
    answer.pop("provenance", None)
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:16]


if __name__ == "__main__":
    main()
