"""Decompression bombs stop at a limit and use little memory until then."""

import bz2
import gzip
import json
import lzma
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO

import numpy as np
import pyarrow as pa
import pytest

from services.data.bars.checks import find_rejections
from services.data.files.source import FileBarSource
from shared.errors import PayloadTooLarge, UnreadableFile
from tests.support.data.files import HEADER, ROW, WITHOUT_SYMBOL, as_arrow, as_parquet, problem, read, zipped

pytestmark = pytest.mark.scenario("D7")

MIB = 1 << 20
CSV = (HEADER + ROW * 40).encode()
POOLS: list[pa.MemoryPool] = []  # memory of an earlier test may be released during this one


@contextmanager
def at_most(n_bytes: int) -> Iterator[None]:
    """Check how much memory Python and Arrow use in the block."""
    pool, counted = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    POOLS.append(counted)
    tracemalloc.start()
    pa.set_memory_pool(counted)
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < n_bytes
        assert (counted.max_memory() or 0) < n_bytes
    finally:
        pa.set_memory_pool(pool)
        tracemalloc.stop()


COLUMNS = [f"c{index}" for index in range(100_000)]
TABLES_OF_MANY_COLUMNS: dict[str, Callable[[], bytes]] = {
    "csv": lambda: ",".join(COLUMNS).encode(),
    "json": lambda: json.dumps([dict.fromkeys(COLUMNS)]).encode(),
    "parquet": lambda: as_parquet(_table_of_many_columns()),
    "arrow": lambda: as_arrow(_table_of_many_columns(), compression="zstd"),
}


def _table_of_many_columns() -> pa.Table:
    return pa.table([pa.array([1])] * 3_000, names=COLUMNS[:3_000])


@pytest.mark.parametrize("sample", TABLES_OF_MANY_COLUMNS)
def test_a_hundred_thousand_columns_are_an_error(sample: str) -> None:
    content = TABLES_OF_MANY_COLUMNS[sample]()
    with at_most(32 * MIB):
        assert "columns" in problem(content)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
    "bz2": bz2.compress,
    "zip": lambda data: zipped({"A.csv": data}),
    "gz in gz": lambda data: gzip.compress(gzip.compress(data)),
}


@pytest.mark.parametrize("packer", PACKERS)
def test_a_bomb_stops_at_the_limit_and_is_never_in_memory(packer: str) -> None:
    content = PACKERS[packer]((HEADER + ROW * 100_000).encode())
    with at_most(8 * MIB), pytest.raises(PayloadTooLarge, match="larger than 1,048,576 bytes"):
        read(content, max_bytes=MIB)


def test_many_small_files_in_an_archive_are_counted_together() -> None:
    csv = CSV.replace(b"symbol", b"other")
    content = zipped({f"A{index}.csv": csv for index in range(20)})
    assert len(read(content, max_bytes=20 * len(csv) + len(content))) == 20
    with pytest.raises(PayloadTooLarge):
        read(content, max_bytes=19 * len(csv) + len(content))


def test_a_file_larger_than_the_limit_is_not_read() -> None:
    with pytest.raises(PayloadTooLarge, match="larger than 100 bytes"):
        read(CSV, max_bytes=100)


BOMBS = {
    "rows": {"close": pa.array(np.zeros(3_000_000))},
    "text": {"symbol": pa.DictionaryArray.from_arrays(pa.array(np.zeros(60_000, np.int32)), pa.array(["A" * MIB]))},
}


@pytest.mark.parametrize(
    "write",
    [lambda table: as_parquet(table, store_schema=False), lambda table: as_arrow(table, compression="zstd")],
    ids=["parquet", "arrow"],
)
@pytest.mark.parametrize("kind", BOMBS)
def test_a_table_that_becomes_much_larger_than_its_file_is_refused(
    kind: str, write: Callable[[pa.Table], bytes]
) -> None:
    zeros = pa.array(np.zeros(len(next(iter(BOMBS[kind].values())))))
    content = write(pa.table(dict.fromkeys(("date", "open", "high", "low", "close"), zeros) | BOMBS[kind]))
    assert len(content) < 2 * MIB
    with at_most(24 * MIB), pytest.raises((PayloadTooLarge, UnreadableFile)):
        read(content, max_bytes=4 * MIB)


def test_an_archive_that_lists_endless_files_is_refused() -> None:
    content = zipped({f"{index:0200}": b"" for index in range(20_000)})
    with at_most(16 * MIB):
        assert problem(content) == "The archive lists too many files. Split it."


def test_a_large_file_is_read_in_little_more_memory_than_its_numbers() -> None:
    content = (HEADER + "".join(ROW.replace("AAPL", f"S{index % 50}") for index in range(150_000))).encode()
    assert len(content) > 4 * MIB
    with at_most(24 * MIB):
        n_rows = sum(len(frame.rows) for frame in FileBarSource(BytesIO(content), name="all.csv").frames())
    assert n_rows == 150_000


def test_a_file_of_columns_is_read_without_an_object_per_cell() -> None:
    n_rows = 150_000
    columns = {"date": '"2024-01-02"', "open": "1", "high": "3", "low": "0.5", "close": '"2"', "volume": "1e6"}
    members = [f'"{name}":[' + ",".join([cell] * n_rows) + "]" for name, cell in columns.items()]
    content = "{{{}}}".format(",".join(members)).encode()
    assert len(content) > 4 * MIB
    with at_most(24 * MIB):
        [frame] = FileBarSource(BytesIO(content), name="A.json").frames()
    assert (len(frame.rows), frame.rows["volume"].iloc[-1]) == (n_rows, 1e6)


def test_rejected_rows_take_a_few_bytes_each() -> None:
    content = (WITHOUT_SYMBOL.splitlines()[0] + "\n" + "2024-01-02,1,3,0.5,2\n" * 300_000).encode()
    with at_most(24 * MIB):
        [frame] = FileBarSource(BytesIO(content), name="A.csv").frames()
        assert find_rejections(frame.rows, date(2024, 6, 1)).n_rows == 299_999


CHILD = """
import resource, sys
from io import BytesIO
from services.data.bars.load import split_rows
from services.data.bars.checks import find_rejections
from services.data.files.source import FileBarSource
from services.data.memory import return_freed_memory
from datetime import date

return_freed_memory()
peaks = []
for n_rows in (1_000, 1_000_000):
    body = BytesIO(b"date,open,high,low,close\\n" + b"2024-01-02,1,3,0.5,2\\n" * n_rows)
    [raw] = FileBarSource(body, name="A.csv").frames()
    assert split_rows(raw, date(2024, 6, 1)).rejected.n_rows == n_rows - 1
    del raw, body
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(peaks[1] - peaks[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux only")
def test_a_million_bad_rows_enlarge_a_process_by_little_more_than_their_numbers() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 150_000  # the body takes 21 MB, the numbers and dates 60 MB
