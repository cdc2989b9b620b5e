"""Two releases side by side: what changes from one to the other, section by section; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reltui.data.topics import ContentData, Snapshot
from reltui.model.content import Change, WorkItem
from reltui.model.definition import Definition
from reltui.model.difference import (
    ArtifactPair,
    Difference,
    ReleaseDifference,
    StagePair,
    compare_definitions,
    compare_releases,
)
from reltui.model.release import Artifact, Environment, Release
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Line, Look, joined, line, padded, span
from reltui.ui.present_stages import finished_on
from reltui.ui.present_words import (
    count,
    name_cell,
    one_line,
    stage_word,
    when,
    within,
    words_of,
)

ARROW = " -> "
NAME_CELLS = 18
AUTHOR_CELLS = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the comparison. Keys say what it is about, so that a refresh keeps the cursor."""

    key: str
    shown: Line
    is_heading: bool = False
    id: SafeText = SafeText("")
    """What can be copied."""
    about: int = 0
    """The stage of the newer release, for a line about one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """All that is known of both ends."""

    older: Release | None
    newer: Release | None
    content: Snapshot[ContentData]
    old_definition: Snapshot[Definition]
    new_definition: Snapshot[Definition]


def ends_line(older: Release | None, newer: Release | None, ids: tuple[int, int], look: Look) -> Line:
    """Both ends by name, with the day they were made."""
    parts = [
        line(
            span(within(release.name) if release is not None else f"release {number}", "head"),
            span(f" {when(release.created_on, look).strip()}" if release is not None else "", ""),
        )
        for release, number in zip((older, newer), ids, strict=True)
    ]
    return joined(parts, ARROW)


def _head(key: str, title: str, words: Line | str = "") -> Entry:
    told = (span(words, "dim"),) if isinstance(words, str) else words
    return Entry(f"#{key}", line(span(f" {title}", "head"), "  ", *told), is_heading=True)


def comparison(compared: Compared, look: Look) -> list[Entry]:
    """All lines, headings included."""
    older, newer = compared.older, compared.newer
    if older is None or newer is None:
        return []
    found = compare_releases(older, newer)
    return [
        *_artifacts(found, look),
        *_commits(compared, look),
        *_items(compared, look),
        *_variables(found),
        *_definition(compared),
        *_stages(found, look),
    ]


def _artifacts(found: ReleaseDifference, look: Look) -> Iterator[Entry]:
    changed = sum(not pair.is_same for pair in found.artifacts)
    yield _head("artifacts", "Artifacts", f"{changed} of {len(found.artifacts)} changed")
    for pair in found.artifacts:
        yield Entry(f"artifact {pair.name}", _artifact_line(pair, look))


def _artifact_line(pair: ArtifactPair, look: Look) -> Line:
    name = padded(name_cell(pair.name, NAME_CELLS, look), NAME_CELLS + 1)
    if pair.old is None and pair.new is not None:
        return line(span("+ ", "good"), *name, _version(pair.new), span("  new", "dim"))
    if pair.new is None and pair.old is not None:
        return line(span("- ", "bad"), *name, _version(pair.old), span("  gone", "dim"))
    if pair.old is None or pair.new is None or pair.is_same:
        version = _version(pair.new) if pair.new is not None else ""
        return line("  ", *name, span(f"{version}  the same", "dim"))
    parts = [line(f"{_version(pair.old)}{ARROW}{_version(pair.new)}")]
    if pair.old.definition != pair.new.definition:
        parts.append(line(span(f"{pair.old.definition}{ARROW}{pair.new.definition}", "warn")))
    return line(span("~ ", "info"), *name, *joined(parts, "  "))


def _version(artifact: Artifact) -> str:
    branch = artifact.branch.removeprefix("refs/heads/")
    return f"{artifact.version or '-'}{f' ({branch})' if branch else ''}"


def _told(snapshot: Snapshot[ContentData], number: int, noun: str) -> Line:
    """How complete a list of commits or items is."""
    data = snapshot.data
    if data is None:
        if snapshot.problems:
            return (span(f"cannot be told: {snapshot.problems[0].sentence}", "warn"),)
        return (span("being read...", "dim"),)
    words = [f"the first {count(number, noun)}" if data.is_cut else count(number, noun)]
    if data.by_build_area:
        words.append("asked build by build")
    parts = [span(", ".join(words), "dim")]
    if snapshot.problems:
        parts.append(span(f"  {snapshot.problems[0].sentence}", "warn"))
    return tuple(parts)


def _commits(compared: Compared, look: Look) -> Iterator[Entry]:
    data = compared.content.data
    changes = data.changes if data is not None else ()
    told = list(_told(compared.content, len(changes), "commit"))
    authors = len({change.author for change in changes if change.author})
    if authors:
        told.append(span(f", by {count(authors, 'author')}", "dim"))
    yield _head("commits", "Commits", tuple(told))
    for index, change in enumerate(changes):
        yield Entry(f"commit {change.id or index}", change_line(change, look), id=change.id)


def change_line(change: Change, look: Look) -> Line:
    """One commit: id, author, time, message."""
    return line(
        span(f"{change.short_id[:8]:<9}", "key"),
        *padded(name_cell(change.author, AUTHOR_CELLS, look), AUTHOR_CELLS + 1),
        span(f"{when(change.on, look):<13}", "dim"),
        one_line(change.message) or span("no message", "dim"),
    )


def _items(compared: Compared, look: Look) -> Iterator[Entry]:
    data = compared.content.data
    items = data.items if data is not None else ()
    yield _head("items", "Work items", _told(compared.content, len(items), "work item"))
    for index, item in enumerate(items):
        yield Entry(f"item {item.id or index}", item_line(item, look), id=item.id)


def item_line(item: WorkItem, look: Look) -> Line:
    """One work item: id, type, state, title."""
    return line(
        span(f"{item.id:<8} ", "key"),
        *padded(name_cell(item.type, 10, look), 11),
        *padded(name_cell(item.state, 10, look), 11),
        one_line(item.title) or span("title not told", "dim"),
        span(f"  {item.assignee}" if item.assignee else "", "dim"),
    )


def _variables(found: ReleaseDifference) -> Iterator[Entry]:
    number = len(found.variables)
    words = f"{number} {'differs' if number == 1 else 'differ'}" if number else "none differs"
    if found.secrets:
        words += f"; {count(found.secrets, 'secret')} cannot be compared"
    yield _head("variables", "Variables", words)
    for each in found.variables:
        where = each.where or SafeText("release")
        yield Entry(f"variable {each.where}/{each.what}", difference_line(each, where))


def difference_line(each: Difference, where: str) -> Line:
    """One thing that is not as it was."""
    first = line(span(f"{within(SafeText(where))}: ", "head") if where else "", one_line(each.what))
    if each.old is None:
        return line(span("+ ", "good"), *first, "  ", _value(each.new))
    if each.new is None:
        return line(span("- ", "bad"), *first, "  ", _value(each.old))
    return line(span("~ ", "info"), *first, "  ", f"{_value(each.old)}{ARROW}{_value(each.new)}")


def _value(value: SafeText | None) -> str:
    return one_line(value) if value else '""'


def _definition(compared: Compared) -> Iterator[Entry]:
    older, newer = compared.older, compared.newer
    title = "Definition"
    if older is None or newer is None:
        return
    if older.definition.id != newer.definition.id:
        names = f"{within(older.definition.name)}{ARROW}{within(newer.definition.name)}"
        yield _head("definition", title, (span(f"different ones: {names}", "warn"),))
        return
    revisions = (older.definition_revision, newer.definition_revision)
    if None in revisions:
        yield _head("definition", title, "this server does not tell from which revision a release was cut")
        return
    if revisions[0] == revisions[1]:
        yield _head("definition", title, f"the same revision {revisions[0]}")
        return
    step = f"revision {revisions[0]}{ARROW}{revisions[1]}"
    old, new = compared.old_definition, compared.new_definition
    if old.data is None or new.data is None:
        problems = (*old.problems, *new.problems)
        told = span(f", cannot be told: {problems[0].sentence}", "warn") if problems else span(", being read")
        yield _head("definition", title, (span(step, "dim"), told))
        return
    changes = compare_definitions(old.data, new.data)
    differ = f"{count(len(changes), 'difference')}" if changes else "nothing differs that is compared here"
    yield _head("definition", title, f"{step}: {differ}")
    for each in changes:
        yield Entry(
            f"definition {each.where}/{each.what}/{each.old}/{each.new}", difference_line(each, each.where)
        )


def _stages(found: ReleaseDifference, look: Look) -> Iterator[Entry]:
    yield _head("stages", "Stages", f"{'':<10}{'older':<22}newer")
    for pair in found.stages:
        about = pair.new.id if pair.new is not None else 0
        yield Entry(f"stage {pair.name}", _stage_line(pair, look), about=about)


def _stage_line(pair: StagePair, look: Look) -> Line:
    return line(
        *padded(name_cell(pair.name, 14, look), 15),
        *padded(_state(pair.old, look), 22),
        *_state(pair.new, look),
    )


def _state(environment: Environment | None, look: Look) -> Line:
    if environment is None:
        return (span("no such stage", "dim"),)
    latest = environment.latest
    moment = when(finished_on(environment), look).strip() if latest is not None else ""
    return line(*padded(stage_word(environment), 6), span(moment, "dim"))


def release_about(release: Release | None, look: Look) -> Line:
    """One end of the comparison in a line."""
    if release is None:
        return (span("being read...", "dim"),)
    status = words_of(release.status)
    return line(
        span(within(release.name), "head"),
        f"  {status}, made {when(release.created_on, look).strip()}",
        f", revision {release.definition_revision}" if release.definition_revision is not None else "",
    )


def ends_lines(compared: Compared, look: Look) -> Sequence[tuple[str, Line]]:
    """Both ends as labelled facts."""
    return (("From", release_about(compared.older, look)), ("To", release_about(compared.newer, look)))
