"""The shape of the house: rooms are small packages that one sentence describes, and the map of them is true."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOTS = ("gateway", "services/data", "services/prediction", "shared")
PACKAGES = sorted(path.parent for root in ROOTS for path in (ROOT / root).rglob("__init__.py"))
FIXED_NAMES = {"__init__", "__main__", "app", "metrics", "ports", "resources", "settings"}
MAX_MODULES = 15
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def _modules(package: Path) -> list[str]:
    return sorted(path.stem for path in package.glob("*.py") if path.stem not in FIXED_NAMES)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_is_small_and_one_sentence_describes_it(package: Path) -> None:
    assert len(_modules(package)) <= MAX_MODULES
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text()))
    assert docstring is not None
    assert re.fullmatch(r"[^.\n]+\.", docstring), docstring


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_repeats_its_room(package: Path) -> None:
    room = package.name.rstrip("s")
    assert [name for name in _modules(package) if name.startswith(f"{room}_")] == []


def test_the_map_names_each_room() -> None:
    rooms = [f"`{package.relative_to(ROOT)}/`" for package in PACKAGES if str(package.relative_to(ROOT)) not in ROOTS]
    assert [room for room in rooms if room not in ARCHITECTURE] == []


def test_each_path_that_the_map_names_exists() -> None:
    paths = re.findall(r"`([\w.-]+(?:/[\w.{},*-]+)+/?)`", ARCHITECTURE)
    assert len(paths) > 60
    assert [path for path in paths if not _exists(path)] == []


def test_it_would_see_a_path_that_does_not_exist() -> None:
    assert not _exists("services/data/nowhere.py")


def _exists(path: str) -> bool:
    names = re.fullmatch(r"(.*)\{(.*)\}(.*)", path)
    if names:
        return all(_exists(f"{names[1]}{name}{names[3]}") for name in names[2].split(","))
    return any(ROOT.glob(path))
