from collections.abc import AsyncIterator

import pytest

from tests.support.gateway.service import FakeData, FakePrediction, serve_gateway
from tests.support.gateway.shared import Gateway


@pytest.fixture(scope="module")
async def running_gateway() -> AsyncIterator[Gateway]:
    data, prediction = FakeData(), FakePrediction()
    async with serve_gateway(data, prediction) as client:
        yield Gateway(client, data, prediction)


@pytest.fixture
def gateway(running_gateway: Gateway) -> Gateway:
    """Return a gateway that knows `KEY`, for tests that change neither it nor its doubles."""
    running_gateway.forget()
    return running_gateway
