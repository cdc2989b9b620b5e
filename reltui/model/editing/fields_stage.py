"""Fields of a stage, and of how it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from reltui.model.editing.clockwork import schedule
from reltui.model.editing.conditions import (
    ALSO_PARTIALLY,
    STARTS,
    SUCCEEDED,
    filter_of,
    of_artifact,
    other_stages,
    settled,
    start_of,
    with_name,
    with_stage,
    with_start,
)
from reltui.model.editing.filters import alias, filter_fields
from reltui.model.editing.kinds import ConditionKind, condition_kind
from reltui.model.editing.outline import stage_name
from reltui.model.editing.shape import Json, at, objects, put, without
from reltui.model.editing.slots import (
    FieldKind,
    Form,
    Pick,
    id_of,
    identity_ref,
    identity_shown,
    needed,
    plain,
    typed,
)
from reltui.model.resources import Choice
from reltui.model.text import clean


def stage(form: Form) -> None:
    """Name, owner, retention and options of a stage."""
    form.section = "Stage"
    form.text("name", "Name", ("name",), is_required=True, write=lambda new: renamed_stage(form, new))
    owner = form.get(("owner",))
    form.add(
        "owner",
        "Owner",
        FieldKind.PICK,
        id_of(owner),
        lambda new: form.set(("owner",), identity_ref(new)),
        shown=identity_shown(owner),
        pick=Pick.PERSON,
        path=("owner",),
        help="Who is told about deployments; whoever creates the definition where nobody is named.",
    )
    form.section = "Kept"
    form.number("days", "Days to keep", ("retentionPolicy", "daysToKeep"), low=1, unit="days")
    form.number("releases", "Releases to keep", ("retentionPolicy", "releasesToKeep"), low=1)
    form.flag("build", "Keep the builds", ("retentionPolicy", "retainBuild"))
    form.section = "Options"
    options = form.get(("environmentOptions",))
    form.flag("badge", "Status badge", ("environmentOptions", "badgeEnabled"))
    form.flag(
        "publish",
        "Reports to source",
        ("environmentOptions", "publishDeploymentStatus"),
        help="Shows the state of deployments beside the build and the repository.",
    )
    form.flag("link", "Link work items", ("environmentOptions", "autoLinkWorkItems"))
    form.flag(
        "pull-request",
        "Pull requests",
        ("environmentOptions", "pullRequestDeploymentEnabled"),
        help="Releases of pull requests may be deployed here.",
    )
    if isinstance(options, Mapping):
        _old_options(form, options)


def _old_options(form: Form, options: Mapping[str, Any]) -> None:
    """What older servers still have per stage; shown where it is there."""
    if "emailNotificationType" in options:
        form.choice(
            "mail",
            "Mail",
            ("environmentOptions", "emailNotificationType"),
            (("OnlyOnFailure", "when it failed"), ("Always", "always"), ("Never", "never")),
        )
    if "emailRecipients" in options:
        form.text("mail-to", "Mail to", ("environmentOptions", "emailRecipients"))


def renamed_stage(form: Form, value: str | Choice) -> Json:
    """The stage under another name, in the conditions of the others too. Raises ValueError."""
    old = stage_name(form.raw, form.base)
    name = needed(value, "The name of a stage", old)
    if any(name.lower() == other.lower() for other in other_stages(form.raw, form.base)):
        raise ValueError(f"There is a stage {clean(name)} already.")
    changed = form.set(("name",), name)
    return with_name(changed, ConditionKind.STAGE, old, name) if old else changed


def start(form: Form) -> None:
    """Conditions, schedules, filters and the queue; the node stands at the conditions of the stage."""
    path = form.base[:2]
    found = at(form.raw, path)
    row: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    form.section = "Starts"
    form.choice(
        "start",
        "Starts",
        (),
        STARTS,
        value=start_of(row),
        write=lambda key: with_start(form.raw, path, key),
    )
    for place, condition in objects(row, ("conditions",)):
        if condition_kind(condition) == ConditionKind.STAGE:
            _after(form, place, condition)
    for place, condition in objects(row, ("conditions",)):
        if condition_kind(condition) == ConditionKind.ARTIFACT:
            _filter(form, place, condition)
    inner = Form(form.raw, replace(form.node, path=path), form.known, slots=form.slots)
    for place, _ in objects(row, ("schedules",)):
        inner.section = f"Schedule {place + 1}"
        remove = partial(without, form.raw, (*path, "schedules", place))
        schedule(inner, f"schedule:{place}:", ("schedules", place), remove)
    inner.section = "Queue"
    inner.number(
        "concurrency",
        "Deployments at once",
        ("executionPolicy", "concurrencyCount"),
        zero="any number",
        help="How many releases may be deployed here at the same time; 0 for any number.",
    )
    inner.choice(
        "depth",
        "Those that wait",
        ("executionPolicy", "queueDepthCount"),
        (("0", "are deployed in turn"), ("1", "only the newest is deployed")),
        default="0",
        wire=int,
    )


def _after(form: Form, place: int, condition: Mapping[str, Any]) -> None:
    path = form.base[:2]

    name = plain(condition.get("name"))
    form.add(
        f"after:{place}",
        "After",
        FieldKind.PICK,
        name,
        lambda new: with_stage(form.raw, path, typed(new), place),
        is_required=True,
        choices=[(other, clean(other)) for other in other_stages(form.raw, path)],
        pick=Pick.STAGE,
        path=(place, "name"),
        remove=lambda: without_condition(form, place),
    )
    form.choice(
        f"after:{place}:state",
        "When it has",
        (place, "value"),
        ((SUCCEEDED, "succeeded"), (ALSO_PARTIALLY, "succeeded, also in part")),
        default=SUCCEEDED,
    )


def without_condition(form: Form, place: int) -> Json:
    """The stage without one condition; by hand only when it waits for nothing else."""
    path = form.base[:2]
    left = without(form.raw, (*path, "conditions", place))
    return put(left, path, settled(at(left, path)))


def _filter(form: Form, place: int, condition: Mapping[str, Any]) -> None:
    name = plain(condition.get("name"))
    form.section = f"Filter on {name}"
    alias(form, f"filter:{place}:alias", (place, "name"), lambda: without_condition(form, place))
    row = filter_of(condition)
    if row is None:
        form.text(f"filter:{place}:value", "Filter", (place, "value"))
        return

    def store(wanted: Json) -> Json:
        text = of_artifact(name, wanted)["value"]
        return form.set((place, "value"), text)

    filter_fields(form, f"filter:{place}:", row, store, (place, "value"), None)
