"""Calls outside the release area: who am I, areas, projects, identities, builds (api.md 1.2 to 1.4)."""

from __future__ import annotations

from itertools import islice

from reltui.demo.context import Context, invalid
from reltui.demo.messages import Answer, HttpError, json_answer, list_answer
from reltui.demo.shapes import Json
from reltui.demo.versions import AREAS

_INSTANCE = "5d1a6c1e-7f53-4c1e-9d38-2f6f7a1b9c20"

_SEARCHES = {
    "general": ("displayName", "accountName", "uniqueName"),
    "displayname": ("displayName",),
    "accountname": ("accountName", "uniqueName"),
    "mailaddress": ("uniqueName",),
}
"""What each `searchFilter` looks into for the words (api.md 1.4; the list and the rule are U)."""


def connection_data(context: Context) -> Answer:
    """GET _apis/connectionData."""
    user = _user(context, context.engine.me)
    return json_answer(
        {
            "authenticatedUser": user,
            "authorizedUser": user,
            "instanceId": _INSTANCE,
            "deploymentId": _INSTANCE,
            "deploymentType": "hosted" if context.generation.hosted else "onPremises",
            "locationServiceData": {
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
                "defaultAccessMappingMoniker": "PublicAccessMapping",
                "lastChangeId": 1,
                "lastChangeId64": 1,
            },
        }
    )


def _user(context: Context, identity: Json) -> Json:
    user: Json = {
        "id": identity["id"],
        "descriptor": _identity_descriptor(context, identity),
        "providerDisplayName": identity["displayName"],
        "isActive": True,
        "properties": {"Account": {"$type": "System.String", "$value": identity["uniqueName"]}},
        "resourceVersion": 2,
        "metaTypeId": 0,
    }
    if context.generation.hosted:
        user["subjectDescriptor"] = identity["descriptor"]
    return user


def _identity_descriptor(context: Context, identity: Json) -> str:
    if identity["isContainer"]:
        return f"Microsoft.TeamFoundation.Identity;S-1-9-{_digits(identity['id'])}"
    if context.generation.hosted:
        return f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{_INSTANCE}\\{identity['uniqueName']}"
    return f"System.Security.Principal.WindowsIdentity;S-1-5-21-{_digits(identity['id'])}"


def _digits(identity_id: str) -> str:
    plain = identity_id.replace("-", "")
    return "-".join(str(int(plain[start : start + 8], 16)) for start in (0, 8, 16, 24))


def resource_areas(context: Context) -> Answer:
    """GET _apis/ResourceAreas: an empty list on a server, every area of this base on Services."""
    if not context.generation.hosted:
        return list_answer([])
    return list_answer([_area(context, name, identifier) for name, identifier in AREAS])


def resource_area(context: Context) -> Answer:
    """GET _apis/ResourceAreas/{id}; null for one that is not there, as the SDKs expect."""
    if context.generation.hosted:
        for name, identifier in AREAS:
            if identifier == context.params["area"].lower():
                return json_answer(_area(context, name, identifier))
    return json_answer(None)


def _area(context: Context, name: str, identifier: str) -> Json:
    return {"id": identifier, "name": name, "locationUrl": context.shaper.base + "/"}


def projects(context: Context) -> Answer:
    """GET _apis/projects with $top, $skip, continuationToken and stateFilter."""
    known = context.engine.projects
    if context.query("stateFilter").lower() not in ("", "all", "wellformed", "1"):
        known = []
    start = context.integer("$skip", 0) + context.integer("continuationToken", 0)
    size = context.integer("$top", 100)
    page = [_project(context, project) for project in known[start : start + size]]
    return list_answer(page, str(start + size) if start + size < len(known) else "")


def project(context: Context) -> Answer:
    """GET _apis/projects/{name or id}."""
    for known in context.engine.projects:
        if context.params["name"].lower() in (known["name"].lower(), known["id"]):
            return json_answer(_project(context, known))
    raise HttpError(
        404,
        "ProjectDoesNotExistWithNameException",
        f"TF200016: The following project does not exist: {context.params['name']}. Verify that the name of "
        "the project is correct and that the project exists on the specified Azure DevOps Server.",
    )


def _project(context: Context, known: Json) -> Json:
    return {**known, "url": f"{context.shaper.base}/_apis/projects/{known['id']}"}


