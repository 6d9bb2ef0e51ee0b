"""The files of the built snippet, for the pages of others.

GET /stacklead.js, /stacklead.min.js, /stacklead.<hash>.js and the operator's own path: the same bytes.
GET /stacklead.world.js, /stacklead.<its hash>.js: the script with the words of more languages.
GET /stacklead.debug.js: the field inspector.
GET /stacklead.mjs, /stacklead.world.mjs and /stacklead.d.ts: the module in both, and its types.
"""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stacklead.errors import NotFound
from stacklead.settings import SCRIPT_PATH, SNIPPET_FILES, Settings
from stacklead.snippet_files import SCRIPT, WORLD, Script, load_script

_YEAR = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600, stale-while-revalidate=86400"
_MEDIA_TYPES = {".ts": "application/typescript; charset=utf-8"}  # everything else is a script
_SCRIPT = "text/javascript; charset=utf-8"


async def get_script(request: Request) -> Response:
    """Answer with the script in the best encoding that the browser reads."""
    name: str = request.path_params.get("hash", "")
    pinned = next((script for script in map(load_script, (SCRIPT, WORLD)) if script.hash == name), None)
    if pinned is None and name not in ("", "min"):
        raise NotFound("There is no such script. After an update, a pinned script has a new name: copy the tag again.")
    return _respond(request, pinned or load_script(), is_immutable=pinned is not None)


async def get_file(request: Request) -> Response:
    """Answer with another file of the snippet, by its name."""
    name = request.url.path.rpartition("/")[2]
    try:
        script = load_script(name)
    except FileNotFoundError as exc:
        raise NotFound("There is no such script.") from exc
    return _respond(request, script, is_immutable=False, media_type=_MEDIA_TYPES.get(Path(name).suffix, _SCRIPT))


def choose_encoding(accepted: str) -> str | None:
    """Return the best encoding that an Accept-Encoding header allows, None for the bytes as they are."""
    names: set[str] = set()
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality):
            names.add(name.strip())
    return next((name for name in ("br", "gzip") if name in names), None)


def _respond(request: Request, script: Script, *, is_immutable: bool, media_type: str = _SCRIPT) -> Response:
    encoding = choose_encoding(request.headers.get("accept-encoding", ""))
    etag = f'"{script.hash}{"-" + encoding if encoding else ""}"'
    headers = {
        "Cache-Control": _YEAR if is_immutable else _HOUR,
        "ETag": etag,
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",  # a page that pins the script by SRI loads it with CORS
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    body = script.encoded[encoding] if encoding else script.body
    return Response(body, media_type=media_type, headers=headers)


def make_routes(settings: Settings) -> list[Route]:
    """Return the routes of the snippet's files: the documented ones, and beside them the operator's own path."""
    routes = [
        Route(SCRIPT_PATH, get_script),
        *(Route(f"/{name}", get_file) for name in SNIPPET_FILES),
        Route("/stacklead.{hash}.js", get_script),
    ]
    if settings.script_path != SCRIPT_PATH:
        own, pinned, *files = settings.script_paths
        routes += [Route(own, get_script), *(Route(file, get_file) for file in files), Route(pinned, get_script)]
    return routes
