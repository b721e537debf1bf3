import pytest
from pydantic import ValidationError

from services.prediction.settings import PredictionSettings


def test_a_call_out_must_fit_into_the_request() -> None:
    with pytest.raises(ValidationError, match="shorter than PREDICTION_BUDGET_SECONDS"):
        PredictionSettings(data_timeout_seconds=5, budget_seconds=5)


@pytest.mark.parametrize(("given", "calendar"), [("XLON", "XLON"), ("", None), (None, None)])
def test_the_calendar_is_an_exchange_or_none(given: str | None, calendar: str | None) -> None:
    assert PredictionSettings().calendar == "XNYS"
    assert PredictionSettings(calendar=given).calendar == calendar
    with pytest.raises(ValidationError, match="use the code of an exchange, for example XNYS"):
        PredictionSettings(calendar="NOPE")
