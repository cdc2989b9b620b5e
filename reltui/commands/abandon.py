"""`reltui abandon`: a release, by its id."""

from __future__ import annotations

from reltui.commands.asking import ask, need_person, say_after
from reltui.commands.report import Refused, Report
from reltui.commands.search import Place, found_one, places
from reltui.commands.session import Session, failures
from reltui.data.confirming import word_to_type
from reltui.data.decision import Draft, Verb
from reltui.data.topics import ReleaseOf, ServerState
from reltui.model.release import Release, ReleaseStatus
from reltui.model.text import is_suspicious
from reltui.model.values import dataclass
from reltui.model.words import one_line, short_name, words_of


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    release: int
    project: str = ""
    comment: str = ""
    yes: bool = False
    as_json: bool = False


async def abandon(session: Session, request: Request) -> int:
    """Find the release, show it, ask, send and settle. Raises ConfigError, NotDone."""
    need_person(request.yes)
    report = Report(session, request.as_json, aloud=not request.yes)
    place, release = await _release(session, request)
    server = session.service.server(place.server)
    draft = Draft(Verb.ABANDON, place.server, server.label, place.project, release, request.comment)
    why_not = f"{place.server} is read-only here." if server.read_only else ""
    if release.status not in (ReleaseStatus.ACTIVE, ReleaseStatus.DRAFT):
        why_not = f"It is {words_of(release.status)} already."
    if why_not:
        report.refuse(Refused(Verb.ABANDON, draft.object_key, draft.title, why_not))
        return report.code()
    if not request.yes:
        for line in _lines(server, place, release, request.comment):
            session.out.say(line)
        say_after(session.out, session.config.policy.hold_seconds)
        word, word_is = word_to_type(Verb.ABANDON, release, protected=False)
        await ask(session.out, f"To abandon it, type {word_is}, {word}:", word)
    await report.carry_out([draft], stops=True)
    return report.code()


async def _release(session: Session, request: Request) -> tuple[Place, Release]:
    """The one release with the id. Raises ConfigError, NotDone."""
    where = await places(session, request.project)
    topics = {place: ReleaseOf(place.server, place.project, request.release) for place in where}
    read = await session.read_all(topics.values())
    found = [
        (place, snapshot.data)
        for place, topic in topics.items()
        if (snapshot := read[topic]).data is not None and snapshot.answered
    ]
    names = [f"{place.words}: {release.definition.name}, {release.name}" for place, release in found]
    # A project without such a release answers like one that may not be looked at: with an error.
    silent = [] if found else [failures(read[topic])[0] for topic in topics.values()]
    return found[found_one("release", str(request.release), names, silent)]


def _lines(server: ServerState, place: Place, release: Release, comment: str) -> list[str]:
    """What the dialog tells, one fact a line."""
    facts = [
        ("Server", f"{server.label}, profile {place.server}"),
        ("Project", place.project.name),
        ("Definition", f"{release.definition.name}, id {release.definition.id}"),
        ("Release", f"{release.name}, id {release.id}, created by {short_name(release.created_by)}"),
        ("Stages", ", ".join(f"{s.name} {words_of(s.status)}" for s in release.environments or ()) or "none"),
        ("Effect", "no stage of it can be deployed any more"),
    ]
    if comment:
        facts.append(("Comment", one_line(comment)))
    if is_suspicious(release.name):
        facts.append(("!", f"Its name looks like another one: go by the id {release.id}."))
    return ["Abandon", *(f"  {label:10}  {text}" for label, text in facts)]
