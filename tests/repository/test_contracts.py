"""The import contracts of pyproject.toml hold, and each is seen to fail on planted violations."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = "pure rooms do no input or output"
DATA = "layers of the data service"
PREDICTION = "layers of the prediction service"
GATEWAY = "layers of the gateway"
SHARED = "layers of the shared library"
VIOLATIONS = [
    ("shared imports no deployable", "shared/deadline.py", "import gateway.settings"),
    ("the deployables are independent", "gateway/settings.py", "import services.data.settings"),
    (PURE, "services/data/bars/checks.py", "import structlog"),
    (PURE, "services/data/bars/reader.py", "import shared.web.health"),
    (PURE, "services/data/files/rows.py", "import prometheus_client"),
    (PURE, "services/data/followers/write_fence.py", "import motor"),
    (PURE, "services/data/ledger/scores.py", "import fastapi"),
    (PURE, "services/data/screener/answers.py", "import starlette"),
    (PURE, "services/data/symbols/search.py", "import redis"),
    (PURE, "services/data/symbols/catalogue.py", "import bson"),
    (PURE, "services/data/records.py", "import motor"),
    (PURE, "services/prediction/inputs/history.py", "import shared.clients.data"),
    (PURE, "services/prediction/models/features.py", "import starlette"),
    (PURE, "services/prediction/same_session/result.py", "import httpx"),
    (PURE, "services/prediction/scoring/verdicts.py", "import pydantic_settings"),
    (PURE, "services/prediction/universe/panel.py", "import httpx"),
    (PURE, "services/prediction/walk_forward/run.py", "import pymongo"),
    (PURE, "shared/schemas/bars.py", "import shared.web.etags\nimport starlette"),
    (PURE, "shared/market/exchange_sessions.py", "import shared.telemetry.logs"),
    ("only the MongoDB room knows the driver", "services/data/resources.py", "import pymongo"),
    ("only the cache and the rate limits know the Redis client", "services/data/bars/reader.py", "import redis"),
    ("only the cluster room knows Dask", "services/prediction/resources.py", "import distributed"),
    (
        "the data service calls vendors by one module, and no sibling",
        "services/data/vendors/tiingo.py",
        "import httpx",
    ),
    (
        "the data service calls vendors by one module, and no sibling",
        "services/data/ports.py",
        "import shared.clients.data",
    ),
    ("the gateway needs no pandas", "gateway/api/stocks.py", "import shared.schemas.arrow"),
    (DATA, "services/data/bars/writer.py", "import services.data.symbols.catalogue"),
    (DATA, "services/data/ledger/checks.py", "import services.data.symbols.search"),
    (DATA, "services/data/symbols/catalogue.py", "import services.data.screener.answers"),
    (DATA, "services/data/mongo/bar_store.py", "import services.data.vendors.tiingo"),
    (DATA, "services/data/cli/output.py", "import services.data.api.bars"),
    (DATA, "services/data/files/rows.py", "import services.data.bars.checks"),
    (DATA, "services/data/api/bars.py", "import services.data.resources"),
    (PREDICTION, "services/prediction/same_session/result.py", "import services.prediction.forecasting.training"),
    (PREDICTION, "services/prediction/forecasting/training.py", "import services.prediction.same_session.holdout"),
    (PREDICTION, "services/prediction/walk_forward/run.py", "import services.prediction.universe.panel"),
    (PREDICTION, "services/prediction/models/registry.py", "import services.prediction.scoring.scores"),
    (PREDICTION, "services/prediction/inputs/history.py", "import services.prediction.models.features"),
    (GATEWAY, "gateway/examples/stocks.py", "import gateway.api.stocks"),
    (GATEWAY, "gateway/page.py", "import gateway.docs"),
    (SHARED, "shared/telemetry/metrics.py", "import shared.web.health"),
    (SHARED, "shared/web/health.py", "import shared.clients.base"),
    (SHARED, "shared/schemas/bars.py", "import shared.market.split_jumps"),
]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    for name in ("gateway", "services", "shared"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(copy: Path) -> None:
    done = _lint(copy)
    assert done.returncode == 0, done.stdout
    n_contracts = len({contract for contract, _, _ in VIOLATIONS})
    assert f"{n_contracts} kept, 0 broken" in done.stdout, "each contract has a planted violation"


@pytest.mark.parametrize(("contract", "file", "line"), VIOLATIONS)
def test_a_planted_violation_is_reported(copy: Path, contract: str, file: str, line: str) -> None:
    module = copy / file
    code = module.read_text()
    try:
        module.write_text(f"{code}\n{line}\n")
        done = _lint(copy)
    finally:
        module.write_text(code)
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout


def test_a_new_room_is_not_left_out_of_the_layers(copy: Path) -> None:
    room = copy / "services" / "data" / "elsewhere"
    room.mkdir()
    (room / "__init__.py").write_text('"""A new room."""\n')
    try:
        assert _lint(copy).returncode != 0
    finally:
        shutil.rmtree(room)


def test_nothing_imports_the_tests_or_the_local_runner() -> None:
    for folder in ("gateway", "services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            lines = path.read_text().splitlines()
            assert not [
                line for line in lines if line.startswith(("from tests", "import tests", "from local", "import local"))
            ]
