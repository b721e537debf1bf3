"""What determines a response besides the bars and the request: the code, the libraries and the seed."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import services.prediction
import shared
from services.prediction.types import SEED
from shared import VERSION
from shared.schemas.wire import Provenance

PACKAGES = (Path(services.prediction.__file__).parent, Path(shared.__file__).parent)
LIBRARIES = ("exchange-calendars", "numpy", "pandas", "scikit-learn", "scipy")


@cache
def provenance() -> Provenance:
    """Return the versions of code and libraries; they do not change while the process runs."""
    return Provenance(
        bellwether=f"{VERSION}+{code_digest(*PACKAGES)}",
        libraries={name: version(name) for name in LIBRARIES},
        seed=SEED,
    )


@cache
def answer_digest() -> str:
    """Return 16 hexadecimal digits for everything that determines an answer besides the bars and the request."""
    return hashlib.sha256(provenance().model_dump_json().encode()).hexdigest()[:16]


def code_digest(*packages: Path) -> str:
    """Compute eight hexadecimal digits from the path and content of every Python file below the packages.

    The code may change while the version stays the same; ETags and stored models must follow it.
    """
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted(package.rglob("*.py")):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:8]
