"""Parameters of servers and of pages: what each becomes (WIRE.md 1 and 2, DESIGN.md 4)."""

import json
from typing import Any

import pytest

from stacklead.capture.params import (
    LeadRequest,
    clean,
    parse_api_request,
    parse_client_request,
    parse_page,
    restore_plus,
    to_text,
)
from stacklead.errors import InvalidRequest
from stacklead.models import LEAD_FIELDS, DeliveryMethod, Stage

NOW_S = 1_700_000_000.0
CAPTURE_ID = "0123456789abcdef0123456789abcdef"


def api(**parameters: Any) -> LeadRequest:
    return parse_api_request({"email": "rebecca@example.com", **parameters}, NOW_S)


def page(**parameters: Any) -> LeadRequest:
    return parse_client_request({"email": "rebecca@example.com", **parameters}, NOW_S)


def refused(param: str | None, parse: Any = api, **parameters: Any) -> str:
    with pytest.raises(InvalidRequest) as refusal:
        parse(**parameters)
    assert refusal.value.param == param
    return refusal.value.code


# --- the address ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parse", [api, page])
def test_address_keeps_its_spelling(parse: Any) -> None:
    assert parse(email=" Rebecca.S+x@Example.COM ").email == "Rebecca.S+x@Example.COM"


@pytest.mark.parametrize("parse", [api, page])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_missing_address_is_named(parse: Any, value: Any) -> None:
    assert refused("email", parse, email=value) == "missing_email"


@pytest.mark.parametrize("parse", [api, page])
@pytest.mark.parametrize(
    "value", ["nobody", "a@", "a@b@example.com", "a@example.com b@example.com", 5, True, [], {}, ["a@b.co"]]
)
def test_what_is_no_address_is_named(parse: Any, value: Any) -> None:
    assert refused("email", parse, email=value) == "invalid_email"


def test_server_gets_no_guess_out_of_a_text() -> None:
    assert refused("email", api, email="Rebecca <rebecca@example.com>") == "invalid_email"


def test_only_address_in_what_a_page_sent_is_taken() -> None:
    assert page(email="Rebecca Schroeder <rebecca@example.com>").email == "rebecca@example.com"


@pytest.mark.parametrize(
    ("value", "restored"),
    [
        ("a b@x.co", "a+b@x.co"),
        ("a b c@x.co", "a+b+c@x.co"),
        (" a@x.co ", "a@x.co"),
        ("a@x.co", "a@x.co"),
        ("a b", "a b"),
        ("a@x. co", "a@x. co"),
    ],
)
def test_blank_before_the_at_was_a_plus(value: str, restored: str) -> None:
    assert restore_plus({"email": value, "name": "A B"}) == {"email": restored, "name": "A B"}


@pytest.mark.parametrize("parameters", [{}, {"email": 5}, {"email": None}])
def test_plus_is_restored_in_texts_only(parameters: dict[str, Any]) -> None:
    assert restore_plus(parameters) == parameters


# --- delivery, servers only -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "method"),
    [
        ({}, DeliveryMethod.EMAIL),
        ({"delivery_method": ""}, DeliveryMethod.EMAIL),
        ({"delivery_method": None}, DeliveryMethod.EMAIL),
        ({"delivery_method": "email"}, DeliveryMethod.EMAIL),
        ({"delivery_method": "webhook"}, DeliveryMethod.WEBHOOK),
        ({"delivery_method": " Webhook "}, DeliveryMethod.WEBHOOK),
        ({"webhook_url": "http://x.example/h"}, DeliveryMethod.WEBHOOK),
        ({"webhook_url": "http://x.example/h", "delivery_method": "email"}, DeliveryMethod.WEBHOOK),
        ({"callback": "http://x.example/h"}, DeliveryMethod.WEBHOOK),
    ],
)
def test_delivery_method(parameters: dict[str, Any], method: DeliveryMethod) -> None:
    assert api(**parameters).delivery_method == method


@pytest.mark.parametrize("value", ["sms", "email,webhook", 1, True, ["email"], {}])
def test_unknown_delivery_method_is_named(value: Any) -> None:
    refused("delivery_method", delivery_method=value)


@pytest.mark.parametrize("name", ["webhook_url", "callback"])
@pytest.mark.parametrize(
    "url", ["http://x.example", "https://x.example:8443/a?b=c#d", "HTTP://x.example/", "http://127.0.0.1:5000/hook"]
)
def test_webhook_url_has_an_older_name(name: str, url: str) -> None:
    assert api(**{name: url}).webhook_url == url


def test_newer_name_of_the_webhook_url_wins() -> None:
    assert api(webhook_url="http://new.example", callback="http://old.example").webhook_url == "http://new.example"


