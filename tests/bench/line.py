"""A slow line between the program and its terminal, as arithmetic: bytes a second, and a delay.

Between them stands a daemon, as with SSH: it takes up to `TAKEN` bytes off the PTY before the program has
to wait, so that the program cannot see how far behind the terminal is.
"""

from __future__ import annotations

from collections import deque

PACKET = 1400
"""Bytes that arrive together: what one Ethernet packet of SSH carries."""
TAKEN = 2 * 1024 * 1024


class Direction:
    """One way of the line. Times are seconds of whatever clock the caller has."""

    def __init__(self, bytes_per_second: float, delay: float) -> None:
        self._rate = bytes_per_second
        self._delay = delay
        self._free_at = float("-inf")
        """When the last byte given so far has been sent."""
        self._on_the_way: deque[tuple[float, bytes]] = deque()
        self.waiting = 0
        """Bytes that were given and have not arrived."""

    def put(self, data: bytes, now: float) -> None:
        """Send these bytes after all that were given before."""
        for start in range(0, len(data), PACKET):
            packet = data[start : start + PACKET]
            self._free_at = max(self._free_at, now) + len(packet) / self._rate
            self._on_the_way.append((self._free_at + self._delay, packet))
            self.waiting += len(packet)

    def arrived(self, now: float) -> list[tuple[float, bytes]]:
        """What has come out at the other end since the last call, each with its time."""
        found = []
        while self._on_the_way and self._on_the_way[0][0] <= now:
            found.append(self._on_the_way.popleft())
            self.waiting -= len(found[-1][1])
        return found

    @property
    def next_at(self) -> float:
        """When the next bytes arrive; infinite when none are on the way."""
        return self._on_the_way[0][0] if self._on_the_way else float("inf")

    @property
    def is_full(self) -> bool:
        """The daemon takes nothing more."""
        return self.waiting >= TAKEN


class Line:
    """Both directions; the round trip is what an empty message takes there and back."""

    def __init__(self, bytes_per_second: float, round_trip: float) -> None:
        self.round_trip = round_trip
        self.up = Direction(bytes_per_second, round_trip / 2)
        """Keys."""
        self.down = Direction(bytes_per_second, round_trip / 2)
        """What the program writes."""

    @property
    def next_at(self) -> float:
        """When something arrives next, in either direction."""
        return min(self.up.next_at, self.down.next_at)
