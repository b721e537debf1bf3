"""Fitted models in a directory, one file each. The only module that imports skops.

A file is `MAGIC`, the hexadecimal SHA-256 of the rest, a line of JSON with versions, key and track record, and the
estimator in skops format. Nothing is ever unpickled, and a file with any node that is not in `NODES` is not loaded. A
file that is damaged, foreign, of another version or of another model is removed.
"""

import io
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import skops
import skops.io
import structlog
from sklearn.base import RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor

from services.prediction.forecasting.fitted_model import FittedModel, ModelKey, TrackRecord
from services.prediction.models.registry import MODELS, ModelSpec
from services.prediction.provenance import provenance
from shared.schemas.wire import Wire

MAGIC = b"BELLWETHER-MODEL-1\n"
MAX_BYTES = 8_000_000  # of a file, packed and unpacked: a hundred times the largest that we write
STALE_TEMPORARY_SECONDS = 600.0  # an older temporary file has no living writer
TRUSTED = (  # in addition to what skops trusts by default
    "services.prediction.models.estimators.FromFeature",
    "services.prediction.models.estimators.TreesOfDeviations",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
NODES = frozenset(  # everything in our models; skops alone would accept every scikit-learn estimator
    {
        "DictNode builtins.dict",
        "JsonNode builtins.str",
        "ListNode builtins.list",
        "LossNode sklearn._loss._loss.CyHalfSquaredError",
        "NdArrayNode numpy.float64",
        "NdArrayNode numpy.ndarray",
        "NdArrayNode numpy.uint64",
        "ObjectNode services.prediction.models.estimators.FromFeature",
        "ObjectNode services.prediction.models.estimators.TreesOfDeviations",
        "ObjectNode sklearn._loss.link.IdentityLink",
        "ObjectNode sklearn._loss.link.Interval",
        "ObjectNode sklearn._loss.loss.HalfSquaredError",
        "ObjectNode sklearn.dummy.DummyRegressor",
        "ObjectNode sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "ObjectNode sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "ObjectNode sklearn.linear_model._base.LinearRegression",
        "ObjectNode sklearn.linear_model._ridge.Ridge",
        "ObjectNode sklearn.pipeline.Pipeline",
        "ObjectNode sklearn.preprocessing._data.StandardScaler",
        "RandomGeneratorNode numpy.random._generator.Generator",
        "TupleNode builtins.tuple",
        "TypeNode builtins.str",
    }
)
log = structlog.get_logger()


class SkopsModelStore:
    """A ModelStore; several processes may share the directory.

    Args:
        directory: Holds the files; created if it is missing.
        max_files: Files to keep; beyond it the least recently used are removed.
    """

    def __init__(self, directory: Path, max_files: int = 2000) -> None:
        self._directory = directory
        self._max_files = max_files

    def get(self, key: ModelKey) -> FittedModel | None:
        """Return the model stored under this key by the same versions of code and libraries, or None."""
        path = self._path(key)
        try:
            content = _read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            _log_failure_once("read", self._directory, type(error).__name__)
            return None
        try:
            model = _deserialise(key, content)
        except Exception as error:  # a damaged file may raise anything; the model is then fitted anew
            log.warning("model_refused", file=path.name, error=type(error).__name__, detail=str(error)[:200])
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return model

    def put(self, key: ModelKey, model: FittedModel) -> None:
        """Store the model, or log once that this failed."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            _write(self._path(key), _serialise(key, model))
            self._prune()
        except Exception as error:  # a full disk costs time, never a response
            _log_failure_once("keep", self._directory, type(error).__name__)

    def _path(self, key: ModelKey) -> Path:
        canonical = json.dumps(key.model_dump(mode="json"), sort_keys=True)
        return self._directory / f"{sha256(canonical.encode()).hexdigest()[:32]}.skops"

    def _prune(self) -> None:
        files = list(self._directory.glob("*.skops"))
        n_excess = len(files) - self._max_files
        expired = sorted(files, key=_last_used_at)[:n_excess] if n_excess > 0 else []
        stale_before = time.time() - STALE_TEMPORARY_SECONDS
        expired += [path for path in self._directory.glob("*.tmp") if _last_used_at(path) < stale_before]
        for path in expired:
            path.unlink(missing_ok=True)


@cache
def _log_failure_once(action: str, directory: Path, error: str) -> None:
    """Log the failure once per process, since it would repeat for every model."""
    log.warning("model_store_failed", action=action, directory=str(directory), error=error)


def _last_used_at(path: Path) -> float:
    """Return when the file was last written or read; another process may have removed it since."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _read(path: Path) -> bytes:
    """Read the content, at most `MAX_BYTES`: a longer file then fails its checksum."""
    with open(path, "rb", opener=_open_nonblocking) as file:
        return file.read(MAX_BYTES)


def _open_nonblocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # opening a named pipe would wait for its writer


def _write(path: Path, content: bytes) -> None:
    """Write the file atomically: readers see either the old one or the new one."""
    descriptor, name = mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


class _Header(Wire):
    versions: dict[str, str]
    key: ModelKey
    track_record: TrackRecord


def _versions() -> dict[str, str]:
    current = provenance()
    python = ".".join(platform.python_version_tuple()[:2])
    return {"bellwether": current.bellwether, "python": python, "skops": skops.__version__, **current.libraries}


def _serialise(key: ModelKey, model: FittedModel) -> bytes:
    header = _Header(versions=_versions(), key=key, track_record=model.track_record)
    body: bytes = skops.io.dumps(model.estimator, compression=ZIP_DEFLATED)
    rest = header.model_dump_json().encode() + b"\n" + body
    return _checksum_header(rest) + rest


def _checksum_header(rest: bytes) -> bytes:
    return MAGIC + sha256(rest).hexdigest().encode() + b"\n"


def _deserialise(key: ModelKey, content: bytes) -> FittedModel:
    """Parse what `_serialise` wrote; raise any exception if the content is something else."""
    rest = content[len(_checksum_header(b"")) :]
    if not content.startswith(_checksum_header(rest)):
        raise ValueError("The file is damaged or was not written by Bellwether.")
    line, _, body = rest.partition(b"\n")
    header = _Header.model_validate_json(line)
    if header.versions != _versions():
        raise ValueError("The file was written by another version.")
    if header.key != key:
        raise ValueError("The file holds another model.")
    return FittedModel(_load_estimator(body, MODELS[key.model]), header.track_record)


def _load_estimator(body: bytes, spec: ModelSpec) -> RegressorMixin:
    with ZipFile(io.BytesIO(body)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise ValueError("The file is too large when unpacked.")
        unknown = sorted(set(_iter_nodes(json.loads(archive.read("schema.json")))) - NODES)
    if unknown:
        raise ValueError(f"The file holds nodes that our models do not use: {', '.join(unknown)}.")
    estimator = skops.io.loads(body, trusted=TRUSTED)
    _require_fitted(estimator, spec)
    return estimator


def _iter_nodes(schema: Any) -> Iterator[str]:
    """Yield the loader and the type of every node that skops would construct."""
    if isinstance(schema, dict):
        if "__loader__" in schema:
            yield f"{schema['__loader__']} {schema['__module__']}.{schema['__class__']}"
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _iter_nodes(part)


def _require_fitted(estimator: object, spec: ModelSpec) -> None:
    """Raise unless this is the model's estimator, with its parameters, and can predict."""
    fresh = spec.make()
    if type(estimator) is not type(fresh) or repr(estimator) != repr(fresh):  # its repr shows steps and parameters
        raise ValueError("The estimator is not that of this model.")
    n_features = len(spec.feature_names)
    if isinstance(estimator, HistGradientBoostingRegressor):
        _require_sound_trees(estimator, n_features)
    predicted = estimator.predict(np.zeros((1, n_features)))  # type: ignore[attr-defined]  # a regressor has predict
    if predicted.shape != (1,) or not np.isfinite(predicted).all():
        raise ValueError("The estimator cannot predict.")


def _require_sound_trees(estimator: HistGradientBoostingRegressor, n_features: int) -> None:
    """Raise if a tree points outside itself or in a circle: scikit-learn would read foreign memory or never end."""
    for tree in (tree for trees in estimator._predictors for tree in trees):
        inner = np.flatnonzero(tree.nodes["is_leaf"] == 0)
        children = np.stack([tree.nodes["left"], tree.nodes["right"]]).astype(np.int64)[:, inner]
        features = tree.nodes["feature_idx"][inner]
        is_inside = (inner < children).all() and (children < len(tree.nodes)).all() and len(tree.nodes) > 0
        if (
            not is_inside
            or (features < 0).any()
            or (features >= n_features).any()
            or tree.nodes["is_categorical"].any()
        ):
            raise ValueError("The decision trees are invalid.")
