"""The parts of all our FastAPI apps: the app factory, middleware, problems and health."""
