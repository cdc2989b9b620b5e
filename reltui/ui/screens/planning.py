"""What can be decided together with others, in which order, and what must be left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reltui.data.confirming import is_protected, stage_name, stage_of
from reltui.data.decision import Draft, Stage, Verb
from reltui.data.topics import ReleaseOf
from reltui.model.approval import Approval, ApprovalType
from reltui.model.release import Release
from reltui.model.signing import environment_of, needs_browser, own_release_warning
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Look
from reltui.ui.present_plan import names_of
from reltui.ui.present_verbs import WORDS
from reltui.ui.present_words import clock, within
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.later import closed_now
from reltui.ui.screens.subject import Subject, refusal

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

PLANNED = frozenset(
    {
        Verb.APPROVE,
        Verb.REJECT,
        Verb.ABANDON,
        Verb.DEPLOY,
        Verb.CANCEL,
        Verb.RESUME,
        Verb.REJECT_INTERVENTION,
        Verb.START,
        Verb.RETAIN,
        Verb.UNRETAIN,
        Verb.DELETE,
        Verb.UNDELETE,
    }
)
"""Verbs that mean the same for each of several things."""
FAMILY = {Verb.RESUME: Verb.APPROVE, Verb.REJECT_INTERVENTION: Verb.REJECT}
"""Verbs that one plan may hold beside those that they are the counterpart of."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a plan, as it was drawn when the plan was made."""

    subject: Subject
    label: SafeText
    """Of its server."""

    def draft(self, comment: str) -> Draft:
        """What a confirmation means for it."""
        about = self.subject
        return Draft(about.verb, about.server, self.label, about.project, about.seen, comment)

    @property
    def release_topic(self) -> ReleaseOf | None:
        """The release that has to be read for it, where it does not come with it."""
        about = self.subject
        if not isinstance(about.seen, Approval):
            return None
        return ReleaseOf(about.server, about.project, about.seen.release.id)


@dataclass(frozen=True, slots=True)
class Selection:
    """What will be done, and what is left out and why."""

    verb: Verb
    items: tuple[Item, ...]
    left_out: tuple[tuple[Item, SafeText], ...]


def select(subjects: Sequence[Subject], app: ReltuiApp) -> Selection:
    """Sort out what can be decided together, and put it in order. `subjects` is not empty."""
    verb = FAMILY.get(subjects[0].verb, subjects[0].verb)
    items = [Item(each, app.service.server(each.server).label) for each in subjects]
    items.sort(key=_place)
    reasons = {id(item): _refused(item, verb, app) for item in items}
    for item, newer in _superseded([item for item in items if reasons[id(item)] is None]):
        reasons[id(item)] = SafeText(f"Superseded by {within(newer)}, which is marked too.")
    return Selection(
        verb,
        tuple(item for item in items if reasons[id(item)] is None),
        tuple((item, reason) for item in items if (reason := reasons[id(item)]) is not None),
    )


def _place(item: Item) -> tuple[str, str, str, str, int, int]:
    """Grouped by server, project and stage; in a group by definition, oldest release first."""
    about = item.subject
    pipeline, _, stage = names_of(about.seen)
    release = about.seen.release.id if isinstance(about.seen, Approval | Stage) else 0
    names = (about.server, about.project.name, stage, pipeline)
    server, project, stage_name, definition = (name.casefold() for name in names)
    return server, project, stage_name, definition, release, about.seen.id


def _superseded(items: Sequence[Item]) -> list[tuple[Item, SafeText]]:
    """Those whose yes would bring a release to a stage only to be replaced by another one that is marked."""
    newest: dict[tuple[str, str, int, str], Approval] = {}
    waiting: list[tuple[Item, Approval, tuple[str, str, int, str]]] = []
    for item in items:
        about, seen = item.subject, item.subject.seen
        if about.verb is not Verb.APPROVE or not isinstance(seen, Approval):
            continue
        if seen.type == ApprovalType.POST_DEPLOY:
            continue
        stage = (about.server, about.project.id, seen.definition.id, seen.environment.name.casefold())
        waiting.append((item, seen, stage))
        if stage not in newest or seen.release.id > newest[stage].release.id:
            newest[stage] = seen
    return [
        (item, newest[stage].release.name)
        for item, seen, stage in waiting
        if seen.release.id < newest[stage].release.id
    ]


def _refused(item: Item, verb: Verb, app: ReltuiApp) -> SafeText | None:
    """Why a thing cannot be decided together with others."""
    about = item.subject
    server = app.service.server(about.server)
    why_not = refusal(about, server, app.service.outbox)
    if why_not is not None:
        return why_not
    if FAMILY.get(about.verb, about.verb) is not verb:
        return SafeText(f"Here it would be: {WORDS[about.verb].heading.lower()}. Decide it alone.")
    name = stage_name(about.seen)
    if name and is_protected(name, server):
        return SafeText("A protected stage: decide one by one.")
    return closed(item, app) or unanswerable(item, app)


def closed(item: Item, app: ReltuiApp) -> SafeText | None:
    """Outside a change window nothing is deployed by the way (ux.md 4.10)."""
    found = closed_now(item.subject, app)
    if found is None:
        return None
    look = Look(FollowingScreen.clock())
    opens = f" It opens {clock(found.next_open, look)}." if found.next_open is not None else ""
    return SafeText(f"{found.why}{opens} Decide it alone.")


def unanswerable(item: Item, app: ReltuiApp) -> SafeText | None:
    """The server would not take a yes from here, as far as its release is known."""
    about, topic = item.subject, item.release_topic
    seen, release = about.seen, release_of(item, app)
    if topic is None or release is None or not isinstance(seen, Approval):
        return None
    environment = environment_of(release, seen)
    if environment is None:
        return SafeText("The release no longer shows this stage.")
    if needs_browser(environment, seen):
        return SafeText("It asks to sign in again, which only the browser can.")
    own = own_release_warning(release, environment, seen, app.service.server(about.server).me)
    return SafeText(own) if own and about.verb is Verb.APPROVE else None


def release_of(item: Item, app: ReltuiApp) -> Release | None:
    """The release of a thing, as far as it is known; a saved one does not count."""
    stage, topic = stage_of(item.subject.seen), item.release_topic
    if stage is not None:
        return stage.release
    snapshot = app.service.look(topic) if topic is not None else None
    return snapshot.data if snapshot is not None and not snapshot.from_cache else None
