"""When the interpreter looks through everything for garbage: while nobody types.

To look through all that is known of ten thousand approvals takes a tenth of a second, in which no key is
answered. Most garbage goes without that; what is left are the rings that closed screens make.
"""

from __future__ import annotations

import gc

SELDOM = 1_000
"""So many collections of the middle generation may pass before the interpreter looks through everything by
itself: hours of refreshing a large inbox. By default they are ten."""
WORTH = 20
"""So many, and there may be enough garbage to look for."""
IDLE_SECONDS = 30.0
"""Nobody types after so long without a key."""


def begin() -> None:
    """The first screen is up: collect from now on. What was made for it stays, and is looked at no more.

    Without effect where the start was not kept free of collections, as in tests.
    """
    if gc.isenabled():
        return
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, SELDOM)
    gc.freeze()
    gc.enable()


def look(idle_seconds: float) -> bool:
    """Look through everything if it is worth it and nobody has typed for so long; True when that was done."""
    if idle_seconds < IDLE_SECONDS or gc.get_count()[2] < WORTH:
        return False
    gc.collect()
    return True
