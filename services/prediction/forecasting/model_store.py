"""Fitted models in a directory, a file each. The only module that imports skops.

A file is `MAGIC`, the SHA-256 of what follows in hexadecimal digits, a line of JSON that tells versions, key and
record, and the estimator as skops writes it. Nothing is ever unpickled, and nothing is loaded that holds anything but
`NODES`. A file that is not whole, not ours, of another version or of another model is removed.
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

from services.prediction.forecasting.fitted_model import ModelKey, Record, Trained
from services.prediction.models.registry import MODELS, ModelSpec
from services.prediction.provenance import provenance
from shared.schemas.wire import Wire

MAGIC = b"BELLWETHER-MODEL-1\n"
MAX_BYTES = 8_000_000  # a hundred times the largest that we write; of the file, and of what it unpacks to
LEFT_OVER_SECONDS = 600.0  # after which a temporary file's writer is dead
TRUSTED = (  # what skops does not trust by itself
    "services.prediction.models.registry.FromFeature",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
NODES = frozenset(  # all that our models are made of; skops alone would let in every estimator of scikit-learn
    {
        "DictNode builtins.dict",
        "JsonNode builtins.str",
        "ListNode builtins.list",
        "LossNode sklearn._loss._loss.CyHalfSquaredError",
        "NdArrayNode numpy.float64",
        "NdArrayNode numpy.ndarray",
        "NdArrayNode numpy.uint64",
        "ObjectNode services.prediction.models.registry.FromFeature",
        "ObjectNode sklearn._loss.link.IdentityLink",
        "ObjectNode sklearn._loss.link.Interval",
        "ObjectNode sklearn._loss.loss.HalfSquaredError",
        "ObjectNode sklearn.dummy.DummyRegressor",
        "ObjectNode sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "ObjectNode sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
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
        directory: Where the files are; it is made if it is missing.
        max_files: Files that are kept; beyond it those that were asked for longest ago go.
    """

    def __init__(self, directory: Path, max_files: int = 2000) -> None:
        self._directory = directory
        self._max_files = max_files

    def get(self, key: ModelKey) -> Trained | None:
        """Return the model that was kept under this key by this version of everything that computes."""
        path = self._path(key)
        try:
            content = _read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            _failed("read", self._directory, type(error).__name__)
            return None
        try:
            found = _opened(key, content)
        except Exception as error:  # a damaged file may raise anything; whatever it is, the model is fitted anew
            log.warning("model_refused", file=path.name, error=type(error).__name__, detail=str(error)[:200])
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return found

    def put(self, key: ModelKey, trained: Trained) -> None:
        """Keep the model, or tell once that it could not be kept."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            _write(self._path(key), _sealed(key, trained))
            self._prune()
        except Exception as error:  # a full disk costs time, never an answer
            _failed("keep", self._directory, type(error).__name__)

    def _path(self, key: ModelKey) -> Path:
        canonical = json.dumps(key.model_dump(mode="json"), sort_keys=True)
        return self._directory / f"{sha256(canonical.encode()).hexdigest()[:32]}.skops"

    def _prune(self) -> None:
        kept = list(self._directory.glob("*.skops"))
        n_over = len(kept) - self._max_files
        gone = sorted(kept, key=_used_at)[:n_over] if n_over > 0 else []
        left_over_since = time.time() - LEFT_OVER_SECONDS
        gone += [path for path in self._directory.glob("*.tmp") if _used_at(path) < left_over_since]
        for path in gone:
            path.unlink(missing_ok=True)


@cache
def _failed(doing: str, directory: Path, error: str) -> None:
    """Log it once in this process, for it would fail at every model."""
    log.warning("model_store_failed", doing=doing, directory=str(directory), error=error)


def _used_at(path: Path) -> float:
    """Return when the file was written or last asked for; another process may have removed it since."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _read(path: Path) -> bytes:
    """Return the content, or its first `MAX_BYTES`, which are no whole file."""
    with open(path, "rb", opener=_without_waiting) as file:
        return file.read(MAX_BYTES)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe in the place of a file would wait for its writer


