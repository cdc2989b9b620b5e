"""What a dialog says of each verb: its words, its effect, what it asks for; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reltui.data.capabilities import Need, why_not
from reltui.data.decision import FolderPlace, GateStep, NewDefinition, Pause, Stage, Thing, Verb
from reltui.model.approval import Approval, ApprovalType
from reltui.model.definition import Definition
from reltui.model.generations import title
from reltui.model.release import Release
from reltui.model.text import SafeText, is_suspicious
from reltui.model.values import dataclass
from reltui.ui.present import Line, Span, span

SIDES: dict[str, str] = {
    ApprovalType.PRE_DEPLOY: "before the deployment",
    ApprovalType.POST_DEPLOY: "after the deployment",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the dialog of a verb says."""

    heading: str
    button: str
    effect: str = ""
    """What it does, where that is always the same and the screen's own facts do not tell it."""
    cancel: str = "Cancel"
    comment: str = "optional"
    """Whether there is a field for a comment: optional, required, or empty for none."""


WORDS: Mapping[Verb, Words] = {
    Verb.APPROVE: Words("Approve", "Approve"),
    Verb.REJECT: Words("Reject", "Reject", comment="required"),
    Verb.APPROVE_LATER: Words("Approve for later", "Approve for later"),
    Verb.TRANSFER: Words("Transfer", "Transfer", "another person is asked; nothing is decided by it"),
    Verb.TAKE_OVER: Words(
        "Take over",
        "Take over",
        "you are asked, nothing is decided by it; it needs the right to manage release approvers",
        comment="required",
    ),
    Verb.CREATE: Words("Create a release", "Create"),
    Verb.ABANDON: Words("Abandon", "Abandon", "no stage of it can be deployed any more"),
    Verb.DEPLOY: Words("Deploy", "Deploy"),
    Verb.CANCEL: Words("Cancel the deployment", "Cancel the deployment", cancel="Let it run"),
    Verb.RESUME: Words("Resume", "Resume"),
    Verb.REJECT_INTERVENTION: Words("Reject the intervention", "Reject", comment="required"),
    Verb.IGNORE_GATE: Words(
        "Ignore a gate", "Ignore", "for this attempt the gate counts as passed", comment="required"
    ),
    Verb.START: Words("Start the draft", "Start"),
    Verb.RETAIN: Words("Retain", "Retain"),
    Verb.UNRETAIN: Words("Stop retaining", "Stop retaining"),
    Verb.RENAME: Words("Rename", "Rename", comment=""),
    Verb.DESCRIBE: Words("Describe", "Save", "the description is replaced as a whole", comment=""),
    Verb.TAG: Words("Tag", "Add the tag", comment=""),
    Verb.UNTAG: Words("Take a tag off", "Take it off", comment=""),
    Verb.DELETE: Words(
        "Delete", "Delete", "it is gone from every list; it can be had back until the server purges it"
    ),
    Verb.UNDELETE: Words("Undelete", "Undelete", "it is in the lists again"),
    Verb.SAVE: Words(
        "Save the definition", "Save", "new releases follow it; those that were made keep theirs"
    ),
    Verb.NEW: Words("Save a new definition", "Save", "releases can be made of it from then on"),
    Verb.DELETE_DEFINITION: Words(
        "Delete the definition",
        "Delete",
        "it is gone from every list, with its releases; it can be had back until the server purges it",
    ),
    Verb.UNDELETE_DEFINITION: Words(
        "Undelete the definition", "Undelete", "it is in the lists again, and so are its releases"
    ),
    Verb.ADD_FOLDER: Words("Create a folder", "Create", comment=""),
    Verb.MOVE_FOLDER: Words(
        "Move the folder", "Move", "all in it goes with it: each definition gets a new revision", comment=""
    ),
    Verb.DELETE_FOLDER: Words(
        "Delete the folder", "Delete", "the server deletes every definition that is in it", comment=""
    ),
}

VALUES: Mapping[Verb, tuple[str, str]] = {
    Verb.RENAME: ("name", "New name"),
    Verb.DESCRIBE: ("description", "New description"),
    Verb.TAG: ("tag", "Tag"),
}
"""Verbs that take a text: the name of its option in `Draft.options`, and what it is."""


_NEEDED: Mapping[Verb, Verb | Need] = {
    Verb.SAVE: Need.REVISIONS,
    Verb.DELETE_DEFINITION: Verb.UNDELETE_DEFINITION,
}
"""What the server must be able to do, for what is said of a verb to be true."""


