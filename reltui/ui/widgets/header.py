"""The two lines at the top: identity and safety, then the way round. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from time import localtime, strftime

from reltui.data.access import EXECUTE
from reltui.data.topics import InboxData, Link, ServerState, Snapshot
from reltui.ui.present import Line, Span, cut, plain, span, width
from reltui.ui.widgets.rule import spread

GAPS = 3
"""Blanks before the second line, between its two parts, and behind it."""
PROJECT = "project: "
"""How a note begins that names one, as far as there is room."""


def identity(
    servers: Sequence[ServerState],
    sign_ins: Sequence[str],
    inbox: Snapshot[InboxData],
    cells: int,
    ascii: bool,
) -> Line:
    """Who is signed in to what and may do what, and how complete the picture is.

    `sign_ins` has the way of signing in for each server.
    """
    if not servers:
        return spread((span(" reltui", "head"),), (), cells, ascii)
    wide = cells >= 120
    labels = ", ".join(server.label for server in servers)
    if not wide and len(servers) > 1:
        labels = f"{servers[0].label} +{len(servers) - 1}"
    people = list(
        dict.fromkeys(
            f"{server.me.account or server.me.name} ({way})"
            for server, way in zip(servers, sign_ins, strict=True)
            if server.me is not None
        )
    )
    person = ", ".join(people) if wide else " ".join(people[:1])
    left: Line = (span(" reltui", "head"), span(f"  {labels}"), span(f"  {person}", "dim"))
    return spread(left, (*_mode(servers), *_health(servers, inbox), span(" ")), cells, ascii)


def _mode(servers: Sequence[ServerState]) -> Line:
    reading = [server.read_only or EXECUTE in server.lacking for server in servers]
    if all(reading):
        return (span("READ", "warn"),)
    return (span("READ+FULL", "warn"),) if any(reading) else (span("FULL", "head"),)


def _health(servers: Sequence[ServerState], inbox: Snapshot[InboxData]) -> Line:
    spans: list[Span] = []
    for server in servers:
        if server.link not in (Link.ONLINE, Link.UNKNOWN):
            name = "" if len(servers) == 1 else f"{server.name} "
            again = "" if server.asks else " AGAIN"
            word = f"SIGN IN{again}" if server.link is Link.SIGN_IN else server.link.upper()
            if server.link is Link.WAITING and server.waits_until is not None:
                word += f" until {strftime('%H:%M:%S', localtime(server.waits_until))}"
            spans.append(span(f"  {name}{word}", "bad"))
    if inbox.parts:
        whole = inbox.answered == inbox.parts
        noun = "project" if inbox.parts == 1 else "projects"
        spans.append(span(f"  {inbox.answered}/{inbox.parts} {noun} ok", "" if whole else "warn"))
    elif not spans:
        connected = all(server.link is Link.ONLINE for server in servers)
        spans.append(span("  no project", "warn") if connected else span("  connecting", "dim"))
    return tuple(spans)


def waiting_count(inbox: Snapshot[InboxData]) -> str:
    """How many wait for me or my groups, as "(7)"; "(7+)" when that is not all."""
    if inbox.data is None:
        return ""
    return f"({inbox.data.waiting}{'' if inbox.complete else '+'})"


def navigation(
    places: Sequence[tuple[str, str]], current: str, crumbs: Line, note: Line, cells: int, ascii: bool
) -> Line:
    """`1 [Approvals(7)]  2 Releases  3 Definitions`, or the crumbs of a detail; a note at the right.

    `places` are key and label; `current` is how the label of the one shown begins. A note that is too long
    for the room beside the places, or for half of that of the crumbs, is cut in its middle.
    """
    if crumbs:
        room = max(cells - width(plain(crumbs)) - GAPS, cells // 2)
        return spread((span(" "), *crumbs), (*_shortened(note, room, ascii), span(" ")), cells, ascii)
    spans: list[Span] = [span(" ")]
    for key, label in places:
        here = bool(current) and label.startswith(current)
        spans.append(span(f"{key} ", "key"))
        spans.append(span(f"[{label}]" if here else label, "head" if here else ""))
        spans.append(span("  "))
    # On a narrow window what all this is about stands before the last of the places.
    room = max(cells - width(plain(tuple(spans))) - GAPS, cells // 4)
    return spread(tuple(spans), (*_shortened(note, room, ascii), span(" ")), cells, ascii)


def _shortened(note: Line, cells: int, ascii: bool) -> Line:
    """A note in so many cells: it most often is a name, which differs from others at both its ends."""
    words = plain(note)
    if not words or width(words) <= cells:
        return note
    return (Span(cut(words.removeprefix(PROJECT), cells, ascii), note[0].role),)
