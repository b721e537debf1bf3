"""What an address of MongoDB may say besides where it is."""

from pymongo import ReadPreference

from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.connection import open_mongo
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import put
from tests.support.servers.processes import Database


async def test_loads_and_reads_go_to_the_primary_whatever_the_address_says(mongo_url: str, database: Database) -> None:
    """A member that lags would give old bars after a change was reported, and only the primary has transactions."""
    async with open_mongo(f"{mongo_url}&readPreference=secondaryPreferred", database.name) as opened:
        store = MongoBarStore(opened, 10, 20)
        for closes in ([1.0], [1.0, 2.0]):
            await put(store, make_frame(closes=closes))
            assert (await store.bars("AAPL")).revision == make_frame(closes=closes).revision
        assert opened.database.read_preference == ReadPreference.PRIMARY
