"""Reads the field inspector's panel. Its shadow root is closed, so the browser's own debugger has to open it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from e2e.product import WAIT_S, wait_for


class Inspector:
    """The panel in a page that was opened with ?sl-debug; there once made, and the script has started behind it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cdp = page.context.new_cdp_session(page)
        wait_for("the panel", lambda: self.text, WAIT_S)

    def ask(self, expression: str) -> Any:
        """Evaluate JavaScript in which `root` is the panel's shadow root; None while there is no panel."""
        host = find(self.cdp.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"])
        if host is None:
            return None
        root = self.cdp.send("DOM.resolveNode", {"backendNodeId": host["shadowRoots"][0]["backendNodeId"]})["object"]
        answer = self.cdp.send(
            "Runtime.callFunctionOn",
            {
                "objectId": root["objectId"],
                "functionDeclaration": f"function () {{ const root = this; return {expression}; }}",
                "returnByValue": True,
            },
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    @property
    def text(self) -> str:
        """All that it says, folded or not."""
        return self.ask("root.querySelector('.panel').textContent") or ""

    @property
    def html(self) -> str:
        return self.ask("root.innerHTML") or ""

    @property
    def rows(self) -> dict[str, tuple[str, str]]:
        """What each field is taken for and why, by its label."""
        return {label: (what, why) for what, label, why, _ in self._rows()}

    @property
    def values(self) -> dict[str, str]:
        """What is shown of each field's value, by its label."""
        return {label: value for _, label, _, value in self._rows()}

    def _rows(self) -> list[list[str]]:
        parts = "['.chip', 'b', 'small', 'q'].map((part) => row.querySelector(part)?.textContent || '')"
        return self.ask(f"[...root.querySelectorAll('button.row')].map((row) => {parts})") or []

    @property
    def marks(self) -> list[str]:
        """The words of the outlines that are seen."""
        return self.ask("[...root.querySelectorAll('.mark')].filter((e) => !e.hidden).map((e) => e.textContent)") or []

    @property
    def warnings(self) -> list[str]:
        return self.ask("[...root.querySelectorAll('.warn')].map((e) => e.textContent)") or []

    def says(self, words: str) -> str:
        """Wait until it says this; return all that it says then."""
        try:
            return wait_for(f"{words!r} in the panel", lambda: text if words in (text := self.text) else "", WAIT_S)
        except AssertionError as problem:
            raise AssertionError(f"{problem}: {self.text}") from None

    def takes(self, label: str, what: str) -> str:
        """Wait until the field with this label is taken for this; return the reason."""
        found = wait_for(
            f"{label} as {what}", lambda: row if (row := self.rows.get(label, ("", "")))[0] == what else 0, WAIT_S
        )
        return found[1]


def find(node: dict[str, Any]) -> dict[str, Any] | None:
    """Find the inspector's element in a tree of the debugger."""
    if node.get("localName") == "stacklead-inspector":
        return node
    return next((found for child in node.get("children", []) if (found := find(child))), None)
