"""Texts of definitions that were not taken: kept with the edit they were made of, until somebody goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reltui.data import files
from reltui.data.edits import Edit, EditStore
from reltui.errors import FolderError
from reltui.model.editing.commented import Mistake, from_text
from reltui.model.editing.masking import without_secret_values
from reltui.model.values import dataclass
from reltui.ui.external_editor import FOLDER, SUFFIX, TextFile

NAME = f"definition{SUFFIX}"


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text and what it was made of."""

    file: TextFile
    edit: Edit
    """`work` is what the text was made of."""

    @property
    def key(self) -> str:
        """Tells it from the other texts."""
        return self.file.path.parent.name

    @property
    def mistake(self) -> Mistake | None:
        """Why it cannot be taken as it is."""
        try:
            from_text(self.file.read(), self.edit.work)
        except Mistake as mistake:
            return mistake
        except (OSError, UnicodeError):
            return Mistake(1, 1, "It cannot be read.")
        return None

    @property
    def says_nothing_new(self) -> bool:
        """Nothing of it would be missed."""
        try:
            text = self.file.read()
            return not text.strip() or from_text(text, self.edit.work) == self.edit.work
        except (OSError, UnicodeError, Mistake):
            return False


def put_beside(file: TextFile, edit: Edit) -> None:
    """Keep with a text what it was made of. Raises FolderError."""
    EditStore(file.path.parent).save(edit)


def make_fit(file: TextFile) -> None:
    """Take out of a text that stays what may not stay: values of secrets, and what the editor put beside it.

    Raises OSError: it is not done.
    """
    # Byte for byte, since a text that is no UTF-8 is kept too.
    data = files.read(file.path)
    masked = without_secret_values(data.decode("latin-1")).encode("latin-1")
    if masked != data:
        files.replace(file.path, masked)
    for each in file.path.parent.iterdir():
        if each.name != NAME and each.suffix != ".json":
            each.unlink()


def load(state_folder: Path) -> tuple[KeptText, ...]:
    """The texts that are kept, but for those that another running reltui has in an editor; newest first."""
    found = [text for text in _all(state_folder) if not text.says_nothing_new]
    return tuple(sorted(found, key=lambda text: -text.edit.at))


def tidy(state_folder: Path) -> None:
    """At the start: what an earlier run has left when it was killed is made fit to stay, or goes."""
    for text in _all(state_folder):
        if text.says_nothing_new:
            text.file.remove()
        else:
            with suppress(OSError):
                make_fit(text.file)


def _all(state_folder: Path) -> Iterator[KeptText]:
    with suppress(OSError):
        for folder in sorted((state_folder / FOLDER).iterdir()):
            with suppress(OSError, FolderError):
                edits = EditStore(folder).load()
                if edits and (folder / NAME).is_file():
                    yield KeptText(TextFile(folder / NAME, ""), edits[0])
