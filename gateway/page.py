"""The page, from the folder that it is built into."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from shared.web.problem import http_problem


def install_page(app: FastAPI, folder: Path) -> None:
    """Serve what is in `folder`; of what is not there, the page tells a visitor, and a problem tells a program."""
    app.frontend("/", directory=folder, fallback=None, check_dir=False)
    page = folder / "index.html"

    @app.exception_handler(404)
    def not_there(request: Request, error: Exception) -> Response:
        if _is_visit(request) and page.is_file():
            return FileResponse(page, status_code=404)
        return http_problem(request, error)


def _is_visit(request: Request) -> bool:
    """Say whether a person follows a link or types an address. Nobody visits the API."""
    is_read = request.method in {"GET", "HEAD"}
    return is_read and not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
