"""What a server before 4.0 makes of the fields and the parts of a definition (api.md 2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from reltui.model.editing.checks_found import Problem, Problems
from reltui.model.editing.outline import STAGES
from reltui.model.editing.shape import Json, Path, at, objects, put
from reltui.model.editing.slots import Slot
from reltui.model.generations import is_older
from reltui.model.older import losses, why_not_there
from reltui.model.resources import Choice, Resources
from reltui.model.text import clean

DAYS = ("retentionPolicy", "daysToKeep")
KEPT_ALIKE = "This server keeps the releases of all stages equally long: it is set for all of them."


def as_there(slots: list[Slot], raw: Mapping[str, Any], known: Resources) -> list[Slot]:
    """The fields with the reason at those that the server has no place for; as they are for all others."""
    if not is_older(known.generation):
        return slots
    return [_as_there(slot, raw, known.generation) for slot in slots]


def _as_there(slot: Slot, raw: Mapping[str, Any], generation: str) -> Slot:
    path = slot.field.path
    reason = clean(why_not_there(path, generation))
    if reason:
        field = replace(slot.field, refused=reason)
        return Slot(field, partial(_refuse, reason))
    if path[:1] == STAGES and path[2:] == DAYS:
        return Slot(replace(slot.field, help=clean(KEPT_ALIKE)), partial(_everywhere, slot, path))
    return slot


def _refuse(reason: str, value: str | Choice) -> Json:
    raise ValueError(reason)


def _everywhere(slot: Slot, path: Path, value: str | Choice) -> Json:
    """How long one stage is kept, for all stages. Raises ValueError: it is no such number."""
    made = slot.write(value)
    days = at(made, path)
    for place, _ in objects(made, STAGES):
        made = put(made, (*STAGES, place, *DAYS), days)
    return made


def there(problems: Problems, known: Resources) -> Problems:
    """The problems but for those of what the server has no place for."""
    for problem in problems:
        if not (is_older(known.generation) and why_not_there(problem.path, known.generation)):
            yield problem


def lost(raw: Mapping[str, Any], known: Resources) -> Problems:
    """What an older server would lose of the definition."""
    if is_older(known.generation):
        yield from _problems(raw, known.generation)


def _problems(raw: Mapping[str, Any], generation: str) -> Iterator[Problem]:
    for loss in losses(raw, generation):
        yield Problem(loss.path, loss.sentence)
