"""Names of folders of definitions, and what they cannot be; pure."""

from __future__ import annotations

from reltui.model.text import clean, has_marks

FORBIDDEN = '\\/:*?"<>|'
"""Not in the name of a folder: the first two part folders, the others are no part of a path."""


def name_refusal(name: str) -> str | None:
    """Why a folder cannot be named so, in a sentence; None when it can."""
    if not name:
        return "Type the folder's name first."
    if name in (".", ".."):
        return f"{name} is no name for a folder."
    wrong = next((sign for sign in name if sign in FORBIDDEN), "")
    if wrong:
        return f"A folder's name cannot have {wrong} in it."
    if is_invisible(name):
        return "A folder's name cannot have an invisible character in it: type it anew."
    if name != name.strip():
        return "A folder's name cannot have a blank at an end of it."
    return None


def is_invisible(name: str) -> bool:
    """Something in a name is not seen as it is, such as a control or a turn of the direction of writing."""
    return clean(name) != name or has_marks(name)


def folder_path(text: str) -> str:
    """A folder as the server writes it: \\A\\B, and \\ for the top. Raises ValueError with a sentence."""
    names = [name for name in text.strip().replace("/", "\\").split("\\") if name]
    for name in names:
        if (why_not := name_refusal(name)) is not None:
            raise ValueError(why_not)
    return "\\" + "\\".join(names)
