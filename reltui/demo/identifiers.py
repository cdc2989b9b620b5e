"""GUIDs that follow from what they stand for."""

from __future__ import annotations

import uuid

_SPACE = uuid.UUID("6f7c2f2e-6d0e-4a53-9f0a-51c0a7b1d9e4")


def guid(*parts: object) -> str:
    """A lower-case GUID that is always the same for the same parts."""
    return str(uuid.uuid5(_SPACE, ":".join(str(part) for part in parts)))
