"""What a run knows of one symbol, and its compact encoding for the store. Pure.

The encoding is JSON with long arrays in base64, compressed with Zstandard. Errors are kept as 32-bit numbers: half the
bytes, and skills and p-values that differ in the seventh digit only.
"""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator, TypeAdapter, ValidationError

from shared.schemas.forecasts import ModelName
from shared.schemas.wire import Outcome


class InvalidResult(ValueError):
    """The bytes are not the result of a symbol in the current form."""


def _decode_floats(text: object) -> NDArray[np.float32]:
    if isinstance(text, np.ndarray):
        return text.astype(np.float32)
    return np.frombuffer(base64.b64decode(str(text), validate=True), "<f4")


def _decode_days(text: object) -> NDArray[np.datetime64]:
    if isinstance(text, np.ndarray):
        return text.astype("datetime64[D]")
    return np.frombuffer(base64.b64decode(str(text), validate=True), "<i4").astype("datetime64[D]")


Floats32 = Annotated[
    NDArray[np.float32],
    PlainValidator(_decode_floats),
    PlainSerializer(lambda values: base64.b64encode(values.astype("<f4").tobytes()), return_type=bytes),
]
Days = Annotated[
    NDArray[np.datetime64],
    PlainValidator(_decode_days),
    PlainSerializer(lambda days: base64.b64encode(days.astype(np.int64).astype("<i4").tobytes()), return_type=bytes),
]


@dataclass(frozen=True, eq=False)
class ModelResult:
    """One model on the symbol's own test sessions.

    Attributes:
        errors: Shape `(n_tested,)`: absolute errors in mean moves of the symbol, ascending by session.
        skill, lower, upper: Against persistence, with its 95 % interval; None where they are not known.
        outcome: None for persistence, and if there is nothing to beat.
        coverage: Share of closes inside its intervals at the level of the run.
        interval_score: Their score, in mean moves of the symbol; None if it never moved.
        seconds: How long its fits and predictions took.
    """

    name: ModelName
    errors: Floats32
    skill: float | None
    lower: float | None
    upper: float | None
    outcome: Outcome | None
    coverage: float
    interval_score: float | None
    seconds: float


@dataclass(frozen=True)
class WidthResult:
    """The intervals of persistence at one level, tested on a year at least.

    Attributes:
        level: In percent.
        width: Of the next one, in percent of the last close.
        percentile: Of it among those of the symbol's last year, 0 to 100.
        coverage: Share of closes inside.
        interval_score, plain_score: Their score and that of the plain normal band, in mean moves of the symbol; None
            if it never moved.
    """

    level: int
    width: float
    percentile: float
    coverage: float
    interval_score: float | None
    plain_score: float | None


@dataclass(frozen=True, eq=False)
class RangeResult:
    """The expected range.

    Attributes:
        expected: Of the next sessions, 100 · (high / low − 1).
        percentile: Of it among those of the symbol's last year, 0 to 100.
        coverage: Share of ranges inside the band.
        errors, errors_as_last_time, errors_of_mean: Shape `(n_ranges,)`: absolute errors of the log range, of the
            forecast and of both baselines, ascending by session.
    """

    expected: float
    percentile: float
    coverage: float
    errors: Floats32
    errors_as_last_time: Floats32
    errors_of_mean: Floats32


@dataclass(frozen=True, eq=False)
class HorizonResult:
    """What is known at one horizon.

    Attributes:
        horizon: Sessions ahead.
        plain_score: Interval score of the plain normal band at the level of the run, in mean moves of the symbol; None
            if it never moved.
        models: In the order of the registry, persistence included.
        widths: By level, ascending.
        range: None at horizons other than 1 and 5.
    """

    horizon: int
    plain_score: float | None
    models: list[ModelResult]
    widths: list[WidthResult]
    range: RangeResult | None


@dataclass(frozen=True, eq=False)
class SymbolResult:
    """One symbol in a run.

    Attributes:
        last_session: The last session that was used.
        close: Its close.
        change_1, change_5, change_20: Of the close over as many sessions, in percent.
        sessions_since_jump: How many sessions before the last one prices jumped; None if not in the last 20.
        spark: The last 30 closes, oldest first.
        sessions: The last sessions, ascending: `n` errors are those of the last `n` of them.
        horizons: Those with enough bars, ascending.
    """

    last_session: date
    close: float
    change_1: float | None
    change_5: float | None
    change_20: float | None
    sessions_since_jump: int | None
    spark: list[float]
    sessions: Days
    horizons: list[HorizonResult]


_RESULT = TypeAdapter(SymbolResult)


def encode_result(result: SymbolResult) -> bytes:
    """Encode the result."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(_RESULT.dump_json(result))
    return bytes(sink.getvalue())


def decode_result(payload: bytes) -> SymbolResult:
    """Decode what `encode_result` wrote.

    Raises:
        InvalidResult: The bytes are damaged, or of another form.
    """
    try:
        with pa.CompressedInputStream(pa.BufferReader(payload), "zstd") as stream:
            return _RESULT.validate_json(stream.read())
    except (OSError, pa.ArrowException, ValidationError) as error:
        raise InvalidResult("not the result of a symbol") from error
