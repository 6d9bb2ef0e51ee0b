import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from stacklead.settings import Settings
from stacklead.storage.accounts import Account
from stacklead.storage.database import migrate
from unit.dashboard.site import Browser, Site


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(
        data_dir=data_dir,
        base_url="http://leads.example",
        secret_key="k" * 32,
        smtp_url="smtp://robot:hunter2@mail.example:2525",
        allowed_networks=("198.51.100.0/24",),  # what the tests give as a receiver's address; nothing calls it
    )


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once for all tests of the pages; each gets a copy."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("empty"))
    asyncio.run(migrate(settings))
    return settings.sqlite_path


@pytest.fixture
def site(settings: Settings, empty_database: Path) -> Iterator[Site]:
    with closing(Site(settings, empty_database)) as site:
        yield site


@pytest.fixture
def shop(site: Site) -> Account:
    return site.add_account("Blue Shop", reply_address="sales@shop.example")


@pytest.fixture
def other(site: Site) -> Account:
    return site.add_account("Other Company", reply_address="info@other.example")


@pytest.fixture
def new_browser(site: Site) -> Iterator[Callable[[], Browser]]:
    with ExitStack() as stack:

        def make() -> Browser:
            client = TestClient(site.app, base_url=site.settings.base_url, follow_redirects=False)
            return Browser(stack.enter_context(client), site.settings)

        yield make


@pytest.fixture
def stranger(new_browser: Callable[[], Browser]) -> Browser:
    return new_browser()


@pytest.fixture
def browser(new_browser: Callable[[], Browser], site: Site, shop: Account) -> Browser:
    site.add_key(shop)
    return new_browser().sign_in(shop)
