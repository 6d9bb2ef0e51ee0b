"""Nothing that was acknowledged is lost: a killed worker, a killed Redis, a FLUSHALL, no Redis at all."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis

from e2e.product import Account, Product, open_account, wait_for
from stacklead.demo.stage import Stage

EMAILS = ("rita@kitebird.example", "sam@pulseboard.example", "pat@slowpoke.example", "luis@tidewaterparts.example")
LONG_S = 90.0


def hand_in_many(account: Account, count: int) -> set[str]:
    return {account.hand_in(EMAILS[n % len(EMAILS)], delivery_method="webhook")["token"] for n in range(count)}


def wait_all_delivered(account: Account, tokens: set[str]) -> None:
    """Wait until every token arrived, then see that none came under two webhook ids."""

    def arrived() -> Sequence[Any] | None:
        posts = account.posts()
        return posts if {post["json"]["token"] for post in posts} >= tokens else None

    posts = wait_for(f"{len(tokens)} webhooks", arrived, LONG_S)
    ids = {(post["json"]["token"], dict(post["headers"])["webhook-id"]) for post in posts}
    assert {token for token, _ in ids} == tokens
    assert len(ids) == len(tokens)


def open_redis(product: Product) -> Any:
    return redis.Redis(unix_socket_path=str(product.data_dir / "redis.sock"))


def test_a_killed_worker_loses_nothing(fresh_product: Product, stage: Stage) -> None:
    account = open_account(fresh_product, stage)
    tokens = hand_in_many(account, 8)
    fresh_product.kill("worker")
    tokens |= hand_in_many(account, 4)
    wait_all_delivered(account, tokens)


def test_a_restarted_redis_and_a_flushall_lose_nothing(fresh_product: Product, stage: Stage) -> None:
    account = open_account(fresh_product, stage)
    tokens = hand_in_many(account, 6)
    open_redis(fresh_product).flushall()
    tokens |= hand_in_many(account, 2)
    fresh_product.kill("redis-server")
    tokens |= hand_in_many(account, 4)
    wait_all_delivered(account, tokens)


def test_captures_of_a_killed_web_process_are_there(fresh_product: Product, stage: Stage) -> None:
    account = open_account(fresh_product, stage)
    tokens = hand_in_many(account, 4)
    fresh_product.kill("serve")
    wait_for("the web process", fresh_product.is_ready)
    wait_all_delivered(account, tokens)


def test_everything_killed_at_once_comes_back_with_what_it_had(fresh_product: Product, stage: Stage) -> None:
    account = open_account(fresh_product, stage)
    tokens = hand_in_many(account, 4)
    assert fresh_product.process is not None
    fresh_product.process.kill()
    fresh_product.process.wait()
    fresh_product.start()
    wait_all_delivered(account, tokens)


def test_without_redis_the_sweep_drives_the_same_jobs(stage: Stage, tmp_path: Path) -> None:
    env = {**stage.env, "STACKLEAD_REDIS_URL": f"unix://{tmp_path}/nobody.sock", "STACKLEAD_SETTLE_S": "0.5"}
    product = Product(tmp_path / "data", env)
    product.is_ready = lambda: "Redis is away" in _readyz(product)  # type: ignore[method-assign]
    try:
        product.start()
        account = open_account(product, stage)
        wait_all_delivered(account, hand_in_many(account, 3))
    finally:
        product.stop()


def _readyz(product: Product) -> str:
    import httpx2

    try:
        return httpx2.get(f"{product.url}/readyz", timeout=5).text
    except httpx2.HTTPError:
        return ""


def test_redis_and_the_logs_hold_no_personal_data(fresh_product: Product, stage: Stage) -> None:
    account = open_account(fresh_product, stage)
    fresh_product.kill("worker")
    account.hand_in("rita@kitebird.example", delivery_method="webhook", name="Rita Unmistakable")
    connection = open_redis(fresh_product)
    kept = b"".join(connection.dump(key) or b"" for key in connection.keys("*"))
    account.wait_posts(timeout_s=LONG_S)
    for secret in (b"kitebird", b"Unmistakable", account.api_key.encode()):
        assert secret not in kept
        assert secret not in fresh_product.log.read_bytes()


def test_a_backup_of_a_running_product_opens(account: Account, tmp_path: Path) -> None:
    account.hand_in("rita@kitebird.example")
    copy = tmp_path / "copy.db"
    assert "Wrote" in account.product.run("backup", str(copy))
    counted = subprocess.run(
        ["sqlite3", str(copy), "select count(*) from captures"], capture_output=True, text=True, check=True
    )
    assert int(counted.stdout) >= 1
