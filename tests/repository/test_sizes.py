"""Limits on the code: small files, small functions, tests that replace ports instead of patching."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    if (ROOT / name).is_file()
]
PYTHON = [path for path in FILES if path.suffix == ".py"]
PAGE = [path for path in FILES if path.suffix in {".css", ".ts", ".tsx"} and "gen" not in str(path.relative_to(ROOT))]
MAX_FILE, MAX_FUNCTION = 250, 40


def _long_functions(source: str) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION
    ]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    assert len(PYTHON) > 20
    assert len(PAGE) > 5
    too_long = {str(path): n for path in PYTHON + PAGE if (n := len(path.read_text().splitlines())) > MAX_FILE}
    assert too_long == {}


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    assert _long_functions(path.read_text()) == []


def test_the_check_on_functions_finds_a_long_one() -> None:
    lines = ["async def too_long():", *["    pass"] * MAX_FUNCTION]
    assert _long_functions("\n".join(lines)) == ["too_long"]


def test_tests_replace_at_a_port_and_not_by_patching() -> None:
    tests = [path for path in PYTHON if path.is_relative_to(ROOT / "tests") and path != Path(__file__)]
    source = "\n".join(path.read_text() for path in tests)
    n_tests = len(re.findall(r"def test_", source))
    n_patches = len(re.findall(r"monkeypatch\.setattr|mock\.patch|unittest\.mock|MagicMock", source))
    assert n_patches <= 0.05 * n_tests
