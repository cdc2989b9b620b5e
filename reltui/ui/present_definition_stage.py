"""One stage of a definition: what starts it, who signs, its gates, its limits; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reltui.model.approval import ApprovalPlan, ExecutionOrder
from reltui.model.attempt import GatesPlan
from reltui.model.decode import bool_of, count_of, list_of, mapping_of, objects_of, scalar_of, text_of
from reltui.model.definition import Definition, DefinitionEnvironment, filter_words
from reltui.model.following import EVENT_CONDITION, STATE_CONDITION, trigger_words
from reltui.model.signing import order_words, rule_words
from reltui.ui.present import Cell, Field, Line, Look, cut, fields, line, span
from reltui.ui.present_definitions import signers_words
from reltui.ui.present_words import count, long_span, person, short_name

ORDERS: Mapping[str, str] = {
    ExecutionOrder.BEFORE_GATES: "asked before the gates",
    ExecutionOrder.AFTER_SUCCESSFUL_GATES: "asked once the gates have passed",
    ExecutionOrder.AFTER_GATES_ALWAYS: "asked after the gates, passed or not",
}
FLAGS: Mapping[str, str] = {
    "skipArtifactsDownload": "artifacts are not downloaded",
    "enableAccessToken": "scripts may use the token",
    "publishDeploymentStatus": "status is published",
    "badgeEnabled": "has a badge",
    "autoLinkWorkItems": "links work items",
    "pullRequestDeploymentEnabled": "takes pull requests",
}
"""Options of a stage that are on or off, in words for those that are on."""
MAIL_WHEN = {"OnlyOnFailure": "when it failed", "Always": "always", "Never": "never"}
MAIL_TO = {
    "release.environment.owner": "the stage's owner",
    "release.creator": "the release's creator",
}
REDEPLOYS: Mapping[str, str] = {
    "rollbackRedeploy": "the last good release, when a deployment fails",
    "deploymentGroupRedeploy": "new machines of its deployment group",
}


def raw_stage(definition: Definition, stage_id: int) -> Mapping[str, Any]:
    """The server's own JSON of a stage, not clean; empty when there is none."""
    stages = objects_of(definition.raw.get("environments"))
    return next((stage for stage in stages if count_of(stage.get("id")) == stage_id), {})


def environment_cell(
    column: str, cells: int, environment: DefinitionEnvironment, name: Cell, look: Look
) -> Cell:
    """One cell of the table of stages of a definition; `name` is its stage's cell."""
    match column:
        case "stage":
            return name
        case "trigger":
            return span(cut(trigger_words(environment.conditions), cells, look.ascii))
        case "pre":
            words = signers_words(environment.pre_plan)
        case "post":
            words = signers_words(environment.post_plan)
        case "tasks":
            return span(str(sum(len(phase.tasks) for phase in environment.phases)))
        case _:
            return span(short_name(environment.owner), "dim")
    return span(cut(words or "auto", cells, look.ascii), "" if words else "dim")


def environment_lines(
    environment: DefinitionEnvironment, raw: Mapping[str, Any], cells: int, look: Look
) -> list[Line]:
    """The tab about the selected stage of a definition: rules and limits. `raw` is of `raw_stage`."""
    queue = "any number at a time"
    if environment.concurrency:
        queue = f"{environment.concurrency} at a time, then " + (
            "only the newest waits" if environment.queue_depth == 1 else "all wait in their turn"
        )
    facts = [
        Field("Trigger", line(trigger_words(environment.conditions))),
        *(Field("", line(words)) for words in artifact_words(environment)),
        *(Field("Schedule", line(schedule)) for schedule in environment.schedules),
        *_plan_fields("Before", environment.pre_plan, environment.pre_gates),
        *_gate_fields("Gates", environment.pre_gates),
        *_plan_fields("After", environment.post_plan, environment.post_gates),
        *_gate_fields("Gates", environment.post_gates),
        Field("Queue", line(queue)),
        Field("Kept", line(_kept(environment, raw))),
        *(Field("Redeploys", line(words)) for words in _redeploys(raw)),
        *_option_fields(mapping_of(raw.get("environmentOptions"))),
        *_demand_fields(raw),
        Field("Owner", line(person(environment.owner))),
        Field("Id", line(str(environment.id))),
    ]
    return fields(facts, cells, look, roomy=True)


