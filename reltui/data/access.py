"""What a sign-in may do on a server, as far as its answers have shown (api.md 7.2). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reltui.data.decision import RECALLABLE, Decision, State, Verb
from reltui.errors import ApiError, Busy, NotPermitted, NotSignedIn
from reltui.model.text import SafeText
from reltui.model.values import dataclass

READ, EXECUTE, MANAGE = SCOPES = ("vso.release", "vso.release_execute", "vso.release_manage")
"""What a token may hold; each holds those before it."""
MANAGING = frozenset(
    {
        Verb.APPROVE,
        Verb.APPROVE_LATER,
        Verb.REJECT,
        Verb.TRANSFER,
        Verb.TAKE_OVER,
        Verb.DELETE,
        Verb.UNDELETE,
        Verb.DELETE_DEFINITION,
        Verb.UNDELETE_DEFINITION,
        Verb.DELETE_FOLDER,
    }
)
"""Verbs that take `MANAGE`; all others take `EXECUTE`."""
SENT_SOON = frozenset({State.CHECKING, State.SENDING})
NOTHING = SafeText("")


@dataclass(frozen=True, slots=True)
class Grant:
    """One scope, and what is known of it."""

    scope: str
    works: bool = False
    """A call that takes it was answered well."""
    lacking: SafeText = NOTHING
    """The server's words, where the sign-in was refused for it while it was good for reading."""
    refused: SafeText = NOTHING
    """The last refusal for want of a permission on one thing; others may be permitted."""


class Access:
    """Learns from every answer what the sign-in holds; begins anew with another one."""

    def __init__(self) -> None:
        self._works: set[str] = set()
        self._lacking: dict[str, SafeText] = {}
        self._refused: dict[str, SafeText] = {}
        self._suspect: dict[str, SafeText] = {}
        """Writes that were answered like those of a stranger: the next read tells which it was."""

    def heard(self, scope: str, error: ApiError | None, *, is_write: bool) -> bool:
        """An answer to a call that takes a scope; whether what is lacking has changed."""
        if error is None:
            self._works.update(held(scope))
            for name in held(scope):
                self._suspect.pop(name, None)
        elif isinstance(error, NotSignedIn) and error.status == 401 and is_write and scope in SCOPES:
            self._suspect[scope] = SafeText(str(error))
        elif isinstance(error, NotPermitted) and scope in SCOPES:
            self._refused[scope] = SafeText(str(error))
        before = dict(self._lacking)
        if error is None and is_write:
            for name in held(scope):
                self._lacking.pop(name, None)
        if error is None and not is_write:
            for name, sentence in self._suspect.items():
                self._lacking.update({each: sentence for each in above(name)})
                self._works -= set(above(name))
            self._suspect.clear()
        return before != self._lacking

    @property
    def lacking(self) -> Mapping[str, SafeText]:
        """The scopes that it does not hold, with the server's words."""
        return dict(self._lacking)

    @property
    def grants(self) -> tuple[Grant, ...]:
        """All that is known, scope by scope."""
        return tuple(
            Grant(
                scope,
                scope in self._works,
                self._lacking.get(scope, NOTHING),
                self._refused.get(scope, NOTHING),
            )
            for scope in SCOPES
        )


def held(scope: str) -> tuple[str, ...]:
    """What a token with a scope can do: that, and all that is less. Nothing for a scope of another area."""
    return SCOPES[: SCOPES.index(scope) + 1] if scope in SCOPES else ()


def above(scope: str) -> tuple[str, ...]:
    """What a token without a scope cannot do either."""
    return SCOPES[SCOPES.index(scope) :]


def check_idle(decisions: Iterable[Decision], server: str) -> None:
    """Raises Busy: a decision is held or on its way there, and would be sent as somebody else."""
    for decision in decisions:
        draft = decision.draft
        if draft is not None and draft.server == server and decision.state in RECALLABLE | SENT_SOON:
            raise Busy(
                f"Not now: {decision.verb} {decision.title} is {decision.state}. Take it back, or wait."
            )


def scope_of(verb: Verb) -> str:
    """What a verb takes."""
    return MANAGE if verb in MANAGING else EXECUTE


def why_not(lacking: Mapping[str, SafeText], verb: Verb) -> SafeText | None:
    """Why the sign-in is not enough for a verb, in one sentence; None when it may be."""
    scope = scope_of(verb)
    said = lacking.get(scope)
    if said is None:
        return None
    what = "can only read here" if EXECUTE in lacking else "cannot do this here"
    return SafeText(f"This sign-in {what}: it lacks {scope}. The server said: {said}")
