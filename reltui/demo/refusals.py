"""What the server refuses: one table of statuses, type keys and texts (api.md 6.1, 6.3).

A row without a source in api.md (marked U there) is our choice, and is corrected here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable

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


# Saving a definition. VS402862, VS402877, VS402874, VS402982 and the texts about tasks, aliases and artifact
# source triggers are known (api.md 6.3); no source tells the rest (U), and a client must not branch on them.


def no_source() -> Refusal:
    """VS402862."""
    return invalid(
        "VS402862: Artifact source should have source information. Specify a valid source and try again."
    )


def ranks_broken() -> Refusal:
    """VS402874; the text is ours."""
    return invalid("VS402874: Stage ranks must be consecutive natural numbers starting from 1.")


def approvals_empty(stage: str) -> Refusal:
    """VS402877."""
    return invalid(f"VS402877: Pre-approvals or post-approvals in stage '{stage}' are empty.")


def no_retention(stage: str) -> Refusal:
    """VS402982; the text is ours."""
    return invalid(
        f"VS402982: Retention policy of stage '{stage}' is missing. "
        "Specify a retention policy for every stage and try again."
    )


def tasks_invalid(tasks: Iterable[str], job: str, stage: str) -> Refusal:
    """Task types that the server lacks; each one as `name:version`."""
    return invalid(
        f"Tasks with versions '{', '.join(tasks)}' are not valid for deploy job '{job}' in stage {stage}."
    )


def alias_unmatched(alias: str, job: str) -> Refusal:
    """A job downloads an artifact that is not linked; wording as served."""
    return invalid(
        f"Artifact alias '{alias}' does not matching any linked artifact aliases for deploy job '{job}'. "
        "Specify a valid artifact alias and try again."
    )


def trigger_invalid(kind: str) -> Refusal:
    """A trigger that cannot be read or names no artifact; known for artifact sources."""
    return invalid(f"Invalid data is passed for {kind} trigger object.")


def unreadable(path: Iterable[str]) -> Refusal:
    """A member of the wrong type."""
    return invalid(f"Value cannot be read. Parameter name: releaseDefinition.{'.'.join(path)}")


def definition_stale() -> Refusal:
    """Another revision was saved meanwhile; the text is reported, status and type key are not."""
    return invalid("You are using an old copy of the release pipeline. Refresh your copy and try again.")


def definition_unnamed() -> Refusal:
    """A definition without a name."""
    return invalid("Release pipeline name cannot be empty. Specify a name and try again.")


def definition_taken(name: str, path: str) -> Refusal:
    """Another definition of the folder has the name."""
    return invalid(
        f"A release pipeline with name '{name}' already exists in folder '{path}'. "
        "Specify another name and try again."
    )


def definition_busy(definition_id: int) -> Refusal:
    """Deleting without `forceDelete` while deployments are on their way."""
    return invalid(
        f"Release pipeline {definition_id} has deployments in progress. "
        "Cancel them, or delete it with forceDelete."
    )


def no_stage() -> Refusal:
    """A definition without stages."""
    return invalid("A release pipeline needs at least one stage. Add a stage and try again.")


def stage_unnamed() -> Refusal:
    """A stage without a name."""
    return invalid("Stage name cannot be empty. Specify a name and try again.")


def stage_twice(stage: str) -> Refusal:
    """Two stages of one name."""
    return invalid(f"Stage name '{stage}' is used more than once. Specify unique names and try again.")


def no_job(stage: str) -> Refusal:
    """A stage without jobs."""
    return invalid(f"Stage '{stage}' has no job. Add a job and try again.")


def job_type(stage: str, job: str) -> Refusal:
    """A job of an unknown type."""
    return invalid(f"Deploy job '{job}' in stage '{stage}' is of no known type.")


def approver_missing(stage: str) -> Refusal:
    """An approver who is not there, or none where one is needed."""
    return invalid(f"Stage '{stage}' names an approver who does not exist.")


def approval_timeout(stage: str) -> Refusal:
    """An approval that would wait longer than 365 days (api.md 5.4)."""
    return invalid(f"Approval timeout in stage '{stage}' must be between 0 minutes and 365 days.")


def queue_missing(number: object, stage: str, job: str) -> Refusal:
    """An agent queue that the project does not have."""
    return invalid(f"Agent queue {number} of deploy job '{job}' in stage '{stage}' does not exist.")


def deployment_group_missing(number: object, stage: str, job: str) -> Refusal:
    """A deployment group that the project does not have."""
    return invalid(f"Deployment group {number} of deploy job '{job}' in stage '{stage}' does not exist.")


def variable_group_missing(number: object, where: str) -> Refusal:
    """A variable group that the project does not have."""
    return invalid(f"Variable group {number} of {where} does not exist. Specify a valid group and try again.")


def alias_unusable(alias: str) -> Refusal:
    """An artifact without an alias, or with that of another one."""
    said = f"'{alias}' is used more than once" if alias else "cannot be empty"
    return invalid(f"Artifact alias {said}. Specify a unique alias and try again.")


def condition_invalid(stage: str) -> Refusal:
    """A condition of no known type, or without a name."""
    return invalid(f"Stage '{stage}' has a condition that is of no known type or has no name.")


def condition_stage_missing(stage: str, wanted: str) -> Refusal:
    """A condition that waits for a stage that is not there."""
    return invalid(f"Stage '{stage}' is to start after stage '{wanted}', which does not exist.")


def condition_alias_missing(stage: str, alias: str) -> Refusal:
    """An artifact filter for an artifact that is not linked."""
    return invalid(f"Stage '{stage}' has a filter for artifact '{alias}', which is not linked.")


def conditions_circular(stages: Iterable[str]) -> Refusal:
    """Stages that wait for each other."""
    return invalid(f"Stages {', '.join(stages)} wait for each other. Break the circle and try again.")


def folder_busy(path: str) -> Refusal:
    """Deleting a folder while deployments of its definitions are on their way."""
    return invalid(f"Folder '{path}' holds pipelines with running deployments.")


# Releases and what belongs to them


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
