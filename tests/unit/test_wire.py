"""JSON for programs of today and of 2014."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacklead.wire import dump_json, escape_old_client_text

words = st.one_of(
    st.text(), st.sampled_from(["error", "\\error", '"error', "errorerror", "Error", "\\\\error", "terrors"])
)


def test_json_is_compact_utf_8() -> None:
    assert dump_json({"name": "Zoë", "n": None}) == '{"name":"Zoë","n":null}'.encode()


@pytest.mark.parametrize(
    "value", ["error", "an error, errors", "\\error", "\\\\error", '"error"', {"error": ["error"]}]
)
def test_the_text_error_is_escaped_and_parses_to_the_same(value: object) -> None:
    body = escape_old_client_text(dump_json({"value": value}))
    assert b"error" not in body
    assert json.loads(body) == {"value": value}


def test_other_bodies_stay_as_they_are() -> None:
    assert escape_old_client_text(b'{"message":"ok"}') == b'{"message":"ok"}'


@given(st.dictionaries(words, st.lists(words)))
def test_any_body_keeps_its_meaning(value: dict[str, list[str]]) -> None:
    body = escape_old_client_text(dump_json(value))
    assert b"error" not in body
    assert json.loads(body) == value
