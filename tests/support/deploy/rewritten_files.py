"""Files that run in a container, with its paths and ports changed to those of a test."""

from pathlib import Path


def moved_text(path: Path, moved: dict[str, str]) -> str:
    """Return the text of the file with each of these replaced, in this order; each must be in it."""
    text = path.read_text()
    for here, there in moved.items():
        assert here in text, f"{path} has no {here} any more"
        text = text.replace(here, there)
    return text
