"""Strangers' text made fit to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacklead.text import one_line, shorten, web_link, without_emoji


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("  a \r\n\t b\u2028c ", "a b c"),
        ("a\x00b\x1b[0m", "ab[0m"),
        ("\u202eevil\u2066\u200b\ufeff", "evil"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4),
        ("\ud800x\ue000", "x"),
        (42, "42"),
    ],
)
def test_one_line_keeps_what_can_be_read(value: object, line: str) -> None:
    assert one_line(value, 100) == line


def test_long_lines_are_cut_at_a_blank() -> None:
    assert one_line("one two three four", 14) == "one two three…"
    assert shorten("abcdefghijkl", 5) == "abcd…"
    assert shorten("abc", 3) == "abc"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_bounded_and_printable(value: str, limit: int) -> None:
    line = one_line(value, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert line == line.strip()


def test_ten_megabytes_are_read_at_once() -> None:
    assert len(one_line("x" * 10_000_000, 100)) == 100


def test_emoji_are_left_out() -> None:
    assert without_emoji("Hi \U0001f44b\U0001f3fd there ❤️ 1️⃣") == "Hi there 1"


@pytest.mark.parametrize("link", ["https://x.example/a?b=c", "http://x.example/"])
def test_web_links_pass(link: str) -> None:
    assert web_link(link) == link


@pytest.mark.parametrize(
    "link",
    [None, "", "javascript:alert(1)", "data:text/html,x", "//x.example", "x.example", "ftp://x", "https://u:p@x.example",
     "https://u@x.example", "https:///a", "https://x:y/", "https://x.example/a\u202eb", "https://x/" + "a" * 999],
)  # fmt: skip
def test_other_links_do_not(link: object) -> None:
    assert web_link(link) is None
