"""Bytes of a page to text: the declared charset if it is one of a known list, never one that does more than decode."""

import re

from stacklead.research.clean import words

_CHARSETS = words(
    """
    utf-8 utf8 us-ascii ascii latin1 latin-1 iso-8859-1 iso-8859-2 iso-8859-5 iso-8859-7 iso-8859-9 iso-8859-15
    windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1257 cp1250 cp1251 cp1252 koi8-r koi8-u
    shift_jis sjis euc-jp iso-2022-jp euc-kr gb2312 gbk gb18030 big5 utf-16 utf-16le utf-16be macintosh
    """
)
_DECLARED = re.compile(rb"""charset\s{0,3}=\s{0,3}["']?\s{0,3}([A-Za-z0-9_-]{3,20})""", re.IGNORECASE)
_WEB_NAMES = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}


def decode_html(body: bytes, content_type: str = "") -> str:
    """Return a page as text; bytes that do not fit become U+FFFD, NULs go."""
    for name in _declared(body, content_type):
        try:
            return body.decode(_WEB_NAMES.get(name, name)).replace("\x00", "")
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace").replace("\x00", "")


def _declared(body: bytes, content_type: str) -> list[str]:
    boms = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    found = [name for bom, name in boms if body.startswith(bom)]
    for text in (content_type.encode("ascii", "replace"), body[:4_096]):
        match = _DECLARED.search(text)
        if match:
            found.append(match[1].decode().lower())
    return [name for name in found if name in _CHARSETS or name == "utf-8-sig"]
