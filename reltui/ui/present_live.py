"""What runs where: a definition's stages in one line, as cells of a matrix, and in the preview; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, groupby, takewhile

from reltui.data.topics import LiveData, StageLive
from reltui.model.definition import Definition, DefinitionEnvironment
from reltui.model.deployment import Deployment
from reltui.model.insight import BROUGHT, Outcome, ended_on, outcome
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import (
    Cell,
    Line,
    Look,
    Span,
    cut,
    ellipsis,
    fit,
    joined,
    line,
    padded,
    plain,
    span,
    width,
    wrap,
)
from reltui.ui.present_stage import approved_by, comments, deployment_word, version_words
from reltui.ui.present_words import age, count, name_cell, person, quoted, when, within

MATRIX_CELL = 12
"""Cells of one stage in the matrix."""
NOWHERE = StageLive()
LEFT_OUT = "+"
"""Before the number of stages that a line has no room for."""


@dataclass(frozen=True, slots=True)
class LiveStage:
    """A stage of a definition with what is known of it."""

    environment: DefinitionEnvironment
    known: StageLive
    is_read: bool = True
    """All was read that may tell what runs there."""

    @property
    def event(self) -> Deployment | None:
        """What waits, runs or failed after what runs there; None when nothing did."""
        latest = self.known.latest
        return latest if latest is not None and outcome(latest) not in BROUGHT else None

    @property
    def weight(self) -> int:
        """How much it matters: 3 waits for a person, 2 failed, 1 runs or will, 0 nothing."""
        event = self.event
        if event is None:
            return 0
        match outcome(event):
            case Outcome.WAITING:
                return 3
            case Outcome.FAILED | Outcome.REJECTED | Outcome.CANCELED:
                return 2
        return 1


def live_stages(data: LiveData, definition: Definition) -> tuple[LiveStage, ...]:
    """The stages of a definition in their order."""
    return tuple(
        LiveStage(e, data.stages.get((definition.id, e.id), NOWHERE), data.is_read)
        for e in definition.environments or ()
    )


def stage_in_focus(stages: Sequence[LiveStage]) -> LiveStage | None:
    """The stage that matters most: where somebody is waited for, something failed or runs, else the last
    one on which anything stands."""
    if not stages:
        return None
    heaviest = max(stages, key=lambda stage: stage.weight)
    if heaviest.weight:
        return heaviest
    return next((s for s in reversed(stages) if s.known.live is not None), stages[-1])


def release_words(deployment: Deployment, cells: int, look: Look, known: int = 0) -> SafeText:
    """The name of a deployment's release; its first `known` characters are told by a sign only."""
    name = deployment.release.name or f"release {deployment.release.id}"
    if known and len(name) > known:
        name = SafeText(ellipsis(look.ascii) + name[known:])
    return cut(name, cells, look.ascii)


def common_part(stages: Sequence[LiveStage]) -> int:
    """How many characters all the releases' names begin with, up to the end of a word: "Release-" of
    Release-39 and Release-41."""
    names = sorted({d.release.name for s in stages for d in (s.known.live, s.event) if d is not None})
    if len(names) < 2:
        return 0
    # Of sorted names the first and the last have the least in common.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(names[0], names[-1], strict=False))
    begin = "".join(letter for letter, _ in alike)
    whole = re.match(r".*[^0-9A-Za-z]", begin) if begin.isascii() else None
    return len(whole.group()) if whole is not None and len(whole.group()) > 2 else 0


def _nothing(stage: LiveStage) -> Span:
    """Where no release is known to run; that none does is said only when all was read (C12)."""
    return span("-" if stage.is_read else "?", "dim")


def since(deployment: Deployment | None, look: Look) -> SafeText:
    """How long a deployment has been there."""
    return age(ended_on(deployment), look) if deployment is not None else SafeText("")


def event_words(stage: LiveStage, cells: int, look: Look, known: int = 0) -> Line:
    """ "WAIT Rel-142" for what waits, runs or failed after; empty when nothing did."""
    event = stage.event
    if event is None:
        return ()
    live = stage.known.live
    word = deployment_word(event)
    if live is not None and live.release.id == event.release.id:
        return (word,)
    return (word, span(" "), Span(release_words(event, cells, look, known)))


@dataclass(frozen=True, slots=True)
class _Tight:
    """How much room the parts of a line get."""

    name: int
    release: int
    aged: bool
    known: int = 0
    """As of `release_words`."""


def _part(names: str, stage: LiveStage, look: Look, tight: _Tight) -> Line:
    """One stage, or several alike, in the line of a definition."""
    live = stage.known.live
    parts: list[Line] = [(span(names, "head"),)]
    if live is not None:
        parts.append((Span(release_words(live, tight.release, look, tight.known)),))
        if tight.aged:
            parts.append((span(since(live, look), "dim"),))
    elif stage.event is None:
        parts.append((_nothing(stage),))
    happens = event_words(stage, tight.release, look, tight.known)
    if happens:
        parts.append(happens)
    return joined(parts, " ")