def artifact_words(environment: DefinitionEnvironment) -> Iterator[str]:
    """What each condition on an artifact asks: "drop: branch release/*, tags rc"."""
    for condition in environment.conditions:
        if condition.type in (STATE_CONDITION, EVENT_CONDITION):
            continue
        try:
            # Kept by the server as JSON in a string.
            found = mapping_of(json.loads(condition.value or "{}"))
        except ValueError:
            found = {}
        pattern = text_of(mapping_of(found.get("tagFilter")).get("pattern"))
        words = ", ".join(filter(None, (filter_words(found), f"tag like {pattern}" if pattern else "")))
        yield f"{condition.name}: {words or 'any version'}"


def _plan_fields(label: str, plan: ApprovalPlan, gates: GatesPlan) -> list[Field]:
    signers = signers_words(plan)
    if not signers:
        return [Field(label, (span(order_words(plan), "dim"),))]
    rules = rule_words(plan)
    if gates.asks:
        order = plan.options.execution_order
        rules += f", {ORDERS.get(order, order)}"
    return [Field(label, line(signers)), Field("", (span(rules, "dim"),))]


def _gate_fields(label: str, gates: GatesPlan) -> list[Field]:
    if not gates.names:
        return []
    off = () if gates.is_enabled else (span("  switched off", "warn"),)
    times = [
        f"asked every {long_span(gates.sampling_interval * 60)}",
        f"up to {long_span(gates.timeout * 60)}",
    ]
    if gates.stabilization:
        times.append(f"the first time after {long_span(gates.stabilization * 60)}")
    if gates.minimum_success:
        times.append(f"must hold for {long_span(gates.minimum_success * 60)}")
    return [
        Field(label, line(", ".join(gates.names), *off)),
        Field("", (span(", ".join(times), "dim"),)),
    ]


def _kept(environment: DefinitionEnvironment, raw: Mapping[str, Any]) -> str:
    keep = []
    if environment.days_to_keep is not None:
        keep.append(count(environment.days_to_keep, "day"))
    if environment.releases_to_keep is not None:
        keep.append(f"at least {count(environment.releases_to_keep, 'release')}")
    if bool_of(mapping_of(raw.get("retentionPolicy")).get("retainBuild")):
        keep.append("with its builds")
    return ", ".join(keep) or "as the project says"


def _redeploys(raw: Mapping[str, Any]) -> Iterator[str]:
    for trigger in objects_of(raw.get("environmentTriggers")):
        kind = scalar_of(trigger.get("triggerType"))
        yield REDEPLOYS.get(kind, kind)


def _option_fields(options: Mapping[str, Any]) -> list[Field]:
    words = [told for name, told in FLAGS.items() if bool_of(options.get(name))]
    minutes = count_of(options.get("timeoutInMinutes"))
    if minutes:
        words.insert(0, f"ends after {long_span(minutes * 60)}")
    found = [Field("Options", line(", ".join(words)))] if words else []
    kind, to = scalar_of(options.get("emailNotificationType")), text_of(options.get("emailRecipients"))
    if kind and to:
        people = [MAIL_TO.get(part, part) for part in to.split(";") if part]
        found.append(Field("Mail", line(f"{MAIL_WHEN.get(kind, kind)}, to {', '.join(people)}")))
    return found


def _demand_fields(raw: Mapping[str, Any]) -> list[Field]:
    demands = ", ".join(text_of(demand) for demand in list_of(raw.get("demands")) if isinstance(demand, str))
    return [Field("Demands", line(demands))] if demands else []
