"""The guard at the keyboard: pastes, bursts, repeats and type-ahead start and confirm nothing (A9, A10).

Times are those of `time.monotonic()` at which a key was read from the terminal, not at which it is handled.
"""

from __future__ import annotations

from collections import deque

BURST_KEYS = 20
BURST_SECONDS = 0.05
VERB_COUNT = 3
VERB_SECONDS = 0.25
QUIET_SECONDS = 0.4
"""Verbs and confirmations are dead so long after a screen or dialog was painted."""
ALONE_SECONDS = 0.1
"""And a confirmation so long after any other key: a person goes from Tab to Enter slower, the packets of a
paste and the repeat of a held key come faster."""
FOLLOW_SECONDS = 0.15
"""A confirmation waits so long for keys that follow it, which take it back."""


class Guard:
    """Decides which keys count. One for the application; knows no screen."""

    def __init__(self, quiet_seconds: float = QUIET_SECONDS) -> None:
        self.quiet_seconds = quiet_seconds
        self._keys: deque[float] = deque(maxlen=BURST_KEYS + 1)
        self._verbs: deque[float] = deque(maxlen=VERB_COUNT + 1)
        self._burst_until = -1.0
        self._painted_at: float | None = None
        self._typed_at = self._typed_before = float("-inf")
        self._last_verb = ""
        self._last_verb_at = 0.0

    def changed(self) -> None:
        """Another screen, or another row under the cursor, is about to be painted."""
        self._painted_at = None

    def painted(self, now: float) -> None:
        """It has been painted."""
        if self._painted_at is None:
            self._painted_at = now

    @property
    def follow_seconds(self) -> float:
        """How long a confirmation waits for keys that follow it."""
        return min(FOLLOW_SECONDS, self.quiet_seconds)

    @property
    def is_painted(self) -> bool:
        """What is on top has been painted, and the person can have seen it."""
        return self._painted_at is not None

    def typed(self, at: float) -> None:
        """Count a key, a paste or a click, whatever it means and wherever it goes."""
        self._typed_before, self._typed_at = self._typed_at, at

    @property
    def typed_at(self) -> float:
        """When anything was counted last; minus infinity before that."""
        return self._typed_at

    def may_confirm(self, at: float) -> bool:
        """True when the input just counted came alone so far: long after the painting and any other input."""
        alone = at - self._typed_before >= min(ALONE_SECONDS, self.quiet_seconds)
        return alone and not self.is_quiet(at)

    def stood_alone(self, at: float) -> bool:
        """True when nothing was counted, and nothing was painted, after a confirmation."""
        return self._typed_at <= at and not self.is_quiet(at)

    def is_burst(self, at: float) -> bool:
        """Count a key; True when it belongs to a burst, which a person does not type."""
        self._keys.append(at)
        if len(self._keys) > BURST_KEYS and at - self._keys[0] <= BURST_SECONDS:
            self._burst_until = at + BURST_SECONDS
        if at <= self._burst_until:
            self._burst_until = at + BURST_SECONDS
            return True
        return False

    def is_flurry(self, verb: str, at: float) -> bool:
        """Count a verb key; True when more of them come than a person means.

        The auto-repeat of one key is not a flurry of several: it is `is_repeat`.
        """
        self._verbs.append(at)
        return len(self._verbs) > VERB_COUNT and at - self._verbs[0] <= VERB_SECONDS

    def is_repeat(self, verb: str, at: float) -> bool:
        """True when the same verb key goes on repeating: held down, it opens one dialog only."""
        repeated = verb == self._last_verb and at - self._last_verb_at <= VERB_SECONDS
        self._last_verb, self._last_verb_at = verb, at
        return repeated

    def is_quiet(self, at: float) -> bool:
        """True while verbs and confirmations are dead: before the painting, and 400 ms after it."""
        return self._painted_at is None or at < self._painted_at + self.quiet_seconds
