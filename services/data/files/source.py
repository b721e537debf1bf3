"""Bars from a file of any usual shape: CSV, JSON, Parquet or Arrow; plain, compressed or in a zip archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from services.data.files.columns import quote_text
from services.data.files.formats import SUFFIXES, FileFormat, read_batches
from services.data.files.rows import RowCollector
from services.data.files.unpack import Budget, iter_members
from services.data.records import RawBars
from shared.errors import UnreadableFile
from shared.schemas.bars import is_symbol
from shared.schemas.loads import DateFormat

MAX_BYTES = 2 << 30  # unpacked; 45 million rows of CSV


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
        members_by_symbol: dict[str, str] = {}
        self.n_rows = 0
        budget = Budget(self._max_bytes)
        with self._open() as file:
            for name, member in iter_members(file, self.name, budget):
                with _name_member("" if self.name.startswith(name) else f"{quote_text(name, 60)}: "):
                    for raw in self._read_rows(member, name, budget):
                        if raw.symbol in members_by_symbol:
                            raise UnreadableFile(
                                f"Bars of {raw.symbol} are in {members_by_symbol[raw.symbol]}, too. Join the two."
                            )
                        members_by_symbol[raw.symbol] = quote_text(name, 60)
                        yield raw
            if not members_by_symbol:
                raise UnreadableFile("The archive holds no files.")

    def _read_rows(self, member: BinaryIO, name: str, budget: Budget) -> Iterator[RawBars]:
        rows = RowCollector()
        for batch in read_batches(member, name, self._format, budget):
            rows.add(batch)
            self.n_rows += batch.num_rows
        return rows.frames(self._symbol, self._symbol or _parse_symbol(name), self._date_format)

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        if not isinstance(self._file, Path):
            yield self._file
            return
        try:
            file = self._file.open("rb")
        except OSError as error:
            raise UnreadableFile(f"It cannot be opened: {error.strerror}.") from error
        with file:
            yield file


@contextmanager
def _name_member(where: str) -> Iterator[None]:
    """Say in an error in which file of an archive it is."""
    try:
        yield
    except UnreadableFile as error:
        raise UnreadableFile(f"{where}{error.detail}") from error


def _parse_symbol(name: str) -> str | None:
    """Return the symbol that a plain file is named after, if it is."""
    path = PurePath(name)
    stem = (path.stem if path.suffix.lower() in SUFFIXES else path.name).upper()
    return stem if is_symbol(stem) else None