def _write(path: Path, content: bytes) -> None:
    """Put the file there whole: who reads meanwhile finds the old one or the new one."""
    handle, name = mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


class _Header(Wire):
    versions: dict[str, str]
    key: ModelKey
    record: Record


def _versions() -> dict[str, str]:
    computes = provenance()
    python = ".".join(platform.python_version_tuple()[:2])
    return {"bellwether": computes.bellwether, "python": python, "skops": skops.__version__, **computes.libraries}


def _sealed(key: ModelKey, trained: Trained) -> bytes:
    header = _Header(versions=_versions(), key=key, record=trained.record)
    body: bytes = skops.io.dumps(trained.estimator, compression=ZIP_DEFLATED)
    rest = header.model_dump_json().encode() + b"\n" + body
    return _seal(rest) + rest


def _seal(rest: bytes) -> bytes:
    return MAGIC + sha256(rest).hexdigest().encode() + b"\n"


def _opened(key: ModelKey, content: bytes) -> Trained:
    """Return what `_sealed` put in; raise, of whatever kind, if this is not such a file."""
    rest = content[len(_seal(b"")) :]
    if not content.startswith(_seal(rest)):
        raise ValueError("It is not a whole file of ours.")
    line, _, body = rest.partition(b"\n")
    header = _Header.model_validate_json(line)
    if header.versions != _versions():
        raise ValueError("Another version wrote it.")
    if header.key != key:
        raise ValueError("It holds another model.")
    return Trained(_loaded(body, MODELS[key.model]), header.record)


def _loaded(body: bytes, spec: ModelSpec) -> RegressorMixin:
    with ZipFile(io.BytesIO(body)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise ValueError("It unpacks to too much.")
        unknown = sorted(set(_nodes(json.loads(archive.read("schema.json")))) - NODES)
    if unknown:
        raise ValueError(f"It holds what no model of ours is made of: {', '.join(unknown)}.")
    estimator = skops.io.loads(body, trusted=TRUSTED)
    _require_fitted(estimator, spec)
    return estimator


def _nodes(schema: Any) -> Iterator[str]:
    """Yield how and what skops would make, of all that it would make."""
    if isinstance(schema, dict):
        if "__loader__" in schema:
            yield f"{schema['__loader__']} {schema['__module__']}.{schema['__class__']}"
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _nodes(part)


def _require_fitted(estimator: object, spec: ModelSpec) -> None:
    """Raise unless this is the model's estimator with its parameters, and it can predict."""
    fresh = spec.make()
    if type(estimator) is not type(fresh) or repr(estimator) != repr(fresh):  # which tells steps and parameters
        raise ValueError("It is not the estimator of this model.")
    n_features = len(spec.feature_names)
    if isinstance(estimator, HistGradientBoostingRegressor):
        _require_sound_trees(estimator, n_features)
    said = estimator.predict(np.zeros((1, n_features)))  # type: ignore[attr-defined]  # it is a regressor
    if said.shape != (1,) or not np.isfinite(said).all():
        raise ValueError("It cannot predict.")


def _require_sound_trees(estimator: HistGradientBoostingRegressor, n_features: int) -> None:
    """Raise if a tree points outside itself or in a circle: scikit-learn would read any memory, or never end."""
    for tree in (tree for trees in estimator._predictors for tree in trees):
        inner = np.flatnonzero(tree.nodes["is_leaf"] == 0)
        children = np.stack([tree.nodes["left"], tree.nodes["right"]]).astype(np.int64)[:, inner]
        seen = tree.nodes["feature_idx"][inner]
        is_inside = (inner < children).all() and (children < len(tree.nodes)).all() and len(tree.nodes) > 0
        if not is_inside or (seen < 0).any() or (seen >= n_features).any() or tree.nodes["is_categorical"].any():
            raise ValueError("Its trees are not sound.")
