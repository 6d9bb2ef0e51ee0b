"""The faults, by name: each hands in leads, hurts the product meanwhile, lets it recover and settles up."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from faults.clients import Clients
from faults.ledger import Account, Ledger
from faults.system import PARTS, Failed, System, wait_for

RECOVERY_S = 240.0  # a killed worker's leases last 25 and 45 s, one after the other, and a refused delivery waits too
CALLS_PER_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much to do, and on what."""

    rounds: int
    calls: int  # acknowledged in each round
    connections: int
    store: str  # sqlite or postgres
    seed: int
    source: Path | None = None  # the folder of the package, if it is not our own
    patience_s: float = RECOVERY_S  # how long the product may take to settle
    say: Callable[[str], None] = print


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of one scenario."""

    name: str
    rounds: int
    acknowledged: int
    account: Account
    refused: dict[str, int]
    seconds: float
    recovery_s: float
    notes: list[str] = field(default_factory=list)


class Run:
    """One scenario under way: the product, the clients' list, and the dice."""

    def __init__(self, name: str, plan: Plan, system: System) -> None:
        self.name = name
        self.plan = plan
        self.system = system
        self.ledger = Ledger()
        self.rng = random.Random(f"{plan.seed} {name}")
        self.notes: list[str] = []

    def say(self, text: str) -> None:
        self.plan.say(f"  {self.name:<9} {text}")

    async def round(self, hurt: Callable[[], Awaitable[None]], *, heal_s: float = 60.0) -> None:
        """Hand in leads; hurt the product at a random moment while calls, research and deliveries run; go on."""
        arrivals = self.system.arrivals
        arrivals.read()
        arrived_before = arrivals.count
        clients = Clients(
            self.system.door,
            self.ledger,
            connections=self.plan.connections,
            calls_per_s=CALLS_PER_S,
            rng=self.rng,
        )
        moment = self.rng.uniform(0.05, 0.95) * self.plan.calls
        clients.start()

        def is_time() -> bool:
            arrivals.read()
            return clients.acknowledged >= moment and arrivals.count > arrived_before

        await wait_for("calls and deliveries", is_time, RECOVERY_S)
        await asyncio.sleep(self.rng.uniform(0, 0.05))
        await hurt()
        await wait_for("calls to go on", lambda: clients.acknowledged >= self.plan.calls, heal_s)
        await clients.stop()
        arrivals.read()
        self.say(f"{clients.acknowledged} acknowledged, {len(arrivals.missing(self.ledger))} still to arrive")

    async def settle(self) -> float:
        """Wait until everything arrived and the product has nothing more to do; returns the seconds it took."""
        started = time.monotonic()
        deadline = started + self.plan.patience_s
        while time.monotonic() < deadline:
            self.system.arrivals.read()
            if not self.system.arrivals.missing(self.ledger) and not await self.system.has_open_work():
                break
            await asyncio.sleep(0.5)
        else:
            self.notes.append(f"not settled after {self.plan.patience_s:g} s")
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


Scenario = Callable[[Run], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {
    "kill": kill,
    "web": kill_web,
    "worker": kill_worker,
    "redis": kill_redis,
    "all": kill_all,
    "flushall": flushall,
}


async def run_scenario(name: str, plan: Plan) -> Outcome:
    """Run one scenario from a fresh product to the settled account."""
    started = time.monotonic()
    system = System(source=plan.source)
    run = Run(name, plan, system)
    is_kept = plan.source is None  # of a product that is broken on purpose nothing is to be learned
    try:
        system.start()
        await system.wait_ready()
        await SCENARIOS[name](run)
        recovery_s = await run.settle()
        account = system.arrivals.account(run.ledger)
        is_kept = is_kept and not account.is_clean
    except Failed as exc:
        raise Failed(f"{exc}; the product's last words:\n{system.last_words()}") from exc
    finally:
        system.close(keep=is_kept)
    return Outcome(
        name=name,
        rounds=plan.rounds,
        acknowledged=run.ledger.acknowledged,
        account=account,
        refused=dict(run.ledger.refused),
        seconds=time.monotonic() - started,
        recovery_s=recovery_s,
        notes=[*run.notes, f"kept: {system.folder}"] if is_kept else run.notes,
    )
