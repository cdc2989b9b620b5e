"""Deployments over HTTP: the list with its filters, and the query by a body (api.md 3.6)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from reltui.demo.clock import as_seconds
from reltui.demo.context import (
    DEPLOYMENT_STATUS,
    DEPLOYMENTS_QUERY,
    OPERATION_STATUS,
    QUERY_ORDER,
    Context,
    invalid,
    member,
    whole,
)
from reltui.demo.deployments import Found, Query, failing_since
from reltui.demo.messages import Answer, list_answer
from reltui.demo.shapes import Json

_PAGE = 50
_MOST = 100
"""A larger $top is silently cut (api.md 3.6)."""


def listed(context: Context) -> Answer:
    """GET deployments. The token is the id of the next page's first item, in either order."""
    size = min(context.integer("$top", _PAGE) or _PAGE, _MOST)
    page, following = context.page(context.engine.deployments.find(_query(context)), size)
    return list_answer(_wire(context, page), str(following.id) if following else "")


def _query(context: Context) -> Query:
    return Query(
        project_id=context.project_id,
        definitions=_one(context.integer("definitionId", 0)),
        environments=_one(context.integer("definitionEnvironmentId", 0)),
        requested_by=context.identity_ids("createdBy"),
        requested_for=context.identity_ids("createdFor"),
        status=_status(context.query("deploymentStatus")),
        operation=_operation(context.query("operationStatus")),
        modified=_span(context.query("minModifiedTime"), context.query("maxModifiedTime")),
        started=_span(context.query("minStartedTime"), context.query("maxStartedTime")),
        branch=context.query("sourceBranch").lower(),
        latest_only=context.flag("latestAttemptsOnly"),
        ascending=context.choice("queryOrder", QUERY_ORDER, "descending") == "ascending",
        token=context.integer("continuationToken", 0),
    )


def query(context: Context) -> Answer:
    """POST deployments with DeploymentQueryParameters: several environments at once, in one page.

    Without a limit for each environment no more than a page comes, as with GET (U).
    """
    body = context.json_object()
    found: Iterable[Found] = context.engine.deployments.find(_asked(context, body))
    if _member(body, "queryType", DEPLOYMENTS_QUERY, "regular") == "failingSince":
        found = failing_since(found)
    limit = body.get("maxDeploymentsPerEnvironment") or body.get("deploymentsPerEnvironment")
    if limit:
        found = _limited(found, whole(str(limit), "maxDeploymentsPerEnvironment"))
    page, _ = context.page(found, _MOST)
    return list_answer(_wire(context, page))


def _asked(context: Context, body: Json) -> Query:
    places = body.get("environments") or []
    if not isinstance(places, list) or not all(isinstance(place, dict) for place in places):
        raise invalid("A list of environments is expected.")
    order = _member(body, "queryOrder", QUERY_ORDER, "descending")
    return Query(
        project_id=context.project_id,
        definitions=_keys(places, "releaseDefinitionId"),
        environments=_keys(places, "definitionEnvironmentId"),
        status=_status(body.get("deploymentStatus")),
        operation=_operation(body.get("operationStatus")),
        modified=_span(body.get("minModifiedTime"), body.get("maxModifiedTime")),
        branch=str(body.get("sourceBranch") or "").lower(),
        builds=frozenset(str(version) for version in body.get("artifactVersions") or ()),
        latest_only=bool(body.get("latestDeploymentsOnly")),
        deleted=bool(body.get("isDeleted")),
        ascending=order == "ascending",
    )


def _member(body: Json, name: str, members: dict[str, int], default: str) -> str:
    return member(body[name], members, name) if body.get(name) is not None else default


def _limited(found: Iterable[Found], limit: int) -> Iterator[Found]:
    """No more than so many of each environment of a definition."""
    counts: Counter[int] = Counter()
    for one in found:
        environment = int(one.environment.plan["id"])
        counts[environment] += 1
        if counts[environment] <= limit:
            yield one


def _wire(context: Context, page: list[Found]) -> list[Json]:
    deployments = context.engine.deployments
    return [
        context.shaper.wire("Deployment", deployments.wire(found), found.release.project_id) for found in page
    ]


def _one(key: int) -> frozenset[int]:
    return frozenset({key}) if key else frozenset()


def _keys(places: list[Json], name: str) -> frozenset[int]:
    return frozenset(whole(str(place[name]), name) for place in places if place.get(name))


def _status(text: object) -> str:
    """The one deployment status asked for; "" for all of them."""
    found = member(text or "all", DEPLOYMENT_STATUS, "deploymentStatus")
    return "" if found in ("all", "undefined") else found


def _operation(text: object) -> str:
    found = member(text or "all", OPERATION_STATUS, "operationStatus")
    return "" if found in ("All", "Undefined") else found


def _span(least: object, most: object) -> tuple[float, float]:
    """From and to, both included (api.md 3.6), in seconds since 1970. Raises HttpError 400."""
    try:
        return (
            as_seconds(str(least)) if least else -math.inf,
            as_seconds(str(most)) if most else math.inf,
        )
    except ValueError as error:
        raise invalid(f"One of '{least}' and '{most}' is not a date.") from error
