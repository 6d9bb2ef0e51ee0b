"""The world that `make demo` shows: Rebecca Schroeder of Blue Ocean Technologies first, then varied and hard cases."""

from stacklead.demo.sample import blue_ocean, hard, varied
from stacklead.demo.world import World


def sample_world() -> World:
    """Return a fresh copy of the sample world."""
    world = World()
    for part in (blue_ocean, varied, hard):
        for company in part.companies():
            world.add_company(company)
        for person in part.people():
            world.add_person(person)
    return world
