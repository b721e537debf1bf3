"""Bars from a file of any usual shape: CSV, JSON, Parquet or Arrow; plain, compressed or in a zip archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from services.data.files.columns import shown
from services.data.files.formats import SUFFIXES, FileFormat, batches_of
from services.data.files.rows import BarRows
from services.data.files.unpack import Budget, plain_files
from services.data.records import RawBars
from shared.errors import UnreadableFile
from shared.schemas.bars import is_symbol
from shared.schemas.loads import DateFormat

MAX_BYTES = 2 << 30  # unpacked; 45 million rows of CSV

__all__ = ["DateFormat", "FileBarSource", "FileFormat"]


class FileBarSource:
    """A BarSource: the bars of one symbol or of many, in any order.

    What is wrong with the file as a whole is an error; a cell that is no number is NaN and a date that is none is NaT,
    which `bar_checks` rejects row by row. A row of too few or too many cells has neither date nor numbers.

    The symbol is that of the column for it, else `symbol`, else the file's name: `brk.b.csv.gz` holds BRK.B.

    Args:
        file: A path, or an open file, which stays open.
        name: The file's name, where `file` does not have it.
        format: The format, None to find out.
        symbol: The only symbol that the file may hold.
        date_format: How dates are written, None to find out (`session_dates`).
        max_bytes: Of the file, and of all that is unpacked from it.
    """

    def __init__(
        self,
        file: Path | BinaryIO,
        *,
        name: str | None = None,
        format: FileFormat | None = None,  # noqa: A002  the contract's word
        symbol: str | None = None,
        date_format: DateFormat | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._file = file
        self.name = name or (file.name if isinstance(file, Path) else "upload")
        self._format = format
        self._symbol = symbol
        self._date_format = date_format
        self._max_bytes = max_bytes
        self.n_rows = 0

    def frames(self) -> Iterator[RawBars]:
        """Yield the rows of one symbol after another; each file of an archive is read as a whole before.

        Raises:
            UnreadableFile: The file is not bars in a form that can be read; the detail says what would be.
            PayloadTooLarge: It is too large.
        """
        seen: dict[str, str] = {}
        self.n_rows = 0
        budget = Budget(self._max_bytes)
        with self._opened() as opened:
            for name, plain in plain_files(opened, self.name, budget):
                with _placed("" if self.name.startswith(name) else f"{shown(name, 60)}: "):
                    for raw in self._rows(plain, name, budget):
                        if raw.symbol in seen:
                            raise UnreadableFile(f"Bars of {raw.symbol} are in {seen[raw.symbol]}, too. Join the two.")
                        seen[raw.symbol] = shown(name, 60)
                        yield raw
            if not seen:
                raise UnreadableFile("The archive holds no files.")

    def _rows(self, plain: BinaryIO, name: str, budget: Budget) -> Iterator[RawBars]:
        rows = BarRows()
        for batch in batches_of(plain, name, self._format, budget):
            rows.add(batch)
            self.n_rows += batch.num_rows
        return rows.frames(self._symbol, self._symbol or _stem_symbol(name), self._date_format)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        if not isinstance(self._file, Path):
            yield self._file
            return
        try:
            opened = self._file.open("rb")
        except OSError as error:
            raise UnreadableFile(f"It cannot be opened: {error.strerror}.") from error
        with opened:
            yield opened


@contextmanager
def _placed(where: str) -> Iterator[None]:
    """Say in an error in which file of an archive it is."""
    try:
        yield
    except UnreadableFile as error:
        raise UnreadableFile(f"{where}{error.detail}") from error


def _stem_symbol(name: str) -> str | None:
    """Return the symbol that a plain file is named after, if it is."""
    path = PurePath(name)
    stem = (path.stem if path.suffix.lower() in SUFFIXES else path.name).upper()
    return stem if is_symbol(stem) else None
