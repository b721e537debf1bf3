"""Fitted models in stores, and altered model files."""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import structlog
from threadpoolctl import threadpool_limits

from services.prediction.forecasting.fitted_model import FittedModel, ModelKey
from services.prediction.forecasting.model_store import SkopsModelStore
from services.prediction.forecasting.training import fit
from services.prediction.inputs.history import History
from services.prediction.models.registry import MODELS
from shared.schemas.forecasts import ModelName
from tests.support.prediction import simulated


@cache
def history() -> History:
    """Return the bars that the models are fitted on."""
    return simulated.history(simulated.random_walk(300, 7))


@cache
def fitted(name: ModelName) -> FittedModel:
    """Return the model, fitted two sessions ahead."""
    with threadpool_limits(1):  # as in a worker; on a busy machine two threads wait for each other
        return fit(history(), [MODELS[name]], 2, [90])[name]


def build_key(name: ModelName, horizon: int = 2) -> ModelKey:
    """Build the key under which a test stores the model."""
    return ModelKey(
        symbol="AAPL",
        revision="b3ab69759dcae2f0",
        adjusted=False,
        model=name,
        parameters=MODELS[name].parameters,
        feature_names=list(MODELS[name].feature_names),
        horizon=horizon,
        levels=[90],
    )


@dataclass
class StoredModel:
    """One model in its own store, and its file."""

    store: SkopsModelStore
    key: ModelKey
    trained: FittedModel
    path: Path

    @classmethod
    def create(cls, directory: Path, name: ModelName) -> "StoredModel":
        """Store the model in this empty directory."""
        store, key, trained = SkopsModelStore(directory), build_key(name), fitted(name)
        store.put(key, trained)
        (path,) = directory.iterdir()
        return cls(store, key, trained, path)

    def header(self) -> dict[str, dict[str, object]]:
        """Return the parsed JSON line."""
        loaded: dict[str, dict[str, object]] = json.loads(self.path.read_bytes().split(b"\n", 3)[2])
        return loaded

    def body(self) -> bytes:
        """Return what skops wrote."""
        return self.path.read_bytes().split(b"\n", 3)[3]

    def forge(self, header: object = None, body: bytes | None = None) -> None:
        """Rewrite the file with a valid checksum."""
        line = header if isinstance(header, bytes) else json.dumps(header or self.header()).encode()
        rest = line + b"\n" + (self.body() if body is None else body)
        self.path.write_bytes(b"BELLWETHER-MODEL-1\n" + sha256(rest).hexdigest().encode() + b"\n" + rest)

    def assert_refused(self) -> str:
        """Assert a refusal with one log line, a removed file and a `put` that repairs; return the logged detail."""
        with structlog.testing.capture_logs() as events:
            assert self.store.get(self.key) is None
        assert [event["event"] for event in events] == ["model_refused"]
        assert not self.path.exists()
        self.store.put(self.key, self.trained)
        assert self.store.get(self.key) is not None
        return str(events[0]["detail"])


def archive(schema: object) -> bytes:
    """Build a skops file with this schema."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        file.writestr("schema.json", json.dumps(schema))
    return buffer.getvalue()
