"""The library that every deployable may import: wire models, errors, the app factory, HTTP clients, telemetry."""

VERSION = "0.1.0"  # equals pyproject.toml and the top of CHANGELOG.md: tests/repository/test_docs.py
