"""How far each movement key goes, in every list, text and log alike."""

from __future__ import annotations


def step_of(action: str, height: int, total: int) -> int | None:
    """Lines down (up: negative) for a movement action (`keys.ACTIONS`); None when it is no movement.

    `height` lines are in view of `total`; a page leaves one line of the last one in view.
    """
    half, page = max(height // 2, 1), max(height - 1, 1)
    return {
        "down": 1,
        "up": -1,
        "half-down": half,
        "half-up": -half,
        "page-down": page,
        "page-up": -page,
        "first": -total,
        "last": total,
    }.get(action)
