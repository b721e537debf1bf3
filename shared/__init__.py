"""What every deployable may import: wire models, errors, the app factory, HTTP clients, metrics and logs."""
