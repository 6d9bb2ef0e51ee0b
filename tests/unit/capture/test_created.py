"""`created`: what is understood as a time, and what it decides (DESIGN.md 4)."""

import pytest

from stacklead.capture.params import is_mail_due, parse_api_request, parse_client_request, parse_created
from stacklead.errors import InvalidRequest

AT_S = 1_401_825_429.0  # 2014-06-03 19:57:09 UTC, the documentation's example
NOW_S = AT_S + 10


@pytest.mark.parametrize(
    "value",
    [
        1401825429,
        "1401825429",
        " 1401825429 ",
        "1401825429.0",
        1401825429.0,
        1401825429000,
        "1401825429000",
        "2014-06-03T19:57:09Z",
        "2014-06-03T19:57:09+00:00",
        "2014-06-03T12:57:09-07:00",
        "2014-06-03 19:57:09",
        "2014-06-03T19:57:09.000Z",
        "Tue, 03 Jun 2014 19:57:09 GMT",
        "Tue, 03 Jun 2014 19:57:09 +0000",
        "Tue Jun 03 2014 19:57:09 GMT+0000 (UTC)",
        "Tue Jun 03 2014 12:57:09 GMT-0700 (PDT)",
    ],
)
def test_time_is_understood_in_every_spelling(value: object) -> None:
    assert parse_created(value) == AT_S


@pytest.mark.parametrize("value", [None, "", "  "])
def test_empty_time_counts_as_absent(value: object) -> None:
    assert parse_created(value) is None


def test_date_alone_is_its_first_moment() -> None:
    assert parse_created("2014-06-03") == 1_401_753_600


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "nan",
        "inf",
        "-inf",
        "1_401_825_429",
        "-1",
        -5,
        "1e400",
        pytest.param(10**400, id="400 digits"),
        pytest.param(10**5000, id="5000 digits"),
        True,
        False,
        {},
        [],
        ["1401825429"],
        {"at": 1},
        "2014-13-45",
        "Foo Jun 99 2014 19:57:09 GMT+0000",
        "Tue Foo 03 2014 19:57:09 GMT+0000",
        "Tue, 99 Jun 2014 19:57:09 GMT",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "٢٠١٤",
        "1401825429\x00",
        "9" * 300,
    ],
)
def test_what_is_no_time_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_created(value)
    assert (refusal.value.param, refusal.value.status) == ("created", 400)


@pytest.mark.parametrize(
    ("age_s", "due"),
    [
        pytest.param(-3600, True, id="in the future"),
        pytest.param(0, True, id="now"),
        pytest.param(3600, True, id="an hour"),
        pytest.param(86_399, True, id="a second less than a day"),
        pytest.param(86_400, False, id="exactly a day"),
        pytest.param(90_000, False, id="25 hours"),
    ],
)
def test_mail_is_due_for_less_than_a_day(age_s: float, due: bool) -> None:
    assert is_mail_due(NOW_S - age_s, NOW_S) is due
    for parse in (parse_api_request, parse_client_request):
        assert parse({"email": "a@b.co", "created": NOW_S - age_s}, NOW_S).is_mail_due is due


def test_mail_is_due_without_created() -> None:
    assert is_mail_due(None, NOW_S)


def test_page_may_send_a_created_that_is_no_time() -> None:
    assert parse_client_request({"email": "a@b.co", "created": "yesterday"}, NOW_S).is_mail_due
