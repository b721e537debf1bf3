"""Files of a container with its paths and ports replaced by those of a test."""

from pathlib import Path


def rewrite_text(path: Path, replacements: dict[str, str]) -> str:
    """Return the file's text after these replacements, in order; each old text must occur."""
    text = path.read_text()
    for old, new in replacements.items():
        assert old in text, f"{path} no longer contains {old}"
        text = text.replace(old, new)
    return text
