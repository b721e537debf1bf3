"""A small result, and the answer to a file, for the gateway's doubles."""

from datetime import date, timedelta

from gateway.examples.stocks import LOAD_REPORT
from shared.schemas.loads import FileEnd, FileOutcome, LoadReport
from shared.schemas.results import (
    Baseline,
    FixedFormula,
    Midrange,
    Model,
    Predictions,
    Result,
    ResultInterval,
    Span,
    Split,
)
from shared.schemas.wire import Data, Metrics

REVISION = "0" * 16
_DAY = date(2024, 1, 1)
_REPORT = FileOutcome(report=LoadReport.model_validate(LOAD_REPORT | {"symbol": "AAPL"}))
FILE_LINES = _REPORT.line() + FileOutcome(end=FileEnd(skipped=[])).line()


def make_result(symbol: str = "AAPL", *, adjusted: bool = False) -> Result:
    """Return a small, consistent result."""
    scores = {"mae": 1.0, "mse": 1.0, "rmse": 1.0, "mape": 0.01, "r2": 0.5, "directional_accuracy": 1.0}
    train = Span(first_session=_DAY, last_session=_DAY + timedelta(7), bars=8)
    test = Span(first_session=_DAY + timedelta(8), last_session=_DAY + timedelta(9), bars=2)
    return Result(
        stock_symbol=symbol,
        task="same_session_close",
        skill=0.5,
        midrange_skill=0.2,
        fixed_formula_skill=-0.25,
        mse=1.0,
        metrics=Metrics(**scores),
        baseline=Baseline(**scores | {"mae": 2.0}),
        midrange=Midrange(**scores | {"mae": 1.25}),
        fixed_formula=FixedFormula(**scores | {"mae": 0.8}),
        interval=ResultInterval(level=90, coverage=1.0, mean_width=4.0, n_calibration=20),
        warnings=[],
        model=Model(
            name="linear_regression",
            feature_names=["Open", "High", "Low"],
            coefficients=[0.1, 0.5, 0.4],
            intercept=0.0,
        ),
        data=Data(revision=REVISION, first_session=_DAY, last_session=test.last_session, bars=10, adjusted=adjusted),
        split=Split(train=train, test=test),
        predictions=Predictions(
            session=[test.first_session, test.last_session],
            actual=[1.0, 2.0],
            predicted=[2.0, 3.0],
            lower=[0.0, 1.0],
            upper=[4.0, 5.0],
        ),
    )
