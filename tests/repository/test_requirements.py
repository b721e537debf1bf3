"""The lock installs with the pip of a fresh machine."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parents[2] / "requirements"


def _locked(path: Path) -> dict[str, Requirement]:
    lines = re.findall(r"^[a-z0-9][^\\#\n]*", path.read_text(), re.MULTILINE)
    return {canonicalize_name(locked_package.name): locked_package for locked_package in map(Requirement, lines)}


# Not checkov.txt, which is installed into its own environment.
@pytest.mark.parametrize(
    "path", sorted(set(FOLDER.glob("*.txt")) - {FOLDER / "checkov.txt"}), ids=lambda path: path.name
)
def test_extras_that_packages_want_of_one_another_are_locked_by_name(path: Path) -> None:
    # pip before 23.3 resolves `coverage[toml]` separately from a locked `coverage`, to a release without a hash.
    locked = _locked(path)
    assert all(str(locked_package.specifier).startswith("==") for locked_package in locked.values())
    for name, locked_package in locked.items():
        if locked_package.marker is not None and not locked_package.marker.evaluate():
            continue
        for wanted in map(Requirement, distribution(name).requires or []):
            used = wanted.marker is None or any(
                wanted.marker.evaluate({"extra": extra}) for extra in locked_package.extras or {""}
            )
            if used and wanted.extras:
                assert wanted.extras <= locked[canonicalize_name(wanted.name)].extras, f"{name} wants {wanted}"
