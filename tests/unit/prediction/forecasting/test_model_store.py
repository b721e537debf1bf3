"""The model store on a real directory: stored models come back bit by bit, and it never raises."""

import os
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog

from services.prediction.forecasting.model_store import SkopsModelStore
from services.prediction.forecasting.training import fit
from services.prediction.models import features
from services.prediction.models.registry import MODELS
from shared.schemas.forecasts import MODEL_NAMES, ModelName
from tests.support.prediction import simulated
from tests.support.prediction.stored_models import StoredModel, build_key, fitted, history

LOG_EVENTS = list[structlog.typing.EventDict]


@pytest.fixture
def logged() -> Iterator[LOG_EVENTS]:
    with structlog.testing.capture_logs() as events:
        yield events


@pytest.fixture
def drift(tmp_path: Path) -> StoredModel:
    return StoredModel.create(tmp_path, "drift")


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_a_kept_model_predicts_the_same_bits_and_has_the_same_record(name: ModelName, tmp_path: Path) -> None:
    SkopsModelStore(tmp_path).put(build_key(name), fitted(name))
    stored = SkopsModelStore(tmp_path).get(build_key(name))
    assert stored is not None
    assert stored.track_record == fitted(name).track_record
    rows = features.matrix(history(), MODELS[name].feature_names)[features.LOOKBACK :]
    assert stored.estimator.predict(rows).tobytes() == fitted(name).estimator.predict(rows).tobytes()


@pytest.mark.parametrize("name", MODEL_NAMES)
@pytest.mark.parametrize("close", [100.0, 1e-6, 1e6])
def test_a_model_of_constant_prices_is_kept_too(name: ModelName, close: float, tmp_path: Path) -> None:
    bars = simulated.random_walk(200, 1).assign(open=close, high=close, low=close, close=close, adj_close=close)
    trained = fit(simulated.history(bars), [MODELS[name]], 2, [90])[name]
    store = SkopsModelStore(tmp_path)
    store.put(build_key(name), trained)
    stored = store.get(build_key(name))
    assert stored is not None
    assert stored.track_record == trained.track_record


def test_nothing_is_found_where_nothing_was_kept(tmp_path: Path, logged: LOG_EVENTS) -> None:
    assert SkopsModelStore(tmp_path).get(build_key("drift")) is None
    assert SkopsModelStore(tmp_path / "missing").get(build_key("drift")) is None
    assert logged == []


def test_the_directory_is_made_and_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "some" / "where"
    SkopsModelStore(directory).put(build_key("drift"), fitted("drift"))
    (path,) = directory.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "other",
    [
        {"symbol": "MSFT"},
        {"revision": "0000000000000000"},
        {"adjusted": True},
        {"model": "persistence"},
        {"parameters": {"alpha": 1.0}},
        {"feature_names": ["log_range"]},
        {"horizon": 3},
        {"levels": [95]},
    ],
)
def test_a_key_that_differs_in_anything_finds_nothing(drift: StoredModel, other: dict[str, object]) -> None:
    assert drift.store.get(drift.key.model_copy(update=other)) is None
    assert drift.store.get(drift.key) is not None


def test_the_least_recently_used_files_are_removed_first(tmp_path: Path) -> None:
    store = SkopsModelStore(tmp_path, max_files=3)
    long_ago = time.time() - 1000
    for horizon in (1, 2, 3):
        before = set(tmp_path.iterdir())
        store.put(build_key("drift", horizon), fitted("drift"))
        (path,) = set(tmp_path.iterdir()) - before
        os.utime(path, (long_ago + horizon, long_ago + horizon))
    assert store.get(build_key("drift", 1)) is not None
    store.put(build_key("drift", 4), fitted("drift"))
    assert [horizon for horizon in (1, 2, 3, 4) if store.get(build_key("drift", horizon))] == [1, 3, 4]


def test_stale_temporary_files_are_removed_and_fresh_ones_are_not(drift: StoredModel) -> None:
    dead, alive, foreign = (drift.path.parent / name for name in ("dead.tmp", "alive.tmp", "notes.txt"))
    for path in (dead, alive, foreign):
        path.write_bytes(b"half a model")
    os.utime(dead, (0, 0))
    os.utime(foreign, (0, 0))
    drift.store.put(drift.key, drift.trained)
    assert sorted(drift.path.parent.iterdir()) == sorted([alive, foreign, drift.path])


@pytest.mark.parametrize("under", ["a file", "/proc/nowhere"])
def test_an_unwritable_directory_is_logged_once_and_raises_nothing(
    tmp_path: Path, under: str, logged: LOG_EVENTS
) -> None:
    (tmp_path / "a file").touch()
    directory = tmp_path / under / tmp_path.name
    for horizon in (1, 2, 3):
        store = SkopsModelStore(directory)
        store.put(build_key("drift", horizon), fitted("drift"))
        assert store.get(build_key("drift", horizon)) is None
    stored = [event for event in logged if event["action"] == "keep"]
    assert [(event["event"], event["log_level"]) for event in stored] == [("model_store_failed", "warning")]
    assert len(logged) <= 2


def test_a_full_disk_leaves_the_old_file_and_no_partial_one(drift: StoredModel, logged: LOG_EVENTS) -> None:
    before = drift.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        drift.store.put(drift.key, fitted("drift"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert drift.path.read_bytes() == before
    assert list(drift.path.parent.iterdir()) == [drift.path]
    assert [event["error"] for event in logged] == ["OSError"]


def test_a_directory_in_place_of_the_file_is_ignored(drift: StoredModel, logged: LOG_EVENTS) -> None:
    drift.path.unlink()
    drift.path.mkdir()
    assert drift.store.get(drift.key) is None
    drift.store.put(drift.key, drift.trained)
    assert [event["event"] for event in logged] == ["model_store_failed", "model_store_failed"]
    assert list(drift.path.parent.iterdir()) == [drift.path]


def test_two_stores_may_use_the_directory_at_once(tmp_path: Path, logged: LOG_EVENTS) -> None:
    stores = [SkopsModelStore(tmp_path, max_files=4), SkopsModelStore(tmp_path, max_files=4)]

    def work(number: int) -> int:
        store, n_found = stores[number % 2], 0
        for step in range(60):
            name: ModelName = ("drift", "persistence", "moving_average")[(step + number) % 3]
            key = build_key(name, horizon=1 + step % 4)
            stored = store.get(key)
            if stored is not None:
                n_found += 1
                assert type(stored.estimator) is type(fitted(name).estimator)
                assert stored.track_record == fitted(name).track_record
            store.put(key, fitted(name))
        return n_found

    with ThreadPoolExecutor(4) as pool:
        n_found = sum(pool.map(work, range(4)))
    assert n_found > 0
    assert logged == []
    assert {path.suffix for path in tmp_path.iterdir()} == {".skops"}
    assert len(list(tmp_path.iterdir())) <= 4
