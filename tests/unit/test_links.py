from pathlib import Path

import pytest

from stacklead import links
from stacklead.errors import InvalidRequest
from stacklead.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, base_url="https://leads.example/", secret_key="k" * 32)


def test_sign_in_link_leads_back_to_its_account(settings: Settings):
    link = links.make_sign_in_link(settings, "acct_1")
    base, _, token = link.rpartition("/")
    assert base == "https://leads.example/sign-in"
    account, nonce = links.parse_sign_in_token(settings, token)
    assert account == "acct_1"
    assert len(nonce) >= 16


def test_two_links_have_two_nonces(settings: Settings):
    tokens = [links.make_sign_in_link(settings, "acct_1").rpartition("/")[2] for _ in range(2)]
    assert len({links.parse_sign_in_token(settings, token)[1] for token in tokens}) == 2


def test_confirm_link_carries_the_address(settings: Settings):
    link = links.make_confirm_link(settings, "acct_1", "ann@shop.example")
    base, _, token = link.rpartition("/")
    assert base == "https://leads.example/confirm"
    assert links.parse_confirm_token(settings, token)[:2] == ("acct_1", "ann@shop.example")


def test_link_of_another_purpose_is_refused(settings: Settings):
    token = links.make_confirm_link(settings, "acct_1", "ann@shop.example").rpartition("/")[2]
    with pytest.raises(InvalidRequest) as caught:
        links.parse_sign_in_token(settings, token)
    assert caught.value.code == "link_expired"


def test_link_past_its_end_is_refused(settings: Settings):
    token = links.make_sign_in_link(settings, "acct_1", valid_s=-1).rpartition("/")[2]
    with pytest.raises(InvalidRequest):
        links.parse_sign_in_token(settings, token)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 10, "." * 500])
def test_text_that_is_no_token_is_refused(settings: Settings, token: str):
    with pytest.raises(InvalidRequest):
        links.parse_sign_in_token(settings, token)


def test_link_of_another_secret_key_is_refused(settings: Settings, tmp_path: Path):
    other = Settings(data_dir=tmp_path, secret_key="o" * 32)
    token = links.make_sign_in_link(other, "acct_1").rpartition("/")[2]
    with pytest.raises(InvalidRequest):
        links.parse_sign_in_token(settings, token)
