"""Fields to edit, and what writing each of them changes; the parts that all nodes share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any

from reltui.model.decode import bool_of, guid_of, int_of, scalar_of, text_of
from reltui.model.editing.folders import is_invisible
from reltui.model.editing.minutes import minutes_of, minutes_text
from reltui.model.editing.outline import Node
from reltui.model.editing.shape import Json, Path, at, put
from reltui.model.resources import Choice, Resources
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

NO_TEXT = SafeText("")
YES, NO = "true", "false"
"""Values of a field of the kind FLAG."""


class FieldKind(StrEnum):
    """How a field is edited."""

    TEXT = "text"
    LINES = "lines"
    NUMBER = "number"
    """Whole numbers; with the unit "time" a span such as 24h."""
    FLAG = "flag"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105
    """Written and never read: its value is always empty."""
    PICK = "pick"


class Pick(StrEnum):
    """What a field or a part is picked from."""

    QUEUE = "queue"
    DEPLOYMENT_GROUP = "deployment group"
    PERSON = "person"
    """People and groups."""
    BUILD = "build"
    REPOSITORY = "repository"
    BRANCH = "branch"
    VARIABLE_GROUP = "variable group"
    CONNECTION = "connection"
    TASK = "task"
    STAGE = "stage"
    ARTIFACT = "artifact"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the right side of the editor."""

    id: str
    """Unique in its node."""
    label: SafeText
    kind: FieldKind
    value: str = field(repr=False)
    """As it is edited and written: the raw text, not cleaned, not to be shown; it may be a secret."""
    shown: SafeText
    help: SafeText = NO_TEXT
    section: SafeText = NO_TEXT
    """Heading over it and its neighbours."""
    is_required: bool = False
    choices: tuple[tuple[str, SafeText], ...] = ()
    """Values with their names: of a CHOICE all, of a pick of a stage or artifact those of the definition."""
    pick: Pick | None = None
    unit: str = ""
    path: Path = ()
    """Where its value stands in the definition."""
    is_removable: bool = False
    refused: SafeText = NO_TEXT
    """Why it cannot be changed on this server; empty when it can."""


Write = Callable[[str | Choice], Json]
Remove = Callable[[], Json]


@dataclass(frozen=True, slots=True)
class Slot:
    """A field with what writing it makes of the definition."""

    field: Field
    write: Write
    """Raises ValueError with one sentence."""
    remove: Remove | None = None


