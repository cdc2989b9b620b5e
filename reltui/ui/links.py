"""A pasted link leads to what it is of, on a server of the configuration; its own host is never asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from reltui.data.links import LinkPlace, places
from reltui.data.topics import ApprovalOf, DefinitionOf, Inbox, LogOf, ProjectsOf, ReleaseOf, Snapshot, Topic
from reltui.errors import ReltuiError
from reltui.model.address import Thing
from reltui.model.approval import Approval, ApprovalStatus
from reltui.model.project import Project
from reltui.model.text import SafeText, clean
from reltui.ui import background, ways
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.screens.dialog import Dialog, fact
from reltui.ui.screens.pick import Entry, PickScreen

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds until an answer that is needed for the way is given up."""


def open_link(app: ReltuiApp, text: str) -> None:
    """Open what a link is of, or say what is in the way; asks where the link names another host."""
    try:
        found = places(app.config, text)
    except ValueError as error:
        app.say(SafeText(str(error)), "warn")
        return
    known = [place for place in found if app.service.host_names.is_known(place)]
    if len(known or found) > 1:
        app.push_screen(PickPlace(known or found))
    elif known:
        _go(app, known[0])
    else:
        app.push_screen(SameServer(found[0]))


def _go(app: ReltuiApp, place: LinkPlace) -> None:
    background.begin(app, partial(_opened, app, place), "link")


async def _opened(app: ReltuiApp, place: LinkPlace) -> None:
    """Find the project, and show the screen."""
    app.say("Opening the link ...")
    projects = await _read(app, ProjectsOf(place.server))
    if projects.data is None:
        why = projects.problems[0].sentence if projects.problems else "The server does not answer."
        app.say(SafeText(f"Not opened. {why}"), "warn")
        return
    wanted = place.project.casefold()
    project = next((p for p in projects.data if wanted in (p.id, p.name.casefold())), None)
    address = place.address
    if project is None and (wanted or address.kind not in (Thing.COLLECTION, Thing.PROJECT)):
        what = f'the project "{clean(place.project, limit=60)}"' if wanted else "a project"
        lacks = f"You do not see {what} of the link, or {place.server} is not to show it; see config.toml."
        app.say(SafeText(lacks), "warn")
        return
    app.hush()
    if project is None:
        app.go_top("approvals")
        return
    app.scope = (place.server, project)
    release = ReleaseOf(place.server, project, address.release_id)
    match address.kind:
        case Thing.RELEASE:
            ways.release(app, release)
        case Thing.STAGE:
            ways.release(app, release, address.environment_id)
        case Thing.LOG:
            await _log(app, place, project, release)
        case Thing.APPROVAL:
            await _approval(app, place, project)
        case Thing.DEFINITION:
            ways.definition(app, DefinitionOf(place.server, project, address.definition_id))
        case _:
            app.go_top("releases")


async def _log(app: ReltuiApp, place: LinkPlace, project: Project, topic: ReleaseOf) -> None:
    """The log of a task; the release first, which it is named after and which one comes back to."""
    address = place.address
    ways.release(app, topic, address.environment_id)
    found = (await _read(app, topic)).data
    stages = (found.environments or ()) if found is not None else ()
    stage = next((each.name for each in stages if each.id == address.environment_id), SafeText("stage"))
    name = found.name if found is not None else SafeText(f"release {address.release_id}")
    title = SafeText(f"{name} / {stage} / task {address.task_id}")
    log = LogOf(
        place.server,
        project,
        address.release_id,
        address.environment_id,
        address.phase_id,
        address.task_id,
    )
    ways.log(app, log, title)


async def _approval(app: ReltuiApp, place: LinkPlace, project: Project) -> None:
    """The approval where it waits in the inbox; else its release, which shows what became of it."""
    from reltui.ui.screens.approval import ApprovalScreen

    number = place.address.approval_id
    snapshot: Snapshot[Approval] = await _read(app, ApprovalOf(place.server, project, number))
    if snapshot.data is None:
        why = snapshot.problems[0].sentence if snapshot.problems else "It was not answered."
        app.say(SafeText(f"Approval {number} was not opened. {why}"), "warn")
        return
    inbox = await _read(app, Inbox())
    rows = inbox.data.rows if inbox.data is not None else ()
    row = next((r for r in rows if r.server == place.server and r.approval.id == number), None)
    if row is not None:
        app.push_screen(ApprovalScreen(row))
    else:
        approval = snapshot.data
        topic = ReleaseOf(place.server, project, approval.release.id)
        ways.release(app, topic, approval.environment.id)
        if approval.status is not ApprovalStatus.PENDING:
            app.say(f"Approval {number} does not wait any more: it is {approval.status}.")


async def _read(app: ReltuiApp, topic: Topic[T]) -> Snapshot[T]:
    """A topic once it is known, or what is in the way of that."""
    service = app.service
    changed = asyncio.Event()
    unsubscribe = service.subscribe(lambda _: changed.set())
    service.watch(topic)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                changed.clear()
                snapshot = service.look(topic)
                if snapshot.data is not None or (snapshot.problems and not snapshot.loading):
                    return snapshot
                await changed.wait()
    except TimeoutError:
        return service.look(topic)
    finally:
        unsubscribe()
        service.unwatch(topic)


class SameServer(Dialog):
    """Asks once whether a link's host is another name of a configured server."""

    def __init__(self, place: LinkPlace) -> None:
        super().__init__("Same server")
        self._place = place

    def heading(self) -> Line:
        return (span("Is this the same server?"),)

    def text(self, cells: int) -> Sequence[Line]:
        place = self._place
        told = (
            f"The link names another host than the profile {place.server}, but the same collection. A server "
            "may have several names. After a yes this is not asked again, and the link is opened by the "
            "address of the profile; nothing is sent to the host of the link."
        )
        return [
            (),
            *fact("Link", (Span(clean(place.host), "head"),), cells),
            *fact("Profile", (Span(SafeText(f"{place.server}, {clean(place.own_host)}"), "head"),), cells),
            (),
            *wrap((span(told),), cells),
        ]

    def confirm(self) -> None:
        self.close_dialog()
        try:
            self.app.service.host_names.keep(self._place)
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "warn")
        _go(self.app, self._place)


class PickPlace(PickScreen):
    """Several profiles have a collection of that name."""

    def __init__(self, found: Sequence[LinkPlace]) -> None:
        super().__init__()
        self._found = found

    def heading(self) -> Line:
        return (span("The link may be of several servers. Of which?"),)

    def nothing(self) -> SafeText:
        return SafeText("No server has these words.")

    def entries(self) -> Sequence[Entry]:
        return [Entry(SafeText(p.server), clean(p.own_host), self._taken(p)) for p in self._found]

    def _taken(self, place: LinkPlace) -> Callable[[], Any]:
        if self.app.service.host_names.is_known(place):
            return partial(_go, self.app, place)
        return lambda: self.app.push_screen(SameServer(place))