@pytest.mark.parametrize("name", ["webhook_url", "callback"])
@pytest.mark.parametrize(
    "url",
    [
        "x.example/hook",
        "ftp://x.example",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http://x .example",
        "http://x/\x00",
        "http://x/" + "a" * 2000,
        "true",
        ["http://x"],
    ],
)
def test_what_is_no_webhook_url_is_named(name: str, url: Any) -> None:
    refused(name, **{name: url})


@pytest.mark.parametrize("value", [None, "", " "])
def test_empty_webhook_url_counts_as_absent(value: Any) -> None:
    assert api(webhook_url=value, callback=value).webhook_url is None


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("asdfas214", "asdfas214"),
        (" spaced ", " spaced "),
        ("ünï/cödé?&=", "ünï/cödé?&="),
        (0, "0"),
        (12345678901234567890, "12345678901234567890"),
        (10**30, str(10**30)),
        (True, "true"),
        (1.5, "1.5"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_token_is_kept_as_it_came(value: Any, token: str | None) -> None:
    assert api(token=value).token == token


@pytest.mark.parametrize("value", ["x" * 1001, "a\x00b", {}, []])
def test_what_is_no_token_is_named(value: Any) -> None:
    refused("token", token=value)


@pytest.mark.parametrize(
    ("value", "ok"),
    [
        (False, False),
        ("false", False),
        ("False", False),
        ("0", False),
        (0, False),
        ("no", False),
        (True, True),
        ("true", True),
        ("", True),
        (None, True),
        ("x", True),
    ],
)
def test_duplicates(value: Any, ok: bool) -> None:
    assert api(duplicates=value).is_duplicate_ok is ok


def test_page_may_not_say_where_results_go() -> None:
    asked = page(
        delivery_method="fax",
        webhook_url="http://evil.example",
        callback="http://evil.example",
        token="t",
        duplicates="false",
    )
    assert (asked.delivery_method, asked.webhook_url, asked.token, asked.is_duplicate_ok) == (None, None, None, True)
    assert asked.words == {}


# --- what the lead said ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parse", [api, page])
def test_documented_parameters_are_fields(parse: Any) -> None:
    said = {name: f"the {name}" for name in LEAD_FIELDS}
    asked = parse(**said)
    assert (asked.fields, asked.words) == (said, {})


@pytest.mark.parametrize("value", ["", "  ", None, [], {}, "\x00\x01"])
def test_empty_field_counts_as_absent(value: Any) -> None:
    assert api(name=value).fields == {}


def test_long_field_is_cut() -> None:
    assert len(api(name="x" * 2000).fields["name"]) == 1000


def test_secret_value_in_a_field_is_dropped() -> None:
    assert api(company="4111 1111 1111 1111", name="Rebecca").fields == {"name": "Rebecca"}


@pytest.mark.parametrize("parse", [api, page])
def test_unknown_parameters_are_the_leads_own_words(parse: Any) -> None:
    said = {
        "phone": "303-555-0142",
        "CustomFields[2]": "x",
        "tos": True,
        "size": "1-10",
        "age": 28,
        "address": "12 Main St",
    }
    assert parse(**said).words == {**said, "tos": "true", "age": "28"}


@pytest.mark.parametrize("value", [["tea", "coffee"], ["tea", "", None, {"a": 1}, "coffee"]])
def test_several_choices_are_one_text(value: Any) -> None:
    assert page(drinks=value).words == {"drinks": "tea, coffee"}


def test_secrets_are_dropped() -> None:
    said = {
        "password": "hunter2",
        "CustomFields[password]": "hunter2",
        "cardCvc": "123",
        "note": "4111111111111111",
        "hobby": "chess",
    }
    assert page(**said).words == {"hobby": "chess"}


def test_words_are_limited_in_number_and_length() -> None:
    asked = page(**{f"field_{number}": "x" * 1000 for number in range(50)})
    assert len(asked.words) == 32
    assert set(map(len, asked.words.values())) == {256}


def test_secrets_take_no_place_of_words() -> None:
    said = {f"password_{number}": "x" for number in range(40)} | {"hobby": "chess"}
    assert page(**said).words == {"hobby": "chess"}


@pytest.mark.parametrize("name", ["", "\x00", " "])
def test_nameless_field_is_dropped(name: str) -> None:
    assert page(**{name: "x"}).words == {}


def test_long_name_is_cut() -> None:
    assert list(page(**{"n" * 500: "x"}).words) == ["n" * 100]


def test_campaign_is_kept_apart() -> None:
    asked = page(utm_source="google", utm_medium="cpc", utm_foo="x")
    assert asked.utm == {"utm_source": "google", "utm_medium": "cpc"}
    assert asked.words == {"utm_foo": "x"}


@pytest.mark.parametrize(
    ("said", "location"),
    [
        ({"city": "Denver", "state": "CO"}, "Denver, CO"),
        ({"address": {"city": "Denver", "state": "CO", "country": "US", "street": "12 Main St"}}, "Denver, CO, US"),
        ({"address": {"city": 5}}, "5"),
        ({"address": {}}, None),
        ({"address": ["Denver"]}, None),
        ({"address": {"city": "Denver"}, "location": "Boulder"}, "Boulder"),
        ({"address": {"city": ["Denver"]}}, None),
    ],
)
def test_location_is_composed_of_a_place(said: dict[str, Any], location: str | None) -> None:
    assert api(**said).fields.get("location") == location


# --- pages ----------------------------------------------------------------------------------------------------------

PERSON = {"first_name": "Rebecca", "email": "rebecca@example.com", "password": "hunter2", "hobby": "chess", "": "x"}


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"person": PERSON}, id="object"),
        pytest.param({"person": json.dumps(PERSON)}, id="JSON text"),
        pytest.param(PERSON, id="flat"),
        pytest.param({**PERSON, "person": ""}, id="flat beside an empty person"),
        pytest.param({**PERSON, "person": None}, id="flat beside a null person"),
        pytest.param({"person": PERSON, "first_name": "Params lose"}, id="person beats flat"),
    ],
)
def test_person_comes_in_every_shape(parameters: dict[str, Any]) -> None:
    asked = parse_client_request({"client_key": "client_x", **parameters}, NOW_S)
    assert asked.email == "rebecca@example.com"
    assert asked.fields == {"first_name": "Rebecca"}
    assert asked.words == {"hobby": "chess"}


