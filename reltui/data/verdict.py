"""What an answer and a reading back together mean (reliability.md A1, A12, A13). Pure; no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reltui.data import actions
from reltui.data.decision import State
from reltui.data.order import Found, Order, Reading
from reltui.errors import ApiError, NotFound, NotPermitted, NotSignedIn, Refused, TimedOut
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.api.client import Got

    Sent = Got[Any] | None | ApiError
    """How the one request that writes ended; None: taken, with an empty answer."""

REFUSALS = (NotSignedIn, NotPermitted, NotFound, Refused)
"""Answers by which a server says that it did not do it."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; the tests make them short."""

    hold: float = 5.0
    late: float = 3.0
    """A held decision that wakes up so much too late was not held before anybody's eyes: it is not sent."""
    send_within: float = 1.0
    """A check older than this is made again before the send (A7)."""
    gaps: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0)
    """Between one reading back and the next; the last one repeats."""
    unchanged_after_yes: float = 20.0
    """An accepted write that changed nothing for so long has done nothing. Lists may lag by ten seconds."""
    unchanged_after_error: float = 30.0
    """The same after a 5xx or a broken connection."""
    give_up: float = 120.0
    """After this the reading ends; after a timeout, an unchanged object has not been changed by ours."""
    plan_for: float = 3600.0
    """So long after its confirmation an item of a plan is still carried out."""
    ask_again: float = 600.0
    """Between two later looks at a decision that is still not settled."""


def judge(
    order: Order, answer: Sent, reading: Reading | ApiError, waited: float, timing: Timing
) -> tuple[State, str] | None:
    """The verdict and its sentence, or None to read again. `waited` is in seconds since the answer."""
    if isinstance(reading, ApiError):
        if _is_the_servers_no(answer):
            return State.DID_NOT_LAND, str(answer)
        return _given_up(waited, f"The server cannot be asked: {reading}", timing)
    match reading.found:
        case Found.DONE:
            return State.LANDED, reading.sentence + _doubt(order, answer)
        case Found.OTHERWISE:
            return State.DID_NOT_LAND, reading.sentence
        case Found.UNCLEAR:
            return _given_up(waited, reading.sentence, timing)
        case Found.UNCHANGED:
            return _unchanged(order, answer, reading, waited, timing)


def first_words(order: Order, answer: Sent) -> str:
    """What is said while the reading back goes on."""
    if isinstance(answer, ApiError):
        return f"{answer} Reading back what became of it."
    if not is_accepted(order, answer):
        return "ALARM: the server's answer was about another object. Reading back what became of ours."
    return "The server took it; reading it back."


def is_accepted(order: Order, answer: Sent) -> bool:
    """The server answered the write with success, about the object that was meant."""
    if isinstance(answer, ApiError):
        return False
    return answer is None or actions.answers_about(order, answer.value)


def made_by(order: Order, answer: Sent) -> int:
    """The id of what an accepted create has made, as the answer names it; 0 where it names none."""
    if order.verb not in actions.MAKES or isinstance(answer, ApiError) or answer is None:
        return 0
    return int(answer.value.id) if is_accepted(order, answer) else 0


def is_proved(order: Order, answer: Sent) -> bool:
    """The answer to the write shows that it was done, and does not name somebody else for it."""
    if isinstance(answer, ApiError) or not is_accepted(order, answer):
        return False
    return answer is None or actions.shows_the_change(order, answer.value)


def _is_the_servers_no(answer: Sent) -> bool:
    """A refusal by the API itself, which gives every call an id; not by somebody on the way."""
    return isinstance(answer, REFUSALS) and bool(answer.activity)


def _doubt(order: Order, answer: Sent) -> str:
    if isinstance(answer, REFUSALS):
        return f" (The server first said: {answer})"
    if not isinstance(answer, ApiError) and not is_accepted(order, answer):
        return " ALARM: the server's answer was about another object; check that one."
    return ""


def _unchanged(
    order: Order, answer: Sent, reading: Reading, waited: float, timing: Timing
) -> tuple[State, str] | None:
    if isinstance(answer, ApiError):
        if _is_the_servers_no(answer):
            return State.DID_NOT_LAND, str(answer)
        patience = timing.give_up if isinstance(answer, TimedOut) else timing.unchanged_after_error
        return (State.DID_NOT_LAND, f"{answer} {reading.sentence}") if waited >= patience else None
    if not is_accepted(order, answer):
        sentence = f"ALARM: the server's answer was about another object. {reading.sentence}"
        return _given_up(waited, sentence, timing)
    if answer is None:
        # An empty yes proves little, and the object itself was read, not a list that may lag.
        sentence = f"The server took it, but changed nothing. {reading.sentence}"
        return (State.DID_NOT_LAND, sentence) if waited >= timing.give_up else None
    if actions.shows_the_change(order, answer.value):
        sentence = f"The server said yes, but shows it not yet. {reading.sentence}"
        return _given_up(waited, sentence, timing)
    if waited < timing.unchanged_after_yes:
        return None
    sentence = "The server accepted it but changed nothing; it may ask who you are: use the browser."
    return State.DID_NOT_LAND, sentence


def _given_up(waited: float, sentence: str, timing: Timing) -> tuple[State, str] | None:
    return (State.UNSETTLED, sentence) if waited >= timing.give_up else None
