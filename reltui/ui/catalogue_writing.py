"""The actions of writing a definition; only `save-definition` leads to the server, and it asks first."""

from __future__ import annotations

from reltui.ui.places import WRITABLE, Action, Place

HERE = (Place.EDITOR,)

WRITING: tuple[Action, ...] = (
    Action("edit", ("e",), "edit", "Change the definition.", WRITABLE, footer=True),
    Action("new-definition", ("N",), "new", "Write a new definition.", WRITABLE, footer=True),
    Action("clone", (), "clone", "Write a new definition that begins as a copy of this one.", WRITABLE),
    Action("unsaved", (), "unsaved", "Show the edits that were not saved yet.", (Place.ANY,)),
    Action(
        "discard",
        ("D",),
        "discard",
        "Throw an unsaved edit away; asks first.",
        (Place.UNSAVED,),
        footer=True,
    ),
    Action(
        "add",
        ("n",),
        "add",
        "Add something here: a stage, a job, a task, an approver ...",
        HERE,
        footer=True,
    ),
    Action("clone-part", ("c",), "clone", "Put a copy of it behind it.", HERE, footer=True),
    Action("remove", ("D",), "remove", "Remove it at once; undo has it back.", HERE, footer=True),
    Action("move-up", ("<",), "up", "Move it before the one above.", HERE),
    Action("move-down", (">",), "down", "Move it behind the one below.", HERE),
    Action("undo", ("u",), "undo", "Take the last change back.", HERE, footer=True),
    Action("redo", ("ctrl+r",), "redo", "Do again what was taken back.", HERE),
    Action("collapse", ("left",), "fold", "Fold what is below it away, or go to what it belongs to.", HERE),
    Action("expand", ("right",), "unfold", "Show what is below it, or go to its fields.", HERE),
    Action("find-part", ("/",), "find", "Find a stage, a job, a task and the like by its words.", HERE),
    Action("next-problem", ("p",), "problem", "Go to the next problem and its field.", HERE, footer=True),
    Action("difference", ("v",), "changes", "Show what is changed so far.", HERE, footer=True),
    Action("as-text", ("E",), "as text", "Edit the whole definition as text in your own editor.", HERE),
    Action(
        "save-definition",
        ("s",),
        "save",
        "Save the definition: what changes is shown, and a dialog asks first.",
        HERE,
        footer=True,
    ),
    Action(
        "save-as-new",
        (),
        "save as new",
        "Make a new definition of what is edited: name and folder are asked, the editor goes on with it.",
        HERE,
    ),
)