def identities(context: Context) -> Answer:
    """GET _apis/identities by ids, descriptors or a search."""
    known = context.engine.identities
    if wanted := context.csv("identityIds"):
        return list_answer(
            [_identity(context, known[key.lower()]) if key.lower() in known else None for key in wanted]
        )
    if (wanted := context.csv("descriptors")) or (wanted := context.csv("subjectDescriptors")):
        by_descriptor = {
            text.lower(): identity
            for identity in known.values()
            for text in (_identity_descriptor(context, identity), identity["descriptor"])
        }
        found = [by_descriptor.get(text.lower()) for text in wanted]
        return list_answer([_identity(context, identity) if identity else None for identity in found])
    text = context.query("filterValue").strip().lower()
    kind = context.query("searchFilter").lower()
    if not text or not kind:
        raise invalid("A search needs searchFilter and filterValue.")
    if kind not in _SEARCHES:
        raise invalid(f"The value '{context.query('searchFilter')}' is not valid for searchFilter.")
    return list_answer(
        [
            _identity(context, identity)
            for identity in known.values()
            if any(text in str(identity[name]).lower() for name in _SEARCHES[kind])
        ]
    )


def identity(context: Context) -> Answer:
    """GET _apis/identities/{id}."""
    known = context.engine.identities.get(context.params["identity"].lower())
    return json_answer(_identity(context, known) if known else None)


def _identity(context: Context, identity: Json) -> Json:
    known = context.engine.identities
    membership = context.query("queryMembership").lower()

    def descriptors(key: str, modes: tuple[str, ...]) -> list[str]:
        if membership not in modes:
            return []
        return [_identity_descriptor(context, known[item]) for item in identity.get(key, []) if item in known]

    wire: Json = {
        "id": identity["id"],
        "descriptor": _identity_descriptor(context, identity),
        "providerDisplayName": identity["displayName"],
        "isActive": identity.get("isActive", True),
        "isContainer": identity["isContainer"],
        "members": descriptors("members", ("direct", "expanded", "expandeddown")),
        "memberOf": descriptors("memberOf", ("direct", "expanded", "expandedup")),
        "memberIds": [],
        "masterId": identity["id"],
        "properties": {
            "SchemaClassName": {
                "$type": "System.String",
                "$value": "Group" if identity["isContainer"] else "User",
            },
            "Account": {"$type": "System.String", "$value": identity["uniqueName"]},
        },
        "resourceVersion": 2,
        "metaTypeId": 255 if identity["isContainer"] else 0,
    }
    if context.generation.hosted:
        wire["subjectDescriptor"] = identity["descriptor"]
    return wire


def builds(context: Context) -> Answer:
    """GET build/builds of a project, newest first, with `definitions`, `buildIds` and $top."""
    definitions = set(context.csv("definitions"))
    ids = set(context.csv("buildIds"))
    found = (
        _build(context, build)
        for build in context.engine.builds(context.project_id)
        if (not definitions or str(build["definition"]["id"]) in definitions)
        and (not ids or str(build["id"]) in ids)
    )
    return list_answer(list(islice(found, context.integer("$top", 1000))))


def build(context: Context) -> Answer:
    """GET build/builds/{id}."""
    return json_answer(_build(context, context.engine.build(context.number("build"))))


def _build(context: Context, raw: Json) -> Json:
    url = f"{context.shaper.base}/{context.project_id}/_apis/build/Builds/{raw['id']}"
    web = f"{context.shaper.base}/{context.project_id}/_build/results?buildId={raw['id']}"
    people: Json = {
        key: context.shaper.wire("IdentityRef", raw[key], context.project_id)
        for key in ("requestedFor", "requestedBy")
        if key in raw
    }
    return {**raw, **people, "url": url, "_links": {"self": {"href": url}, "web": {"href": web}}}


def build_changes(context: Context) -> Answer:
    """GET build/builds/{id}/changes: the commits of a build."""
    changes = context.engine.build_changes(context.number("build"))[: context.integer("$top", 50)]
    return list_answer(context.shaper.wire("Change", changes, context.project_id))


def build_work_items(context: Context) -> Answer:
    """GET build/builds/{id}/workitems: references only, as the build area gives them."""
    items = context.engine.build_work_items(context.number("build"))
    references = [{"id": str(item["id"])} for item in items[: context.integer("$top", 50)]]
    return list_answer(context.shaper.wire("WorkItem", references, context.project_id))
