"""Bars as plain arrays, as a DataFrame and as an Arrow IPC stream: one versioned schema with symbol and revision.

The frame has the columns of `SCHEMA`, ascending by `session`, each session once; missing numbers are NaN. pandas is
imported when the first frame is built, so that a process that only needs arrays saves 40 MB.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shared.schemas.bars import EncodedBars

if TYPE_CHECKING:
    import pandas as pd

MEDIA_TYPE = "application/vnd.apache.arrow.stream"
VERSION = 1
PRICES = ("open", "high", "low", "close")
NUMBERS = (*PRICES, "volume", "adj_close")
SCHEMA = pa.schema([("session", pa.date32()), *((name, pa.float64()) for name in NUMBERS)])
_KEY = b"bellwether"


class InvalidArrow(ValueError):
    """The bytes are not an Arrow stream of bars in the current version of the schema."""


@dataclass(frozen=True)
class BarColumns:
    """One symbol's bars as plain arrays: encoded in half the time that a frame takes, decoded in a quarter.

    Attributes:
        symbol: The symbol.
        sessions: Shape `(n_bars,)`, `datetime64[D]`, ascending, each once.
        numbers: Arrays of the same shape by the names of `NUMBERS`; missing numbers are NaN.
        skipped, calendar, newest_rejected: As in `BarFrame`.
    """

    symbol: str
    sessions: npt.NDArray[np.datetime64]
    numbers: dict[str, npt.NDArray[np.float64]]
    skipped: int = 0
    calendar: str | None = None
    newest_rejected: date | None = None

    @property
    def revision(self) -> str:
        """Compute 16 hexadecimal digits from every value, so that equal bars have equal revisions.

        The symbol's own calendar counts, too, because it dates the forecasts; so does the rejected newest row, because
        they warn of it.
        """
        calendar = f":{self.calendar}" if self.calendar else ""
        rejected = f":rejected {self.newest_rejected}" if self.newest_rejected else ""
        digest = hashlib.sha256(f"{VERSION}:{self.symbol}:{self.skipped}{calendar}{rejected}".encode())
        digest.update(self.sessions.astype(np.int64).tobytes())
        for name in NUMBERS:
            numbers = self.numbers[name]
            # Equal numbers can differ in bytes: -0.0 equals 0.0, and there are several NaNs.
            digest.update(np.where(np.isnan(numbers), np.nan, numbers + 0.0).tobytes())
        return digest.hexdigest()[:16]

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.sessions)

    @property
    def has_adjusted_prices(self) -> bool:
        """Say whether the newest bar has a close adjusted for splits and dividends."""
        return len(self) > 0 and bool(np.isfinite(self.numbers["adj_close"][-1]))

    @property
    def adjusted_until(self) -> date | None:
        """Return the last session with an adjusted close; None without any."""
        known = np.flatnonzero(~np.isnan(self.numbers["adj_close"]))
        return self.sessions[known[-1]].item() if len(known) else None

    def adjusted(self) -> "BarColumns":
        """Scale open, high, low and close by adjusted close / close; NaN where there is no adjusted close."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            factor = self.numbers["adj_close"] / self.numbers["close"]
            scaled = {name: self.numbers[name] * factor for name in PRICES}
        finite = {name: np.where(np.isfinite(one), one, np.nan) for name, one in scaled.items()}  # 0 / 0 is not finite
        return replace(self, numbers=self.numbers | finite)

    def between(self, start: date | None, end: date | None) -> "BarColumns":
        """Return the bars from session `start` to session `end`, both inclusive."""
        first = 0 if start is None else int(self.sessions.searchsorted(np.datetime64(start, "D"), side="left"))
        last = len(self) if end is None else int(self.sessions.searchsorted(np.datetime64(end, "D"), side="right"))
        return self.select(slice(first, last))

    def select(self, which: slice | npt.NDArray[np.bool_]) -> "BarColumns":
        """Return some of the bars, by position or by a mask of shape `(n_bars,)`."""
        numbers = {name: values[which] for name, values in self.numbers.items()}
        return replace(self, sessions=self.sessions[which], numbers=numbers)

    def frame(self) -> "BarFrame":
        """Convert the bars to a frame."""
        import pandas as pd  # noqa: PLC0415  # takes 40 MB and a third of a second: see the module

        bars = pd.DataFrame({"session": self.sessions.astype("datetime64[s]"), **self.numbers}, copy=False)
        return BarFrame(self.symbol, bars, self.skipped, self.calendar, self.newest_rejected)


