"""Collect the dates of a table, with a time of day from a column of its own."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.data.files.texts import append_texts, to_codes
from services.data.tables.cells import to_dates, to_texts
from services.data.tables.dates import DateReader
from services.data.tables.notes import Notes
from services.data.tables.stamps import Stamps
from services.data.tables.times import parse_times
from shared.schemas.loads import DateFormat

PART_ROWS = 1 << 18
_TIME = r"^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?$|^\d{1,6}$|^$"


class MomentCollector:
    """The moments of a table's rows: 4 bytes per row as text, 8 or 16 if the file has a time type."""

    def __init__(self, date_format: DateFormat | None, notes: Notes) -> None:
        self._reader = DateReader(date_format, notes)
        self._notes = notes
        self._texts: list[pa.DictionaryArray] = []
        self._stamps: list[Stamps] = []
        self._times: list[pa.DictionaryArray] = []
        self._parsed = Stamps.none(0)  # of each row, or of each text
        self._codes: npt.NDArray[np.int32] | None = None  # the text of each row
        self._seconds: npt.NDArray[np.timedelta64] | None = None  # of each time of day
        self._time_codes = np.empty(0, np.int32)

    def add(self, dates: pa.Array, times: pa.Array | None) -> None:
        """Add the dates of the next rows, and their times of day if they have a column."""
        moments = to_dates(dates)
        if isinstance(moments, Stamps):
            self._stamps.append(moments)
        else:
            append_texts(self._texts, moments)
        if times is not None:
            self._times.append(to_texts(to_dates(times)))

    def parse(self) -> None:
        """Parse the dates of all rows.

        Raises:
            UnreadableFile: The dates cannot be read.
        """
        if self._stamps:
            self._parsed = Stamps.concatenate(self._stamps)
            self._stamps.clear()
        else:
            self._parsed, self._codes = self._parse()
        if self._times:
            self._parse_times()

    def take(self, rows: slice | npt.NDArray[np.intp]) -> Stamps:
        """Return the moments of some rows; those of all rows only once."""
        if self._codes is not None:
            stamps = self._parsed.take(self._codes[rows])
            if isinstance(rows, slice) and rows == slice(None):
                self._codes = np.empty(0, np.int32)  # as large as half a column of numbers
        else:
            utc = None if self._parsed.utc is None else self._parsed.utc[rows]
            stamps = Stamps(self._parsed.local[rows], utc)
        if self._seconds is None:
            return stamps
        seconds = self._seconds[self._time_codes[rows]]
        utc = None if stamps.utc is None else stamps.utc + seconds
        return Stamps(stamps.local + seconds, utc, has_clock=True)

    def _parse(self) -> tuple[Stamps, npt.NDArray[np.int32]]:
        dates = pa.concat_arrays(self._texts)
        self._texts.clear()
        codes = to_codes(dates)
        counts = np.zeros(len(dates.dictionary), np.int64)
        for start in range(0, len(codes), PART_ROWS):  # bincount converts to 8 bytes per row
            part = codes[start : start + PART_ROWS]
            counts += np.bincount(part[part >= 0], minlength=len(counts))
        return self._reader.read(dates.dictionary, counts), codes

    def _parse_times(self) -> None:
        times = pa.concat_arrays(self._times)
        texts = pc.utf8_trim_whitespace(times.dictionary)
        seconds, _ = parse_times(texts)
        is_time = pc.all(pc.fill_null(pc.match_substring_regex(texts, _TIME), True)).as_py()
        if not is_time or np.isnat(seconds).any():
            self._notes.add("The column of times was not read: its cells are not times of day.")
            return
        self._seconds, self._time_codes = np.append(seconds, np.timedelta64(0, "s")), to_codes(times)
