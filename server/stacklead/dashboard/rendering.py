"""Makes every page: templates, the words for stored values, and the headers that browsers are held to."""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from itsdangerous import BadData, URLSafeTimedSerializer
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from stacklead import __version__
from stacklead.models import DeliveryKind, DeliveryMethod, DeliveryState, LeadState
from stacklead.settings import Settings
from stacklead.state import State
from stacklead.text import one_line, web_link

# Pico draws its marks with data: images; nothing else comes from outside this server, and nothing is inline.
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
FLASH_COOKIE = "stacklead_flash"
FLASH_S = 60  # seconds in which the next page shows a message

Tone = Literal["good", "bad"]

LEAD_STATES: Mapping[str, tuple[str, str]] = {  # the word, and its colour
    LeadState.WAITING: ("Waiting", "busy"),
    LeadState.QUEUED: ("In line", "busy"),
    LeadState.RESEARCHING: ("Researching", "busy"),
    LeadState.DONE: ("Ready", "good"),
    LeadState.HELD: ("Held", "quiet"),
    LeadState.GAVE_UP: ("Gave up", "bad"),
}
DELIVERY_STATES: Mapping[str, tuple[str, str]] = {
    DeliveryState.DUE: ("Sending", "busy"),
    DeliveryState.SENT: ("Sent", "good"),
    DeliveryState.FAILED: ("Failed", "bad"),
    DeliveryState.OFF: ("Not sent", "quiet"),
    DeliveryState.WAITING_FOR_ADDRESS: ("Waiting for an address", "busy"),
}
METHODS: Mapping[str, str] = {DeliveryMethod.EMAIL: "Mail", DeliveryMethod.WEBHOOK: "Webhook"}
KINDS: Mapping[str, str] = {
    DeliveryKind.REPORT: "Report",
    DeliveryKind.TEST: "Test",
    DeliveryKind.SIGN_IN_LINK: "Sign-in link",
    DeliveryKind.CONFIRM_ADDRESS: "Confirmation",
}
WAYS_IN: Mapping[str, str] = {"tag": "Website", "api": "API", "import": "Import"}


def render_page(
    request: Request[State], template: str, context: Mapping[str, Any], *, status: int = 200
) -> HTMLResponse:
    """Return a page with its headers; shows the message that the last form left, once."""
    flash = _read_flash(request)
    common: dict[str, Any] = {"flash": flash, "path": request.url.path, "account": None, "form_token": ""}
    html = _environment().get_template(template).render({**common, **context})
    response = HTMLResponse(html, status_code=status)
    if flash is not None:
        response.delete_cookie(FLASH_COOKIE)
    return add_headers(response, request.state["settings"])


def redirect(
    request: Request[State], path: str, message: str = "", *, tone: Tone = "good", secret: str = ""
) -> RedirectResponse:
    """Send the browser to another page of ours, which shows `message`, and `secret` this once."""
    settings = request.state["settings"]
    response = RedirectResponse(path, status_code=303)
    if message:
        flash = _flash_signer(settings).dumps({"message": message, "tone": tone, "secret": secret})
        response.set_cookie(
            FLASH_COOKIE, str(flash), max_age=FLASH_S, httponly=True, secure=settings.is_https, samesite="lax"
        )
    add_headers(response, settings)
    return response


def add_headers(response: Response, settings: Settings) -> Any:
    """Add what every page carries (OWASP ASVS 3.4); returns the same response."""
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    if settings.is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def format_moment(at: int | None) -> Markup:
    """Return a `<time>` of a moment in milliseconds since 1970, like "23 Nov 2026, 10:15 UTC"."""
    if at is None:
        return Markup("")
    found = datetime.fromtimestamp(at / 1000, UTC)
    text = f"{found.day} {found:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(found.isoformat(timespec="seconds"), text)


def format_took(took_ms: int) -> str:
    """Return a duration for people: "340 ms", "2.1 s"."""
    return f"{took_ms} ms" if took_ms < 1000 else f"{took_ms / 1000:.1f} s"


def find_initials(text: str) -> str:
    """Return one or two letters that stand for a picture; we show none from the web."""
    words = [word for word in text.partition("@")[0].replace(".", " ").split() if word[0].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stacklead.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        moment=format_moment,
        took=format_took,
        initials=find_initials,
        line=one_line,
        web_link=web_link,
    )
    words: dict[str, Any] = {
        "version": __version__,
        "lead_states": LEAD_STATES,
        "delivery_states": DELIVERY_STATES,
        "methods": METHODS,
        "kinds": KINDS,
        "ways_in": WAYS_IN,
    }
    environment.globals.update(words)
    return environment


def _read_flash(request: Request[State]) -> dict[str, str] | None:
    cookie = request.cookies.get(FLASH_COOKIE)
    if not cookie:
        return None
    try:
        return msgspec.convert(_flash_signer(request.state["settings"]).loads(cookie, max_age=FLASH_S), dict[str, str])
    except (BadData, msgspec.ValidationError):
        return None


def _flash_signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.signing_key(), salt="stacklead.flash")
