"""Spans of time as people type them; the wire counts minutes."""

from __future__ import annotations

import re

_SPAN = re.compile(
    r"(?:(?P<days>\d{1,6})\s*d(?:ays?)?)?\s*(?:(?P<hours>\d{1,7})\s*h(?:ours?)?)?\s*"
    r"(?:(?P<minutes>\d{1,9})\s*(?:m|min|minutes?)?)?",
    re.IGNORECASE,
)
_DAY = 24 * 60


def minutes_text(minutes: int) -> str:
    """Exactly so many minutes in the largest whole unit: 90m, 24h, 2d; 0 without a unit."""
    if minutes <= 0:
        return str(minutes)
    if minutes % _DAY == 0 and minutes > _DAY:
        return f"{minutes // _DAY}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def minutes_of(text: str) -> int:
    """Minutes of "24h", "2d", "90m", "1d 12h", or of a bare number. Raises ValueError with a sentence."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or not any(found.groupdict().values()):
        raise ValueError("Write a time such as 90m, 24h or 2d.")
    days, hours, minutes = (int(found[unit] or 0) for unit in ("days", "hours", "minutes"))
    return days * _DAY + hours * 60 + minutes
