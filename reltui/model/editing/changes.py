"""What differs between two definitions, by meaning and complete, on the server's JSON; pure.

Known things are told in the words of those who manage releases, everything else by its path. What means
nothing is listed at `matching.meaning`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from reltui.model.change import MASKED, Difference, hides_value
from reltui.model.decode import bool_of, count_of, list_of, mapping_of, scalar_of, text_of
from reltui.model.definition import schedule_words
from reltui.model.editing import wording
from reltui.model.editing.changes_approvals import approvals_differ, gates_differ, people
from reltui.model.editing.changes_task import Job, at_first, tasks_differ
from reltui.model.editing.kinds import ConditionKind, condition_kind
from reltui.model.editing.matching import (
    by_rank,
    masked,
    meaning,
    ordered,
    pairs,
    person_key,
    same,
    secrets_of,
    stage_number,
    without_twins,
)
from reltui.model.editing.owned import unowned
from reltui.model.editing.shape import Json, at
from reltui.model.editing.telling import (
    Found,
    Label,
    Row,
    Spot,
    list_differs,
    members_differ,
    object_differs,
    reads_otherwise,
    value_differs,
)
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText, clean


def changes(
    old: Mapping[str, Any], new: Mapping[str, Any], known: Resources = NOTHING
) -> tuple[Difference, ...]:
    """Every difference, the whole first, then stage by stage; none only when both mean the same.

    `known`: for the names of tasks, queues and variable groups.
    """
    before, after = map(meaning, without_twins(old, new))
    if same(before, after) or same(ordered(before), ordered(after)):
        return ()
    found = tuple(_Teller(old, new, known).whole(before, after))
    # Whatever the words leave out is still told by its path.
    return found or tuple(value_differs(Spot(SafeText(""), "", (), ()), "", ordered(before), ordered(after)))


_LINES_MAXIMUM = 20_000
"""Lines of a raw difference that are told."""


def raw_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[SafeText, ...]:
    """A unified difference of the JSON without what the server owns, stage by stage; secrets are masked, and
    one that is another than before says so. It takes a while for large definitions.
    """
    before, after = without_twins(*(unowned(raw, keep_stage_ids=True) for raw in (old, new)))
    known = frozenset(secrets_of(before))
    rows = [value.pop("environments", None) for value in (before, after)]
    if not all(isinstance(value, list) for value in rows):
        before["environments"], after["environments"] = rows
        rows = [[], []]
    lines = ["--- before", "+++ after", *_unified(before, after, known, "")]
    for left, right in pairs("environments", *rows):
        was = None if left is None else rows[0][left]
        now = None if right is None else rows[1][right]
        if not same(was, now):
            name = _stage_name(mapping_of(was if now is None else now))
            lines += [f"@@ stage {name} @@", *_unified(was, now, known, "    ")]
    if len(lines) == 2:
        return ()
    if len(lines) > _LINES_MAXIMUM:
        lines[_LINES_MAXIMUM:] = [f"... {len(lines) - _LINES_MAXIMUM} more lines"]
    return tuple(map(clean, lines))


def _unified(old: object, new: object, known: frozenset[str], indent: str) -> list[str]:
    """The lines of a unified difference of two values, without its head."""
    was, now = (
        []
        if value is None
        else [
            f"{indent}{line}"
            for line in json.dumps(masked(value, "", known), indent=2, ensure_ascii=False).splitlines()
        ]
        for value in (old, new)
    )
    return list(difflib.unified_diff(was, now, lineterm=""))[2:]


_WHOLE: Mapping[str, Label] = {
    "name": "name",
    "path": "folder",
    "releaseNameFormat": "names of releases",
    "description": "description",
    "isDisabled": "disabled",
    "tags": ("tags", lambda value: ", ".join(sorted(map(scalar_of, list_of(value))))),
}
_RETENTION: Mapping[str, Label] = {
    "daysToKeep": "days kept",
    "releasesToKeep": "releases kept",
    "retainBuild": "build kept",
}
_VARIABLE: Mapping[str, Label] = {
    "isSecret": ("secret", lambda value: "yes" if value else "no"),
    "allowOverride": ("settable when a release is made", lambda value: _truth(value)),
}
_QUEUES = {0: "each in its turn", 1: "only the newest waits"}
_POLICY: Mapping[str, Label] = {
    "concurrencyCount": ("deployments at once", lambda value: scalar_of(value) if value else "any number"),
    "queueDepthCount": (
        "queue",
        lambda value: _QUEUES.get(count_of(value), scalar_of(value)),
    ),
}
_OPTIONS_OF = "environmentOptions"
_OPTIONS: Mapping[str, Label] = {
    "autoLinkWorkItems": "links work items",
    "badgeEnabled": "badge",
    "publishDeploymentStatus": "tells the deployment status to the build",
    "pullRequestDeploymentEnabled": "pull requests may deploy",
    "emailNotificationType": "mail is sent",
    "emailRecipients": "mail goes to",
}
_ARTIFACT: Mapping[str, Label] = {
    "type": "type",
    "isPrimary": ("primary", lambda value: _truth(value)),
    "isRetained": ("kept with the release", lambda value: _truth(value)),
}
_REFERENCES: Mapping[str, Label] = {
    name: (words, wording.reference_words)
    for name, words in {
        "definition": "source",
        "definitions": "sources",
        "project": "project",
        "repository": "repository",
        "connection": "connection",
        "branch": "branch",
        "branches": "branches",
        "version": "version",
        "defaultVersionType": "default version",
        "defaultVersionBranch": "branch of the default version",
        "defaultVersionSpecific": "default version is",
        "defaultVersionTags": "tags of the default version",
    }.items()
}


def _truth(value: object, *, default: bool = False) -> str:
    return "yes" if bool_of(value, default=default) else "no"


_USUAL_JOB: Mapping[str, object] = {
    "condition": "succeeded()",
    "jobCancelTimeoutInMinutes": 1,
    "parallelExecution": {"parallelExecutionType": "none"},
}


class _Teller:
    """Goes through both definitions side by side; rows are `meaning`, the raw ones are asked for names."""

    def __init__(self, old: Row, new: Row, known: Resources) -> None:
        self._old = old
        self._new = new
        self._known = known
        self._names = wording.people_names((*people(new), *people(old)))

    def whole(self, old: Row, new: Row) -> Found:
        """All of it."""
        spot = Spot(SafeText(""), "", (), ())
        apart = frozenset({"artifacts", "triggers", "variables", "variableGroups", "environments"})
        yield from members_differ(spot, old, new, _WHOLE, apart)
        yield from self._groups(spot, old, new)
        yield from list_differs(spot, "artifacts", old, new, self._artifact)
        yield from list_differs(spot, "triggers", old, new, self._trigger)
        yield from _variables(spot, old, new)
        yield from self._stages(spot, old, new)

    def _raw(self, spot: Spot) -> tuple[Any, Any]:
        return at(self._old, spot.old), at(self._new, spot.new)

    def _groups(self, spot: Spot, old: Row, new: Row) -> Found:
        label = ("variable groups", lambda ids: wording.groups_words(list_of(ids), self._known))
        names = ("variableGroups",)
        yield from members_differ(spot, _only(old, names), _only(new, names), {names[0]: label})

    # Artifacts and triggers

    def _artifact(self, spot: Spot, old: Row | None, new: Row | None) -> Found:
        what = f"artifact {text_of((new or old or {}).get('alias'))}"
        if old is None or new is None:
            yield spot.told(
                what, *(None if row is None else wording.artifact_words(row) for row in (old, new))
            )
        if new is None:
            return
        old = {"alias": new.get("alias"), **at_first(new, {})} if old is None else old
        spot = replace(spot, about=f"{what}: ")
        yield from members_differ(spot, old, new, _ARTIFACT, frozenset({"definitionReference"}))
        yield from object_differs(spot, "definitionReference", old, new, _labelled(_REFERENCES))

    def _trigger(self, spot: Spot, old: Row | None, new: Row | None) -> Found:
        yield from _in_words(spot, "trigger", wording.trigger_words, old, new)

    # Stages

    def _stages(self, spot: Spot, old: Row, new: Row) -> Found:
        rows = [value.get("environments") for value in (old, new)]
        if not all(_is_list_of_objects(value) for value in rows):
            yield from value_differs(spot.member("environments"), "environments", *rows)
            return
        before, after = (value or [] for value in rows)
        matched = pairs("environments", before, after)
        here = spot.member("environments")
        stayed = [(a, b) for a, b in matched if a is not None and b is not None]
        renamed = {
            text_of(before[a].get("name")).casefold(): text_of(after[b].get("name")) for a, b in stayed
        }
        is_moved = _order(here, "stages", before, after, matched)
        yield from is_moved
        for left, right in matched:
            own = here.entry(left, right)
            if left is None or right is None:
                names = (
                    None if p is None else _stage_name(r[p]) for p, r in ((left, before), (right, after))
                )
                yield own.told("stage", *names)
                if right is not None:
                    new_one = replace(own, where=_stage_name(after[right]))
                    # Where it stands is told by the order, where that is told.
                    rank = frozenset({"rank"} if is_moved else ())
                    yield from self._stage(new_one, {}, after[right], renamed, rank)
            elif not same(before[left], after[right]):
                was, now = (_stage_name(row) for row in (before[left], after[right]))
                if not same(before[left].get("name"), after[right].get("name")):
                    yield own.member("name").told("stage renamed", was, now)
                yield from _numbers_differ(replace(own, where=now), before[left], after[right])
                told = {"rank"} if is_moved or len(stayed) < len(matched) else set()
                yield from self._stage(
                    replace(own, where=now), before[left], after[right], renamed, frozenset(told)
                )

    def _stage(
        self, spot: Spot, old: Row, new: Row, renamed: Mapping[str, str], told: frozenset[str]
    ) -> Found:
        apart = {"id", "name", "owner", "conditions", "schedules", "variables", "variableGroups"}
        apart |= {"retentionPolicy", "executionPolicy", _OPTIONS_OF, "deployPhases"}
        apart |= {
            f"{side}{step}" for side in ("preDeploy", "postDeploy") for step in ("Approvals", "mentGates")
        }
        yield from self._conditions(spot, old, new, renamed)
        yield from list_differs(spot, "schedules", old, new, self._schedule)
        asked, gated = partial(approvals_differ, self._names), partial(gates_differ, self._known)
        yield from object_differs(spot, "preDeployApprovals", old, new, partial(asked, "pre-approval"))
        yield from object_differs(spot, "preDeploymentGates", old, new, partial(gated, "gates before"))
        yield from self._jobs(spot, old, new)
        yield from object_differs(spot, "postDeploymentGates", old, new, partial(gated, "gates after"))
        yield from object_differs(spot, "postDeployApprovals", old, new, partial(asked, "post-approval"))
        first = old or {
            key: at_first(mapping_of(new.get(key)), {}) for key in ("executionPolicy", _OPTIONS_OF)
        }
        yield from object_differs(spot, "executionPolicy", first, new, _labelled(_POLICY))
        yield from object_differs(spot, "retentionPolicy", old, new, _labelled(_RETENTION))
        options = (
            old if old else {"environmentOptions": at_first(mapping_of(new.get("environmentOptions")), {})}
        )
        yield from object_differs(spot, "environmentOptions", options, new, _labelled(_OPTIONS))
        if not same(old.get("owner"), new.get("owner")):
            own = spot.member("owner")
            was, now = (self._person(raw) for raw in self._raw(own))
            if was != now:
                yield own.told("owner", was, now)
            else:
                yield from value_differs(own, "owner", old.get("owner"), new.get("owner"))
        yield from _variables(spot, old, new)
        yield from self._groups(spot, old, new)
        yield from members_differ(spot, old, new, {}, frozenset(apart | told))

    def _person(self, raw: object) -> str | None:
        """With as much as it takes to tell them from others."""
        name = self._names.get(person_key(mapping_of(raw)), "")
        return max(wording.person_words(raw), name, key=len) or None

    def _conditions(self, spot: Spot, old: Row, new: Row, renamed: Mapping[str, str]) -> Found:
        own = spot.member("conditions")
        before, after = old.get("conditions"), new.get("conditions")
        carried = _carried(before, renamed)
        is_new = not old
        if not is_new and (same(before, after) or _holds_same(carried, after)):
            return
        was, now = wording.conditions_words(before, renamed), wording.conditions_words(after, {})
        if was != now or is_new:
            yield own.told("starts", None if is_new else was, now)
        said = reads_otherwise(lambda rows: wording.conditions_words(rows, {}), after) if was != now else None
        left = list(value_differs(own, "conditions", wording.opened(carried), wording.opened(after), said))
        if not left and was == now and not is_new:
            # The same, written otherwise.
            left = list(value_differs(own, "conditions", carried, after))
        # What stands inside of a text has no place of its own.
        yield from (replace(each, path=each.path[: len(own.new) + 2]) for each in left)

    def _schedule(self, spot: Spot, old: Row | None, new: Row | None) -> Found:
        yield from _in_words(spot, "schedule", schedule_words, old, new)

    # Jobs

    def _jobs(self, spot: Spot, old: Row, new: Row) -> Found:
        rows = [value.get("deployPhases") for value in (old, new)]
        if not all(_is_list_of_objects(value) for value in rows):
            yield from value_differs(spot.member("deployPhases"), "deployPhases", *rows)
            return
        before, after = (value or [] for value in rows)
        if same(before, after):
            return
        here = spot.member("deployPhases")
        matched = pairs("deployPhases", before, after)
        is_moved = _order(here, "jobs", before, after, matched) if before else ()
        yield from is_moved
        is_whole = not is_moved and all(None not in pair for pair in matched)
        jobs = []
        for left, right in matched:
            was = None if left is None else before[left]
            now = None if right is None else after[right]
            own = here.entry(left, right)
            jobs.append(Job(own, was, now))
            if was is None or now is None:
                yield own.told(
                    "job", *(None if row is None else wording.job_words(row) for row in (was, now))
                )
                if now is not None:
                    rank = {"rank"} if is_moved or not before else set()
                    yield from self._job(own, _new_job(now), now, frozenset({"phaseType", *rank}))
            elif not same(was, now):
                yield from self._job(own, was, now, frozenset() if is_whole else frozenset({"rank"}))
        yield from tasks_differ(spot, jobs, self._known)

    def _job(self, spot: Spot, old: Row, new: Row, told: frozenset[str]) -> Found:
        name = text_of(new.get("name"))
        if not same(old.get("name"), new.get("name")):
            yield spot.member("name").told("job renamed", text_of(old.get("name")), name)
        about = replace(spot, about=f"job {name}: ")
        runs: Mapping[str, Label] = {"phaseType": ("runs", wording.job_kind_words)}
        yield from members_differ(about, old, new, runs, told | {"name", "workflowTasks", "deploymentInput"})
        labels = self._job_labels(old, new)
        yield from object_differs(about, "deploymentInput", old, new, _labelled(labels))

    def _job_labels(self, old: Row, new: Row) -> Mapping[str, Label]:
        row = new if same(new.get("phaseType"), old.get("phaseType")) else {}
        return {
            "queueId": ("queue", lambda number: wording.queue_words(row, number, self._known)),
            "timeoutInMinutes": ("timeout", wording.minutes_words),
            "jobCancelTimeoutInMinutes": ("time to cancel", wording.minutes_words),
            "condition": "runs when",
            "skipArtifactsDownload": "skips the artifacts",
            "enableAccessToken": "scripts may use the token",
            "tags": "tags of machines",
            "demands": "demands",
            "deploymentHealthOption": "machines at a time",
            "healthPercent": "machines at a time (percent)",
        }


def _new_job(job: Row) -> Row:
    """What need not be told of a job that is new."""
    found: Json = {key: job[key] for key in ("name", "phaseType") if key in job}
    settings = job.get("deploymentInput")
    if isinstance(settings, Mapping):
        found["deploymentInput"] = at_first(settings, _USUAL_JOB)
    return found


def _in_words(spot: Spot, what: str, words: Callable[[Row], str], old: Row | None, new: Row | None) -> Found:
    """What differs of a thing that is told in words, and then what the words leave out."""
    before, after = (None if row is None else words(row) for row in (old, new))
    if before != after:
        yield spot.told(what, before, after)
    if new is not None:
        said = reads_otherwise(lambda row: words(mapping_of(row)), new) if before != after else None
        base = at_first(new, {}) if old is None else old
        yield from value_differs(replace(spot, about=f"{what}: "), "", base, new, said)


def _numbers_differ(spot: Spot, old: Row, new: Row) -> Found:
    """That a stage is another one for the server, though it has the name of the old one."""
    before, after = stage_number(old), stage_number(new)
    if before == after:
        return
    own = spot.member("id")
    if before:
        yield own.told("stage made anew, its history ends: number", str(before), str(after) if after else "")
    else:
        yield own.told("stage: number", None, str(after))


def _labelled(labels: Mapping[str, Label]) -> Callable[[Spot, Row, Row], Found]:
    return lambda spot, old, new: members_differ(spot, old, new, labels)


def _only(row: Row, names: Sequence[str]) -> Row:
    return {name: row[name] for name in names if name in row}


def _is_list_of_objects(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(row, Mapping) for row in value))


def _stage_name(row: Row) -> SafeText:
    return text_of(row.get("name")) or SafeText("(no name)")


def _order(
    spot: Spot,
    what: str,
    old: Sequence[Row],
    new: Sequence[Row],
    matched: Sequence[tuple[int | None, int | None]],
) -> tuple[Difference, ...]:
    """The order of a ranked list, when those that stayed are in another: what came or went is told apart."""
    now_of = {left: right for left, right in matched if left is not None and right is not None}
    was = [now_of[place] for place in by_rank(old) if place in now_of]
    now = [place for place in by_rank(new) if place in set(was)]
    if was == now:
        return ()
    before, after = (" > ".join(_stage_name(rows[place]) for place in by_rank(rows)) for rows in (old, new))
    if before == after:
        # Two of one name changed places.
        before, after = (" > ".join(str(1 + place) for place in order) for order in (now, was))
    return (spot.told(f"order of {what}", before, after),)


def _carried(conditions: object, renamed: Mapping[str, str]) -> object:
    """Conditions with the stages that they name called as they are called now."""
    if not isinstance(conditions, list):
        return conditions
    return [
        {**row, "name": renamed.get(text_of(row.get("name")).casefold(), row.get("name"))}
        if isinstance(row, Mapping) and condition_kind(row) == ConditionKind.STAGE
        else row
        for row in conditions
    ]


def _holds_same(old: object, new: object) -> bool:
    """Whether two lists hold the same, in whatever order."""
    if isinstance(old, list) and isinstance(new, list):
        return sorted(map(repr, old)) == sorted(map(repr, new))
    return old == new


def _variables(spot: Spot, old: Row, new: Row) -> Found:
    yield from object_differs(spot, "variables", old, new, _each_variable)


def _each_variable(spot: Spot, old: Row, new: Row) -> Iterator[Difference]:
    """Variables by name, whatever its case, in the order of the names."""
    folded = {name.casefold(): name for name in old}
    matched = [(folded.pop(name.casefold(), None), name) for name in new]
    gone = [(name, None) for name in folded.values()]
    for before, after in sorted((*matched, *gone), key=lambda pair: (pair[1] or pair[0] or "").casefold()):
        was = None if before is None else old[before]
        now = None if after is None else new[after]
        own = spot.member(after or before or "")
        if not same(was, now) or before not in (None, after):
            yield from _variable(own, after or before or "", was, now)


def _variable(spot: Spot, name: str, old: object, new: object) -> Found:
    what = f"variable {name}"
    if not all(value is None or isinstance(value, Mapping) for value in (old, new)):
        yield from value_differs(replace(spot, about=what), "", old, new)
        return
    was = None if old is None else mapping_of(old)
    now = None if new is None else mapping_of(new)
    before, after = wording.variable_words(name, was, now)
    is_hidden = MASKED in (before, after)
    is_another = is_hidden and not same((was or {}).get("value"), (now or {}).get("value"))
    if before != after or is_another:
        yield spot.told(what, before, after)
    if now is None:
        return
    is_secret = bool(now.get("isSecret"))
    told = {"value"} if before != after or is_hidden or is_secret else set()
    if not hides_value(name) and (before != after or is_secret):
        told.add("isSecret")
    if was is None and not is_secret:
        told.add("isSecret")
    yield from members_differ(replace(spot, about=f"{what}: "), was or {}, now, _VARIABLE, frozenset(told))
