import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from stacklead import errors
from stacklead.app import create_app
from stacklead.capture.docs import docs_csp, docs_page, load_openapi, openapi_for
from stacklead.models import LEAD_FIELDS, DeliveryMethod, DeliveryState, LeadState, Stage
from stacklead.settings import Settings

SERVER = Path(errors.__file__).parent
BASE_URL = "https://leads.blueocean.example"
SCHEMAS = load_openapi()["components"]["schemas"]


def schema(name: str) -> Draft202012Validator:
    document = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    return Draft202012Validator(document)


def examples() -> list[tuple[str, str, object]]:
    """Every example of a JSON body in the document, with the schema that it stands beside."""
    found: list[tuple[str, str, object]] = []

    def walk(node: object, path: str) -> None:
        if isinstance(node, dict):
            name = str(node.get("schema", {}).get("$ref", "")) if isinstance(node.get("schema"), dict) else ""
            if name:
                found.extend(
                    (path, name.rpartition("/")[2], one) for one in (node[k] for k in ["example"] if k in node)
                )
                found.extend(
                    (f"{path}:{k}", name.rpartition("/")[2], v["value"]) for k, v in node.get("examples", {}).items()
                )
            for key, value in node.items():
                walk(value, f"{path}/{key}")

    walk(load_openapi(), "")
    return found


def test_document_is_valid_openapi() -> None:
    validate(load_openapi())


@pytest.mark.parametrize(("name", "example"), [pytest.param(n, e, id=p) for p, n, e in examples()])
def test_example_matches_its_schema(name: str, example: object) -> None:
    assert [str(problem) for problem in schema(name).iter_errors(example)] == []


def test_examples_are_found() -> None:
    assert len(examples()) > 20


def test_every_documented_parameter_is_there() -> None:
    documented = {"email", "delivery_method", "created", "token", "webhook_url", "api_key"}
    assert documented | set(LEAD_FIELDS) <= set(SCHEMAS["LeadRequest"]["properties"])


@pytest.mark.parametrize(
    ("listed", "values"),
    [
        (SCHEMAS["LeadSummary"]["properties"]["state"]["enum"], LeadState),
        (SCHEMAS["Delivery"]["properties"]["state"]["enum"], DeliveryState),
        (SCHEMAS["Delivery"]["properties"]["method"]["enum"], DeliveryMethod),
        (SCHEMAS["ClientCapture"]["properties"]["stage"]["enum"], Stage),
    ],
    ids=["lead state", "delivery state", "delivery method", "stage"],
)
def test_listed_values_are_those_of_the_models(listed: list[str], values: type[LeadState]) -> None:
    assert listed == [value.value for value in values]


def test_shown_codes_are_given_somewhere() -> None:
    given = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}
    for path in (SERVER / "capture").glob("*.py"):
        given |= set(re.findall(r'code="(\w+)"', path.read_text()))
    responses = load_openapi()["components"]["responses"].values()
    bodies = [response["content"]["application/json"] for response in responses]
    shown = [body["example"] for body in bodies if "example" in body]
    shown += [one["value"] for body in bodies for one in body.get("examples", {}).values()]
    assert {one["error"]["code"] for one in shown} <= given


def test_every_machine_route_is_described(tmp_path: Path) -> None:
    app = create_app(Settings.from_env(data_dir=tmp_path))
    served = {
        (method, re.sub(r"\{.*?\}", "{id}", route.path))
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith(("/api/", "/healthz", "/readyz"))
        for method in (route.methods or set()) - {"HEAD"}
    } | {("POST", "/api/client/leads")}
    described = {
        (method.upper(), path)
        for path, item in load_openapi()["paths"].items()
        for method in item
        if method in ("get", "post", "delete")
    }
    assert served == described


def test_success_examples_never_contain_the_word_error() -> None:
    for path, operations in load_openapi()["paths"].items():
        for operation in operations.values():
            if isinstance(operation, dict):
                assert "error" not in json.dumps(operation["responses"]["200"]), path


def test_served_document_names_the_server() -> None:
    served = openapi_for(BASE_URL)
    assert served["servers"] == [{"url": BASE_URL}]
    assert "{base_url}" not in json.dumps(served)


class Page(HTMLParser):
    """Collects what a page links to, loads and is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.tags: set[str] = set()
        self.loads: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        self.ids.add(values.get("id") or "")
        if tag == "a":
            self.links.add(values.get("href") or "")
        elif values.get("href") or values.get("src"):
            self.loads.add(values.get("href") or values.get("src") or "")


@pytest.fixture(scope="module")
def html() -> str:
    return docs_page(load_openapi(), BASE_URL)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    parser = Page()
    parser.feed(html)
    return parser


def test_docs_page_has_every_operation(page: Page) -> None:
    operations = {o["operationId"] for i in load_openapi()["paths"].values() for o in i.values() if isinstance(o, dict)}
    assert operations <= page.ids


def test_docs_page_loads_nothing(page: Page) -> None:
    assert page.loads == set()
    assert "script" not in page.tags


def test_docs_page_links_lead_somewhere(page: Page) -> None:
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    assert {link for link in page.links if not link.startswith("#")} <= {"/openapi.json", "/settings/api"}


def test_docs_page_shows_this_server_in_its_examples(html: str) -> None:
    assert f"{BASE_URL}/api/leads" in html
    assert "{base_url}" not in html


def test_docs_page_escapes_the_address() -> None:
    assert "<b>" not in docs_page(load_openapi(), "https://x/<b>")


def test_docs_page_style_is_allowed_by_its_hash() -> None:
    assert "style-src 'sha256-" in docs_csp()
