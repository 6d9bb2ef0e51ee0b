"""The faults, by name: each hands in leads, hurts the product meanwhile, lets it recover and settles up."""

from __future__ import annotations

import asyncio
import random
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from faults.clients import Clients
from faults.ledger import Account, Failed, Ledger
from faults.machinery import full_disk
from faults.system import PARTS, System, wait_for

# A killed worker's leases last 25 and 45 s, one after the other; a delivery that the sink refuses twice waits for five
# minutes, which happens if an attempt reaches it before a kill and no word of it reaches us.
RECOVERY_S = 450.0
DISK_MIB = 48
CALLS_PER_S = 300.0
HEAL_S = 180.0  # until calls go on after a fault, on a busy machine
STORES = ("sqlite", "postgres")
ONLY_ON = {"postgres": ("postgres",), "tmpfs": ("sqlite",)}


def say(text: str) -> None:
    """Print a line at once, so that a long run can be followed."""
    print(text, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, how much of it, and on what."""

    name: str  # of the scenario
    rounds: int
    calls: int  # acknowledged in each round
    connections: int
    store: str  # sqlite or postgres
    seed: int
    source: Path | None = None  # the folder of the package, if it is not our own
    patience_s: float = RECOVERY_S  # how long nothing may arrive before the product is settled
    say: Callable[[str], None] = say


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of one scenario."""

    name: str
    store: str
    rounds: int
    acknowledged: int
    account: Account
    refused: dict[str, int]
    seconds: float
    recovery_s: float
    notes: list[str] = field(default_factory=list)


class Run:
    """One scenario under way: the product, the clients' list, and the dice."""

    def __init__(self, plan: Plan, system: System) -> None:
        self.plan = plan
        self.system = system
        self.ledger = Ledger()
        self.rng = random.Random(f"{plan.seed} {plan.name} {plan.store}")
        self.notes: list[str] = []

    def say(self, text: str) -> None:
        self.plan.say(f"  {self.plan.name:<9}{self.plan.store:<9} {text}")

    async def round(self, hurt: Callable[[], Awaitable[None]], *, heal_s: float = HEAL_S) -> None:
        """Hand in leads; hurt the product at a random moment while calls, research and deliveries run; go on."""
        arrivals = self.system.arrivals
        arrivals.read()
        arrived_before = arrivals.count
        clients = Clients(
            self.system.door,
            self.ledger,
            connections=self.plan.connections,
            calls=self.plan.calls,
            calls_per_s=CALLS_PER_S,
            rng=self.rng,
        )
        moment = self.rng.uniform(0.05, 0.95) * self.plan.calls
        clients.start()

        def is_time() -> bool:
            clients.check()
            arrivals.read()
            return clients.acknowledged >= moment and arrivals.count > arrived_before

        await wait_for("calls and deliveries", is_time, RECOVERY_S)
        await asyncio.sleep(self.rng.uniform(0, 0.05))
        await hurt()

        def is_over() -> bool:
            clients.check()
            return clients.acknowledged >= self.plan.calls

        await wait_for("calls to go on", is_over, heal_s)
        await clients.stop()
        arrivals.read()
        self.say(f"{clients.acknowledged} acknowledged, {len(arrivals.missing(self.ledger))} still to arrive")

    async def settle(self) -> float:
        """Wait until everything arrived and the product has nothing more to do; returns the seconds it took."""
        started = time.monotonic()
        left, since = -1, started
        while time.monotonic() < since + self.plan.patience_s:
            self.system.arrivals.read()
            missing = len(self.system.arrivals.missing(self.ledger))
            is_complete = not missing and not await self.system.has_open_work()
            if is_complete or self.system.arrivals.has_doubled:
                break
            if missing != left:
                left, since = missing, time.monotonic()
            await asyncio.sleep(0.5)
        else:
            self.notes.append(f"nothing came any more for {self.plan.patience_s:g} s")
        return time.monotonic() - started


# --- kill -9 --------------------------------------------------------------------------------------------------------


async def kill_web(run: Run) -> None:
    await kill_rounds(run, ["web"])


async def kill_worker(run: Run) -> None:
    await kill_rounds(run, ["worker"])


async def kill_redis(run: Run) -> None:
    await kill_rounds(run, ["redis"])


async def kill_all(run: Run) -> None:
    await kill_rounds(run, ["all"])


async def kill(run: Run) -> None:
    """Web, worker, Redis, all three in random order, and the whole program with its supervisor: in turns."""
    await kill_rounds(run, ["web", "worker", "redis", "all", "program"])


async def kill_rounds(run: Run, targets: list[str]) -> None:
    todo = [targets[number % len(targets)] for number in range(run.plan.rounds)]
    run.rng.shuffle(todo)
    for number, target in enumerate(todo, 1):
        run.say(f"round {number} of {len(todo)}: kill -9 of {target}")
        await run.round(lambda target=target: _kill(run, target))


async def _kill(run: Run, target: str) -> None:
    if target == "program":
        run.system.kill_everything()
        await asyncio.sleep(run.rng.uniform(0, 0.5))
        run.system.start()
        return
    parts = list(PARTS) if target == "all" else [target]
    run.rng.shuffle(parts)
    for part in parts:
        await wait_for(f"a running {part}", lambda part=part: run.system.signal(part, signal.SIGKILL))
        await asyncio.sleep(run.rng.uniform(0, 0.3))


# --- Redis ------------------------------------------------------------------------------------------------------------


async def flushall(run: Run) -> None:
    """FLUSHALL, three times in a row, while jobs are queued and running."""

    async def hurt() -> None:
        for _ in range(3):
            await wait_for("a FLUSHALL", run.system.flush_redis)
            await asyncio.sleep(run.rng.uniform(0, 0.3))

    for _ in range(run.plan.rounds):
        await run.round(hurt)


async def noredis(run: Run) -> None:
    """Redis is away for the whole run: the sweep drives everything."""

    async def hurt() -> None:
        await wait_for("a running worker", lambda: run.system.signal("worker", signal.SIGKILL))

    for _ in range(run.plan.rounds):
        await run.round(hurt)


# --- the database and the disk ----------------------------------------------------------------------------------------


async def postgres(run: Run) -> None:
    """PostgreSQL crashes (immediate mode) and comes back after a while."""
    cluster = run.system.cluster
    assert cluster is not None

    async def hurt() -> None:
        await asyncio.to_thread(cluster.stop)
        await asyncio.sleep(run.rng.uniform(0.2, 3))
        await asyncio.to_thread(cluster.start)

    for _ in range(run.plan.rounds):
        await run.round(hurt)


async def disk(run: Run) -> None:
    """Who keeps the data cannot write a byte to a file for some seconds; then there is space again."""

    async def hurt() -> None:
        cluster = run.system.cluster
        pids = cluster.pids() if cluster else [run.system.pid("web"), run.system.pid("worker")]
        with full_disk([pid for pid in pids if pid], cluster.identity if cluster else {}):
            await refuses_calls(run)
        if cluster and await asyncio.to_thread(cluster.revive):
            run.notes.append("PostgreSQL ended on the full disk and was started again, as a person would")

    for _ in range(run.plan.rounds):
        await run.round(hurt)


async def tmpfs(run: Run) -> None:
    """The disk of the data directory is full, for Redis and the log too; then there is space again."""

    async def hurt() -> None:
        filler = run.system.data_dir / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        await refuses_calls(run)
        filler.unlink()

    for _ in range(run.plan.rounds):
        await run.round(hurt)


async def refuses_calls(run: Run) -> None:
    """Wait for a 503 with Retry-After; then see that nothing is acknowledged for three seconds."""
    ledger = run.ledger
    refused = ledger.refused["503 with Retry-After"]
    await wait_for("a 503", lambda: ledger.refused["503 with Retry-After"] > refused + run.plan.connections)
    acknowledged = ledger.acknowledged
    await asyncio.sleep(3)
    if ledger.acknowledged > acknowledged:
        run.notes.append(f"{ledger.acknowledged - acknowledged} were acknowledged on the full disk")
    others = {status for status in ledger.refused if status not in ("503 with Retry-After", "no answer")}
    if others:
        raise Failed(f"a full disk is answered with {others}")


# --- a worker that hangs, a clock that jumps --------------------------------------------------------------------------


async def hang(run: Run) -> None:
    """A worker stands still with leases in its hands; another takes over; then the first one goes on."""
    system = run.system
    system.run("worker", env={"STACKLEAD_REDIS_URL": f"unix://{system.data_dir}/redis.sock"})

    async def hurt() -> None:
        await wait_for("a worker that stands still outside a transaction", lambda: _stop_worker(system))

    for _ in range(run.plan.rounds):
        await run.round(hurt)
        run.say(f"the other worker took over in {await run.settle():.0f} s")
        left = system.arrivals.missing(run.ledger)
        if left:
            raise Failed(f"{len(left)} did not arrive while one worker hung")
        system.signal("worker", signal.SIGCONT)
        await asyncio.sleep(5)


def _stop_worker(system: System) -> bool:
    """Stop the worker; not within a write transaction, because SQLite knows no one who could end that."""
    if not system.signal("worker", signal.SIGSTOP):
        return False
    if system.can_write():
        return True
    system.signal("worker", signal.SIGCONT)
    return False


async def clock(run: Run) -> None:
    """The clock jumps an hour ahead and back, then an hour back and ahead again."""
    jumps = run.system.clock
    assert jumps is not None

    async def hurt() -> None:
        for offset_s in (3600, 0, -3600, 0):
            jumps.jump_to(offset_s)
            await asyncio.sleep(run.rng.uniform(1, 4))
        jumps.jump_to(run.rng.choice((3600, -3600)))

    for _ in range(run.plan.rounds):
        await run.round(hurt)


Scenario = Callable[[Run], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {
    "kill": kill,
    "web": kill_web,
    "worker": kill_worker,
    "redis": kill_redis,
    "all": kill_all,
    "flushall": flushall,
    "noredis": noredis,
    "postgres": postgres,
    "disk": disk,
    "tmpfs": tmpfs,
    "hang": hang,
    "clock": clock,
}


_OPENING = threading.Lock()  # Alembic, which makes the schema, has one context for a whole process


def open_system(plan: Plan) -> System:
    """Make the product that a scenario hurts; nothing of it runs yet."""
    with _OPENING:
        return System(
            {"STACKLEAD_REDIS_URL": "unix:///nobody/redis.sock"} if plan.name == "noredis" else {},
            source=plan.source,
            is_postgres=plan.store == "postgres",
            has_clock=plan.name == "clock",
            disk_mib=DISK_MIB if plan.name == "tmpfs" else 0,
        )


async def run_scenario(plan: Plan) -> Outcome:
    """Run one scenario from a fresh product to the settled account."""
    started = time.monotonic()
    system = open_system(plan)
    run = Run(plan, system)
    is_kept = plan.source is None  # of a product that is broken on purpose nothing is to be learned
    try:
        system.start()
        await system.wait_ready()
        await SCENARIOS[plan.name](run)
        recovery_s = await run.settle()
        account = system.arrivals.account(run.ledger)
        is_kept = is_kept and not account.is_clean
    except Failed as exc:
        raise Failed(f"{exc}; the product's last words:\n{system.last_words()}") from exc
    finally:
        system.close(keep=is_kept)
    run.say(f"settled in {recovery_s:.0f} s")
    return Outcome(
        name=plan.name,
        store=plan.store,
        rounds=plan.rounds,
        acknowledged=run.ledger.acknowledged,
        account=account,
        refused=dict(run.ledger.refused),
        seconds=time.monotonic() - started,
        recovery_s=recovery_s,
        notes=[*run.notes, f"kept: {system.folder}"] if is_kept else run.notes,
    )
