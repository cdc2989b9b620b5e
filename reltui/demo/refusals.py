"""What the server refuses: one table of statuses, type keys and texts (api.md 6.1, 6.3).

A row without a source in api.md (marked U there) is our choice, and is corrected here and nowhere else.
"""

from __future__ import annotations

_RELEASE_DATA = "Microsoft.VisualStudio.Services.ReleaseManagement.Data.Exceptions"
_RELEASE_ASSEMBLY = "Microsoft.VisualStudio.Services.ReleaseManagement2.Data"
_FRAMEWORK = "Microsoft.TeamFoundation.Framework.Server"

TYPES: dict[str, tuple[str, str]] = {
    "UnauthorizedRequestException": (_FRAMEWORK, _FRAMEWORK),
    "InvalidRequestException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "ArtifactVersionUnavailableException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "ReleaseDefinitionNotFoundException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "ReleaseNotFoundException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "ReleaseEnvironmentNotFoundException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "ApprovalNotFoundException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "ManualInterventionNotFoundException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "DeploymentGateNotFoundException": (_RELEASE_DATA, _RELEASE_ASSEMBLY),
    "BuildNotFoundException": (
        "Microsoft.TeamFoundation.Build.WebApi",
        "Microsoft.TeamFoundation.Build2.WebApi",
    ),
}
"""Type key to namespace and assembly."""


class Refusal(Exception):
    """A call that the real server would refuse."""

    def __init__(self, status: int, type_key: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.type_key = type_key
        self.message = message

    @property
    def type_name(self) -> str:
        """The .NET type and its assembly, as `typeName` of the error body says it."""
        namespace, assembly = TYPES[self.type_key]
        return f"{namespace}.{self.type_key}, {assembly}"


def invalid(message: str) -> Refusal:
    """The family that most of the release area's refusals belong to."""
    return Refusal(400, "InvalidRequestException", message)


def denied(name: str, permission: str) -> Refusal:
    """VS402904, for a call that the caller lacks a permission for."""
    return Refusal(
        403,
        "UnauthorizedRequestException",
        f"VS402904: Access denied: User {name} does not have {permission} permission. "
        "Contact your release manager.",
    )


def definition_missing(definition_id: object) -> Refusal:
    """VS402936."""
    return Refusal(
        404,
        "ReleaseDefinitionNotFoundException",
        f"VS402936: Release pipeline with ID {definition_id} does not exist. "
        "Specify a valid ID and try again.",
    )


def release_missing(release_id: object) -> Refusal:
    """No source tells this text; worded like VS402936."""
    return Refusal(
        404,
        "ReleaseNotFoundException",
        f"Release with ID {release_id} does not exist. Specify a valid ID and try again.",
    )


def environment_missing(environment_id: object, release_id: object) -> Refusal:
    """No source tells this text."""
    return Refusal(
        404,
        "ReleaseEnvironmentNotFoundException",
        f"Stage with ID {environment_id} does not exist in release {release_id}. "
        "Specify a valid ID and try again.",
    )


def approval_missing(approval_id: object) -> Refusal:
    """No source tells this text."""
    return Refusal(
        404,
        "ApprovalNotFoundException",
        f"Approval with ID {approval_id} does not exist. Specify a valid ID and try again.",
    )


def intervention_missing(intervention_id: object, release_id: object) -> Refusal:
    """No source tells this text."""
    return Refusal(
        404,
        "ManualInterventionNotFoundException",
        f"Manual intervention with ID {intervention_id} does not exist in release {release_id}. "
        "Specify a valid ID and try again.",
    )


def gates_missing(gate_step_id: object) -> Refusal:
    """No source tells this text."""
    return Refusal(
        404,
        "DeploymentGateNotFoundException",
        f"Gates with ID {gate_step_id} do not exist. Specify a valid ID and try again.",
    )


def build_missing(build_id: object) -> Refusal:
    """No source tells this text."""
    return Refusal(404, "BuildNotFoundException", f"The requested build {build_id} could not be found.")


def version_unavailable(alias: str) -> Refusal:
    """An artifact of which no version can be resolved."""
    return Refusal(
        400,
        "ArtifactVersionUnavailableException",
        f"Latest version information could not be loaded for artifact {alias}. "
        "This could be due to inaccessible artifact source or no version is available.",
    )


def release_transition(old: str, new: str) -> Refusal:
    """VS402966; states as enum member names."""
    return invalid(
        f"VS402966: Transitioning of release from state '{_member(old)}' "
        f"to state '{_member(new)}' is not allowed."
    )


def environment_transition(old: str, new: str) -> Refusal:
    """VS402964; text by analogy with VS402966."""
    return invalid(
        f"VS402964: Transitioning of release environment from state '{_member(old)}' "
        f"to state '{_member(new)}' is not allowed."
    )


def approval_closed(approval_id: int, status: str) -> Refusal:
    """Acting on an approval that is decided already; no source tells status or text."""
    return invalid(
        f"Approval with ID {approval_id} is in state '{_member(status)}' and cannot be updated any more."
    )


def intervention_closed(intervention_id: int, status: str) -> Refusal:
    """Acting on a manual intervention that is decided already; no source tells status or text."""
    return invalid(
        f"Manual intervention with ID {intervention_id} is in state '{_member(status)}' "
        "and cannot be updated any more."
    )


def creator_may_not_approve(name: str) -> Refusal:
    """The stage forbids its release's creator and the deployment's requester to approve; text is ours."""
    return invalid(
        f"User {name} created this release or requested this deployment "
        "and may not approve it. Ask another approver."
    )


def must_revalidate(name: str) -> Refusal:
    """The stage wants its approver to sign in again, which only the portal can ask for; text is ours."""
    return Refusal(
        403,
        "UnauthorizedRequestException",
        f"Access denied: User {name} has to confirm their identity. Decide this approval in the web portal.",
    )


def _member(state: str) -> str:
    return state[:1].upper() + state[1:]
