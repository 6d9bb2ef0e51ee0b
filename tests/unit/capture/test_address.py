import time

import pytest

from stacklead.address import find_only_address, is_address


@pytest.mark.parametrize(
    "text",
    [
        "rebecca@example.com",
        "Rebecca.Schroeder+news@Blue-Ocean.example",
        "o'brien@x.ie",
        "a@b.co",
        "a@x.test",
        "a@x.local",
        "a@x.invalid",
        "a@localhost.localdomain",
        "jörg@müller.example",
        "jörg@firma.local",
        "jörg@x.test",
        "用户@例子.广告",
        "a@xn--p1ai.xn--p1ai",
        "x" * 64 + "@example.com",
    ],
)
def test_address_is_judged_by_syntax(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rebecca",
        "@example.com",
        "rebecca@",
        "rebecca@localhost",
        "a..b@example.com",
        ".a@example.com",
        "a@example..com",
        "a@-example.com",
        "a@x_y.com",
        "a@1.2.3.4",
        "a@[1.2.3.4]",
        '"a b"@example.com',
        "a b@example.com",
        "a@b@example.com",
        "Rebecca <rebecca@example.com>",
        "a@example.com,b@example.com",
        "a@example.com\n",
        "a\x00@example.com",
        "x" * 65 + "@example.com",
        "ö" * 33 + "@example.com",
        "a@" + "x" * 64 + ".com",
        "a@" + ".".join(["x" * 60] * 5) + ".com",
        "a\ud800@example.com",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Rebecca Schroeder <rebecca@example.com>", "rebecca@example.com"),
        ("mailto:rebecca@example.com", "rebecca@example.com"),
        ("my mail is rebecca@example.com.", "rebecca@example.com"),
        ("'rebecca@example.com'", "rebecca@example.com"),
        ("rebecca@example.com (work)", "rebecca@example.com"),
        ("rebecca@example.com rebecca@example.com", "rebecca@example.com"),
        ("Rebecca @ Blue Ocean: rebecca@example.com", "rebecca@example.com"),
        ("Mail: jörg@example.com", "jörg@example.com"),
        ("Mail: jörg@müller.example!", "jörg@müller.example"),
    ],
)
def test_only_address_in_a_text_is_found(text: str, address: str) -> None:
    assert find_only_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no address here",
        "a@x.com b@x.com",
        "a@x.com, b@x.com",
        "a@x.com/b@y.com",
        "a@x.com.b@y.com",
        "http://user@host.com/path",
        "@becca",
        "a@x.com and @b@y.com@",
    ],
)
def test_none_or_several_addresses_are_none(text: str) -> None:
    assert find_only_address(text) is None


@pytest.mark.parametrize(
    "text", ["a" * 16_000, "a." * 8_000, "a@" * 8_000, "@" * 16_000, "a@" + "a-" * 8_000, " a" * 8_000]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    is_address(text)
    find_only_address(text)
    assert time.process_time() - started < 0.2
