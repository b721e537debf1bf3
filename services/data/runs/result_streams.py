"""Encodes results as an Arrow IPC stream, batch by batch. Pure."""

import io
from collections.abc import Sequence

import pyarrow as pa

from services.data.runs.ports import SymbolResult

SCHEMA = pa.schema(
    [
        pa.field("symbol", pa.string(), nullable=False),
        pa.field("revision", pa.string(), nullable=False),
        pa.field("payload", pa.binary()),
        pa.field("reason", pa.string()),
    ]
)


class ResultStream:
    """A stream that returns its next bytes at each call and keeps none of them."""

    def __init__(self) -> None:
        self._sink = io.BytesIO()
        self._writer = pa.ipc.new_stream(self._sink, SCHEMA)

    def write(self, results: Sequence[SymbolResult]) -> bytes:
        """Return the batch of these results; the first call begins with the schema."""
        columns = [[getattr(result, name) for result in results] for name in SCHEMA.names]
        self._writer.write_batch(pa.record_batch(columns, schema=SCHEMA))
        return self._take()

    def close(self) -> bytes:
        """Return the end of the stream."""
        self._writer.close()
        return self._take()

    def _take(self) -> bytes:
        encoded = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return encoded
