"""A question of setting up, with what speaks against the last answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.widget import Widget

from reltui.model.text import SafeText
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.field import FieldScreen
from reltui.ui.widgets.secret_field import SecretField


class QuestionScreen(FieldScreen):
    """One field, which may be masked. It stays until it is left or another screen takes its place."""

    def __init__(
        self,
        heading: str,
        label: str,
        told: Sequence[str],
        take: Callable[[str], None],
        *,
        value: str = "",
        masked: bool = False,
    ) -> None:
        """`take` raises ValueError with a sentence for what it does not take."""
        super().__init__()
        self._heading = heading
        self._label = label
        self._told = told
        self._take = take
        self._value = value
        self._masked = masked
        self.trouble = SafeText("")

    def heading(self) -> Line:
        return (span(self._heading),)

    def fields(self) -> Sequence[Widget]:
        if self._masked:
            return [SecretField("value", placeholder="type here")]
        return [line_field("value", value=self._value, placeholder="type here")]

    def lines(self, cells: int) -> list[Line]:
        found: list[Line] = [()]
        for sentence in self._told:
            found += [*wrap((span(sentence),), cells), ()]
        if self.trouble:
            found += [*wrap((Span(self.trouble, "warn"),), cells), ()]
        return [*found, (span(self._label, "head"),)]

    def taken(self, text: str) -> None:
        self.app.hush()
        field = self.query_one("#value")
        try:
            self._take(field.take() if isinstance(field, SecretField) else text)
        except ValueError as error:
            self.trouble = SafeText(str(error))
            self.update()
