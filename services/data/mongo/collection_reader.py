"""Reads one collection as bars, whatever the layout of its documents. These functions block."""

import struct
from itertools import islice
from typing import Any

from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from services.data.mongo.bar_documents import DATE, FIELDS, bars_from_bson, build_columns, decode
from services.data.mongo.catalogue_documents import ABOUT_BARS, CATALOGUE, complete_bars
from services.data.mongo.connection import UNAUTHORIZED
from services.data.mongo.foreign.layouts import (
    N_SAMPLED,
    choose_layout,
    describe_unreadable,
    is_complete,
    lost_any,
    needed_names,
    read_layout,
)
from shared.errors import NoBars
from shared.schemas.arrow import BarColumns

ALL_IN_ONE_BATCH = 100_000  # the server's first batch is 101 documents, and a second costs a round trip
_PROJECTION = {"_id": False, DATE: True} | dict.fromkeys(FIELDS.values(), True)
Documents = list[dict[str, Any]]


def read_bars(database: Database[dict[str, Any]], symbol: str, session: ClientSession | None) -> BarColumns:
    """Read the bars with their catalogue entry; none if the collection is empty or does not exist.

    Both are one command, so that a slow store delays a read only once.

    Raises:
        NoBars: There are documents, but none can be read as a bar; the detail says why.
    """
    collection = database[symbol]
    entry, raw = _read_both(database[CATALOGUE], collection, session)
    bars = bars_from_bson(symbol, raw)
    if not is_complete(bars):
        bars = _read_foreign(collection, bars, session)
    return complete_bars(bars, entry) if len(bars.sessions) else bars


def _read_both(
    catalogue: Collection[dict[str, Any]], collection: Collection[dict[str, Any]], session: ClientSession | None
) -> tuple[dict[str, Any], bytes]:
    """Return the entry of the bars, empty if there is none, and the documents of the bars as BSON."""
    bars: list[dict[str, Any]] = [{"$project": _PROJECTION}]
    pipeline: list[dict[str, Any]] = [
        {"$match": {"_id": collection.name}},
        {"$project": ABOUT_BARS},
        {"$unionWith": {"coll": collection.name, "pipeline": bars}},
    ]
    try:
        raw = _run(catalogue, pipeline, session)
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return {}, _run(collection, bars, session)  # this user may not read the catalogue
    size = struct.unpack_from("<i", raw)[0] if raw else 0
    first = decode(raw[:size])
    if "_id" in first:  # the entry comes first, and no bar has its key
        return dict(first), raw[size:]
    return {}, raw


def _run(
    collection: Collection[dict[str, Any]], pipeline: list[dict[str, Any]], session: ClientSession | None
) -> bytes:
    batches: Any = collection.aggregate_raw_batches(pipeline, session=session, batchSize=ALL_IN_ONE_BATCH)
    return b"".join(batches)


def _read_foreign(
    collection: Collection[dict[str, Any]], bars: BarColumns, session: ClientSession | None
) -> BarColumns:
    """Read documents that may have the layout of another tool; `bars` is the result of reading them in ours."""
    sample = collection.find({}, session=session).limit(N_SAMPLED).to_list()
    if lost_any(bars):
        sample += collection.find({}, session=session).sort("_id", DESCENDING).limit(N_SAMPLED).to_list()
        others = {"$or": [{name: {"$exists": False}} for name in needed_names(sample)] or [{}]}
        sample += collection.find(others, session=session).limit(N_SAMPLED).to_list()
    layout = choose_layout(bars, sample)
    if layout is not None:
        fields = {"_id": False} | dict.fromkeys(layout.fields, True)
        bars = read_layout(collection.name, collection.find({}, fields, session=session).to_list(), layout)
    return _require_bars(bars, sample)


def build_any(symbol: str, documents: Documents) -> tuple[BarColumns, bool]:
    """Build the bars of complete documents, and say whether these have a layout of another tool.

    Raises:
        NoBars: As `read_bars`.
    """
    bars = build_columns(symbol, documents)
    if is_complete(bars):
        return bars, False
    sample = documents[:N_SAMPLED]
    if lost_any(bars):
        sample += documents[-N_SAMPLED:]
        names = needed_names(sample)
        sample += islice((each for each in documents if any(name not in each for name in names)), N_SAMPLED)
    layout = choose_layout(bars, sample)
    if layout is None:
        return bars, False
    read = read_layout(symbol, documents, layout)
    return read, read.revision != bars.revision  # otherwise our layout reads the same, though some values are text


def has_snapshots(database: Database[dict[str, Any]], name: str) -> bool:
    """Say whether MongoDB can read the collection from a snapshot: not if it is capped, a time series or a view."""
    try:
        collections = list(database.list_collections(filter={"name": name}, authorizedCollections=True))
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return False  # this user may not ask: a capped collection is rare, and a snapshot of one would never be read
    return all(each.get("type") == "collection" and not each.get("options", {}).get("capped") for each in collections)


def _require_bars(bars: BarColumns, sample: Documents) -> BarColumns:
    if sample and not len(bars.sessions):
        raise NoBars(describe_unreadable(bars.symbol, sample))
    return bars
