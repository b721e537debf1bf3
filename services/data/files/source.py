"""Reads bars from a file: CSV, JSON, Parquet or Arrow; plain, compressed or in a zip archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from services.data.files.columns import quote_text
from services.data.files.formats import SUFFIXES, FileFormat, read_batches
from services.data.files.rows import RowCollector
from services.data.files.unpack import MAX_ROWS, Budget, iter_members
from services.data.records import RawBars
from shared.errors import UnreadableFile
from shared.schemas.bars import is_symbol
from shared.schemas.loads import DateFormat

MAX_BYTES = 2 << 30  # unpacked; 45 million rows of CSV


class FileBarSource:
    """A BarSource: the bars of one or many symbols, in any order.

    A problem with the whole file is an error. An invalid number is NaN and an invalid date is NaT, which
    `services.data.bars.checks` rejects row by row. A row of too few or too many cells has neither date nor numbers.

    The symbol comes from its column, else from `symbol`, else from the file's name: `brk.b.csv.gz` holds BRK.B.

    Args:
        file: A path, or an open file, which stays open.
        name: The file's name, if `file` does not have one.
        format: The format, None to detect it.
        symbol: The only symbol that the file may contain.
        date_format: The date format, None to detect it.
        max_bytes: The limit for the file and for everything unpacked from it.
        max_rows: The limit for its rows.
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
        max_rows: int = MAX_ROWS,
    ) -> None:
        self._file = file
        self.name = name or (file.name if isinstance(file, Path) else "upload")
        self._format = format
        self._symbol = symbol
        self._date_format = date_format
        self._limits = max_bytes, max_rows
        self.n_rows = 0

    def frames(self) -> Iterator[RawBars]:
        """Yield the rows of one symbol after another; each file of an archive is read completely first.

        Raises:
            UnreadableFile: The file does not contain readable bars; the detail says what is expected.
            PayloadTooLarge: The file is too large.
        """
        members_by_symbol: dict[str, str] = {}
        self.n_rows = 0
        budget = Budget(*self._limits)
        with self._open() as file:
            for name, member in iter_members(file, self.name, budget):
                with _name_member("" if self.name.startswith(name) else f"{quote_text(name, 60)}: "):
                    for raw in self._read_rows(member, name, budget):
                        if raw.symbol in members_by_symbol:
                            raise UnreadableFile(
                                f"{members_by_symbol[raw.symbol]} also has bars of {raw.symbol}. Merge the two files."
                            )
                        members_by_symbol[raw.symbol] = quote_text(name, 60)
                        yield raw
            if not members_by_symbol:
                raise UnreadableFile("The archive contains no files.")

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
            raise UnreadableFile(f"The file cannot be opened: {error.strerror}.") from error
        with file:
            yield file


@contextmanager
def _name_member(where: str) -> Iterator[None]:
    """Prefix errors with the file of the archive that they concern."""
    try:
        yield
    except UnreadableFile as error:
        raise UnreadableFile(f"{where}{error.detail}") from error


def _parse_symbol(name: str) -> str | None:
    """Parse the symbol from a plain file's name; None if the name is not a symbol."""
    path = PurePath(name)
    stem = (path.stem if path.suffix.lower() in SUFFIXES else path.name).upper()
    return stem if is_symbol(stem) else None
