"""Serves the built page."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from shared.web.problem import http_problem

PAGES = ("screener", "leaderboard")  # each has an HTML file of its own, with what it preloads


def install_page(app: FastAPI, folder: Path) -> None:
    """Serve the files in `folder`. Unknown paths: the page for browsers, problem+json otherwise."""
    for name in PAGES:
        _serve_at(app, f"/{name}", folder / name / "index.html")
    app.frontend("/", directory=folder, fallback=None, check_dir=False)
    page = folder / "index.html"

    @app.exception_handler(404)
    async def not_there(request: Request, error: Exception) -> Response:
        if _is_visit(request) and page.is_file():
            return FileResponse(page, status_code=404)
        return await http_problem(request, error)


def _serve_at(app: FastAPI, path: str, file: Path) -> None:
    """Serve a file at a path without a slash at its end, to which `frontend` would redirect."""
    if not file.is_file():
        return

    files = StaticFiles(directory=file.parent)

    @app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request) -> Response:
        return await files.get_response(file.name, request.scope)


def _is_visit(request: Request) -> bool:
    """Say whether a browser navigates to a page. API paths never get the page."""
    is_read = request.method in {"GET", "HEAD"}
    return is_read and not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
