"""Every action once: id, keys, label, help, danger, places.

Bindings, footer, help, the command line's completion and the README's table derive from `ACTIONS`, so that
none of them can tell something else than the keyboard does.
"""

from __future__ import annotations

from collections.abc import Mapping

from reltui.data.decision import Verb
from reltui.ui.catalogue_keeping import KEEPING
from reltui.ui.catalogue_writing import WRITING
from reltui.ui.places import LINKED, LISTS, MANY, MARKABLE, ONE, SHOWN, TWO_PANES, WRITABLE, Action, Place

__all__ = ["ACTIONS", "LISTS", "VERBS", "Action", "Place"]


def _by_command() -> tuple[Action, ...]:
    """Verbs without a key: `:` and the name. A person may give them one in `[keys]`."""
    both = (Place.RELEASES, Place.RELEASE)
    return (
        Action(
            "take-over",
            (),
            "take over",
            "Have an approval asked of you in place of another; a dialog asks for a reason.",
            (Place.APPROVALS, Place.APPROVAL, Place.RELEASE),
            danger=True,
        ),
        Action("start", (), "start", "Start a draft: make it an active release.", both, danger=True),
        Action(
            "rename",
            (),
            "rename",
            "Give the release, or the folder, another name.",
            (*both, Place.FOLDERS),
            danger=True,
        ),
        Action("describe", (), "describe", "Change the description of the release.", both, danger=True),
        Action("tag", (), "tag", "Put a tag on the release.", both, danger=True),
        Action("untag", (), "untag", "Take a tag off the release.", both, danger=True),
        Action(
            "delete",
            (),
            "delete",
            "Delete the release, the definition or the folder; :deleted has the first two back.",
            (*both, *WRITABLE, Place.FOLDERS),
            danger=True,
        ),
        Action(
            "undelete",
            (),
            "undelete",
            "Have a deleted release or definition back.",
            (Place.RELEASES, Place.DEFINITIONS),
            danger=True,
        ),
        Action(
            "ignore-gate",
            (),
            "ignore gate",
            "Let a gate of the stage count as passed; a dialog asks which and why.",
            (Place.RELEASE,),
            danger=True,
        ),
        Action(
            "deleted",
            (),
            "deleted",
            "Show what was deleted, or the others again.",
            (Place.RELEASES, Place.DEFINITIONS),
        ),
        Action("snapshot", (), "snapshot", "Open the definition as it was when the release was cut.", both),
        Action(
            "archive", (), "archive", "Save all logs of the release as one archive.", (*both, Place.TASKS)
        ),
        Action(
            "save-filter",
            (),
            "save filter",
            "Keep the filter of this list under a name; an empty filter takes the name away.",
            MANY,
        ),
        Action(
            "sign-in",
            (),
            "sign in",
            "Sign in to a server again, in place; nothing is sent again by itself.",
            (Place.ANY,),
        ),
        Action(
            "connection",
            (),
            "connection",
            "Show how each server is reached, as whom you are signed in, and what that allows.",
            (Place.ANY,),
        ),
        Action("stop", (), "stop", "Stop the long work that runs, such as an archive.", (Place.ANY,)),
    )


def _in_a_log() -> tuple[Action, ...]:
    log = (Place.LOG,)
    return (
        Action("find", ("/",), "find", "Find words in the log.", log, footer=True),
        Action("next-match", ("n",), "next", "Go to the next line that was found.", log, footer=True),
        Action("previous-match", ("N",), "previous", "Go to the line found before.", log),
        Action("next-error", ("e",), "error", "Go to the first error, then to the next.", log, footer=True),
        Action("follow", ("f",), "follow", "Stay at the end while the log grows, or not.", log, footer=True),
        Action("wrap", ("w",), "wrap", "Break long lines, or cut them.", log, footer=True),
        Action("times", ("t",), "times", "Show the time of each line, or hide it.", log),
        Action("save", ("s",), "save", "Save the log to a file.", log, footer=True),
    )


def _movement() -> tuple[Action, ...]:
    places = (*SHOWN, Place.LOG, Place.EDITOR, Place.READING, Place.WELCOME, Place.DIALOG)
    return (
        Action("down", ("j", "down"), "down", "Go one line down.", places),
        Action("up", ("k", "up"), "up", "Go one line up.", places),
        Action("first", ("g", "home"), "first", "Go to the first line.", places),
        Action("last", ("G", "end"), "last", "Go to the last line.", places),
        Action("half-down", ("ctrl+d",), "half page down", "Go half a page down.", places),
        Action("half-up", ("ctrl+u",), "half page up", "Go half a page up.", places),
        Action("page-down", ("pagedown",), "page down", "Go a page down.", places),
        Action("page-up", ("pageup",), "page up", "Go a page up.", places),
    )


