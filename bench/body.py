"""The call that is measured: 304 bytes, as the script on a page sends them, with an address that is never repeated."""

from urllib.parse import urlencode

PATH = "/api/client/leads"
BODY_BYTES = 304
NUMBER_DIGITS = 9
_MARK = "123456789"


def email_of(number: int) -> str:
    """Return the address of a call."""
    return f"rebecca.{number:0{NUMBER_DIGITS}d}@blueocean.example"


def body_parts(client_key: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the number in the body of a call."""
    fields = {
        "client_key": client_key,
        "person": f'{{"first_name":"Rebecca","last_name":"Schroeder","email":"{email_of(int(_MARK))}"}}',
        "stage": "submit",
        "page": "https://shop.blueocean.example/contact",
        "utm_source": "",
    }
    fields["utm_source"] = "n" * (BODY_BYTES - len(urlencode(fields)))
    before, after = urlencode(fields).encode().split(_MARK.encode())
    return before, after


def request_parts(client_key: str, port: int) -> tuple[bytes, bytes]:
    """Return what stands before and after the number in the bytes of a whole request."""
    before, after = body_parts(client_key)
    head = (
        f"POST {PATH} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        "Accept: */*\r\n"
        "Origin: https://shop.blueocean.example\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {BODY_BYTES}\r\n\r\n"
    )
    return head.encode() + before, after
