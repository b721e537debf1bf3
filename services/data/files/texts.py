"""Collect a column of texts, each distinct one once."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.data.tables.cells import TEXT, to_texts
from shared.errors import UnreadableFile

Codes = npt.NDArray[np.int32]
MAX_SYMBOLS = 100_000  # about 60,000 companies are listed worldwide
LARGE_PART, MAX_SMALL_PARTS = 1 << 18, 32  # rows, parts
FORMULA_STARTS = tuple("=+-@\t\r")


class TextCollector:
    """The texts of one column; none until a batch has the column."""

    def __init__(self) -> None:
        self._parts: list[pa.DictionaryArray] = []
        self._joined: pa.DictionaryArray | None = None
        self._codes: Codes | None = None
        self._distinct: list[str] = []
        self.written: dict[str, list[str]] = {}  # how each clean text is written

    def add(self, column: pa.Array | None, n_earlier: int, n_rows: int) -> None:
        """Add the texts of the next `n_rows` rows, None if a batch lacks the column."""
        if column is None and not self._parts:
            return
        if not self._parts and n_earlier:
            self._parts.append(pa.nulls(n_earlier, TEXT))
        append_texts(self._parts, pa.nulls(n_rows, TEXT) if column is None else to_texts(column))

    def _join(self) -> pa.DictionaryArray | None:
        if self._joined is None and self._parts:
            self._joined = pa.concat_arrays(self._parts)
            self._parts = []
        return self._joined

    def encode(self, n_rows: int, clean: Callable[[str], str] = str) -> tuple[list[str], Codes]:
        """Return the distinct clean texts in order, and the index of each row's text; -1 for none."""
        texts = self._join()
        if texts is None:
            return [], np.broadcast_to(np.int32(-1), n_rows)
        if len(texts.dictionary) > MAX_SYMBOLS:
            raise UnreadableFile(f"The file has more than {MAX_SYMBOLS:,} symbols. Split it.")
        positions: dict[str, int] = {}
        by_code = []
        for raw in texts.dictionary.to_pylist():
            written = without_guard(raw or "").strip()
            text = clean(written)
            by_code.append(positions.setdefault(text, len(positions)) if text else -1)
            if written not in (others := self.written.setdefault(text, [])):
                others.append(written)
        self._joined = None if texts is self._joined and clean is not str else self._joined
        codes, clean_codes = to_codes(texts), np.array([*by_code, -1], np.int32)
        is_clean = np.array_equal(clean_codes[:-1], np.arange(len(by_code)))
        return list(positions), codes if is_clean else clean_codes[codes]  # no copy of a file's largest column

    def slice(self, rows: slice | npt.NDArray[np.intp]) -> list[str] | None:
        """Return the texts of some rows, "" for none; None if there is no such column."""
        texts = self._join()
        if texts is None:
            return None
        if self._codes is None:
            self._codes = to_codes(texts)
            self._distinct = [*((text or "").strip().upper() for text in texts.dictionary.to_pylist()), ""]
        return [self._distinct[code] for code in self._codes[rows].tolist()]


def append_texts(parts: list[pa.DictionaryArray], part: pa.DictionaryArray) -> None:
    """Append a part; many small ones are merged, because each holds its own distinct texts."""
    parts.append(part)
    n_small = next((n for n, each in enumerate(reversed(parts)) if len(each) >= LARGE_PART), len(parts))
    if n_small == MAX_SMALL_PARTS:
        parts[-n_small:] = [pa.concat_arrays(parts[-n_small:])]


def to_codes(texts: pa.DictionaryArray) -> Codes:
    """Return the index of each text in the dictionary, -1 for null."""
    return np.asarray(pc.fill_null(texts.indices, -1).to_numpy(zero_copy_only=False))


def without_guard(text: str) -> str:
    """Remove what makes a spreadsheet keep a text: an apostrophe, or ="…" around it."""
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    is_guarded = text.startswith("'") and (text[1:2] in FORMULA_STARTS or text[1:2].isdecimal())
    return text[1:] if is_guarded else text


def group_rows(codes: Codes, n_codes: int) -> Iterator[tuple[int, slice | npt.NDArray[np.intp]]]:
    """Yield each code with the positions of its rows, in order."""
    if n_codes == 1:
        yield 0, slice(None)  # no copy of the rows
        return
    starts = np.append(0, np.flatnonzero(codes[1:] != codes[:-1]) + 1)
    if len(starts) == n_codes:  # one symbol after another: no sorting
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(codes)], strict=True):
            yield int(codes[start]), slice(start, end)
        return
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=n_codes))
    for code, (start, end) in enumerate(zip((0, *ends), ends, strict=False)):
        if end > start:
            yield code, order[start:end]


def fill_gaps(codes: Codes) -> Codes:
    """Fill missing codes with that of the previous row, or with the first code at the start."""
    has_code = codes >= 0
    if has_code.all():
        return codes
    last = np.maximum.accumulate(np.where(has_code, np.arange(len(codes)), np.argmax(has_code)))
    return codes[last]
