"""Python's garbage collector in a process that runs for weeks: what it need not look at, and how often it looks."""

import gc

NEW_OBJECTS = 10_000  # that are made before it looks at them; Python's 700 are made by a dozen requests
GENERATION = 20  # looks at the young objects before one at the older ones


def spare_what_stays() -> None:
    """Take all that was made so far for what stays: the collector looks no more at it.

    That is the program itself, some 150,000 objects. To walk through them takes a tenth of a second in which nothing
    is answered, and the more requests are under way, the more often the collector does.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, GENERATION, GENERATION)
