"""What earlier runs saw a sign-in do, kept in the cache; told by `reltui doctor`, never acted upon. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

from reltui.data.access import SCOPES
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

NAME = "access"
"""Under which the cache has it, per server."""
SAID = 300
"""Characters of the server's words that are kept."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One scope, by `time.time()`; None for never."""

    works_at: float | None = None
    """A write that takes it was answered well."""
    refused_at: float | None = None
    said: SafeText = SafeText("")
    """The server's words to the last refusal."""

    @property
    def is_refused(self) -> bool:
        """The last that was seen of it."""
        return self.refused_at is not None and (self.works_at is None or self.works_at < self.refused_at)


def remember(
    known: object, person: str, now: float, *, works: Iterable[str] = (), refused: Mapping[str, SafeText]
) -> dict[str, object]:
    """What is to be kept after an answer; what another person was seen to do is forgotten."""
    seen = recall(known, person)
    for scope in works:
        seen[scope] = replace(seen.get(scope, Seen()), works_at=now)
    for scope, said in refused.items():
        seen[scope] = replace(seen.get(scope, Seen()), refused_at=now, said=clean(said, limit=SAID))
    return {"person": person, "scopes": {scope: asdict(each) for scope, each in seen.items()}}


def recall(raw: object, person: str) -> dict[str, Seen]:
    """What was kept of this person, by scope; of a file that anything may have written."""
    if not isinstance(raw, dict) or raw.get("person") != person or not isinstance(raw.get("scopes"), dict):
        return {}
    found = {}
    for scope, each in raw["scopes"].items():
        if scope in SCOPES and isinstance(each, dict):
            said = each.get("said")
            found[scope] = Seen(
                _moment(each.get("works_at")),
                _moment(each.get("refused_at")),
                clean(said if isinstance(said, str) else "", limit=SAID),
            )
    return found


def _moment(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e11 else None  # type: ignore[operator, arg-type]
