"""One thing that is not as it was, and what of it is not drawn. Pure."""

from __future__ import annotations

import re

from reltui.model.text import SafeText
from reltui.model.values import dataclass

MASKED = SafeText("********")
"""In place of the value of a secret."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was."""

    where: SafeText
    """The stage; empty for the whole."""
    what: SafeText
    old: SafeText | None
    """None: it was not there."""
    new: SafeText | None
    """None: it is no longer there."""
    path: tuple[str | int, ...] = ()
    """Place in the JSON of the newer definition; for an entry that is gone, that of its list."""


_WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""The words of a name: storage, Account, Key; SAS, Url; db, Pwd."""
_HIDDEN_PARTS = re.compile(
    "pass|pwd|secret|token|apikey|accesskey|accountkey|privatekey|credential|connection|connstr|signature"
)
"""Of a name in small letters without signs, such as sshprivatekey."""
_HIDDEN_WORDS = re.compile("keys?|pats?|sas|conn|auth.*|creds?|certs?|certificates?|pw|pem|pfx|jwt|bearer")


def hides_value(name: str) -> bool:
    """Whether the values of an input of this name are not drawn: people write secrets there in clear.

    Rather too many than too few: a value that is not drawn is still said to differ.
    """
    letters = "".join(filter(str.isalnum, name)).casefold()
    return _HIDDEN_PARTS.search(letters) is not None or any(
        _HIDDEN_WORDS.fullmatch(word.casefold()) for word in _WORD.findall(name)
    )
