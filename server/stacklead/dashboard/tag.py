"""The tag that website owners paste before `</body>`, as the product documentation has it, and its other forms."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from stacklead.dashboard.forms import parse_origins
from stacklead.errors import InvalidRequest
from stacklead.settings import CAPTURE_PATH, Settings
from stacklead.snippet_files import MODULE, SCRIPT, WORLD, WORLD_MODULE, load_script

Config = dict[str, str | bool]

_STUB = "StackLead = window.StackLead || {q: [], capture: function () { StackLead.q.push(arguments) }};"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagOptions:
    """What the owner chose beside the key. `origin` is the website that hands the script on; empty: this server."""

    on_submit_only: bool = False
    needs_consent: bool = False
    is_manual: bool = False
    with_logins: bool = False
    in_all_languages: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagForm:
    """One way to put the script into a page: what to paste, and what a Content-Security-Policy must allow for it."""

    id: str
    title: str
    about: str
    text: str
    policy: str


def make_tag(settings: Settings, client_key: str, options: TagOptions = TagOptions()) -> str:
    """Return the documented two script lines with the real key and address; options go into the first."""
    inline = _inline_config({"client_key": client_key, **_config(settings, options)})
    return (
        f'<script type="text/javascript">{inline}</script>\n'
        f'<script type="text/javascript" src="{_script_url(settings, options)}"></script>'
    )


def parse_options(query: Mapping[str, str]) -> TagOptions:
    """Return what the form on the page asks for.

    Read are `capture_on`, `consent`, `automatic`, `login_forms`, `languages` and `origin`.

    Raises:
        InvalidRequest: `origin` is none.
    """
    origins = parse_origins(query.get("origin", "").partition("\n")[0]) or ("",)
    if origins[0].startswith("*"):
        raise InvalidRequest("One website hands the script on. Write it as https://www.shop.com.", param="origin")
    return TagOptions(
        on_submit_only=query.get("capture_on") == "submit",
        needs_consent=query.get("consent") == "required",
        is_manual=query.get("automatic") == "false",
        with_logins=query.get("login_forms") == "true",
        in_all_languages=query.get("languages") == "all",
        origin=origins[0],
    )


def list_tag_forms(settings: Settings, client_key: str, options: TagOptions) -> list[TagForm]:
    """Return every form of the tag, the documented one first."""
    return [
        _two_lines(settings, client_key, options),
        _one_line(settings, client_key, options),
        _pinned(settings, client_key, options),
        _tag_manager(settings, client_key, options),
        _with_stub(settings, client_key, options),
        _module(settings, client_key, options),
    ]


def _two_lines(settings: Settings, client_key: str, options: TagOptions) -> TagForm:
    inline = _inline_config({"client_key": client_key, **_config(settings, options)})
    return TagForm(
        id="two-lines",
        title="Two lines",
        about="The usual way, with what you chose above in its first line.",
        text=make_tag(settings, client_key, options),
        policy=_policy(settings, options, _script_url(settings, options), inline),
    )


def _one_line(settings: Settings, client_key: str, options: TagOptions) -> TagForm:
    url = _script_url(settings, options)
    return TagForm(
        id="one-line",
        title="One line, without inline script",
        about="The same settings as attributes. For pages whose Content-Security-Policy forbids inline scripts.",
        text=f'<script src="{url}"{_attributes(settings, client_key, options)} async></script>',
        policy=_policy(settings, options, url),
    )


def _pinned(settings: Settings, client_key: str, options: TagOptions) -> TagForm:
    script = load_script(WORLD if options.in_all_languages else SCRIPT)
    url = urljoin(_script_url(settings, options), settings.script_paths[1].replace("{hash}", script.hash))
    return TagForm(
        id="pinned",
        title="Pinned to this exact file",
        about=(
            "The browser runs the script only if it is this file, to the byte. After an update of StackLead the file "
            "has another name and this address answers 404: nothing is captured until you paste the new line."
        ),
        text=(
            f'<script src="{url}"\n  integrity="{script.integrity}" crossorigin="anonymous"\n '
            f"{_attributes(settings, client_key, options)} async></script>"
        ),
        policy=_policy(settings, options, url),
    )


def _tag_manager(settings: Settings, client_key: str, options: TagOptions) -> TagForm:
    url = _script_url(settings, options)
    config = _config(settings, options)
    first = f"<script>{_inline_config(config)}</script>\n" if config else ""
    return TagForm(
        id="tag-manager",
        title="Google Tag Manager and the like",
        about=(
            "Tag managers drop attributes that they do not know, so the key stands in the address. "
            "In Google Tag Manager, make a tag of the type Custom HTML."
        ),
        text=f'{first}<script src="{url}?client_key={client_key}" async></script>',
        policy=_policy(settings, options, url),
    )


def _with_stub(settings: Settings, client_key: str, options: TagOptions) -> TagForm:
    url = _script_url(settings, options)
    return TagForm(
        id="own-code",
        title="With calls of your own code",
        about=(
            "The first line keeps calls that are made before the script has loaded; they are handed in when it has. "
            "So your code can call StackLead.capture({email: '...', company: '...'}) at any time."
        ),
        text=(
            f'<script>{_STUB}</script>\n<script src="{url}"{_attributes(settings, client_key, options)} async></script>'
        ),
        policy=_policy(settings, options, url, _STUB),
    )


def _module(settings: Settings, client_key: str, options: TagOptions) -> TagForm:
    url = urljoin(_script_url(settings, options), WORLD_MODULE if options.in_all_languages else MODULE)
    config = _config(settings, options) | {"endpoint": _endpoint(settings, options)}
    return TagForm(
        id="module",
        title="As a module",
        about="For applications that are built: React, Vue and others. Its types lie beside it, in stacklead.d.ts.",
        text=f'import {{ init }} from "{url}";\n\ninit({_literal({"client_key": client_key, **config})});',
        policy=_policy(settings, options, url),
    )


def _config(settings: Settings, options: TagOptions) -> Config:
    """Return the keys of StackLeadConfig that are not as they are by default, without the client key."""
    config: Config = {}
    if options.is_manual:
        config["automatic"] = False
    if options.on_submit_only:
        config["capture_on"] = "submit"
    if options.needs_consent:
        config["consent"] = "required"
    if options.with_logins:
        config["login_forms"] = True
    if settings.capture_path != CAPTURE_PATH:
        config["endpoint"] = settings.capture_path  # the script resolves it against its own address
    return config


def _attributes(settings: Settings, client_key: str, options: TagOptions) -> str:
    config: Config = {"client_key": client_key, **_config(settings, options)}
    return "".join(f' data-{name.replace("_", "-")}="{_word(value)}"' for name, value in config.items())


def _inline_config(config: Config) -> str:
    return f"StackLeadConfig = {_literal(config)};"


def _literal(config: Config) -> str:
    """Return a JavaScript object as the documentation writes it; no value of ours holds a quote."""
    values = (f"{name}: {_word(value) if isinstance(value, bool) else repr(value)}" for name, value in config.items())
    return "{" + ", ".join(values) + "}"


def _word(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _script_url(settings: Settings, options: TagOptions) -> str:
    url = (options.origin or settings.base_url.rstrip("/")) + settings.script_path
    return urljoin(url, WORLD) if options.in_all_languages else url


def _endpoint(settings: Settings, options: TagOptions) -> str:
    return urljoin(_script_url(settings, options), settings.capture_path)


def _policy(settings: Settings, options: TagOptions, url: str, inline: str = "") -> str:
    """Return the two directives of a Content-Security-Policy, for exactly what this form needs (CSP 3, 6.7.2)."""
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    sources = f"'sha256-{digest}' {url}" if inline else url
    return f"script-src {sources}; connect-src {_endpoint(settings, options)}"
