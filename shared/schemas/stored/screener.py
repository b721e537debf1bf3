"""The stored screener of one horizon: an Arrow IPC stream with the columns of all levels, and the run's universe.

The names of columns that depend on the level end with it, as `width_90`. The catalogue's metadata of the symbols is not
stored; each request joins it.
"""

import json
from dataclasses import dataclass
from typing import get_args

import pyarrow as pa
from pydantic import ValidationError

from shared.schemas.runs import Universe
from shared.schemas.screener import ScreenerLevel

LEVELS: tuple[int, ...] = get_args(ScreenerLevel)
LEVEL_COLUMNS = (
    "width",
    "width_percentile",
    "width_percentile_own",
    "coverage",
    "interval_score",
    "score_of_plain_band",
)
VERSION = 2
_KEY = b"bellwether"
SCHEMA = pa.schema(
    [
        ("symbol", pa.string()),
        ("last_session", pa.date32()),
        ("close", pa.float64()),
        ("change_1", pa.float64()),
        ("change_5", pa.float64()),
        ("change_20", pa.float64()),
        ("sessions_since_jump", pa.int8()),
        ("spark", pa.list_(pa.int8())),
        ("expected_range", pa.float64()),
        ("range_percentile", pa.int8()),
        ("range_percentile_own", pa.int8()),
        *(
            (f"{name}_{level}", pa.int8() if "percentile" in name else pa.float64())
            for level in LEVELS
            for name in LEVEL_COLUMNS
        ),
        ("verdict", pa.string()),
        ("model", pa.string()),
        ("skill", pa.float64()),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
        ("p_value", pa.float64()),
        ("q_value", pa.float64()),
        ("better_twice", pa.bool_()),
        ("revision", pa.string()),
    ]
)


class InvalidScreener(ValueError):
    """The bytes are not a stored screener in the current version of the schema."""


@dataclass(frozen=True)
class StoredScreener:
    """The screener of one horizon, as a run writes it.

    Attributes:
        universe: The symbols and bars of the run.
        sentence: How much of it luck explains.
        table: The columns of `SCHEMA`, ascending by symbol.
    """

    universe: Universe
    sentence: str
    table: pa.Table


def encode_screener(screener: StoredScreener) -> bytes:
    """Encode the screener, compressed."""
    universe = screener.universe.model_dump(mode="json")
    metadata = {"version": VERSION, "universe": universe, "sentence": screener.sentence}
    table = screener.table.replace_schema_metadata({_KEY: json.dumps(metadata).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def decode_screener(payload: bytes) -> StoredScreener:
    """Decode what `encode_screener` wrote.

    Raises:
        InvalidScreener: The bytes are damaged, or have another schema or version.
    """
    try:
        with pa.ipc.open_stream(payload) as reader:
            table = reader.read_all()
        metadata = json.loads((table.schema.metadata or {})[_KEY])
        version, sentence = metadata["version"], str(metadata["sentence"])
        universe = Universe.model_validate(metadata["universe"])
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError, ValidationError) as error:
        raise InvalidScreener("not a stored screener") from error
    if version != VERSION or not table.schema.equals(SCHEMA, check_metadata=False):
        raise InvalidScreener(f"not version {VERSION} of the schema")
    return StoredScreener(universe, sentence, table)
