"""What every FastAPI app of ours shares: the app factory, middleware, problems and health."""
