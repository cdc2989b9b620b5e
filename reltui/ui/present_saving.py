"""What the dialogs about saving and deleting a definition, and about folders, tell; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reltui.data.topics import ReleasesData
from reltui.model.approval import approval_plan_from_json
from reltui.model.decode import count_of, objects_of, text_of
from reltui.model.definition import Definition
from reltui.model.editing.folders import name_refusal
from reltui.model.editing.matching import same
from reltui.model.editing.owned import unowned
from reltui.model.release import EnvironmentStatus, Release
from reltui.model.text import SafeText, is_suspicious
from reltui.ui.present import Line, line, span
from reltui.ui.present_definitions import signers_words
from reltui.ui.present_words import count, within

RUNNING = (EnvironmentStatus.IN_PROGRESS, EnvironmentStatus.QUEUED, EnvironmentStatus.SCHEDULED)
"""What the server does not delete unless it is told to cancel it."""
ROOT = "\\"


def changed_stages(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[SafeText, int], ...]:
    """Name and number of every stage that is changed, taken away or added; a changed name counts for both."""
    before, after = _stages(old), _stages(new)
    found: list[tuple[SafeText, int]] = []
    for number, stage in before.items():
        if number in after and same(after[number], stage):
            continue
        found.append((text_of(stage.get("name")), number))
        name = text_of(after[number].get("name")) if number in after else found[-1][0]
        if name != found[-1][0]:
            found.append((name, number))
    found += [(text_of(stage.get("name")), 0) for number, stage in after.items() if number not in before]
    return tuple(found)


def _stages(raw: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Stages by number, without what the server owns; new ones have numbers below 0 here."""
    whole = unowned(raw, keep_stage_ids=True)
    stages = list(objects_of(whole.get("environments")))
    return {count_of(stage.get("id")) or -place: stage for place, stage in enumerate(stages, 1)}


NAMED = 3
"""So many protected stages that change are typed by their names; of more it is the count."""


def word_for(stages: Sequence[tuple[SafeText, int]]) -> tuple[str, str]:
    """What must be typed for the protected stages that change, and what it is; several with commas."""
    words = tuple(
        dict.fromkeys(str(number) if _is_unclear(name, number) else name for name, number in stages)
    )
    if len(words) > NAMED:
        return str(len(words)), "how many protected stages change"
    kind = "number" if any(_is_unclear(*stage) for stage in stages) else "name"
    if len(words) == 1:
        return words[0], f"the {kind} of a protected stage that changes"
    kinds = "names" if kind == "name" else "names or numbers"
    return spaced(", ".join(words)), f"the {kinds} of the protected stages that change"


def spaced(names: str) -> str:
    """Names with one blank behind each comma."""
    return ", ".join(part.strip() for part in names.split(","))


def _is_unclear(name: SafeText, number: int) -> bool:
    """A name that looks like another one is no proof of having read it."""
    return bool(number) and is_suspicious(name)


def new_lines(raw: Mapping[str, Any]) -> Iterator[Line]:
    """What a new definition has, a line for each stage."""
    artifacts = [text_of(each.get("alias")) for each in objects_of(raw.get("artifacts"))]
    yield line(span("   artifacts ", "dim"), ", ".join(artifacts) or "none")
    for stage in objects_of(raw.get("environments")):
        jobs = objects_of(stage.get("deployPhases"))
        tasks = sum(len(list(objects_of(job.get("workflowTasks")))) for job in jobs)
        parts = [count(tasks, "task")]
        for side, words in (("preDeployApprovals", "before"), ("postDeployApprovals", "after")):
            signers = signers_words(approval_plan_from_json(stage.get(side)))
            parts += [f"{words}: {signers}"] if signers else []
        name = within(text_of(stage.get("name")))
        asked = "" if len(parts) > 1 else ", nobody is asked"
        yield line(span("   stage     ", "dim"), span(name, "head"), f"  {', '.join(parts)}{asked}")


def running_words(releases: Sequence[Release]) -> list[str]:
    """What runs of some releases now: "Rel-142 PROD"."""
    return [
        f"{within(release.name)} {within(environment.name)}"
        for release in releases
        for environment in release.environments or ()
        if environment.status in RUNNING
    ]


def deletion_facts(
    definition: Definition, whole: Definition | None, releases: ReleasesData | None, more: bool, waiting: int
) -> list[tuple[str, Line]]:
    """What would go with a definition; `whole` has its stages, `waiting` approvals of it wait for anybody."""
    stages = ", ".join(within(e.name) for e in (whole or definition).environments or ())
    facts: list[tuple[str, Line]] = [("Folder", line(definition.path or ROOT))]
    facts.append(("Stages", line(stages or span("not read yet", "dim"))))
    if releases is None:
        told = line(span("not read yet", "dim"))
    else:
        number = len(releases.rows)
        told = line(f"{count(number, 'release')}{' or more' if more else ''} of it")
    facts.append(("Releases", told))
    words = "none of it waits"
    if waiting:
        words = f"{count(waiting, 'approval')} of it {'waits' if waiting == 1 else 'wait'}"
    facts.append(("Approvals", line(span(words, "warn" if waiting else ""))))
    running = running_words(releases.rows) if releases is not None else []
    if running:
        facts.append(("Runs now", line(span(", ".join(running), "warn"))))
    return facts


def folder_name(path: str) -> str:
    """The last name of a path."""
    return path.rstrip(ROOT).rpartition(ROOT)[2]


def parent_path(path: str) -> str:
    """The folder that a folder is in."""
    return path.rstrip(ROOT).rpartition(ROOT)[0] or ROOT


def joined_path(parent: str, name: str) -> SafeText:
    """A folder in a folder."""
    return SafeText(f"{parent.rstrip(ROOT)}{ROOT}{name}")


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is a folder, or below it."""
    own, outer = path.casefold().rstrip(ROOT), folder.casefold().rstrip(ROOT)
    return own == outer or own.startswith(f"{outer}{ROOT}")


def depth(path: str) -> int:
    """How deep a folder lies; 0 for the root."""
    return len([part for part in path.split(ROOT) if part])


def folder_refusal(name: str, parent: str, taken: Sequence[str]) -> SafeText | None:
    """Why a folder cannot be named so; None when it can."""
    if (why_not := name_refusal(name)) is not None:
        return SafeText(why_not)
    path = joined_path(parent, name)
    if any(each.casefold() == path.casefold() for each in taken):
        return SafeText(f"The folder {path} is there already.")
    return None
