"""People found by typing; and passing an approval on to one of them, by a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.timer import Timer
from textual.widgets import Input

from reltui.data.decision import Verb
from reltui.data.topics import ServerState
from reltui.errors import ReltuiError
from reltui.model.approval import Approval
from reltui.model.identity import FOUND_AT_MOST, Identity, Me
from reltui.model.text import SafeText, has_marks, is_suspicious
from reltui.model.words import short_name
from reltui.ui import background
from reltui.ui.present import Line, Span, span
from reltui.ui.screens.decision import DecisionDialog
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.grid import Column

REST_SECONDS = 0.3
"""So long no key is pressed before the server is asked for persons."""
LEAST = 2
"""So many characters must be typed first."""


class FindPeople(PickScreen):
    """Somebody whom the server finds by the words that are typed. To override: `heading`, `entries`."""

    columns: ClassVar[Sequence[Column]] = (
        Column("words", "", 32, grow=2),
        Column("detail", "", 20, grow=1, drop=1),
    )
    # An account tells people of the same name apart.
    details_first = True

    def __init__(self, server: str, *, groups: bool = False) -> None:
        """`server` is the name of the profile; `groups`: groups are found too."""
        super().__init__()
        self._server = server
        self._groups = groups
        self.found: tuple[Identity, ...] = ()
        """What the server found last."""
        self._asked = ""
        """The words of the newest question that was put to the server."""
        self._why = SafeText("")
        """Why nobody is listed."""
        self._rest: Timer | None = None

    def listed(self, take: Callable[[Identity], object]) -> list[Entry]:
        """Everybody who was found and can be named to the server."""
        return [
            Entry(each.name, SafeText("group" if each.is_group else each.account), partial(take, each))
            for each in self.found
            if each.id
        ]

    def nothing(self) -> SafeText:
        return self._why or SafeText(f"Type {LEAST} characters or more of a name or an account.")

    def _typed(self) -> str:
        return " ".join(self.query_one("#words", Input).value.split())

    def _filter(self) -> None:
        # The server has found them by what it knows of them, which may be another name.
        self.show_entries(range(len(self._entries)), are_all=len(self.found) < FOUND_AT_MOST)

    @on(Input.Changed)
    def words_typed(self) -> None:
        """The server is asked once the typing rests."""
        if self._rest is not None:
            self._rest.stop()
        if len(self._typed()) < LEAST:
            self._asked, self.found, self._why = "", (), SafeText("")
            self.update()
        elif self._typed() != self._asked:
            self._rest = self.set_timer(REST_SECONDS, self._ask)

    def _ask(self) -> None:
        self._asked = self._typed()
        self.found, self._why = (), SafeText("Asking the server ...")
        self.update()
        background.begin(self, partial(self._answer, self._asked), "people")

    async def _answer(self, words: str) -> None:
        """Take what the server finds, unless something else was typed meanwhile."""
        trouble = SafeText(
            "Nobody has these words." if self._groups else "No person has these words; groups are left out."
        )
        found: tuple[Identity, ...] = ()
        try:
            found = await self.app.service.people(self._server, words, groups=self._groups)
        except ReltuiError as error:
            trouble = SafeText(str(error))
        if words == self._asked and not self.is_left:
            self.found, self._why = found, trouble
            self.update()


class PickPerson(FindPeople):
    """Who shall be asked in place of who is asked now."""

    def __init__(self, subject: Subject, server: ServerState, seen: Approval) -> None:
        super().__init__(server.name)
        self.about = subject
        self.server = server
        self._seen = seen

    def heading(self) -> Line:
        return (span(f"Transfer to whom? Now asked: {short_name(self._seen.approver)}"),)

    def entries(self) -> Sequence[Entry]:
        asked = self._seen.approver
        me = self.server.me
        found: list[Entry] = []
        if me is not None and (asked is None or asked.id != me.id) and self._may_mean(me):
            found.append(Entry(me.name, SafeText(f"yourself, {me.account}"), self._take_over))
        for person in self.found:
            if me is not None and person.id == me.id:
                continue
            if person.id and not person.is_group and (asked is None or person.id != asked.id):
                found.append(Entry(person.name, person.account, partial(self._pass_on, person)))
        return found

    def _may_mean(self, me: Me) -> bool:
        """Whether the words that are typed leave oneself in question: Enter takes the first of the list."""
        told = f"yourself {me.name} {me.account}".casefold()
        return all(word in told for word in self._words())

    def _pass_on(self, person: Identity) -> None:
        self.app.push_screen(TransferDialog(self.about, self.server, person))

    def _take_over(self) -> None:
        from reltui.ui.screens import verbs

        verbs.open_dialog(self.app, replace(self.about, verb=Verb.TAKE_OVER))


class TransferDialog(DecisionDialog):
    """Asks whether this person shall be asked."""

    def __init__(self, subject: Subject, server: ServerState, person: Identity) -> None:
        super().__init__(subject, server)
        self._person = person

    def choice_facts(self) -> Sequence[tuple[str, Line]]:
        person = self._person
        badge = "  ! looks like another name: compare the account"
        warning = (span(badge, "bad"),) if is_suspicious(person.name) else ()
        return (("Asked then", (Span(person.name, "head"), span("  "), Span(person.account), *warning)),)

    def ready(self) -> SafeText | None:
        return super().ready() or self._nobody()

    def _nobody(self) -> SafeText | None:
        """An account with marks in it is not told apart from another one by looking at it."""
        if has_marks(self._person.account):
            return SafeText(
                "Only the browser can do it: this account has characters that are shown as marks."
            )
        return None

    def chosen(self) -> Mapping[str, Any]:
        return {"to": self._person.id, "to_name": str(self._person.name)}
