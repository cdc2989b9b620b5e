"""Rules: the lines that carry a title and part one band of the screen from the next."""

from __future__ import annotations

from reltui.ui.present import Line, Span, fit, plain, span, width


def rule(title: Line, cells: int, ascii: bool, *, heavy: bool = False) -> Line:
    """`--[ title ]-----` over so many cells; `heavy` for dialogs."""
    stroke = ("=" if heavy else "-") if ascii else ("═" if heavy else "─")
    if not plain(title):
        return (span(stroke * cells, "dim"),)
    shown = fit(title, max(cells - 8, 0), ascii)
    spans: list[Span] = [span(f"{stroke * 2}[ ", "dim")]
    spans.extend(Span(part.text, part.role or "head") for part in shown)
    spans.append(span(f" ]{stroke * max(cells - 6 - width(plain(shown)), 0)}", "dim"))
    return tuple(spans)


def rule_over(title: Line, below: int, key: str, cells: int, ascii: bool) -> Line:
    """A rule that says at its end how many lines of the pane under it are out of view, and the key there.

    As far as there is room beside the title, which is not cut for it.
    """
    room = cells - 8 - width(plain(title)) if below > 0 else 0
    for words in (f"+{below} below {key}".rstrip(), f"+{below}"):
        hint = f"[ {words} ]{('-' if ascii else '─') * 2}"
        if len(hint) <= room:
            return (*rule(title, cells - len(hint), ascii), span(hint, "dim"))
    return rule(title, cells, ascii)


def spread(left: Line, right: Line, cells: int, ascii: bool = False) -> Line:
    """A line with one part at its left end and one at its right; the left one is cut first."""
    right = fit(right, cells, ascii)
    right_width = width(plain(right))
    left = fit(left, max(cells - right_width - 1, 0), ascii) if right else fit(left, cells, ascii)
    gap = cells - right_width - width(plain(left))
    return (*left, span(" " * max(gap, 0)), *right)
