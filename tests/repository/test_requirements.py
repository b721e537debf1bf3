"""The lock installs with the pip that a fresh machine has."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parents[2] / "requirements"


def _locked(path: Path) -> dict[str, Requirement]:
    lines = re.findall(r"^[a-z0-9][^\\#\n]*", path.read_text(), re.MULTILINE)
    return {canonicalize_name(found.name): found for found in map(Requirement, lines)}


# Not checkov.txt: what it locks is installed in an environment of its own.
@pytest.mark.parametrize(
    "path", sorted(set(FOLDER.glob("*.txt")) - {FOLDER / "checkov.txt"}), ids=lambda path: path.name
)
def test_extras_that_packages_want_of_one_another_are_locked_by_name(path: Path) -> None:
    # pip before 23.3 looks for `coverage[toml]` apart from a locked `coverage`, and takes a release that has no hash.
    locked = _locked(path)
    assert all(str(found.specifier).startswith("==") for found in locked.values())
    for name, found in locked.items():
        if found.marker is not None and not found.marker.evaluate():
            continue
        for wanted in map(Requirement, distribution(name).requires or []):
            used = wanted.marker is None or any(
                wanted.marker.evaluate({"extra": extra}) for extra in found.extras or {""}
            )
            if used and wanted.extras:
                assert wanted.extras <= locked[canonicalize_name(wanted.name)].extras, f"{name} wants {wanted}"
