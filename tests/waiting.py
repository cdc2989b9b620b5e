"""NotShown: what a test has waited for in vain."""

from __future__ import annotations


class NotShown(AssertionError):
    """What was waited for has not come about in its time: the program is wrong, or the machine is slow."""
