"""Bars as a DataFrame and as Arrow IPC bytes: one schema, versioned, with the symbol and revision in its metadata.

The frame has the columns of `SCHEMA`, ascending by `session`, each session once; a missing number is NaN.
"""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

MEDIA_TYPE = "application/vnd.apache.arrow.stream"
VERSION = 1
PRICES = ("open", "high", "low", "close")
NUMBERS = (*PRICES, "volume", "adj_close")
SCHEMA = pa.schema([("session", pa.date32()), *((name, pa.float64()) for name in NUMBERS)])
_KEY = b"bellwether"


class InvalidArrow(ValueError):
    """The bytes are not an Arrow stream of bars in a version this code reads."""


@dataclass(frozen=True)
class BarFrame:
    """One symbol's bars with what identifies them.

    Attributes:
        symbol: The symbol.
        bars: Shape `(n_bars, 7)`, the columns of `SCHEMA`, ascending by session.
        skipped: Stored rows that were left out: without a readable date, or with the session of another.
    """

    symbol: str
    bars: pd.DataFrame
    skipped: int = 0

    @property
    def revision(self) -> str:
        """Return 16 hexadecimal digits that depend on every value, so that equal bars have equal revisions."""
        digest = hashlib.sha256(f"{VERSION}:{self.symbol}:{self.skipped}".encode())
        digest.update(self.bars["session"].to_numpy("datetime64[D]").astype(np.int64).tobytes())
        for name in NUMBERS:
            digest.update(self.bars[name].to_numpy(np.float64).tobytes())
        return digest.hexdigest()[:16]


def encode(frame: BarFrame, revision: str) -> bytes:
    """Return the frame as an Arrow IPC stream."""
    table = pa.Table.from_pandas(frame.bars, schema=SCHEMA, preserve_index=False)
    about = {"version": VERSION, "symbol": frame.symbol, "revision": revision, "skipped": frame.skipped}
    table = table.replace_schema_metadata({_KEY: json.dumps(about).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def decode(payload: bytes) -> BarFrame:
    """Return the frame that `encode` wrote.

    Raises:
        InvalidArrow: The bytes are cut short, of another schema or of another version.
    """
    try:
        with pa.ipc.open_stream(payload) as reader:
            table = reader.read_all()
        about = json.loads((table.schema.metadata or {})[_KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise InvalidArrow("not an Arrow stream of bars") from error
    if about.get("version") != VERSION or not table.schema.equals(SCHEMA, check_metadata=False):
        raise InvalidArrow(f"not version {VERSION} of the schema")
    frame = table.to_pandas(date_as_object=False)
    return BarFrame(symbol=about["symbol"], bars=frame, skipped=about["skipped"])