def plain(value: object) -> str:
    """What stands somewhere as text to edit; empty for null, JSON for what is no plain value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return YES if value else NO
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value)


def typed(value: str | Choice) -> str:
    """What was typed, or the id of what was picked."""
    return value.id if isinstance(value, Choice) else value


def needed(value: str | Choice, what: str, old: str | None = None) -> str:
    """What was typed, without blanks around it. Raises ValueError when there is nothing.

    `old`: it is a name, that was this; what is not seen as it is comes into none.
    """
    text = typed(value).strip()
    if not text:
        raise ValueError(f"{what} cannot be empty.")
    if old is not None and text != old.strip() and is_invisible(text):
        raise ValueError(f"{what} cannot have an invisible character in it: type it anew.")
    return text


def number(value: str | Choice, low: int, high: int, what: str) -> int:
    """A whole number within bounds. Raises ValueError."""
    text = typed(value).strip()
    if not (text.isascii() and text.lstrip("-").isdigit()) or not low <= int(text[:12]) <= high:
        raise ValueError(f"{what} is a whole number from {low} to {high}.")
    return int(text)


def flag(value: str | Choice) -> bool:
    """A truth. Raises ValueError."""
    word = typed(value).strip().lower()
    if word in (YES, "yes", "y", "on", "1"):
        return True
    if word in (NO, "no", "n", "off", "0"):
        return False
    raise ValueError("Write yes or no.")


def names_of(text: str) -> list[str]:
    """The words of a list with commas."""
    return [name for part in text.replace("\n", ",").split(",") if (name := part.strip())]


@dataclass
class Form:
    """Collects the fields of one node; paths are relative to it."""

    raw: Mapping[str, Any]
    node: Node
    known: Resources
    section: str = ""
    slots: list[Slot] = field(default_factory=list)

    @property
    def base(self) -> Path:
        """Where the node stands."""
        return self.node.path

    def get(self, path: Path, default: Any = None) -> Any:
        """What stands at a place of the node."""
        return at(self.raw, (*self.base, *path), default)

    def set(self, path: Path, value: object) -> Json:
        """The definition with another value there."""
        return put(self.raw, (*self.base, *path), value)

    def add(
        self,
        id: str,
        label: str,
        kind: FieldKind,
        value: str,
        write: Write,
        *,
        shown: SafeText | None = None,
        help: str = "",
        is_required: bool = False,
        choices: Iterable[tuple[str, SafeText]] = (),
        pick: Pick | None = None,
        unit: str = "",
        path: Path = (),
        place: Path | None = None,
        remove: Remove | None = None,
    ) -> None:
        """Add any field; `place` is its path where that does not lead through the node's own."""
        made = Field(
            id=id,
            label=clean(label),
            kind=kind,
            value=value,
            shown=clean(value, lines=kind is FieldKind.LINES) if shown is None else shown,
            help=clean(help, lines=True),
            section=clean(self.section),
            is_required=is_required,
            choices=tuple(choices),
            pick=pick,
            unit=unit,
            path=(*self.base, *path) if place is None else place,
            is_removable=remove is not None,
        )
        self.slots.append(Slot(made, write, remove))

    def text(
        self,
        id: str,
        label: str,
        path: Path,
        *,
        help: str = "",
        is_required: bool = False,
        is_long: bool = False,
        write: Write | None = None,
        remove: Remove | None = None,
        shown: SafeText | None = None,
    ) -> None:
        """A text at a place of the node; of several lines if it is long."""

        def usual(value: str | Choice) -> Json:
            what, old = f"{label[:1].upper()}{label[1:]}", plain(self.get(path))
            return self.set(path, needed(value, what, old) if is_required else typed(value))

        self.add(
            id,
            label,
            FieldKind.LINES if is_long else FieldKind.TEXT,
            plain(self.get(path)),
            write or usual,
            help=help,
            is_required=is_required,
            path=path,
            remove=remove,
            shown=shown,
        )

    def names(self, id: str, label: str, path: Path, *, help: str = "") -> None:
        """A list of texts, typed with commas between them."""
        value = self.get(path)
        names = [plain(name) for name in value] if isinstance(value, list) else []
        self.add(
            id,
            label,
            FieldKind.TEXT,
            ", ".join(names),
            lambda text: self.set(path, names_of(typed(text))),
            help=help or "Several with commas between them.",
            path=path,
        )

    def flag(
        self,
        id: str,
        label: str,
        path: Path,
        *,
        help: str = "",
        default: bool = False,
        write: Write | None = None,
    ) -> None:
        """A yes or no at a place of the node."""
        value = bool_of(self.get(path), default=default)
        self.add(
            id,
            label,
            FieldKind.FLAG,
            YES if value else NO,
            write or (lambda text: self.set(path, flag(text))),
            shown=SafeText("yes" if value else "no"),
            help=help,
            path=path,
        )

    def number(
        self,
        id: str,
        label: str,
        path: Path,
        *,
        low: int = 0,
        high: int = 2**31 - 1,
        unit: str = "",
        zero: str = "",
        help: str = "",
    ) -> None:
        """A whole number; `zero` says what 0 means."""
        value = self.get(path)
        text = plain(value) if value is not None else "0"
        self.add(
            id,
            label,
            FieldKind.NUMBER,
            text,
            lambda new: self.set(path, number(new, low, high, f"{label[:1].upper()}{label[1:]}")),
            shown=SafeText(zero) if zero and text == "0" else None,
            help=help,
            unit=unit,
            path=path,
        )

    def time(
        self, id: str, label: str, path: Path, *, zero: str, high: int = 2**31 - 1, help: str = ""
    ) -> None:
        """A span of time, minutes on the wire; `zero` says what 0 means."""
        value = self.get(path)
        minutes = int_of(value)
        text = minutes_text(minutes or 0) if value is None or minutes is not None else plain(value)

        def write(new: str | Choice) -> Json:
            wanted = minutes_of(typed(new) or "0")
            if wanted > high:
                raise ValueError(f"{label[:1].upper()}{label[1:]} is at most {minutes_text(high)}.")
            return self.set(path, wanted)

        self.add(
            id,
            label,
            FieldKind.NUMBER,
            text,
            write,
            shown=SafeText(zero) if zero and text == "0" else None,
            help=help or "Such as 90m, 24h or 2d.",
            unit="time",
            path=path,
        )

    def choice(
        self,
        id: str,
        label: str,
        path: Path,
        choices: Sequence[tuple[str, str]],
        *,
        default: str = "",
        help: str = "",
        wire: Callable[[str], object] = str,
        write: Callable[[str], Json] | None = None,
        value: str | None = None,
        remove: Remove | None = None,
    ) -> None:
        """One of several words; what the server has is kept in the list, also when it is none of them."""
        found = plain(self.get(path)) if value is None else value
        found = found or default
        current = next((key for key, _ in choices if key.lower() == found.lower()), found)
        named = [(key, SafeText(name)) for key, name in choices]
        if current not in dict(choices):
            named.append((current, clean(current) or SafeText("(not set)")))

        def usual(new: str | Choice) -> Json:
            wanted = typed(new).strip().lower()
            # By its name too, as it is typed by people.
            key = next((k for k, name in named if wanted in (k.lower(), name.lower())), None)
            if key is None:
                raise ValueError(f"Choose one of: {', '.join(name for _, name in named)}.")
            if key == current:
                return dict(self.raw)
            return self.set(path, wire(key)) if write is None else write(key)

        self.add(
            id,
            label,
            FieldKind.CHOICE,
            current,
            usual,
            shown=dict(named)[current],
            help=help,
            choices=named,
            path=path,
            remove=remove,
        )


def identity_ref(value: str | Choice) -> Json:
    """An IdentityRef as the portal writes it (api.md 3.1). Raises ValueError for what was only typed."""
    if not isinstance(value, Choice) or not guid_of(value.id):
        raise ValueError("Pick a person or a group from the list.")
    given = value.raw
    name = next((v for k in _NAME_MEMBERS if isinstance(v := given.get(k), str) and v), str(value.name))
    found: Json = {"displayName": name, "id": value.id}
    if isinstance(given.get("uniqueName"), str) and given["uniqueName"]:
        found["uniqueName"] = given["uniqueName"]
    if bool_of(given.get("isContainer")):
        found["isContainer"] = True
    return found


_NAME_MEMBERS = ("displayName", "customDisplayName", "providerDisplayName")


def identity_shown(value: object) -> SafeText:
    """A person or group by name, account or id; empty for nobody."""
    if not isinstance(value, Mapping):
        return NO_TEXT
    return next(
        (name for key in ("displayName", "uniqueName", "id") if (name := text_of(value.get(key)))), NO_TEXT
    )


def id_of(value: object) -> str:
    """The id of an object as text; empty where there is none."""
    return str(scalar_of(value.get("id"))) if isinstance(value, Mapping) else ""