ACTIONS: tuple[Action, ...] = (
    Action(
        "approve",
        ("a",),
        "approve",
        "Approve what waits under the cursor; a dialog asks first.",
        (Place.APPROVALS, Place.APPROVAL, Place.RELEASE),
        danger=True,
        footer=True,
    ),
    Action(
        "reject",
        ("x",),
        "reject",
        "Reject what waits under the cursor; a comment is required, and a dialog asks first.",
        (Place.APPROVALS, Place.APPROVAL, Place.RELEASE),
        danger=True,
        footer=True,
    ),
    Action(
        "transfer",
        ("t",),
        "transfer",
        "Have somebody else asked for the approval: pick a person, then a dialog asks.",
        (Place.APPROVALS, Place.APPROVAL, Place.RELEASE),
        danger=True,
        footer=True,
    ),
    Action(
        "wait",
        ("w",),
        "wait",
        "Approve now, and have the deployment wait until a time; a dialog asks for it.",
        (Place.APPROVALS, Place.APPROVAL, Place.RELEASE),
        danger=True,
        footer=True,
    ),
    Action(
        "create",
        ("n",),
        "new release",
        "Create a release of a definition, with chosen versions and stages; a dialog asks first.",
        (*LISTS[:5], Place.LIVE),
        danger=True,
        footer=True,
    ),
    Action(
        "abandon",
        ("X",),
        "abandon",
        "Abandon the release; a dialog asks for its name first.",
        (Place.RELEASES, Place.RELEASE),
        danger=True,
        footer=True,
    ),
    Action(
        "deploy",
        ("d",),
        "deploy",
        "Deploy the stage, or again; now or at a time; all marked ones. A dialog asks first.",
        (Place.RELEASE,),
        danger=True,
        footer=True,
    ),
    Action(
        "cancel",
        ("C",),
        "cancel",
        "Cancel the deployment of the stage; a dialog asks for its name first.",
        (Place.RELEASE,),
        danger=True,
        footer=True,
    ),
    Action(
        "retain",
        ("L",),
        "retain",
        "Keep the release for good, or let it go again; a dialog asks first.",
        (Place.RELEASES, Place.RELEASE),
        danger=True,
    ),
    *_by_command(),
    Action(
        "take-back",
        ("U",),
        "take back",
        "Take back the newest decision that is still held.",
        (Place.ANY, Place.DIALOG),
    ),
    *_movement(),
    Action("open", ("enter",), "open", "Open what is under the cursor.", (*SHOWN, Place.EDITOR), footer=True),
    Action("mark", ("space",), "mark", "Mark the row under the cursor, or take its mark away.", MARKABLE),
    Action("mark-range", ("v",), "range", "Begin marking a range of rows; v or Escape ends it.", MARKABLE),
    Action("mark-all", ("*",), "mark all", "Mark every row that is shown.", MARKABLE),
    Action("unmark-all", ("u",), "unmark all", "Take all marks away.", MARKABLE),
    Action(
        "filter",
        ("/",),
        "filter",
        "Show only rows with these words; key:value looks in one column, ! turns a word round.",
        MANY,
        footer=True,
    ),
    Action("sort", ("s",), "sort", "Sort by the next column.", MANY),
    Action("sort-reverse", ("S",), "reverse", "Turn the order round.", MANY),
    Action(
        "group",
        ("B",),
        "group",
        "Put the rows together by stage, project, definition or server, or by none of them.",
        (Place.APPROVALS,),
    ),
    Action("scope", ("m",), "scope", "Show more or fewer: mine, my groups', all; or another project.", MANY),
    Action("next-pane", ("tab",), "next pane", "Go to the other pane.", TWO_PANES),
    Action("previous-pane", ("shift+tab",), "previous pane", "Go back to the other pane.", TWO_PANES),
    Action("next-tab", ("]",), "next tab", "Show the next tab.", (Place.RELEASE, Place.DEFINITION)),
    Action("previous-tab", ("[",), "previous tab", "Show the tab before.", (Place.RELEASE, Place.DEFINITION)),
    Action("preview", ("p",), "preview", "Show or hide the preview.", TWO_PANES[:2]),
    Action(
        "zoom", ("z",), "zoom", "Give the whole screen to the list, to the preview, to both.", TWO_PANES[:2]
    ),
    Action(
        "changes",
        ("c",),
        "changes",
        "Show what is in it since the release that is live on that stage.",
        (Place.APPROVALS, Place.RELEASE, Place.LIVE, Place.STAGE),
        footer=True,
    ),
    Action(
        "logs",
        ("l",),
        "logs",
        "Show the tasks of the stage and their logs.",
        (Place.RELEASE, Place.TASKS),
        footer=True,
    ),
    Action(
        "compare",
        ("b",),
        "compare",
        "Compare the release, or the revision, with another one.",
        (Place.RELEASES, Place.RELEASE, Place.STAGE, Place.LIVE, Place.REVISIONS),
    ),
    Action(
        "history",
        ("h",),
        "history",
        "Show what happened: to the release, on the stage, or the revisions of the definition.",
        (Place.APPROVALS, Place.RELEASE, Place.LIVE, *WRITABLE),
    ),
    Action("saved-filters", ("f",), "saved filters", "Choose a saved filter.", MANY),
    Action(
        "favourite",
        ("F",),
        "favourite",
        "Make the definition a favourite, or no longer.",
        (Place.DEFINITIONS, Place.DEFINITION, Place.LIVE),
    ),
    *_in_a_log(),
    *WRITING,
    *KEEPING,
    Action("browse", ("o",), "browser", "Open it in the browser, or show its link.", LINKED),
    Action("copy-id", ("y",), "copy id", "Copy the number of what is under the cursor.", SHOWN),
    Action("copy-link", ("Y",), "copy link", "Copy the link of what is under the cursor.", LINKED),
    Action("refresh", ("r",), "refresh", "Ask the server again now.", (*ONE, Place.LOG)),
    Action("auto-refresh", ("R",), "auto-refresh", "Turn the regular refresh off or on.", (*ONE, Place.LOG)),
    Action("approvals", ("1",), "approvals", "Go to the approvals.", (Place.ANY,)),
    Action("releases", ("2",), "releases", "Go to the releases.", (Place.ANY,)),
    Action("definitions", ("3",), "definitions", "Go to the definitions.", (Place.ANY,)),
    Action("live", ("4",), "live", "Go to what runs where.", (Place.ANY,)),
    Action("journal", ("J",), "journal", "Show what was decided, and how it ended.", (Place.ANY,)),
    Action(
        "export",
        ("e",),
        "export",
        "Save what the list shows to a file; the journal as text, CSV or JSON.",
        (Place.JOURNAL, Place.PLAN),
        footer=True,
    ),
    Action("plan", (), "plan", "Show the newest plan, and what became of it.", (Place.ANY,)),
    Action(
        "retry",
        ("r",),
        "try again",
        "Try again what is proved not to have landed; a dialog asks for the count first.",
        (Place.PLAN,),
        footer=True,
    ),
    Action(
        "back", ("escape",), "back", "End the range, clear the filter, or go back.", (Place.ANY, Place.DIALOG)
    ),
    Action("quit", ("q",), "quit", "Go back; on the first screen, quit.", (Place.ANY,)),
    Action(
        "quit-now",
        ("ctrl+c",),
        "quit at once",
        "Quit from anywhere; asks first when a decision is on its way.",
        (Place.ANY, Place.DIALOG),
    ),
    Action("command", (":",), "command", "Type a command, or where to go.", (Place.ANY,), footer=True),
    Action("help", ("?", "f1"), "help", "Show the keys of this screen.", (Place.ANY,), footer=True),
    Action(
        "error", ("!",), "last error", "Show the last errors in full, and what was stopped.", (Place.ANY,)
    ),
    Action(
        "suspend",
        ("ctrl+z",),
        "suspend",
        "Go back to the shell; fg comes back. Not while a decision is being sent.",
        (Place.ANY, Place.DIALOG),
    ),
    Action("next-field", ("tab",), "next field", "Go to the next field or button.", (Place.DIALOG,)),
    Action("previous-field", ("shift+tab",), "previous field", "Go to the one before.", (Place.DIALOG,)),
    Action(
        "confirm",
        ("y",),
        "yes",
        "Confirm an ordinary decision while no text field has the focus.",
        (Place.DIALOG,),
    ),
    Action("template", ("f2",), "template", "Put the next template into the comment.", (Place.DIALOG,)),
    Action(
        "last-comments",
        ("f3",),
        "last comments",
        "Put a comment that was used before into the field, the newest first.",
        (Place.DIALOG,),
    ),
    Action("set-up", ("s",), "set up", "Set up a server of your own.", (Place.WELCOME,), footer=True),
    Action("demo", ("d",), "demo", "Start the demo, which needs no server.", (Place.WELCOME,), footer=True),
)

VERBS: Mapping[str, Verb] = {
    **{verb.value: verb for verb in Verb if verb.value.isalpha() and verb is not Verb.SAVE},
    "ignore-gate": Verb.IGNORE_GATE,
    "wait": Verb.APPROVE_LATER,
    "take-over": Verb.TAKE_OVER,
    "restore": Verb.SAVE,
    "move": Verb.MOVE_FOLDER,
    "new-folder": Verb.ADD_FOLDER,
}
"""Action id to the verb that its key asks for. What the screen has under its cursor may make another one of
it: `approve` resumes a manual intervention, `retain` lets a retained release go, `delete` deletes a
definition or a folder, `move` saves a definition with another folder."""