def _alike(stage: LiveStage) -> tuple[int, int]:
    """Stages that follow one another and are alike may stand together."""
    live = stage.known.live
    if stage.event is not None:
        return (0, stage.environment.id)
    return (1, live.release.id if live is not None else 0)


def _grouped(stages: Sequence[LiveStage], tight: _Tight, look: Look) -> list[tuple[str, LiveStage]]:
    found: list[tuple[str, LiveStage]] = []
    for _, run in groupby(stages, key=_alike):
        inside = list(run)
        first, last = (cut(s.environment.name, tight.name, look.ascii) for s in (inside[0], inside[-1]))
        names = {1: first, 2: f"{first},{last}"}.get(len(inside), f"{first}..{last}")
        # Those alike came one after the other; the last of them tells since when.
        found.append((names, inside[-1]))
    return found


def live_line(stages: Sequence[LiveStage], cells: int, look: Look) -> Line:
    """The stages of a definition in so many cells, tightened step by step: alike ones together, without
    ages, names cut; at last the ones that matter least are left out and counted."""
    if not stages:
        return (span("no stages", "dim"),)
    known = common_part(stages)
    alone = [(cut(s.environment.name, 24, look.ascii), s) for s in stages]
    loose = _Tight(24, 24, aged=True)
    tightest = _Tight(9, 8, aged=False, known=known)
    for parts, tight in (
        (alone, loose),
        (_grouped(stages, loose, look), loose),
        (_grouped(stages, loose, look), _Tight(24, 12, aged=True, known=known)),
        (_grouped(stages, _Tight(14, 0, aged=False), look), _Tight(14, 10, aged=False, known=known)),
    ):
        whole = joined([_part(names, stage, look, tight) for names, stage in parts], " | ")
        if width(plain(whole)) <= cells:
            return whole
    return _with_gaps(_grouped(stages, tightest, look), cells, look, tightest)


def _with_gaps(parts: Sequence[tuple[str, LiveStage]], cells: int, look: Look, tight: _Tight) -> Line:
    """The parts that matter most, in their order, and how many were left out."""
    drawn = [_part(names, stage, look, tight) for names, stage in parts]
    order = sorted(range(len(parts)), key=lambda index: (-parts[index][1].weight, -index))
    kept: list[int] = []
    left = cells - len(f"+{len(parts)} | ")
    for index in order:
        size = width(plain(drawn[index])) + 3
        if size > left and kept:
            continue
        kept.append(index)
        left -= size
    more = len(parts) - len(kept)
    shown = [drawn[index] for index in sorted(kept)]
    counted = (span(f"{LEFT_OUT}{more}", "dim"),)
    return fit(joined([counted, *shown] if more else shown, " | "), cells, look.ascii)


def matrix_names(data: LiveData, most: int) -> tuple[SafeText, ...]:
    """The names of stages that get a column: those of most definitions, each behind those after which it
    comes in most definitions."""
    numbers: Counter[str] = Counter()
    names: dict[str, SafeText] = {}
    for definition in data.definitions:
        for environment in definition.environments or ():
            names.setdefault(environment.name.casefold(), environment.name)
            numbers[environment.name.casefold()] += 1
    common = sorted(numbers, key=lambda name: (-numbers[name], name))[:most]
    before: Counter[tuple[str, str]] = Counter()
    for definition in data.definitions:
        inside = [e.name.casefold() for e in definition.environments or ()]
        before.update(combinations([name for name in inside if name in common], 2))
    behind = {name: sum(before[other, name] > before[name, other] for other in common) for name in common}
    return tuple(names[name] for name in sorted(common, key=lambda name: (behind[name], name)))


def matrix_cell(stages: Sequence[LiveStage], name: str, cells: int, look: Look) -> Cell:
    """One stage of a definition in the matrix: what runs there, and since when or what happens."""
    stage = next((s for s in stages if s.environment.name.casefold() == name.casefold()), None)
    if stage is None:
        return span("")
    live = stage.known.live
    happens = stage.event
    tail: Span | None = None
    if happens is not None:
        tail = deployment_word(happens)
    elif live is not None:
        tail = span(since(live, look), "dim")
    if live is None:
        return tail if tail is not None else _nothing(stage)
    room = cells - (width(tail.text) + 1 if tail is not None else 0)
    known = common_part(stages) if width(live.release.name) > room else 0
    shown = Span(release_words(live, max(room, 3), look, known))
    return (shown, span(" "), tail) if tail is not None else shown


