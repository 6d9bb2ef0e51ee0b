"""The API's documentation for developers: `/openapi.json`, and `/docs` made from it, both without any outside host."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from stacklead.state import State

METHODS = ("post", "get", "delete", "put", "patch")


@cache
def load_openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document; it is shared, so do not change it."""
    return json.loads(_read("openapi.json"))


def openapi_for(base_url: str) -> dict[str, Any]:
    """Return the document as it is served at `base_url` (no slash at the end)."""
    quoted = json.dumps(base_url)[1:-1]
    return json.loads(_read("openapi.json").replace("{base_url}", quoted)) | {"servers": [{"url": base_url or "/"}]}


async def get_openapi(request: Request[State]) -> Response:
    """Answer with the OpenAPI document."""
    return JSONResponse(openapi_for(request.state["settings"].base_url.rstrip("/")))


async def get_docs(request: Request[State]) -> Response:
    """Answer with the documentation as a page."""
    page = docs_page(load_openapi(), request.state["settings"].base_url.rstrip("/"))
    return HTMLResponse(page, headers={"Content-Security-Policy": docs_csp(), "X-Content-Type-Options": "nosniff"})


def docs_page(openapi: Mapping[str, Any], base_url: str) -> str:
    """Return the documentation as one HTML page without scripts.

    Args:
        openapi: the document, as `load_openapi` returns it.
        base_url: where this server is reached, for the examples; no slash at the end.
    """
    template = _environment().get_template("docs.html")
    return template.render(
        api=openapi,
        base_url=base_url,
        groups=_groups(openapi),
        webhooks=[item["post"] for item in openapi["webhooks"].values()],
        data_rows=_rows(openapi, openapi["components"]["schemas"]["Data"]),
        refusals=_refusals(openapi),
        style=Markup(_style()),  # noqa: S704 - our own file
    )


@cache
def docs_csp() -> str:
    """Return the Content-Security-Policy for the page: its one style sheet by hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _read(name: str) -> str:
    return files("stacklead.capture").joinpath(name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    return _read("templates/docs.css")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stacklead.capture"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = environment.filters
    filters.update(prose=_prose, as_json=_as_json)
    return environment


def _groups(openapi: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the operations under their tags: `{"tag": {...}, "operations": [...]}`."""
    operations = list(_operations(openapi))
    groups = [
        {"tag": tag, "operations": [one for one in operations if tag["name"] in one["tags"]]} for tag in openapi["tags"]
    ]
    return [group for group in groups if group["operations"]]


def _operations(openapi: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the page shows of each operation."""
    for path, item in openapi["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                content = operation.get("requestBody", {}).get("content", {})
                yield {
                    "id": operation["operationId"],
                    "tags": operation["tags"],
                    "path": path,
                    "method": method.upper(),
                    "summary": operation["summary"],
                    "text": operation.get("description", ""),
                    "rows": _parameter_rows(openapi, parameters, content),
                    "media_types": list(content),
                    "samples": operation.get("x-codeSamples", []),
                    "answers": _answers(operation["responses"]["200"]),
                    "responses": operation["responses"],
                }


def _parameter_rows(
    openapi: Mapping[str, Any], parameters: Iterable[Mapping[str, Any]], content: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of an operation's parameters; those of the query stand in the body's too, if it has one."""
    rows = [
        {
            "path": one["name"],
            "types": ("header, " if one["in"] == "header" else "") + _type_words(one["schema"]),
            "text": one.get("description", ""),
            "example": one.get("example"),
        }
        for one in parameters
        if not (content and one["in"] == "query")
    ]
    for media in list(content.values())[:1]:
        rows += _rows(openapi, _resolve(openapi, media["schema"]))
    return rows


def _answers(response: Mapping[str, Any]) -> dict[str, Any]:
    """Return the examples of an answer by their title."""
    content = response["content"]["application/json"]
    if "example" in content:
        return {"Answer": content["example"]}
    return {f"Answer ({name})": one["value"] for name, one in content.get("examples", {}).items()}


def _refusals(openapi: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row per refusal: `{"status", "codes", "text"}`, by status."""
    rows: dict[str, dict[str, Any]] = {}
    for operation in _operations(openapi):
        for status, response in operation["responses"].items():
            name = response.get("$ref", "").rpartition("/")[2]
            if name:
                body = openapi["components"]["responses"][name]
                rows.setdefault(name, {"status": status, "codes": _codes_of(body), "text": body["description"]})
    return sorted(rows.values(), key=lambda row: row["status"])


def _codes_of(response: Mapping[str, Any]) -> list[str]:
    content = response["content"]["application/json"]
    examples = [content["example"]] if "example" in content else [one["value"] for one in content["examples"].values()]
    return list(dict.fromkeys(example["error"]["code"] for example in examples))


def _resolve(openapi: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local `$ref`, through the one real alternative of an `anyOf` with null."""
    if "anyOf" in node:
        return _resolve(openapi, node["anyOf"][0])
    if "$ref" not in node:
        return node
    found: Any = openapi
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _resolve(openapi, found)


def _rows(openapi: Mapping[str, Any], schema: Mapping[str, Any], prefix: str = "") -> list[dict[str, Any]]:
    """Return one row per property, nested ones by their path: `{"path", "types", "text", "example"}`."""
    rows: list[dict[str, Any]] = []
    for name, node in schema.get("properties", {}).items():
        found = _resolve(openapi, node)
        text = node.get("description") or found.get("description", "")
        example = next(iter(found.get("examples", [])), None)
        rows.append({"path": prefix + name, "types": _type_words(found), "text": text, "example": example})
        inner = found.get("items", found) if found.get("type") == "array" else found
        mark = "[]." if found.get("type") == "array" else "."
        rows += _rows(openapi, _resolve(openapi, inner), prefix + name + mark)
    return rows


def _type_words(schema: Mapping[str, Any]) -> str:
    """Return a schema's type in words: `string or null`, `list of strings`."""
    kind: str | list[str] = schema.get("type", "any")
    if kind == "array":
        inner = schema["items"].get("type")
        return f"list of {inner}s" if inner else "list"
    return " or ".join(kind) if isinstance(kind, list) else kind


def _prose(text: str) -> Markup:
    """Escape a description and set its `code` and paragraphs."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup("</p><p>".join(marked.split("\n\n")))  # noqa: S704 - escaped one line above


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


routes = [Route("/openapi.json", get_openapi), Route("/docs", get_docs)]
