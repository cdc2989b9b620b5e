"""reltui init: asks for a server in plain questions, tries it, and writes config.toml when that is wanted."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from reltui.commands.output import Output
from reltui.commands.session import DONE, FAILED, NotDone
from reltui.config import WITH_USER, Config
from reltui.data import first_minute
from reltui.data.first_minute import QUESTIONS, SOURCES, Answers, Entered, Knocked, Way
from reltui.errors import ConfigError, NotSignedIn, ReltuiError, SecretNeeded
from reltui.model.address import EXAMPLE, Address, read_address
from reltui.model.project import Project
from reltui.model.text import SafeText, clean

T = TypeVar("T")

LISTED = 40
"""Projects that are listed; the others are chosen by their names."""


def init(file: Path, address: str) -> int:
    """Ask, try, show and write; the exit code. Raises ConfigError: the file is wrong, or nobody can be asked.

    `address` is what was given on the command line; empty where it is asked for.
    """
    out = Output()
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError("reltui init asks questions and needs a terminal; do not redirect it.")
    config = first_minute.present(file)
    try:
        return _asked(_Questions(out), file, config, address)
    except NotDone as error:
        out.say(f"reltui: {error}")
        return FAILED


class _Questions:
    """Questions to the person at the terminal; the end of the input is a no. Raises NotDone."""

    def __init__(self, out: Output) -> None:
        self.say = out.say

    def line(self, question: str, usual: str = "") -> str:
        """A line; the usual answer for an empty one."""
        self.say(f"{question}{f' [{usual}]' if usual else ''}: ", end="")
        try:
            typed = sys.stdin.readline()
        except UnicodeDecodeError:
            raise NotDone("What was typed is not text; nothing was written.") from None
        if not typed:
            self.say("")
            raise NotDone("Nothing was written.")
        return typed.strip() or usual

    def secret(self, question: str) -> str:
        """A line that is not shown."""
        try:
            return getpass.getpass(f"{question} (not shown): ", stream=sys.stderr)
        except (EOFError, UnicodeDecodeError):
            self.say("")
            raise NotDone("Nothing was written.") from None

    def yes(self, question: str) -> bool:
        """Only a y or yes is one."""
        return self.line(f"{question} [y/N]").casefold() in ("y", "yes")

    def choose(self, title: str, ways: Sequence[Way]) -> Way:
        """One of several, by its number or its name; the first for an empty line."""
        self.say(f"\n{title}")
        for number, way in enumerate(ways, 1):
            self.say(f"  {number}  {way.label}: {way.help}")
        while True:
            typed = self.line("Number", "1").casefold()
            for number, way in enumerate(ways, 1):
                if typed in (str(number), way.sign_in, way.label.casefold()):
                    return way
            self.say(f"Type a number from 1 to {len(ways)}.")


def _asked(ask: _Questions, file: Path, config: Config, address: str) -> int:
    answers, knocked = _address(ask, config, address)
    while True:
        way = ask.choose("How do you sign in?", knocked.ways)
        answers = replace(answers, sign_in=way.sign_in, user=_user(ask, way.sign_in))
        name = first_minute.free_name(config, answers.address.collection_url)
        answers = _source(ask, answers, name)
        entered, typed = _entered(ask, answers, config)
        if entered is not None:
            break
    ask.say(f"Signed in as {entered.me.name} at {clean(entered.url)} ({entered.generation}).")
    answers = replace(answers, url=entered.url, projects=_projects(ask, entered))
    planned = first_minute.plan(answers, file)
    new = "" if planned.before else " (a new file)"
    ask.say(f"\nThis goes into {file}{new}; nothing of it is secret:\n")
    for line in planned.lines():
        # An empty text would be told as such.
        ask.say(f"  {clean(line)}" if line.strip() else "")
    if not ask.yes("\nWrite it?"):
        raise NotDone("Nothing was written.")
    try:
        first_minute.save(planned)
    except ReltuiError as error:
        raise NotDone(str(error)) from None
    ask.say(f"Written: {file}, with the profile {planned.name}.")
    if left := first_minute.left_to_do(answers.profile(planned.name), typed=bool(typed)):
        ask.say(left)
    ask.say("Start reltui without arguments to see what waits for you.")
    return DONE


def _address(ask: _Questions, config: Config, given: str) -> tuple[Answers, Knocked]:
    """An address at which a server answers."""
    while True:
        typed = given or ask.line(f"Address of the collection or organisation, such as {EXAMPLE}")
        given = ""
        try:
            address = read_address(typed)
            answers = Answers(address, allow_http=_unencrypted(ask, address))
            if known := first_minute.known_as(config, address):
                raise NotDone(f"{config.file} has this collection already, as [profiles.{known}].")
            ask.say(f"Trying {clean(address.collection_url)} ...")
            answers, knocked = _knocked(ask, answers)
        except (ValueError, ReltuiError) as error:
            if isinstance(error, NotDone):
                raise
            ask.say(str(error))
        else:
            ask.say(knocked.told)
            return answers, knocked


def _knocked(ask: _Questions, answers: Answers) -> tuple[Answers, Knocked]:
    """Try the address, and once more with an authority where the system does not know it."""
    try:
        return answers, _run(first_minute.knock(answers))
    except ReltuiError as error:
        if not first_minute.wants_authority(error):
            raise
        ask.say(str(error))
    typed = ask.line("A PEM file with its authority; empty for another address")
    if not typed:
        raise ValueError("Another address, then.")
    answers = replace(answers, ca_file=first_minute.authority_of(typed))
    return answers, _run(first_minute.knock(answers))


def _unencrypted(ask: _Questions, address: Address) -> bool:
    """Whether the person wants plain http. Raises ValueError: no, so that another address is asked for."""
    if not first_minute.needs_word(address):
        return False
    ask.say("This address is plain http: your secret would be readable for others on the way.")
    if not ask.yes("Send it all the same?"):
        raise ValueError("Give the https address, then.")
    return True


def _user(ask: _Questions, sign_in: str) -> str:
    if sign_in == "negotiate":
        return ask.line("Account, such as EXAMPLE\\dana; empty to use the ticket of kinit")
    while sign_in in WITH_USER:
        if typed := ask.line("Account, such as EXAMPLE\\dana"):
            return typed
    return ""


def _source(ask: _Questions, answers: Answers, name: str) -> Answers:
    if answers.sign_in == "negotiate" and not answers.user:
        return replace(answers, secret=first_minute.NO_SECRET)
    while True:
        kind = ask.choose("Where is the secret? It is never written into config.toml.", SOURCES).sign_in
        value = ""
        if kind in QUESTIONS:
            value = ask.line(QUESTIONS[kind], first_minute.suggested(kind, name, answers.sign_in))
        try:
            return replace(answers, secret=first_minute.source_of(kind, value))
        except ValueError as error:
            ask.say(str(error))


def _entered(ask: _Questions, answers: Answers, config: Config) -> tuple[Entered | None, str]:
    """Sign in, once, and what was typed for it; None to choose another way."""
    typed = ""
    while True:
        ask.say("Signing in ...")
        try:
            return _run(first_minute.enter(answers, typed, config=config)), typed
        except (ConfigError, SecretNeeded) as error:
            if typed:
                ask.say(str(error))
                return None, ""
            ask.say(str(error) if not answers.secret.prompt else "It is asked for now:")
            typed = ask.secret("Type the secret to go on; it is kept in memory only")
            if not typed:
                return None, ""
        except NotSignedIn as error:
            # Not again by itself: an account would be locked.
            ask.say(str(error))
            return None, ""
        except ReltuiError as error:
            ask.say(str(error))
            if not ask.yes("Try again?"):
                raise NotDone("Nothing was written.") from None


def _projects(ask: _Questions, entered: Entered) -> tuple[str, ...]:
    found = entered.projects
    if not found:
        ask.say("You see no project there; all are taken, for when you do.")
        return ()
    ask.say(f"\nProjects there: {len(found)}")
    for number, project in enumerate(found[:LISTED], 1):
        ask.say(f"  {number:>3}  {project.name}")
    if len(found) > LISTED:
        ask.say(f"  and {len(found) - LISTED} more, by name")
    if entered.trouble:
        ask.say(entered.trouble)
    while True:
        typed = ask.line("Which? Numbers or names with commas between, such as 1,3-5; empty for all")
        try:
            return chosen(typed, found)
        except ValueError as error:
            ask.say(str(error))


def chosen(typed: str, found: Sequence[Project]) -> tuple[str, ...]:
    """The names of the projects that were typed, each once; empty for all.

    Raises ValueError with a sentence: a number or name is none of theirs.
    """
    names: list[SafeText] = []
    by_name = {project.name.casefold(): project.name for project in found}
    for part in filter(None, (part.strip() for part in typed.split(","))):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if part.casefold() in by_name:
            names.append(by_name[part.casefold()])
        elif _is_number(first) and _is_number(last) and 0 < int(first) <= int(last) <= len(found):
            names += [project.name for project in found[int(first) - 1 : int(last)]]
        else:
            raise ValueError(f'"{clean(part, limit=60)}" is no project there.')
    return tuple(dict.fromkeys(map(str, names)))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
