"""The journal: rows, preview and what an empty list says; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reltui.data.decision import State, Verb
from reltui.data.record import Entry, Origin
from reltui.data.record_export import rows
from reltui.data.topics import Snapshot
from reltui.model.text import SafeText
from reltui.ui.present import Cell, Line, Look, Span, cut, cut_end, fit, line, span, wrap
from reltui.ui.present_words import clock, name_cell, when, within

VERBS: dict[Verb, str] = {
    Verb.APPROVE_LATER: "later",
    Verb.REJECT_INTERVENTION: "rejectMI",
    Verb.TAKE_OVER: "takeover",
    Verb.IGNORE_GATE: "gate",
    Verb.UNRETAIN: "unretain",
}
"""Short words for the column; the preview has the whole."""

ROLES: dict[State, str] = {
    State.LANDED: "good",
    State.DID_NOT_LAND: "bad",
    State.UNSETTLED: "bad",
    State.NOT_SENT: "warn",
    State.TAKEN_BACK: "dim",
}
"""All others wait."""

LABEL = 11
"""Cells of the labels in the preview."""


def verb_word(verb: Verb) -> SafeText:
    """The verb in eight cells."""
    return SafeText(VERBS.get(verb, verb))


def verdict_cell(entry: Entry) -> Span:
    """How it ended; "elsewhere" for what was not decided from here."""
    if entry.origin is Origin.ELSEWHERE:
        return span("elsewhere", "info")
    return span(entry.state, ROLES.get(entry.state, "wait"))


def latency_words(entry: Entry) -> str:
    """How long the server took to answer: "84 ms", "1.2 s"; empty when no answer was seen."""
    if entry.latency_ms is None:
        return ""
    return f"{entry.latency_ms} ms" if entry.latency_ms < 1000 else f"{entry.latency_ms / 1000:.1f} s"


def journal_cell(column: str, cells: int, entry: Entry, look: Look) -> Cell:
    """One cell of a row by its column's id; "who" is the verdict where nothing else tells the person."""
    match column:
        case "when":
            return span(when(entry.at, look))
        case "verb":
            return span(cut_end(verb_word(entry.verb), cells, look.ascii))
        case "pipeline":
            return name_cell(entry.definition.name, cells, look)
        case "release":
            return name_cell(entry.release.name, cells, look)
        case "stage":
            return name_cell(entry.stage.name, cells, look)
        case "who" if _is_else(entry):
            return span(cut_end(f"by {entry.who}" if entry.who else "elsewhere", cells, look.ascii), "info")
        case "verdict" | "who":
            role = verdict_cell(entry).role
            return Span(cut_end(verdict_cell(entry).text, cells, look.ascii), role)
        case "server":
            return span(cut(entry.server, cells, look.ascii))
        case "project":
            return name_cell(entry.project, cells, look)
        case "person":
            return name_cell(entry.who, cells, look)
        case _:
            return span(latency_words(entry), "dim")


def entry_title(entry: Entry) -> str:
    """What the preview is about, for its rule."""
    return f"{entry.verb} {within(entry.title)}"


def entry_preview(entry: Entry, cells: int, look: Look) -> list[Line]:
    """All that is known of a decision; what does not fit can be scrolled to."""
    ended = (
        f", ended {clock(entry.ended_at, look)}" if entry.ended_at is not None and not _is_else(entry) else ""
    )
    head = _label("when", line(f"{when(entry.at, look)}{ended}"), cells)
    if not _is_else(entry):
        head += _label("state", (verdict_cell(entry),), cells)
    for label, text in rows(entry):
        if label == "ended" or (label == "verdict" and text == str(entry.state)):
            continue
        for index, part in enumerate(text.split("\n")):
            head += _label(label if index == 0 else "", (Span(SafeText(part)),), cells)
    return head


def _is_else(entry: Entry) -> bool:
    return entry.origin is Origin.ELSEWHERE


def _label(label: str, value: Line, cells: int) -> list[Line]:
    """A label and its whole value, broken where it must be."""
    lines = wrap(value, max(cells - LABEL - 2, 10))
    return [
        (span(f" {label if index == 0 else '':<{LABEL}} ", "dim"), *part) for index, part in enumerate(lines)
    ]


def related_lines(entry: Entry, items: Iterable[Entry], cells: int, look: Look) -> list[Line]:
    """Every decision on the same release that is known here, newest first."""
    found = [
        other
        for other in items
        if other.release.id and other.release.id == entry.release.id and other.url == entry.url
    ]
    lines: list[Line] = []
    for other in found:
        at = ">" if other.id == entry.id else " "
        whole = line(
            f"{at} {when(other.at, look)}  {verb_word(other.verb):<10}",
            span(f"{cut(other.stage.name or '-', 18, look.ascii):<18}  "),
            span(f"{verdict_cell(other).text:<15}  ", verdict_cell(other).role),
            span(f"{cut(other.who or '-', 20, look.ascii):<20}  ", "dim"),
            span(other.comment.replace("\n", " "), "dim"),
        )
        lines.append(fit(whole, cells, look.ascii))
    return lines


def trouble_line(sentence: SafeText, cells: int, look: Look) -> Line:
    """Something that could not be read, drawn across."""
    return fit(line("    ", span(f"damaged: {sentence}", "warn")), cells, look.ascii)


def journal_empty(read: bool, both: bool, snapshot: Snapshot[object], filtered: bool) -> Sequence[Line]:
    """What the empty list says: that there is nothing only when everything was read."""
    if filtered:
        return [(), line("    No row has these words. Escape clears the filter.")]
    if not read:
        return [(), line("    Reading the journal...")]
    if not both:
        return [(), line("    Nothing has been decided from here yet.")]
    problems = [line("    ", span(f"{p.where}: {p.sentence}", "warn")) for p in snapshot.problems]
    if snapshot.complete:
        said = line("    Nothing has been decided, as far back as the servers were asked.")
    elif snapshot.problems:
        said = line("    ", span("It cannot be told whether something was decided elsewhere.", "warn"))
    else:
        said = line("    Reading what was decided elsewhere...")
    return [(), said, *problems]
