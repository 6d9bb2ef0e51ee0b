"""The template for Google Tag Manager: its sections are what GTM reads, and its code asks for no more than it may."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from machine import need_node

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = (ROOT / "docs" / "install" / "gtm" / "template.tpl").read_text(encoding="utf-8")
SECTIONS = [
    "TERMS_OF_SERVICE",
    "INFO",
    "TEMPLATE_PARAMETERS",
    "SANDBOXED_JS_FOR_WEB_TEMPLATE",
    "WEB_PERMISSIONS",
    "TESTS",
    "NOTES",
]
URL = "https://leads.example.com/stacklead.js"
FILLED_IN = {"scriptUrl": URL, "clientKey": "client_abc123", "captureOn": "entry", "consentType": "none"}

# Stands in for Tag Manager: runs the template's code with what `require` gives there, and says what was called.
MANAGER = """
const {code, data, granted, loads} = JSON.parse(require("fs").readFileSync(0, "utf8"));
const calls = [], listeners = [];
const note = (name, result) => (...args) => {
  calls.push([name, ...args.filter((arg) => typeof arg !== "function")]);
  return result;
};
const apis = {
  addConsentListener: (type, listener) => {
    listeners.push([type, listener]);
    calls.push(["addConsentListener", type]);
  },
  callInWindow: note("callInWindow"),
  injectScript: (url, onSuccess, onFailure) => {
    calls.push(["injectScript", url]);
    (loads ? onSuccess : onFailure)();
  },
  isConsentGranted: (type) => granted.includes(type),
  queryPermission: (permission, url) => permission === "inject_script" && url.startsWith("https://"),
  setInWindow: note("setInWindow", true),
};
data.gtmOnSuccess = note("success");
data.gtmOnFailure = note("failure");
const give = (name) => { if (!(name in apis)) throw new Error("no such API: " + name); return apis[name]; };
// As in the sandbox, nothing of the browser's or of Node's is there.
new Function("require", "data", "window", "document", "process", "globalThis", code)(give, data);
for (const [type, listener] of listeners) listener(type, false);
console.log(JSON.stringify(calls));
"""


def read_sections() -> dict[str, str]:
    parts = re.split(r"^___([A-Z_]+)___$", TEMPLATE, flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def run_template(granted: tuple[str, ...] = (), *, loads: bool = True, **data: Any) -> list[list[Any]]:
    """Run the template with these fields filled in; returns the calls it made, in order."""
    told = {
        "code": read_sections()["SANDBOXED_JS_FOR_WEB_TEMPLATE"],
        "data": FILLED_IN | data,
        "granted": granted,
        "loads": loads,
    }
    done = subprocess.run([need_node(), "-e", MANAGER], input=json.dumps(told), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def find_fields(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [field for item in items for field in (item, *find_fields(item.get("subParams", [])))]


def test_sections_are_there_in_the_order_of_the_format() -> None:
    assert list(read_sections()) == SECTIONS


def test_info_says_a_tag_for_websites() -> None:
    info = json.loads(read_sections()["INFO"])
    assert (info["type"], info["containerContexts"], info["displayName"]) == ("TAG", ["WEB"], "StackLead")


def test_every_field_that_the_code_reads_can_be_filled_in() -> None:
    names = {field["name"] for field in find_fields(json.loads(read_sections()["TEMPLATE_PARAMETERS"]))}
    read = set(re.findall(r"\bdata\.(\w+)", read_sections()["SANDBOXED_JS_FOR_WEB_TEMPLATE"]))
    assert read - {"gtmOnSuccess", "gtmOnFailure"} == names - {"more"}


def test_permissions_are_those_of_the_apis_and_no_more() -> None:
    asked = {entry["instance"]["key"]["publicId"] for entry in json.loads(read_sections()["WEB_PERMISSIONS"])}
    required = set(re.findall(r"require\('(\w+)'\)", read_sections()["SANDBOXED_JS_FOR_WEB_TEMPLATE"]))
    needs = {
        "setInWindow": "access_globals",
        "callInWindow": "access_globals",
        "injectScript": "inject_script",
        "isConsentGranted": "access_consent",
        "addConsentListener": "access_consent",
        "queryPermission": None,
    }
    assert asked == {needs[api] for api in required} - {None}


def test_globals_are_written_or_called_only_as_needed() -> None:
    entries = json.loads(read_sections()["WEB_PERMISSIONS"])
    keys = next(entry for entry in entries if entry["instance"]["key"]["publicId"] == "access_globals")
    granted = {
        values[0]["string"]: [value["boolean"] for value in values[1:]]
        for item in keys["instance"]["param"][0]["value"]["listItem"]
        for values in [item["mapValue"]]
    }
    assert granted == {"StackLeadConfig": [False, True, False], "StackLead.consent": [False, False, True]}


def test_plain_tag_sets_the_key_and_loads_the_script() -> None:
    assert run_template() == [
        ["setInWindow", "StackLeadConfig", {"client_key": "client_abc123"}, True],
        ["injectScript", URL],
        ["success"],
    ]


def test_every_choice_becomes_a_key_of_the_config() -> None:
    calls = run_template(
        captureOn="submit",
        consentType="own",
        manual=True,
        loginForms=True,
        endpoint=" /hello/in ",
        params=[{"name": "campaign", "value": "spring"}],
    )
    assert calls[0][2] == {
        "client_key": "client_abc123",
        "automatic": False,
        "capture_on": "submit",
        "consent": "required",
        "login_forms": True,
        "endpoint": "/hello/in",
        "params": {"campaign": "spring"},
    }
    assert "callInWindow" not in [call[0] for call in calls]


@pytest.mark.parametrize("granted", [True, False])
def test_consent_mode_is_handed_on_now_and_when_it_changes(granted: bool) -> None:
    calls = run_template(("ad_user_data",) if granted else (), consentType="ad_user_data")
    said = [["callInWindow", "StackLead.consent", True]] if granted else []
    assert calls[0][2]["consent"] == "required"
    assert calls[2:] == [
        *said,
        ["addConsentListener", "ad_user_data"],
        ["success"],
        ["callInWindow", "StackLead.consent", False],
    ]


def test_script_that_does_not_load_is_a_failure_of_the_tag() -> None:
    assert run_template(loads=False)[-1] == ["failure"]


def test_address_that_is_not_permitted_is_not_loaded() -> None:
    assert run_template(scriptUrl="http://leads.example.com/stacklead.js") == [["failure"]]