def past_taking_back(verb: Verb, generation: str = "") -> str:
    """What is said of a decision that has been sent (A19), to a server of a generation."""
    needed = _NEEDED.get(verb)
    if needed is not None and why_not(generation, needed) is not None:
        return f"it cannot be taken back: {title(generation)} keeps nothing of what was before"
    others: dict[Verb, str] = {
        Verb.APPROVE_LATER: "it cannot be taken back; until its time the stage can be canceled",
        Verb.TRANSFER: "it can be passed on again, by who is asked then",
        Verb.TAKE_OVER: "it can be passed on again",
        Verb.RETAIN: "it can be let go again",
        Verb.UNRETAIN: "it can be retained again, while it is there",
        Verb.RENAME: "it can be renamed again",
        Verb.DESCRIBE: "it can be described again; the old text is not kept",
        Verb.TAG: "the tag can be taken off again",
        Verb.UNTAG: "the tag can be put on again",
        Verb.DELETE: "it can be undeleted for a while",
        Verb.UNDELETE: "it can be deleted again",
        Verb.SAVE: "it can be undone by restoring the revision before, as a new one",
        Verb.NEW: "it can be deleted again",
        Verb.DELETE_DEFINITION: "it can be undeleted for a while",
        Verb.UNDELETE_DEFINITION: "it can be deleted again",
        Verb.ADD_FOLDER: "it can be deleted again",
        Verb.MOVE_FOLDER: "it can be moved back",
    }
    return others.get(verb, "it cannot be taken back")


def nothing_to(verb: Verb) -> SafeText:
    """Why a verb does nothing on a screen that has nothing for it."""
    return SafeText(f"{WORDS[verb].heading}: there is nothing here that it could be done to.")


def named(name: SafeText, number: int) -> Line:
    """A whole name with its number, and a badge when it may look like another one (C6)."""
    badge = (span("  ! looks like another name: compare the number", "bad"),) if is_suspicious(name) else ()
    return (Span(name, "head"), span(f"  id {number}", "dim"), *badge)


def about(seen: Thing, protected: bool) -> list[tuple[str, Line]]:
    """Labelled facts that tell whole what a decision is about."""
    match seen:
        case Approval():
            return _about_approval(seen, protected)
        case Definition():
            return [("Definition", (*named(seen.name, seen.id), span(f", revision {seen.revision}", "dim")))]
        case NewDefinition():
            return [("Definition", (Span(seen.name, "head"),)), ("Folder", (Span(seen.path),))]
        case FolderPlace():
            return [("Folder", (Span(seen.path, "head"),))]
        case Release():
            return _about_release(seen)
        case Stage():
            return _about_stage(seen, protected)
        case Pause():
            asked = seen.intervention
            number = (span(f"id {asked.id}", "dim"), span("  "), Span(asked.name, "head"))
            return [*_about_stage(seen.stage, protected), ("Waits in", number)]
        case GateStep():
            return [*_about_stage(seen.stage, protected), ("Gates", (span(f"id {seen.id}", "dim"),))]


def _about_approval(seen: Approval, protected: bool) -> list[tuple[str, Line]]:
    stage = _protected(named(seen.environment.name, seen.environment.id), protected)
    side = SIDES.get(str(seen.type), seen.type)
    asked = seen.approver.name if seen.approver is not None else "nobody known"
    numbers = f"id {seen.id} rev {seen.revision}"
    return [
        ("Definition", named(seen.definition.name, seen.definition.id)),
        ("Release", named(seen.release.name, seen.release.id)),
        ("Stage", (*stage, span(f"  attempt {seen.attempt}", "dim"))),
        ("Approval", (span(numbers, "dim"), span(f"  {side}, step {seen.rank}, {asked}"))),
    ]


def _about_release(seen: Release) -> list[tuple[str, Line]]:
    return [
        ("Definition", named(seen.definition.name, seen.definition.id)),
        ("Release", named(seen.name, seen.id)),
    ]


def _about_stage(seen: Stage, protected: bool) -> list[tuple[str, Line]]:
    environment = seen.environment
    stage = _protected(named(environment.name, environment.id), protected)
    if environment.latest is not None:
        stage = (*stage, span(f"  attempt {environment.latest.attempt}", "dim"))
    return [*_about_release(seen.release), ("Stage", stage)]


def _protected(stage: Line, protected: bool) -> Line:
    return (*stage, span("  [PROTECTED]", "bad")) if protected else stage


def running_gates(step: GateStep) -> tuple[SafeText, ...]:
    """The names of the gates that can be ignored; not twice."""
    return tuple(name for name in dict.fromkeys(gate_names(step)) if name not in step.gates.ignored)


def gate_names(step: GateStep) -> tuple[SafeText, ...]:
    """The name of each gate: those of the newest sample, else those planned."""
    environment, gates = step.stage.environment, step.gates
    names: Sequence[SafeText] = [task.name for task in gates.samples[-1].tasks] if gates.samples else ()
    if not names:
        latest = environment.latest
        is_post = latest is not None and latest.post_gates is not None and latest.post_gates.id == gates.id
        names = (environment.post_gates if is_post else environment.pre_gates).names
    return tuple(names)
