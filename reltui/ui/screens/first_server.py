"""The first configuration: a server is tried, signed in to, and written into config.toml after a look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from reltui import paths
from reltui.config import WITH_USER, Config
from reltui.data import first_minute
from reltui.data.first_minute import QUESTIONS, SOURCES, Answers, Entered, Knocked, Way
from reltui.errors import ConfigError, ReltuiError
from reltui.model.address import EXAMPLE, host_of, read_address
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Span
from reltui.ui.present_words import within
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.first_picks import PickProjects, PickWay, PlainHttp, ReviewFile
from reltui.ui.screens.question import QuestionScreen

T = TypeVar("T")

NEVER = "Only this place is written into config.toml, never the secret itself."


class ServerScreen(QuestionScreen):
    """Asks for an address; what comes after it comes back here until everything is known."""

    def __init__(self, file: Path | None) -> None:
        super().__init__(
            "Set up a server",
            "Address",
            (
                f"The address of your collection or organisation, such as {EXAMPLE} or "
                "https://dev.azure.com/contoso. A link to any page of it does as well.",
            ),
            self._typed,
        )
        self._file = file or paths.standard().config_file
        self._busy = False
        self._found: list[tuple[str, SafeText]] = []
        self._config = Config()
        self._secret = ""
        """What was typed last, for the run that begins with the new configuration."""

    def lines(self, cells: int) -> list[Line]:
        found = super().lines(cells)
        facts = [row for label, value in self._found for row in fact(label, (Span(value),), cells)]
        return [*found[:-1], *facts, *([()] if facts else []), found[-1]]

    def _typed(self, text: str) -> None:
        if self._busy:
            return
        self.trouble, self._found, self._secret = SafeText(""), [], ""
        try:
            self._config = first_minute.present(self._file)
            answers = Answers(read_address(text))
        except ConfigError as error:
            raise ValueError(str(error)) from None
        if known := first_minute.known_as(self._config, answers.address):
            raise ValueError(f"config.toml has this collection already, as [profiles.{known}].")
        if first_minute.needs_word(answers.address):
            self.app.push_screen(PlainHttp(answers, self._knock))
        else:
            self._knock(answers)

    def _knock(self, answers: Answers) -> None:
        host = SafeText(clean(host_of(answers.address.collection_url)))
        self._work(f"Trying {host} ...", self._tried(answers), partial(self._knocked, answers))

    async def _tried(self, answers: Answers) -> Knocked | None:
        """None where the authority of the server is asked for first."""
        try:
            return await first_minute.knock(answers)
        except ReltuiError as error:
            if answers.ca_file or not first_minute.wants_authority(error):
                raise
            self._ask_authority(answers, str(error))
            return None

    def _ask_authority(self, answers: Answers, why: str) -> None:
        def take(text: str) -> None:
            file = first_minute.authority_of(text)
            self.app.pop_screen()
            self._knock(replace(answers, ca_file=file))

        told = (why, "The administrators of the server have its authority as a file in PEM form.")
        question = QuestionScreen("The authority of the server", "Path of the file", told, take)
        self.app.push_screen(question)

    def _work(self, words: str, work: Awaitable[T], after: Callable[[T], None]) -> None:
        """Wait for the server with a line that says so; what goes wrong is told here."""

        async def run() -> None:
            try:
                result = await work
            except ReltuiError as error:
                self._end(SafeText(str(error)))
            else:
                self._end(SafeText(""))
                after(result)

        self._busy = True
        self.app.say(SafeText(words))
        self.run_worker(run(), exclusive=True)

    def _end(self, trouble: SafeText) -> None:
        self._busy = False
        self.trouble = trouble
        self.app.hush()
        self.update()

    def _knocked(self, answers: Answers, knocked: Knocked | None) -> None:
        if knocked is None:
            return
        self._found = [("Server", knocked.told)]
        self.update()
        take = partial(self._way, answers)
        self.app.push_screen(PickWay("How do you sign in?", knocked.ways, take))

    def _way(self, answers: Answers, way: Way) -> None:
        answers = replace(answers, sign_in=way.sign_in)
        self._found.append(("Sign-in", way.label))
        self.update()
        if way.sign_in not in (*WITH_USER, "negotiate"):
            self._ask_source(answers)
            return
        told = ["The account, such as EXAMPLE\\dana."]
        if way.sign_in == "negotiate":
            told.append("Empty: the ticket that kinit has fetched signs in, without a password.")

        def take(text: str) -> None:
            user = text.strip()
            if not user and way.sign_in in WITH_USER:
                raise ValueError("Type the account first.")
            self.app.pop_screen()
            named = replace(answers, user=user)
            if user:
                self._ask_source(named)
            else:
                self._enter(named)

        self.app.push_screen(QuestionScreen("Who signs in?", "Account", told, take))

    def _ask_source(self, answers: Answers) -> None:
        take = partial(self._source, answers)
        self.app.push_screen(
            PickWay("Where is the secret? It is not written into config.toml", SOURCES, take)
        )

    def _source(self, answers: Answers, source: Way) -> None:
        kind = source.sign_in

        def take(text: str) -> None:
            found = first_minute.source_of(kind, text)
            self._found.append(("Secret", SafeText(f"{source.label} {clean(text.strip(), limit=100)}")))
            if kind in QUESTIONS:
                self.app.pop_screen()
            self._enter(replace(answers, secret=found))

        if kind not in QUESTIONS:
            take("")
            return
        name = first_minute.free_name(self._config, answers.address.collection_url)
        usual = first_minute.suggested(kind, name, answers.sign_in)
        told = (f"{source.help.capitalize()}.", NEVER)
        screen = QuestionScreen("Where is the secret?", QUESTIONS[kind], told, take, value=usual)
        self.app.push_screen(screen)

    def _enter(self, answers: Answers, typed: str = "") -> None:
        self.update()

        async def entered() -> Entered | None:
            try:
                return await first_minute.enter(answers, typed, config=self._config)
            except ConfigError as error:
                if typed:
                    raise
                self._ask_secret(answers, SafeText(str(error)))
                return None

        self._work("Signing in ...", entered(), partial(self._entered, answers))

    def _ask_secret(self, answers: Answers, why: SafeText) -> None:
        def take(text: str) -> None:
            if not text:
                raise ValueError("Type the secret first.")
            self.app.pop_screen()
            self._secret = text
            self._enter(answers, text)

        told = [
            str(why),
            "Type it here to go on now. It is kept in memory only, and asked for again until it is there.",
        ]
        if answers.secret.prompt:
            told = ["It is kept in memory only."]
        self.app.push_screen(QuestionScreen("The secret", "Secret (not shown)", told, take, masked=True))

    def _entered(self, answers: Answers, entered: Entered | None) -> None:
        if entered is None:
            return
        self._found.append(
            ("Signed in", SafeText(f"as {within(entered.me.name)}, at {entered.generation or 'a server'}"))
        )
        self.update()
        known = replace(answers, url=entered.url)
        self.app.push_screen(PickProjects(entered, partial(self._projects, known)))

    def _projects(self, answers: Answers, names: tuple[str, ...]) -> None:
        try:
            planned = first_minute.plan(replace(answers, projects=names), self._file)
        except ConfigError as error:
            self._end(SafeText(str(error)))
            return
        left = first_minute.left_to_do(answers.profile(planned.name), typed=bool(self._secret))
        self.app.push_screen(ReviewFile(planned, left, self._secret))
