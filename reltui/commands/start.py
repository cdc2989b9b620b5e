"""From the arguments to the work of each command."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import replace

from reltui.commands.output import Output
from reltui.commands.session import FAILED, Session, run
from reltui.config import Config
from reltui.errors import ConfigError, ReltuiError
from reltui.model.text import clean
from reltui.paths import Paths

Work = Callable[[Session], Awaitable[int]]


def start(parsed: argparse.Namespace, config: Config, folders: Paths) -> int:
    """Do what was asked for; the exit code. Raises ConfigError: it was asked for wrongly."""
    read_only: bool = parsed.read_only
    if not config.profiles and parsed.command != "journal":
        raise ConfigError(f"{config.file} names no server; reltui init asks for one and adds it.")
    try:
        match parsed.command:
            case "approve" | "reject":
                work = _decide(parsed)
            case "create":
                work = _create(parsed)
            case "abandon":
                work = _abandon(parsed)
            case "journal":
                elsewhere: bool = parsed.elsewhere
                work = _journal(parsed, folders)
                return run(work, config, folders, read_only=read_only, signs_in=elsewhere)
            case "watch":
                return run(_watch(parsed), config, folders, read_only=read_only)
            case _:
                return run(_inbox(parsed), config, folders, read_only=read_only, others_will_do=True)
        hold = 0.0 if parsed.yes else config.policy.hold_seconds
        config = _narrowed(config, parsed.server)
        return run(work, config, folders, read_only=read_only, decides=True, hold=hold)
    except ConfigError:
        raise
    except ReltuiError as error:
        Output().say(f"reltui: {error}")
        return FAILED


def _narrowed(config: Config, server: str | None) -> Config:
    """Only that server is asked, where one is named. Raises ConfigError."""
    if server is None:
        return config
    if server not in config.default:
        shown = ", ".join(config.default)
        raise ConfigError(f'--server: there is no profile "{clean(server)}" among those in use: {shown}.')
    return replace(config, default=(server,))


def _form(parsed: argparse.Namespace) -> str:
    return next((form for form in ("plain", "json", "csv") if getattr(parsed, form, False)), "")


def _inbox(parsed: argparse.Namespace) -> Work:
    from reltui.commands.inbox import inbox

    return lambda session: inbox(
        session,
        form=_form(parsed),
        scope=parsed.scope,
        words=parsed.filter,
        with_insight=parsed.insight,
    )


def _journal(parsed: argparse.Namespace, folders: Paths) -> Work:
    from reltui.commands.journal import journal

    return lambda session: journal(
        session,
        folders.state / "journal",
        form=_form(parsed),
        words=parsed.filter,
        since=parsed.since,
        elsewhere=parsed.elsewhere,
    )


def _watch(parsed: argparse.Namespace) -> Work:
    from reltui.commands.watch import Request, watch

    request = Request(
        scope=parsed.scope,
        words=parsed.filter,
        any=parsed.any,
        expiring=parsed.expiring,
        timeout=parsed.timeout,
        as_json=parsed.json,
    )
    return lambda session: watch(session, request)


def _decide(parsed: argparse.Namespace) -> Work:
    from reltui.commands.decide import Request, decide

    request = Request(
        ids=tuple(parsed.ids),
        rejects=parsed.command == "reject",
        comment=_text(parsed.comment),
        interventions=parsed.intervention,
        yes=parsed.yes,
        protected=tuple(parsed.protected),
        keep_going=parsed.keep_going,
        outside_window=getattr(parsed, "outside_window", False),
        as_json=parsed.json,
    )
    return lambda session: decide(session, request)


def _create(parsed: argparse.Namespace) -> Work:
    from reltui.commands.create import Request, create

    request = Request(
        definition=parsed.definition,
        project=parsed.project or "",
        versions=tuple(parsed.versions),
        manual=tuple(parsed.manual),
        variables=tuple(parsed.variables),
        description=_text(parsed.description),
        draft=parsed.draft,
        yes=parsed.yes,
        as_json=parsed.json,
    )
    return lambda session: create(session, request)


def _abandon(parsed: argparse.Namespace) -> Work:
    from reltui.commands.abandon import Request, abandon

    request = Request(
        release=parsed.release,
        project=parsed.project or "",
        comment=_text(parsed.comment),
        yes=parsed.yes,
        as_json=parsed.json,
    )
    return lambda session: abandon(session, request)


def _text(typed: str) -> str:
    """A comment or description without control characters, as the dialogs take it."""
    return str(clean(typed.strip(), lines=True))
