"""The routes of processes that compute runs."""

from tests.support.data.fakes import FakeBarStore, serve_data

LEASE, RESULT = "/runs/0123456789abcdef/lease", "/runs/0123456789abcdef/results/AAPL"


async def test_a_token_that_the_store_cannot_hold_is_refused() -> None:
    async with serve_data(FakeBarStore()) as client:
        too_large = await client.post(LEASE, params={"token": 2**63})
        largest = await client.post(LEASE, params={"token": 2**63 - 1})
        result = await client.put(RESULT, params={"token": 2**63, "revision": "a"}, content=b"x")
    assert (too_large.status_code, largest.status_code, result.status_code) == (422, 409, 422)
