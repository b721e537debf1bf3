"""What all our FastAPI apps share: the app factory, middleware, problems and health."""
