"""The catalogue's task types that run on the server or as gates, and the catalogue as a whole."""

from __future__ import annotations

from collections.abc import Iterable

from reltui.demo.records import Json
from reltui.demo.task_shapes import GATE_RUN, SERVER_RUN, entry, flag, lines, task_type
from reltui.demo.task_types import FILES, SCRIPTS, TESTS
from reltui.demo.task_types_deploy import CLOUDS, MACHINES
from reltui.demo.tasks import CALL, DELAY, MANUAL_INTERVENTION, QUERY

AZURE_FUNCTION = "537fdb7a-a601-4537-aa70-92645a2b5ce4"
AZURE_MONITOR = "99a72e7f-25e4-4576-bf38-22a42b995ed8"
SERVICE_BUS = "ba761f24-cbd6-48cb-92f3-fc13396405b1"

_METHODS = "OPTIONS GET HEAD POST PUT DELETE TRACE PATCH"
_HEADERS = '{\n"Content-Type": "application/json"\n}'
_WAIT = {"true": "Callback", "false": "ApiResponse"}
_COMPLETION = "completionOptions=Advanced"

SERVER_TYPES: tuple[Json, ...] = (
    task_type(
        MANUAL_INTERVENTION, "ManualIntervention", "Manual intervention", "Deploy", "8.198.0",
        "Pause the deployment until a person resumes or rejects it.",
        (
            lines("instructions", "Instructions", "", "What the person is to look at.", rows=6),
            entry("emailRecipients", "Notify users", "identities"),
            entry(
                "onTimeout", "On timeout", "radio", "reject", options={"reject": "Reject", "resume": "Resume"}
            ),
        ),
        form="Manual Intervention", runs_on=SERVER_RUN,
    ),
    task_type(
        DELAY, "Delay", "Delay", "Utility", "1.198.0", "Wait for a number of minutes.",
        (entry("delayForMinutes", "Delay Time (minutes)", default="0", needed=True),),
        form="Delay by $(delayForMinutes) minutes", runs_on=SERVER_RUN,
    ),
    task_type(
        CALL, "InvokeRESTAPI", "Invoke REST API", "Deploy", "1.198.0",
        "Call an HTTP service, and go on by what it answers.",
        (
            entry(
                "connectedServiceNameSelector", "Connection type", "pickList", "connectedServiceName",
                needed=True,
                options={
                    "connectedServiceName": "Generic", "connectedServiceNameARM": "Azure Resource Manager",
                },
            ),
            entry(
                "connectedServiceName", "Generic service connection", "connectedService:Generic", needed=True,
                when="connectedServiceNameSelector = connectedServiceName",
            ),
            entry(
                "connectedServiceNameARM", "Azure subscription", "connectedService:AzureRM", needed=True,
                when="connectedServiceNameSelector = connectedServiceNameARM",
            ),
            entry("method", "Method", "pickList", "POST", needed=True, options=_METHODS),
            lines("headers", "Headers", _HEADERS, "As a JSON object.", rows=10),
            lines("body", "Body", when="method != GET && method != HEAD", rows=3),
            entry("urlSuffix", "URL suffix and parameters"),
            entry(
                "waitForCompletion", "Completion event", "pickList", "false", needed=True,
                group="completionOptions", options=_WAIT,
            ),
            entry(
                "successCriteria", "Success criteria", text="Such as eq(root['status'], 'green').",
                group="completionOptions", when="waitForCompletion = false",
            ),
        ),
        form="Invoke REST API: $(method)", runs_on=GATE_RUN, groups=_COMPLETION,
    ),
    task_type(
        QUERY, "queryWorkItems", "Query work items", "Utility", "0.198.0",
        "Look at how many work items a query finds.",
        (
            entry("queryId", "Query", "querycontrol", text="A shared query.", needed=True),
            entry("maxThreshold", "Upper threshold", default="0", needed=True),
            entry("minThreshold", "Lower threshold", default="0", needed=True, group="advanced"),
        ),
        form="Query Work Items", runs_on=GATE_RUN, groups="advanced=Advanced",
    ),
    task_type(
        AZURE_FUNCTION, "AzureFunction", "Invoke Azure Function", "Utility", "1.198.0",
        "Call an Azure function.",
        (
            entry("function", "Azure function URL", needed=True),
            entry("key", "Function key", text="Better a secret variable.", needed=True),
            entry("method", "Method", "pickList", "POST", needed=True, options=_METHODS),
            lines("headers", "Headers", _HEADERS, rows=10),
            entry("queryParameters", "Query parameters"),
            lines("body", "Body", when="method != GET && method != HEAD", rows=3),
            entry(
                "waitForCompletion", "Completion event", "pickList", "false", needed=True,
                group="completionOptions", options=_WAIT,
            ),
            entry(
                "successCriteria", "Success criteria", group="completionOptions",
                when="waitForCompletion = false",
            ),
        ),
        form="Azure Function: $(function)", runs_on=GATE_RUN, groups=_COMPLETION,
    ),
    task_type(
        AZURE_MONITOR, "AzureMonitor", "Query Azure Monitor alerts", "Utility", "1.198.0",
        "Pass while no alert of a resource group fires.",
        (
            entry("connectedServiceNameARM", "Azure subscription", "connectedService:AzureRM", needed=True),
            entry("ResourceGroupName", "Resource group", "pickList", needed=True),
            entry(
                "filterType", "Filter type", "pickList", "none", needed=True, group="advanced",
                options={"resource": "By resource", "alertrule": "By alert rule", "none": "None"},
            ),
            entry(
                "resource", "Resource", "pickList", needed=True, group="advanced",
                when="filterType = resource"
            ),
            entry(
                "alertRule", "Alert rule", "pickList", needed=True, group="advanced",
                when="filterType = alertrule",
            ),
            entry(
                "timeRange", "Time range", "pickList", "1h", group="advanced",
                options={"1h": "Past hour", "1d": "Past 24 hours", "7d": "Past 7 days",
                "30d": "Past 30 days"},
            ),
        ),
        form="Query Azure Monitor alerts", runs_on=GATE_RUN, groups="advanced=Advanced",
    ),
    task_type(
        SERVICE_BUS, "PublishToAzureServiceBus", "Publish To Azure Service Bus", "Utility", "1.198.0",
        "Send a message to a queue of Azure Service Bus.",
        (
            entry(
                "connectedServiceName", "Azure Service Bus service connection",
                "connectedService:AzureServiceBus", needed=True,
            ),
            lines("messageBody", "Message body"),
            flag("waitForCompletion", "Wait for task completion"),
        ),
        form="Publish to Azure Service Bus", runs_on=SERVER_RUN,
    ),
)  # fmt: skip

