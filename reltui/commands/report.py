"""From a confirmed draft to its verdict, told in one line each or as JSON (design.md section 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from reltui.commands.session import DONE, FAILED, NOT_SETTLED, Session, verdict_line
from reltui.data.decision import Decision, Draft, State, Verb
from reltui.data.topics import DecisionChanged, Event, ObjectKey
from reltui.errors import ReltuiError
from reltui.model.text import SafeText
from reltui.model.values import dataclass

ON_THE_WAY = (State.HELD, State.SENDING, State.SETTLING)
"""What a person at the terminal is told of meanwhile."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What was asked for and never became a decision."""

    verb: Verb
    key: ObjectKey
    """The server is empty where it is not known."""
    title: str
    sentence: str

    def line(self) -> str:
        """As a verdict is told."""
        return f"{State.NOT_SENT}: {self.verb} {self.title}: {self.sentence}"


@dataclass
class Report:
    """What became of everything that a command was asked for."""

    session: Session
    as_json: bool
    aloud: bool
    """Somebody at the terminal is told what happens meanwhile."""
    refused: list[Refused] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)
    _last: dict[str, State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session.at_end = self.end

    def refuse(self, refused: Refused) -> None:
        """It is not even tried."""
        self.refused.append(refused)
        if not self.as_json:
            self.session.out.line(refused.line())

    def decisions(self) -> list[Decision]:
        """Those of this run, in the order in which they were confirmed."""
        return [d for d in reversed(self.session.service.outbox.decisions()) if not d.inherited]

    async def carry_out(self, drafts: Sequence[Draft], *, stops: bool) -> None:
        """Submit confirmed drafts and wait for their verdicts; one that is taken too late is refused."""
        outbox = self.session.service.outbox
        changed = asyncio.Event()

        def listen(event: Event) -> None:
            if isinstance(event, DecisionChanged):
                changed.set()
                self._remark(outbox.get(event.id))

        unsubscribe = self.session.service.subscribe(listen)
        try:
            if len(drafts) == 1:
                outbox.submit(drafts[0])
            else:
                outbox.submit_plan(drafts, stops=stops)
            while not all(map(self._tell, self.decisions())):
                changed.clear()
                await changed.wait()
        except ReltuiError as error:
            for draft in drafts:
                self.refuse(Refused(draft.verb, draft.object_key, draft.title, str(error)))
        finally:
            unsubscribe()

    def _remark(self, decision: Decision) -> None:
        if not self.aloud or decision.inherited or decision.state not in ON_THE_WAY:
            return
        if self._last.get(decision.id) is decision.state:
            return
        self._last[decision.id] = decision.state
        seconds = self.session.service.outbox.seconds_left(decision)
        for_so_long = f" for {seconds:.0f} s" if decision.state is State.HELD else ""
        tail = f": {decision.sentence}" if decision.sentence else ""
        self.session.out.say(f"{decision.state}{for_so_long}: {decision.verb} {decision.title}{tail}")

    def _tell(self, decision: Decision) -> bool:
        """Tell the verdict once; whether there is one."""
        if decision.is_open and decision.state is not State.UNSETTLED:
            return False
        if decision.id not in self._told:
            self._told.add(decision.id)
            if not self.as_json:
                self.session.out.line(verdict_line(decision))
        return True

    def end(self) -> None:
        """After the service was closed: everything has a last word now."""
        for decision in self.decisions():
            self._tell(decision)
        if self.as_json:
            decisions = [_json(decision) for decision in self.decisions()]
            refused = [
                _common(each.verb, each.key, each.title, State.NOT_SENT, each.sentence)
                for each in self.refused
            ]
            if refused or decisions:
                self.session.out.document(decisions=[*refused, *decisions])

    def code(self) -> int:
        """The exit code of what there is now."""
        states = {decision.state for decision in self.decisions()}
        if any(decision.is_open for decision in self.decisions()):
            return NOT_SETTLED
        return FAILED if self.refused or states - {State.LANDED} else DONE


def _common(verb: Verb, key: ObjectKey, title: str, state: State, sentence: str) -> dict[str, Any]:
    server, kind, number = key
    return {
        "verb": str(verb),
        "kind": kind,
        "id": number,
        "server": server or None,
        "title": title,
        "state": str(state),
        "sentence": sentence,
    }


def _json(decision: Decision) -> dict[str, Any]:
    told = _common(
        decision.verb, decision.object_key, decision.title, decision.state, SafeText(decision.sentence)
    )
    return told | {"decision": decision.id, "made": decision.made_id or None}
