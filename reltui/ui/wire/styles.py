"""How a cell looks, and the shortest sequence from one look to another (SGR of ECMA-48)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 21: 24, 51: 54, 52: 54, 53: 55}
"""The code that ends an attribute; some end two."""
ON_BLANKS = frozenset({4, 5, 6, 7, 9, 21, 51, 52, 53})
"""Attributes that can be seen where there is no character: lines, frames, reverse; blinking on a console."""
_FOREGROUNDS = frozenset((*range(30, 38), *range(90, 98)))
_BACKGROUNDS = frozenset((*range(40, 48), *range(100, 108)))


class Style(NamedTuple):
    """Colours as the parameters that set them, empty for the terminal's own; attributes as their codes."""

    foreground: str = ""
    background: str = ""
    attributes: frozenset[int] = frozenset()


PLAIN = Style()


class Unreadable(Exception):
    """Textual wrote something that is not known here."""


@lru_cache(4096)
def after(style: Style, parameters: str) -> Style:
    """The style that SGR parameters leave. Raises Unreadable."""
    foreground, background, attributes = style
    codes = iter([int(code or 0) for code in parameters.split(";")])
    for code in codes:
        if code == 0:
            foreground, background, attributes = PLAIN
        elif code in OFF:
            attributes |= {code}
        elif code in OFF.values():
            attributes -= {on for on, off in OFF.items() if off == code}
        elif code in _FOREGROUNDS:
            foreground = str(code)
        elif code in _BACKGROUNDS:
            background = str(code)
        elif code == 39:
            foreground = ""
        elif code == 49:
            background = ""
        elif code in (38, 48):
            kind = next(codes, -1)
            count = {5: 1, 2: 3}.get(kind, 0)
            values = [str(value) for _, value in zip(range(count), codes, strict=False)]
            if not count or len(values) < count:
                raise Unreadable(parameters)
            colour = ";".join([str(code), str(kind), *values])
            foreground, background = (colour, background) if code == 38 else (foreground, colour)
        else:
            raise Unreadable(parameters)
    return Style(foreground, background, attributes)


@lru_cache(4096)
def on_blank(style: Style) -> Style:
    """What of a style can be seen on a blank."""
    if style.attributes & ON_BLANKS:
        return style
    return Style("", style.background)


@lru_cache(4096)
def change(old: Style | None, new: Style) -> str:
    """The shortest sequence from one style to another; from None, which is an unknown one."""
    if old == new:
        return ""
    anew = [str(code) for code in sorted(new.attributes)]
    anew += [colour for colour in (new.foreground, new.background) if colour]
    # Without parameters it is a reset as well.
    whole = ";".join(["0", *anew]) if anew else ""
    if old is None:
        return f"\x1b[{whole}m"
    ended = {OFF[code] for code in old.attributes - new.attributes}
    parts = sorted(ended)
    parts += sorted(code for code in new.attributes if code not in old.attributes or OFF[code] in ended)
    steps = [str(part) for part in parts]
    if old.foreground != new.foreground:
        steps.append(new.foreground or "39")
    if old.background != new.background:
        steps.append(new.background or "49")
    return min(f"\x1b[{whole}m", f"\x1b[{';'.join(steps)}m", key=len)
