"""Reads one collection as bars, whatever the layout of its documents. These functions block."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from services.data.mongo.bar_documents import DATE, FIELDS, bars_from_bson, build_columns
from services.data.mongo.connection import UNAUTHORIZED
from services.data.mongo.foreign.layouts import N_SAMPLED, choose_layout, describe_unreadable, is_complete, read_layout
from shared.errors import NoBars
from shared.schemas.arrow import BarColumns

ALL_IN_ONE_BATCH = 100_000  # the server's first batch is 101 documents, and a second costs a round trip
_PROJECTION = {"_id": False, DATE: True} | dict.fromkeys(FIELDS.values(), True)
Documents = list[dict[str, Any]]


def read_bars(collection: Collection[dict[str, Any]], session: ClientSession | None) -> BarColumns:
    """Read the bars; none if the collection is empty or does not exist.

    Raises:
        NoBars: There are documents, but none can be read as a bar; the detail says why.
    """
    find: Any = partial(collection.find_raw_batches, {}, _PROJECTION, batch_size=ALL_IN_ONE_BATCH, session=session)
    batches: Iterable[bytes] = find()
    bars = bars_from_bson(collection.name, b"".join(batches))
    if is_complete(bars):
        return bars
    sample = collection.find({}, session=session).limit(N_SAMPLED).to_list()
    layout = choose_layout(bars, sample)
    if layout is not None:
        names = {"_id": False} | dict.fromkeys(layout.names.values(), True)
        bars = read_layout(collection.name, collection.find({}, names, session=session).to_list(), layout)
    return _require_bars(bars, sample)


def build_any(symbol: str, documents: Documents) -> tuple[BarColumns, bool]:
    """Build the bars of complete documents, and say whether these have a layout of another tool.

    Raises:
        NoBars: As `read_bars`.
    """
    bars = build_columns(symbol, documents)
    layout = None if is_complete(bars) else choose_layout(bars, documents[:N_SAMPLED])
    if layout is None:
        return bars, False
    read = read_layout(symbol, documents, layout)
    return read, read.revision != bars.revision  # else ours reads the same, though some values are text


def has_snapshots(database: Database[dict[str, Any]], name: str) -> bool:
    """Say whether MongoDB can read the collection from a snapshot: not if it is capped, a time series or a view."""
    try:
        found = list(database.list_collections(filter={"name": name}, authorizedCollections=True))
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return False  # this user cannot find out; a collection that changes is rare, a read that never ends is not
    return all(each.get("type") == "collection" and not each.get("options", {}).get("capped") for each in found)


def _require_bars(bars: BarColumns, sample: Documents) -> BarColumns:
    if sample and not len(bars.sessions):
        raise NoBars(describe_unreadable(bars.symbol, sample))
    return bars
