"""An older revision of a definition as the body of a new one; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.decode import bool_of, list_of, mapping_of, text_of
from reltui.model.editing.matching import stage_number
from reltui.model.editing.owned import DEFINITION_OWNED
from reltui.model.editing.shape import Json
from reltui.model.text import SafeText


def restored(old: Mapping[str, Any], current: Mapping[str, Any]) -> Json:
    """The old revision, to be saved in place of the current one.

    What the server owns is the current one's, the revision number most of all. A stage that is no longer
    there comes back as a new one: its number is gone with it.
    """
    body = {
        name: current[name] if name in DEFINITION_OWNED else value
        for name, value in old.items()
        if name not in DEFINITION_OWNED or name in current
    }
    body |= {name: value for name, value in current.items() if name in DEFINITION_OWNED and name not in body}
    body.pop("comment", None)
    there = {stage_number(stage) for stage in list_of(current.get("environments"))}
    body["environments"] = [
        stage if not isinstance(stage, dict) or stage_number(stage) in there else {**stage, "id": 0}
        for stage in list_of(old.get("environments"))
    ]
    return body


def lost_secrets(old: Mapping[str, Any], current: Mapping[str, Any]) -> tuple[SafeText, ...]:
    """Names of the secrets that come back without their values: no revision holds them, and the current one
    has no secret of the name to go on with."""
    kept = {(where, name.casefold()) for where, name in _secrets(current)}
    return tuple(
        text_of(f"{where} / {name}" if where else name)
        for where, name in _secrets(old)
        if (where, name.casefold()) not in kept
    )


def _secrets(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [("", name) for name in _secret_names(raw)]
    for stage in list_of(raw.get("environments")):
        where = str(mapping_of(stage).get("name") or "")
        found += [(where, name) for name in _secret_names(mapping_of(stage))]
    return found


def _secret_names(holder: Mapping[str, Any]) -> list[str]:
    variables = mapping_of(holder.get("variables"))
    return [str(name) for name, value in variables.items() if bool_of(mapping_of(value).get("isSecret"))]
