"""The text of a definition without the values of its secret variables, also where the text is no JSON yet."""

from __future__ import annotations

import re

_NEXT = r'\s*,\s*"?\w+"?\s*:'
_CLOSING = r"\s*\}\s*(?:[,}\]]|//|$)"
_END_OF_LINE = r"\s*,?\s*(?://[^\n]*)?$"
_VALUE = re.compile(
    r'(?P<name>"?\bvalue"?[ \t]*:\s*)'
    r"(?P<value>(?:\"(?:[^\"\\\n]|\\[^\n])*\"|'''(?s:.*?)(?:'''|\Z))?[^\n]*?)"
    rf"(?={_NEXT}|{_CLOSING}|{_END_OF_LINE})",
    re.MULTILINE | re.IGNORECASE,
)
"""A member "value" up to the next one, the end of its object or of its line: a slip in it hides nothing."""
_SECRET = re.compile(r'"?\bisSecret"?\s*:\s*"?true', re.IGNORECASE)
_MARK = ', "isSecret": true'
_EMPTY = ("null", '""', "")


def without_secret_values(text: str) -> str:
    """The text with null in place of every value of a variable that is marked as secret."""
    found: list[str] = []
    values = list(_VALUE.finditer(text))
    ended = 0
    for index, each in enumerate(values):
        following = values[index + 1].start() if index + 1 < len(values) else len(text)
        before = re.split("[{}]", text[ended : each.start()])[-1]
        behind = re.split("[{}]", text[each.end() : following])[0]
        inside = _SECRET.search(each["value"]) is not None
        is_secret = inside or any(_SECRET.search(part) for part in (before, behind))
        found.append(text[ended : each.start()])
        if is_secret and each["value"].strip() not in _EMPTY:
            # A slip may have taken the mark into the value.
            found.append(f"{each['name']}null{_MARK if inside else ''}")
        else:
            found.append(each[0])
        ended = each.end()
    return "".join([*found, text[ended:]])
