"""Unsaved edits of definitions, kept in the state folder so that no end of the program loses them.

One file per edit, readable by its owner alone. Values of secret variables are left out: those that were typed
are empty then, and must be typed again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Any

from reltui import paths
from reltui.data import files
from reltui.errors import FolderError
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

VERSION = 1
ENDING = ".json"


@dataclass(frozen=True, slots=True)
class Edit:
    """A definition as somebody left it in the editor."""

    key: str
    server_url: str
    project_id: str
    project_name: str
    definition_id: int
    """0: it is a new one."""
    base: Mapping[str, Any] | None = field(repr=False)
    """The server's JSON that it began from; None for a new one."""
    work: Mapping[str, Any] = field(repr=False)
    """The same as it is now."""
    comment: str = ""
    at: float = 0.0
    """`time.time()` of the last change."""
    host: str = ""
    """The other host where it was made; empty for this one."""

    @property
    def name(self) -> SafeText:
        """Of the definition as it is now."""
        return clean(str(self.work.get("name") or "without a name"))


def new_key() -> str:
    """For an edit that was not kept yet."""
    return secrets.token_hex(8)


def without_secrets(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A definition without the values of its secret variables, which nothing may write down.

    One that had a value has an empty one then, by which it is known that the value is to be typed again.
    """
    found = dict(raw)
    if isinstance(found.get("variables"), dict):
        found["variables"] = {name: _unsecret(each) for name, each in found["variables"].items()}
    if isinstance(found.get("environments"), list):
        found["environments"] = [
            without_secrets(each) if isinstance(each, dict) else each for each in found["environments"]
        ]
    return found


def digest(work: Mapping[str, Any]) -> str:
    """Tells one state of a definition from another; of its revision and its secrets it knows nothing."""
    plain = {name: value for name, value in without_secrets(work).items() if name != "revision"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode("ascii")).hexdigest()


def _unsecret(variable: Any) -> Any:
    if isinstance(variable, dict) and variable.get("isSecret") and variable.get("value") is not None:
        return {**variable, "value": ""}
    return variable


class EditStore:
    """The edits of one account on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.troubles: tuple[SafeText, ...] = ()
        """What could not be read at the last `load`, in sentences."""

    def save(self, edit: Edit) -> None:
        """Keep an edit in place of what was kept of it. Raises FolderError: it is not on disk."""
        base = without_secrets(edit.base) if edit.base is not None else None
        plain = {
            **asdict(_light(edit)),
            "base": base,
            "work": without_secrets(edit.work),
            "at": edit.at or time.time(),
            "version": VERSION,
            "owner": asdict(files.Owner.ours()),
        }
        paths.ensure(self.folder)
        try:
            files.replace(self._path(edit.key), json.dumps(plain).encode("ascii"))
        except OSError as error:
            raise FolderError(f"The folder {self.folder} cannot be written: {error.strerror}.") from None

    def load(self) -> tuple[Edit, ...]:
        """All that are kept, newest first, but for those that another running reltui has in hand.

        Of those of another host nobody can tell, so they are among them. What cannot be read is set aside
        under another name, so that it is not lost, and told in `troubles`.
        """
        found: list[Edit] = []
        self.troubles = ()
        try:
            names = sorted(path for path in self.folder.iterdir() if path.name.endswith(ENDING))
        except FileNotFoundError:
            return ()
        except OSError as error:
            self.troubles = (SafeText(f"Unsaved edits cannot be read: {self.folder}: {error.strerror}."),)
            return ()
        for path in names:
            try:
                edit, owner = _read(files.read(path))
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError) as error:
                self.troubles += (self._set_aside(path, error),)
                continue
            if not (owner.is_here() and _is_anothers(owner)):
                found.append(edit)
        return tuple(sorted(found, key=lambda edit: -edit.at))

    def take(self, edit: Edit) -> Edit:
        """Have an edit in hand, as it is on disk now: no other running reltui goes on with it.

        One that another has in hand, or another host may have, is taken as a copy with a key of its own.
        Raises FolderError: it is not written, and another may take it too.
        """
        try:
            now, owner = _read(files.read(self._path(edit.key)))
        except (OSError, ValueError, KeyError, TypeError):
            # It went meanwhile; what was shown is not lost by that.
            now = edit
        else:
            if _is_anothers(owner):
                now = replace(now, key=new_key(), host="")
        self.save(now)
        return now

    def remove(self, key: str) -> None:
        """Forget an edit; nothing happens when it is gone. Raises FolderError: it is still there."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise FolderError(f"The folder {self.folder} cannot be written: {error.strerror}.") from None

    def drop(self, key: object, sent: object) -> None:
        """Forget an edit that has been saved on the server, if it is still what was sent (its `digest`).

        One that was changed further stays; so does one that cannot be removed, which is harmless.
        """
        if not (isinstance(key, str) and key.isalnum()):
            return
        with suppress(OSError, ValueError, KeyError, TypeError, FolderError):
            if digest(_read(files.read(self._path(key)))[0].work) == sent:
                self.remove(key)

    def _path(self, key: str) -> Path:
        if not key.isalnum():
            raise FolderError(f"{key!r} is no name for an edit.")
        return self.folder / f"{key}{ENDING}"

    @staticmethod
    def _set_aside(path: Path, error: Exception) -> SafeText:
        if not isinstance(error, OSError):
            try:
                files.set_aside(path, "unreadable")
            except OSError:
                return clean(f"The unsaved edit {path} cannot be read.")
            return clean(f"An unsaved edit cannot be read; it is kept as {path}.unreadable.")
        return clean(f"The unsaved edit {path} cannot be read: {error.strerror}.")


def _is_anothers(owner: files.Owner) -> bool:
    """Another reltui has it in hand, as far as this host can tell."""
    return owner != files.Owner.ours() and owner.is_alive()


def _light(edit: Edit) -> Edit:
    """Without what is written apart, which need not be copied twice."""
    return Edit(
        edit.key,
        edit.server_url,
        edit.project_id,
        edit.project_name,
        edit.definition_id,
        None,
        {},
        edit.comment,
        edit.at,
    )


def _read(data: bytes) -> tuple[Edit, files.Owner]:
    """An edit and who kept it. Raises ValueError, KeyError, TypeError: it is none of ours."""
    plain = json.loads(data)
    if plain["version"] != VERSION or not isinstance(plain["work"], dict):
        raise ValueError("another version")
    if not (plain["base"] is None or isinstance(plain["base"], dict)):
        raise ValueError("no definition")
    owner = plain["owner"]
    made_by = files.Owner(str(owner["host"]), int(owner["pid"]), str(owner["started"]))
    edit = Edit(
        key=str(plain["key"]),
        server_url=str(plain["server_url"]),
        project_id=str(plain["project_id"]),
        project_name=str(plain["project_name"]),
        definition_id=int(plain["definition_id"]),
        base=plain["base"],
        work=plain["work"],
        comment=str(plain["comment"]),
        at=float(plain["at"]),
        host="" if made_by.is_here() else str(clean(made_by.host)),
    )
    return edit, made_by
