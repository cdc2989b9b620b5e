"""The actions about definitions as they are kept: revisions, differences, conflicts, folders, files."""

from __future__ import annotations

from reltui.ui.places import WRITABLE, Action, Place

KEEPING: tuple[Action, ...] = (
    Action(
        "restore",
        (),
        "restore",
        "Save this old revision as a new one; a dialog shows what changes and asks.",
        (Place.REVISIONS, Place.DEFINITION),
        danger=True,
    ),
    Action(
        "move",
        (),
        "move",
        "Put it into another folder: pick one, then a dialog asks.",
        (*WRITABLE, Place.FOLDERS),
        danger=True,
    ),
    Action("folders", (), "folders", "Show the folders of definitions.", WRITABLE),
    Action(
        "new-folder",
        ("n",),
        "new folder",
        "Create a folder below this one; a dialog asks for its name.",
        (Place.FOLDERS,),
        danger=True,
        footer=True,
    ),
    Action(
        "raw",
        ("v",),
        "JSON",
        "Show the difference as JSON, or in words again.",
        (Place.DIFFERENCE, Place.DIALOG),
        footer=True,
    ),
    Action("mine", ("m",), "mine", "Take what was changed here.", (Place.CONFLICTS,), footer=True),
    Action("theirs", ("t",), "theirs", "Take what is on the server.", (Place.CONFLICTS,), footer=True),
    Action(
        "go-on",
        ("s",),
        "go on",
        "Go on to save, once every conflict is decided.",
        (Place.CONFLICTS,),
        footer=True,
    ),
    Action("export-definition", (), "export", "Write the definition to a file.", WRITABLE),
    Action(
        "import-definition",
        (),
        "import",
        "Read a definition from a file, of this or another project or server.",
        WRITABLE,
    ),
)
