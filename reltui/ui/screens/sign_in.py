"""Signing in again in place: with another secret, or with what its source gives now."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.widget import Widget

from reltui.data.topics import ServerState
from reltui.errors import ReltuiError
from reltui.model.text import SafeText
from reltui.ui.present import Line, Span, span
from reltui.ui.present_connection import SIGN_INS, greeting
from reltui.ui.screens.dialog import Dialog, fact
from reltui.ui.widgets.form import Row
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.secret_field import SecretField

BUSY = SafeText("Signing in ...")


class SignInScreen(Dialog):
    """Asks for a secret, which is kept in memory only. Nothing else changes: the place is kept."""

    enter_confirms = True

    def __init__(self, server: str) -> None:
        super().__init__("Sign in")
        self.server = server
        self._is_busy = False
        self._trouble = SafeText("")

    @property
    def state(self) -> ServerState:
        """The server as it is now."""
        return self.app.service.server(self.server)

    @property
    def _must_be_typed(self) -> bool:
        return self.app.service.connection(self.server).must_be_typed

    def heading(self) -> Line:
        return (span(f"Sign in to {self.server}"),)

    def text(self, cells: int) -> Sequence[Line]:
        one = self.app.service.connection(self.server)
        me = one.state.me
        lines = [
            *fact("Server", (Span(one.state.label, "head"), span(f"  {one.state.url}")), cells),
            *fact("How", (span(SIGN_INS.get(one.sign_in, one.sign_in)),), cells),
        ]
        if one.user or me is not None:
            account = one.user or (me.account if me is not None else SafeText(""))
            lines += fact("Account", (Span(account),), cells)
        lines += fact("Secret", (Span(one.source),), cells)
        said = self._trouble or one.state.sentence
        if said:
            lines += fact("Said", (Span(said, "bad"),), cells)
        empty = "" if one.must_be_typed else " Leave it empty to ask the secret's source again."
        told = f"What is typed stays in memory until the program ends, and is written nowhere.{empty}"
        return [*lines, *fact("", (span(told, "dim"),), cells)]

    def options(self, cells: int) -> Sequence[Row]:
        others = self.app.service.servers
        if len(others) < 2:
            return ()
        return [
            Row((span(" Servers", "dim"),)),
            *(
                Row(
                    (span(f"   ({'x' if each.name == self.server else ' '}) {each.name}  {each.link}"),),
                    each.name,
                    "server",
                )
                for each in others
            ),
        ]

    def choose(self, key: str) -> None:
        if not self._is_busy:
            self.server, self._trouble = key, SafeText("")
            self.query_one("#secret", SecretField).take()

    def extra(self) -> Sequence[Widget]:
        return (
            Lines(id="ask"),
            SecretField("secret", placeholder="tab comes here; Enter signs in"),
        )

    def on_mount(self, event: events.Mount | None = None) -> None:
        """Into the field, where there is something to type; this is no decision."""
        if event is not None:
            # Else the handler of `Dialog` would run after this one, and put the focus on Cancel.
            event.prevent_default()
        self.set_focus(self.query_one("#secret"))

    def update(self) -> None:
        word = "password" if self.app.service.connection(self.server).user else "token"
        self.query_one("#ask", Lines).show([(span(f" The {word}:"),)])
        super().update()

    def ready(self) -> SafeText | None:
        if self._is_busy:
            return BUSY
        if self._must_be_typed and not self.query_one("#secret", SecretField).value:
            return SafeText("Type it first.")
        return None

    def confirm(self) -> None:
        is_first = self.state.asks
        typed = self.query_one("#secret", SecretField).take()
        self._is_busy, self._trouble = True, SafeText("")
        self.update()
        self.app.run_worker(self._sign_in(self.server, typed, is_first), name="sign in", group="sign in")

    async def _sign_in(self, server: str, typed: str, is_first: bool) -> None:
        """Goes on when the dialog was left, and says how it ended in any case."""
        try:
            await self.app.service.sign_in(server, typed)
        except ReltuiError as error:
            self._trouble = SafeText(str(error))
        finally:
            self._is_busy = False
        if self._trouble:
            self.app.say(self._trouble, "warn")
            if not self.is_left:
                self.update()
                self.set_focus(self.query_one("#secret"))
            return
        self.app.say(greeting(self.app.service.server(server), is_first), "info")
        self.close_dialog()
        self.app.signing.ask_next()
