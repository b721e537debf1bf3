import pytest
from pydantic import ValidationError

from services.prediction.settings import PredictionSettings


def test_a_call_out_must_fit_into_the_request() -> None:
    with pytest.raises(ValidationError, match="shorter than PREDICTION_BUDGET_SECONDS"):
        PredictionSettings(data_timeout_seconds=5, budget_seconds=5)
