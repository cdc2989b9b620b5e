"""How an edited definition is worded: outline, fields, problems, what is changed; pure."""

from __future__ import annotations

from collections.abc import Sequence

from reltui.model.editing.checks import Finding
from reltui.model.editing.fields import Field, FieldKind
from reltui.model.editing.outline import Kind, Node
from reltui.model.text import SafeText, clean
from reltui.model.words import count, one_line, within
from reltui.ui.present import Line, Look, Span, cut, fit, line, plain, span, width, wrap

ROOMY = 100
"""From so many cells of the screen on the outline is set in by two cells a level."""
NOTE_LEAST = 7
"""Cells, the two blanks before it included, below which the note of a part is not shown."""
_SHORT = {Kind.BEFORE: SafeText("Before"), Kind.AFTER: SafeText("After")}
"""Labels that leave room for their notes in a narrow outline."""
SPAN = "time"
"""The unit of a field that takes a span of time in words."""
BETWEEN = 2
"""Cells between the problems and the graph of stages."""
PROBLEMS_LEAST = 5
"""There is room for so many problems where they are listed beside the graph of the stages."""


def outline_cell(node: Node, cells: int, *, folded: bool | None, wide: bool, look: Look) -> Line:
    """A node set in by its depth, with a sign for its fold (`folded` None: nothing below it) and its note."""
    fold = " " if folded is None else "+" if folded else "-"
    indent = " " * (node.depth * (2 if wide else 1))
    room = cells - len(indent) - 2
    role = "head" if node.kind in (Kind.DEFINITION, Kind.STAGE) else ""
    label = node.label if wide else _SHORT.get(node.kind, node.label)
    head = (span(f"{indent}{fold} ", "dim"), Span(cut(label, room, look.ascii), role))
    # A note that says no more than a letter or two is left out.
    if not node.note or cells - width(plain(head)) < NOTE_LEAST:
        return head
    return fit((*head, span(f"  {node.note}", "dim")), cells, look.ascii)


def sign(finding: Finding | None, is_changed: bool) -> Line:
    """Two cells before a row: "!" for what cannot be saved, "?" for a warning, "*" for a change."""
    if finding is None and not is_changed:
        return ()
    problem = _problem_sign(finding) if finding is not None else span(" ")
    return (problem, span("*", "mark") if is_changed else span(" "))


def _problem_sign(finding: Finding) -> Span:
    return span("!", "bad") if finding.is_error else span("?", "warn")


def value_line(field: Field, look: Look) -> Line:
    """What a field holds, in a word where it holds nothing; grey where the server has no place for it."""
    if field.refused:
        return (span(one_line(field.shown) or "-", "dim"),)
    if not field.shown:
        return (span("required", "wait"),) if field.is_required else (span("-", "dim"),)
    if field.is_required and field.value in ("", "0"):
        return (Span(one_line(field.shown), "wait"),)
    unit = span(f" {field.unit}" if field.unit and field.unit != SPAN else "", "dim")
    return (Span(one_line(field.shown)), unit)


def field_title(field: Field | None) -> Line:
    """The whole name of a field, and what it takes."""
    if field is None:
        return line("nothing to fill in here")
    words = {
        FieldKind.TEXT: "text",
        FieldKind.LINES: "text of several lines",
        FieldKind.NUMBER: "a time such as 24h" if field.unit == SPAN else "a number",
        FieldKind.FLAG: "yes or no",
        FieldKind.CHOICE: "one of several",
        FieldKind.SECRET: "secret: never shown",
        FieldKind.PICK: f"{field.pick.value} to pick" if field.pick is not None else "to pick",
    }
    if field.refused:
        return (span(within(field.label)), span("  not on this server", "dim"))
    unit = f" in {field.unit}" if field.unit and field.unit != SPAN else ""
    required = ", required" if field.is_required else ""
    return (span(within(field.label)), span(f"  {words[field.kind]}{unit}{required}", "dim"))


def help_lines(
    field: Field | None, findings: Sequence[Finding], cells: int, lines: int, look: Look, room: int = 0
) -> list[Line]:
    """What is wrong with a field, its value where that is cut, and what is meant by it; in so many lines.

    `room`: the value is shown in so many cells; 0: it is whole.
    """
    shown: list[Line] = []
    for finding in findings:
        shown += wrap((_sentence(finding),), cells, lines, look.ascii)
    value = value_line(field, look) if field is not None else ()
    if width(plain(value)) > room > 0 and len(shown) < lines:
        shown += wrap(value, cells, lines - len(shown), look.ascii)
    told = (field.refused or field.help) if field is not None else ""
    if told and len(shown) < lines:
        words = span(" ".join(told.split()), "dim")
        shown += wrap((words,), cells, lines - len(shown), look.ascii)
    return shown[:lines]


def problem_words(findings: Sequence[Finding] | None, cells: int) -> Line:
    """How many problems there are, in so many cells; None while they are looked for."""
    if findings is None:
        return (span("checking ...", "dim"),)
    errors = sum(finding.is_error for finding in findings)
    warnings = len(findings) - errors
    if not findings:
        return (span("no problem", "dim"),)
    parts = [count(errors, "problem")] if errors else []
    parts += [count(warnings, "warning")] if warnings else []
    whole = ", ".join(parts)
    if len(whole) > cells:
        whole = f"{parts[0]} +{warnings}"
    return (span(whole, "bad" if errors else "warn"),)


def way_line(way: Sequence[Node]) -> Line:
    """The way to a node: "PROD > Run on agent > Deploy web"."""
    return (span(" > ".join(within(node.label) for node in way), "head"),)


def problem_line(where: Line, finding: Finding) -> Line:
    """A problem with its place, for a list of them."""
    return (_problem_sign(finding), span(" "), *where, span(": "), _sentence(finding))


def _sentence(finding: Finding) -> Span:
    return Span(finding.sentence, "bad") if finding.is_error else span(f"warning: {finding.sentence}", "warn")


def beside(left: Sequence[Line], right: Sequence[Line], cells: int, lines: int, look: Look) -> list[Line]:
    """Two blocks of lines side by side; the right one has the room that it needs, and at most a half."""
    need = max((width(plain(each)) for each in right), default=0)
    room = cells - min(need, cells // 2) - BETWEEN if right else cells
    shown: list[Line] = []
    for index in range(min(max(len(left), len(right)), lines)):
        first = fit(left[index], room, look.ascii) if index < len(left) else ()
        second = right[index] if index < len(right) else ()
        gap = span(" " * (room - width(plain(first)) + BETWEEN))
        shown.append((*first, gap, *fit(second, cells - room - BETWEEN, look.ascii)))
    return shown


def is_drawable(value: str, *, lines: bool) -> bool:
    """Whether a text can be edited as it is: nothing in it would have to be shown as a mark.

    In a text of several lines tabs and line ends of either kind are fine.
    """
    if lines:
        value = value.replace("\r\n", "\n").replace("\t", " ")
    return not value.strip() or clean(value, lines=lines) == value
