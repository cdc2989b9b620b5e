"""Release names made from a definition's `releaseNameFormat`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

_TOKEN = re.compile(r"\$\(([^()]+)\)")
_DATE_PARTS = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
)


class Names:
    """Gives out names; a revision counts within a definition and the rest of the name."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, str], int] = {}
        self.used: dict[int, int] = {}
        """Definition id to how many names were given out before the sample begins, for plain counters."""

    def next(self, definition_id: int, form: str, moment: datetime, variables: Mapping[str, str]) -> str:
        """The next name; tokens are `$(rev:r)`, `$(Date:yyyyMMdd)` and variables such as
        `$(Build.BuildNumber)`. An unknown token stays as it is."""
        revision = ""

        def fill(match: re.Match[str]) -> str:
            nonlocal revision
            token = match.group(1)
            head, colon, tail = token.partition(":")
            if head.lower() == "rev" and colon:
                revision = tail
                return "\0"
            if head.lower() == "date":
                pattern = tail or "yyyyMMdd"
                for part, code in _DATE_PARTS:
                    pattern = pattern.replace(part, code)
                return moment.strftime(pattern)
            return variables.get(token, match.group(0))

        rest = _TOKEN.sub(fill, form)
        if not revision:
            return rest
        key = (definition_id, rest)
        if key not in self._counts:
            self._counts[key] = 0 if "date" in form.lower() else self.used.get(definition_id, 0)
        self._counts[key] += 1
        digits = revision.count("r")
        number = f"{self._counts[key]:0{digits}d}"
        return rest.replace("\0", revision.replace("r" * digits, number), 1)
