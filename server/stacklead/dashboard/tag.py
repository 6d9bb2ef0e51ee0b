"""The tag that website owners paste before `</body>`, as the product documentation has it."""

from stacklead.settings import Settings


def make_tag(settings: Settings, client_key: str) -> str:
    """Return the documented two script lines with the real key and address."""
    script_url = f"{settings.base_url.rstrip('/')}/stacklead.js"
    return (
        f"<script type=\"text/javascript\">StackLeadConfig = {{client_key: '{client_key}'}};</script>\n"
        f'<script type="text/javascript" src="{script_url}"></script>'
    )