@dataclass(frozen=True)
class BarFrame:
    """One symbol's bars with their symbol.

    Attributes:
        symbol: The symbol.
        bars: Shape `(n_bars, 7)`, the columns of `SCHEMA`, ascending by session.
        skipped: Stored rows that were left out: no readable date, or a duplicate session.
        calendar: Code of the exchange whose sessions the symbol has, if one is known for this symbol.
        newest_rejected: The session of a row that is newer than every bar and was not stored, because it is not a bar.
    """

    symbol: str
    bars: "pd.DataFrame"
    skipped: int = 0
    calendar: str | None = None
    newest_rejected: date | None = None

    @property
    def revision(self) -> str:
        """Return the revision of `columns()`."""
        return self.columns().revision

    def columns(self) -> BarColumns:
        """Convert the bars to plain arrays."""
        numbers = {name: self.bars[name].to_numpy(np.float64) for name in NUMBERS}
        sessions = self.bars["session"].to_numpy("datetime64[D]")
        return BarColumns(self.symbol, sessions, numbers, self.skipped, self.calendar, self.newest_rejected)

    @property
    def has_adjusted_prices(self) -> bool:
        """Return that of `columns()`."""
        return self.columns().has_adjusted_prices

    @property
    def adjusted_until(self) -> date | None:
        """Return that of `columns()`."""
        return self.columns().adjusted_until

    def adjusted(self) -> "BarFrame":
        """Scale the prices as `BarColumns.adjusted`."""
        return self.columns().adjusted().frame()

    def between(self, start: date | None, end: date | None) -> "BarFrame":
        """Select sessions as `BarColumns.between`."""
        return self.columns().between(start, end).frame()


def encode(bars: BarColumns, revision: str) -> bytes:
    """Encode the bars as an Arrow IPC stream."""
    sessions = pa.array(bars.sessions.astype(np.int32)).view(pa.date32())
    numbers = [pa.array(bars.numbers[name], from_pandas=True) for name in NUMBERS]  # a NaN is null
    metadata = {"version": VERSION, "symbol": bars.symbol, "revision": revision, "skipped": bars.skipped}
    metadata |= {"calendar": bars.calendar} if bars.calendar else {}
    metadata |= {"newest_rejected": str(bars.newest_rejected)} if bars.newest_rejected else {}
    schema = SCHEMA.with_metadata({_KEY: json.dumps(metadata).encode()})
    table = pa.Table.from_arrays([sessions, *numbers], schema=schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def encode_with_revision(bars: BarColumns) -> EncodedBars:
    """Encode the bars and compute their revision."""
    revision = bars.revision
    return EncodedBars(revision, encode(bars, revision))


def decode(payload: bytes) -> BarColumns:
    """Decode the stream that `encode` wrote.

    Raises:
        InvalidArrow: The bytes are truncated, or have another schema or version.
    """
    try:
        with pa.ipc.open_stream(payload) as reader:
            table = reader.read_all()
        metadata = json.loads((table.schema.metadata or {})[_KEY])
        version, symbol, skipped = metadata["version"], metadata["symbol"], metadata["skipped"]
        calendar = metadata.get("calendar")
        rejected = date.fromisoformat(metadata["newest_rejected"]) if "newest_rejected" in metadata else None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise InvalidArrow("not an Arrow stream of bars") from error
    if version != VERSION or not table.schema.equals(SCHEMA, check_metadata=False):
        raise InvalidArrow(f"not version {VERSION} of the schema")
    sessions, *numbers = (column.to_numpy() for column in table.columns)  # a null becomes NaN
    return BarColumns(symbol, sessions, dict(zip(NUMBERS, numbers, strict=True)), skipped, calendar, rejected)
