"""The library that every deployable may import: wire models, errors, the app factory, HTTP clients, telemetry."""
