"""The whole product in real processes, with the demo internet, mailbox and webhook inbox around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.product import Account, Product, open_account
from machine import need_redis
from stacklead.demo.sample import sample_world
from stacklead.demo.stage import Stage, in_thread
from stacklead.demo.stage import stage as open_stage

QUICK = {
    "STACKLEAD_SETTLE_S": "0.5",
    "STACKLEAD_REPEAT_WINDOW_S": "60",
    "STACKLEAD_RATE_ADDRESS": "1000",
    "STACKLEAD_RATE_KEY": "1000",
    # Tests change the demo internet between two leads of one company.
    **{f"STACKLEAD_{source}_TTL_S": "0" for source in ("WEBSITE", "DNS", "GRAVATAR", "TRANCO")},
    # One process asks for dozens of leads at once here.
    **{f"STACKLEAD_{source}_RATE_PER_S": "1000" for source in ("GRAVATAR", "TRANCO")},
}


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with in_thread(open_stage(sample_world(), tmp_path_factory.mktemp("stage"))) as opened:
        yield opened


@pytest.fixture(scope="session")
def product(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    need_redis()
    running = Product(tmp_path_factory.mktemp("product") / "data", {**stage.env, **QUICK})
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def fresh_product(stage: Stage, tmp_path: Path) -> Iterator[Product]:
    """A product that a test may kill."""
    need_redis()
    running = Product(tmp_path / "data", {**stage.env, **QUICK})
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def account(product: Product, stage: Stage) -> Iterator[Account]:
    yield open_account(product, stage)
    assert product.process is not None
    assert product.process.poll() is None, f"the product ended:\n{product.last_words()}"


@pytest.fixture
def other_account(product: Product, stage: Stage) -> Account:
    return open_account(product, stage)