CATALOGUE: tuple[Json, ...] = (*SCRIPTS, *FILES, *TESTS, *MACHINES, *CLOUDS, *SERVER_TYPES)
"""Every version of every task type."""


def versions(task_id: object) -> list[Json]:
    """The versions of a task type, oldest first; empty for one that is not there."""
    found = [known for known in CATALOGUE if known["id"] == str(task_id or "").lower()]
    return sorted(found, key=_numbers)


def newest(kinds: Iterable[Json]) -> list[Json]:
    """Of each major version of each type the newest, as the list gives it without `allVersions`."""
    best: dict[tuple[str, int], Json] = {}
    for kind in sorted(kinds, key=_numbers):
        best[str(kind["id"]), int(kind["version"]["major"])] = kind
    return list(best.values())


def meant(task_id: object, version: str) -> Json | None:
    """The version that a definition means by `2.*`, `2.181.0` or `*`; None when there is none such."""
    wanted = [part for part in version.split(".") if part != "*"]
    fitting = [kind for kind in versions(task_id) if version_text(kind).split(".")[: len(wanted)] == wanted]
    return fitting[-1] if fitting else None


def version_text(kind: Json) -> str:
    """`2.181.0`."""
    return ".".join(str(number) for number in _numbers(kind))


def _numbers(kind: Json) -> tuple[int, int, int]:
    version = kind["version"]
    return int(version["major"]), int(version["minor"]), int(version["patch"])
