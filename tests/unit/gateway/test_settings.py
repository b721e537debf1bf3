import pytest
from pydantic import ValidationError

from gateway.settings import GatewaySettings


def test_a_call_out_must_fit_into_the_request() -> None:
    with pytest.raises(ValidationError, match="shorter than GATEWAY_BUDGET_SECONDS"):
        GatewaySettings(prediction_timeout_seconds=9, budget_seconds=8)
