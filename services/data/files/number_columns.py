"""A column of numbers: in memory, and beyond a size in a temporary file."""

import mmap
import tempfile
from array import array
from typing import IO

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SPILL_ROWS = 2_000_000  # more than an upload may have


class NumberColumn:
    """Numbers that are appended, then read; 8 bytes of memory each, up to SPILL_ROWS of them."""

    def __init__(self, n_missing: int = 0) -> None:
        self._values = array("d")
        self._file: IO[bytes] | None = None
        self._map: mmap.mmap | None = None
        self.extend(np.broadcast_to(np.nan, n_missing))

    def extend(self, values: Floats) -> None:
        """Append numbers."""
        data = np.ascontiguousarray(values).data.cast("B") if len(values) else b""
        if self._file is None and len(self._values) + len(values) > SPILL_ROWS:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  it is deleted with this object
            self._file.write(self._values)
            self._values = array("d")
        if self._file is None:
            self._values.frombytes(data)
        else:
            self._file.write(data)

    def take(self, rows: slice | npt.NDArray[np.intp]) -> Floats:
        """Return the numbers of some rows; nothing is appended afterwards."""
        if self._file is None:
            return np.frombuffer(self._values, np.float64)[rows]
        if self._map is None:
            self._file.flush()
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        taken = np.array(np.frombuffer(self._map, np.float64)[rows])
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)  # the pages stay in the system's cache, not in this process
        return taken
