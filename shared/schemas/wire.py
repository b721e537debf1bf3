"""What several wire models share: their base class, warnings, the bars that an answer rests on, and error measures."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Frozen, and never NaN or infinite: what goes over the wire."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, protected_namespaces=())


class Data(Wire):
    """The bars that the answer rests on."""

    revision: str
    first_session: date
    last_session: date
    bars: int
    adjusted: bool = Field(description="Whether prices were scaled by adjusted close / close.")


class Metrics(Wire):
    """Errors over the test sessions. Null where the measure is undefined (R² on constant closes, for instance)."""

    mae: float = Field(description="Mean absolute error, in price units.")
    mse: float = Field(description="Mean squared error, in squared price units.")
    rmse: float = Field(description="Square root of the MSE, in price units.")
    mape: float | None = Field(description="Mean absolute error as a share of the actual close: 0.01 is 1 %.")
    r2: float | None = Field(description="Coefficient of determination; near 1 even for persistence, so never a proof.")
    directional_accuracy: float | None = Field(
        description="Share of the sessions whose close moved, up or down from the close before, "
        "where the prediction lies on the same side. Null when no prediction names a side, as those of persistence."
    )


class Warning(Wire):
    """Something to know before trusting the numbers."""

    code: str = Field(examples=["look_ahead"])
    detail: str