def others_cell(stages: Sequence[LiveStage], names: Iterable[str], cells: int, look: Look) -> Cell:
    """The stages that have no column: in full where there is room, else how many, and what matters most."""
    shown = {name.casefold() for name in names}
    others = [s for s in stages if s.environment.name.casefold() not in shown]
    if not others:
        return span("")
    whole = live_line(others, cells, look)
    if width(plain(whole)) <= cells and not plain(whole).startswith(LEFT_OUT):
        return whole
    event = max(others, key=lambda stage: stage.weight).event
    counted = span(f"{len(others)} more", "dim")
    return (counted, span(" "), deployment_word(event)) if event is not None else counted


def live_values(
    definition: Definition, stages: Sequence[LiveStage], project: str, *, favourite: bool
) -> Mapping[str, str]:
    """What the filter looks in; "is" has favourite, waiting, failed, running."""
    words = {"favourite"} if favourite else set()
    for stage in stages:
        words.add({3: "waiting", 2: "failed", 1: "running"}.get(stage.weight, ""))
    releases = {d.release.name for s in stages for d in (s.known.live, s.event) if d is not None}
    return {
        "name": definition.name,
        "project": project,
        "folder": definition.path,
        "stage": " ".join(s.environment.name for s in stages),
        "is": " ".join(sorted(words - {""})),
        "release": " ".join(sorted(releases)),
        "tag": " ".join(definition.tags),
    }


def newest_change(stages: Sequence[LiveStage]) -> float:
    """When something came to one of the stages last; 0 for never."""
    moments = [ended_on(s.known.live) for s in stages if s.known.live is not None]
    return max((moment.timestamp() for moment in moments if moment is not None), default=0.0)


def waiting_rank(stages: Sequence[LiveStage]) -> tuple[int, int]:
    """How many stages wait for a person, and how many have failed."""
    weights = Counter(stage.weight for stage in stages)
    return (weights[3], weights[2])


def live_title(definition: Definition, stages: Sequence[LiveStage]) -> str:
    """What the preview is about, for its rule."""
    waits, failed = waiting_rank(stages)
    words = [f"{waits} waiting" if waits else "", f"{failed} failed" if failed else ""]
    told = ", ".join(filter(None, words))
    return f"{within(definition.name)}  {count(len(stages), 'stage')}{f', {told}' if told else ''}"


def live_preview(stages: Sequence[LiveStage], cells: int, look: Look, *, roomy: bool) -> list[Line]:
    """The stages under one another: what runs there since when and by whom, then what happens."""
    room = min(max((width(s.environment.name) for s in stages), default=0), 18)
    margin = f" {'':<{room}}  "
    lines: list[Line] = []

    def add(first: Line, words: Line) -> None:
        for index, part in enumerate(wrap(words, max(cells - width(margin), 20))):
            lines.append((*(line(margin) if index else first), *part))

    for stage in stages:
        name = padded(name_cell(stage.environment.name, room, look, "head"), room + 2)
        live = stage.known.live
        add(line(" ", *name), _live_words(live, stage, look))
        if roomy and live is not None and version_words(live):
            add(line(margin), (span(version_words(live), "dim"),))
        if stage.event is not None:
            add(line(margin), _event_words(stage.event, look))
    return lines


def _live_words(live: Deployment | None, stage: LiveStage, look: Look) -> Line:
    if live is None:
        if not stage.is_read:
            return (span("being read ...", "dim"),)
        if stage.known.latest is None:
            return (span("nothing was found to run here", "dim"),)
        return (span("nothing runs here yet", "dim"),)
    moment = ended_on(live)
    who = person(live.requested_for or live.requested_by)
    signed = approved_by((*live.pre_approvals, *live.post_approvals))
    version = live.artifacts[0].version if live.artifacts else ""
    return line(
        span(release_words(live, 20, look), "good" if live.succeeded else ""),
        *(() if live.succeeded else (span(" "), deployment_word(live))),
        span(f" ({version})" if version else "", "dim"),
        f" since {when(moment, look).strip()} ({age(moment, look)}) by {who}{',' if signed else ''}",
        f" approved by {', '.join(signed)}" if signed else "",
    )


def _event_words(event: Deployment, look: Look) -> Line:
    parts = [line(deployment_word(event), " ", Span(release_words(event, 20, look)))]
    attempt = f"try {event.attempt}" if event.attempt > 1 else ""
    if attempt:
        parts.append(line(attempt))
    if event.waiting:
        who = ", ".join(person(a.approver) for a in event.waiting)
        parts.append(line(f"waits for {who} since {age(event.waiting[0].created_on, look)}"))
    else:
        moment = ended_on(event) or event.started_on or event.queued_on
        parts.append(line(f"{outcome(event).value} {when(moment, look).strip()}"))
        said = comments(event)
        if said:
            parts.append(line(quoted(said[-1])))
    return joined(parts, ", ")
