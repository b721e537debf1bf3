"""A gateway that several tests share: to build one takes longer than most of their requests."""

from typing import NamedTuple

import httpx

from tests.support.gateway.service import FakeData, FakePrediction


class Gateway(NamedTuple):
    """The client of a gateway, and the doubles behind it."""

    client: httpx.AsyncClient
    data: FakeData
    prediction: FakePrediction

    @property
    def asked(self) -> list[object]:
        """Return what both services were asked."""
        return [*self.data.asked, *self.prediction.asked]

    @property
    def n_requests(self) -> int:
        return self.data.n_requests + self.prediction.n_requests

    def forget(self) -> None:
        """Forget the requests of the test before."""
        for double in (self.data, self.prediction):
            double.asked.clear()
            double.n_requests = 0