@pytest.mark.parametrize("person", ["{", "[]", '"x"', "5", "null", "true", [], 5, True, "[" * 20_000])
def test_person_that_is_no_object_is_named(person: Any) -> None:
    refused("person", page, person=person)


@pytest.mark.parametrize(
    ("sent", "stage"),
    [
        ("entry", Stage.ENTRY),
        ("SUBMIT", Stage.SUBMIT),
        (" leave ", Stage.LEAVE),
        ("other", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_unknown_stage_counts_as_none(sent: Any, stage: Stage | None) -> None:
    assert page(stage=sent).stage == stage


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (CAPTURE_ID, CAPTURE_ID),
        ("short", None),
        ("x" * 65, None),
        ("with blank", None),
        ("", None),
        (12345678, "12345678"),
    ],
)
def test_capture_id_that_is_none_counts_as_absent(sent: Any, kept: str | None) -> None:
    assert page(capture_id=sent).capture_id == kept


def test_follow_up_needs_no_address() -> None:
    asked = parse_client_request({"capture_id": CAPTURE_ID, "stage": "submit"}, NOW_S)
    assert (asked.email, asked.stage, asked.capture_id) == (None, Stage.SUBMIT, CAPTURE_ID)


@pytest.mark.parametrize(
    "missing", [{"capture_id": CAPTURE_ID}, {"stage": "submit"}, {"capture_id": "short", "stage": "submit"}]
)
def test_call_without_address_must_be_a_follow_up(missing: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_client_request(missing, NOW_S)
    assert refusal.value.code == "missing_email"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("https://shop.example/contact", "https://shop.example/contact"),
        ("https://shop.example:8443/contact?mail=a@b.co#top", "https://shop.example:8443/contact"),
        ("https://user:secret@shop.example/", "https://shop.example/"),
        ("https://shop.example/" + "a" * 1000, "https://shop.example/" + "a" * 479),
        ("javascript:alert(1)", None),
        ("//shop.example/", None),
        ("https://[", None),
        ("https:///contact", None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_of_a_page_origin_and_path_are_kept(sent: Any, kept: str | None) -> None:
    assert parse_page(sent) == kept
    assert page(page=sent, referrer=sent).page == kept


# --- texts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" x ", "x"),
        (5, "5"),
        (-5, "-5"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        ([], ""),
        ({}, ""),
        (10**30, "1" + "0" * 30),
        pytest.param(10**5000, "", id="5000 digits"),
        (1e300, "1e+300"),
    ],
)
def test_scalar_becomes_text(value: Any, text: str) -> None:
    assert to_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Zoë", "Zoë"),
        ("a\x00b", "ab"),
        ("\u202eabc\u202c", "abc"),
        ("a\nb", "a\nb"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("abc", "ab"),
    ],
)
def test_text_is_cleaned_and_cut(value: str, text: str) -> None:
    assert clean(value, 2 if value == "abc" else 10) == text
