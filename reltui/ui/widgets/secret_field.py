"""A field in which nothing that is typed can be read."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Input


class SecretField(Input, inherit_bindings=True):
    """Shows a star for each character; its value is in no `repr`, and goes when it is taken."""

    def __init__(self, id: str, *, placeholder: str) -> None:
        super().__init__(
            id=id,
            classes="typed",
            password=True,
            compact=True,
            select_on_focus=False,
            placeholder=placeholder,
        )
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        # Textual draws bullets, which are not ASCII. Were this no longer asked for, they would show again.
        return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")

    def take(self) -> str:
        """What was typed; the field is empty then."""
        typed = self.value
        self.value = ""
        return typed
