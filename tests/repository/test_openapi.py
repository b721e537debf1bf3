"""The committed OpenAPI documents match the code, and the page's client matches them; `make openapi` writes both."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.generated.openapi import APPS, FOLDER, document


@pytest.mark.parametrize("name", APPS)
def test_the_committed_document_is_the_code_s(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text() == document(name), "run `make openapi`"


@pytest.mark.parametrize("name", APPS)
def test_each_operation_names_the_errors_that_any_request_can_get(name: str) -> None:
    document = APPS[name]().openapi()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) > 5
    for operation in operations:
        expected = {"400", "408", "414", "431"} | ({"413"} if "requestBody" in operation else set())
        assert expected <= set(operation["responses"]), operation["operationId"]
        for status in expected:
            (content,) = operation["responses"][status]["content"].items()
            assert content[0] == "application/problem+json"
            assert content[1]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_the_page_s_client_is_the_document_s(tmp_path: Path) -> None:
    root, page = FOLDER.parents[1], tmp_path / "frontend"
    shutil.copytree(FOLDER, tmp_path / "docs" / "openapi")
    page.mkdir()
    for name in ("package.json", "openapi-ts.config.ts"):
        shutil.copy(root / "frontend" / name, page)
    (page / "node_modules").symlink_to(root / "frontend" / "node_modules")
    subprocess.run(["npm", "run", "--silent", "generate"], cwd=page, check=True, capture_output=True)
    generated, committed = (folder / "src/api/gen" for folder in (page, root / "frontend"))
    assert _contents(generated) == _contents(committed), "run `make openapi`"


def _contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.ts")}
